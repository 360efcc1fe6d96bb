// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
)

// SpawnActor starts an actor of the user's own in this System, so that it can
// send requests (see [Ref.Message]) and receive each [Reply]. The name follows
// the rule of [Protect], and is free again when the actor has stopped; its address is
// never another's, so that no late Reply finds the next of its name. Shutdown stops
// these actors after the guards. They run on goroutines that the System keeps, unless
// the props name a dispatcher, and go on when a Receive ends its goroutine
// (runtime.Goexit), unless they name a dispatcher, a mailbox or a spawner.
func (s *System) SpawnActor(name string, props *actor.Props) (*actor.PID, error) {
	if props == nil {
		return nil, fuseboard.Problem{Path: "props", Code: codeNil, Message: "must not be nil", Fix: "make it with actor.PropsFromFunc or PropsFromProducer"}
	}
	if err := checkName("name", name); err != nil {
		return nil, err
	}
	if !s.made() {
		return nil, errStopped(name)
	}
	if err := s.account(name); err != nil {
		return nil, err
	}
	pid, err := s.spawnUser(name, props)
	if err != nil {
		s.discount(name)
		return nil, err
	}
	if !s.accountStarted(name, pid) {
		return nil, errStopped(name)
	}
	return pid, nil
}

// userID is the id of an actor of SpawnActor. It is this one's alone: who still
// replies to one that is gone would find the next of its name, and that while it is
// being made, for which the actor library breaks the sender
// (docs/adr/0002-protoactor.md).
func userID(name string, number uint64) string {
	return fmt.Sprintf("%s%s$%d", userPrefix, name, number)
}

// userName is the name in such an id. No name has a $ in it.
func userName(id string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(id, userPrefix), "$")
	return name
}

const userPrefix = "user/"

// account remembers a user's actor from before its start, so that no Shutdown
// can miss it, until discount.
func (s *System) account(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return errStopped(name)
	}
	if _, taken := s.spawned[name]; taken {
		return &NameError{Name: name, Taken: true}
	}
	s.spawned[name] = nil
	s.users.add()
	return nil
}

// accountStarted makes the actor one that a Shutdown can stop, and has its end
// watched. It stops it itself and reports false when a Shutdown came first.
func (s *System) accountStarted(name string, pid *actor.PID) bool {
	s.mu.Lock()
	s.spawned[name] = pid
	down := s.down != nil
	s.mu.Unlock()
	s.actors.Root.Send(s.watcher, watch{pid: pid})
	if down {
		s.actors.Root.Stop(pid)
	}
	return !down
}

func (s *System) discount(name string) {
	s.mu.Lock()
	pid, found := s.spawned[name]
	delete(s.spawned, name)
	s.mu.Unlock()
	s.desks.Delete(pid)
	if found {
		s.users.done()
	}
}

// watch asks the watcher to look for the end of an actor.
type watch struct{ pid *actor.PID }

// watch is the watcher: it learns of an actor's end from the actor library
// itself, whatever the actor's own code and middleware do.
func (s *System) watch(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case watch:
		ctx.Watch(m.pid)
	case *actor.Terminated:
		s.discount(userName(m.Who.Id))
	}
}

// spawnUser runs the user's producer, without any lock of ours: it may use the System.
func (s *System) spawnUser(name string, props *actor.Props) (pid *actor.PID, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fuseboard.Problem{
				Path: "props", Code: "panicked", Value: name, Message: fmt.Sprintf("panicked when the actor was made: %v", v),
				Fix: "make props with actor.PropsFromFunc or PropsFromProducer and a function that is not nil",
			}
		}
	}()
	props, own := s.handed(props)
	pid, err = s.actors.Root.SpawnNamed(props, userID(name, s.spawns.Add(1)))
	if err != nil { // of a spawner of the user's own: nobody else has the id
		return nil, fmt.Errorf("start the actor %s: %w", name, err)
	}
	if own != nil {
		s.desks.Store(pid, own)
	}
	return pid, nil
}

// deskOf returns the mailbox of an actor of SpawnActor by the address that it has itself;
// nil where it is none of ours, or the address is a copy.
func (s *System) deskOf(pid *actor.PID) *desk {
	found, _ := s.desks.Load(pid)
	d, _ := found.(*desk)
	return d
}

// handed is props whose actor runs on the System's goroutines, at a desk, unless they name
// a dispatcher of their own. With a mailbox or a spawner of their own they keep that, and
// there is no desk: who spawns may do so twice.
func (s *System) handed(props *actor.Props) (*actor.Props, *desk) {
	if !lacks(props, "dispatcher") {
		return props, nil
	}
	ours := *props // the user's own may be spawned elsewhere
	if lacks(props, "mailboxProducer") && lacks(props, "spawner") {
		d := &desk{hands: &s.hands}
		return ours.Configure(atDesk(d)), d
	}
	return ours.Configure(actor.WithDispatcher(handing{&s.hands})), nil
}

// lacks reports whether the props have nothing in the field. The actor library does not
// tell, so it is looked at; where a later one has no such field, the props stay as they
// are, and a goroutine is begun for each message.
func lacks(props *actor.Props, field string) bool {
	own := reflect.ValueOf(props).Elem().FieldByName(field)
	return (own.Kind() == reflect.Interface || own.Kind() == reflect.Func) && own.IsNil()
}

// handing is the dispatcher that the hands are for an actor with another mailbox. As with
// the stock one, a Receive that ends its goroutine leaves the actor dead.
type handing struct{ hands *hands }

// Schedule runs a mailbox until it is empty.
func (h handing) Schedule(run func()) { h.hands.run(mailboxRun(run)) }

// Throughput is how many messages an actor receives before it lets others run.
func (handing) Throughput() int { return throughput }

// mailboxRun is what a dispatcher is given.
type mailboxRun func()

// Run runs the mailbox.
func (r mailboxRun) Run() { r() }

// userGrace bounds the wait for users' actors under a ctx without an end: one
// that panics while it stops is restarted by the actor library and never ends.
const userGrace = 10 * time.Second

// stopUsers stops the users' actors, waits for them as long as ctx and userGrace
// last, and returns the names of those that have not stopped.
func (s *System) stopUsers(ctx context.Context) []string {
	s.mu.RLock()
	pids := slices.Collect(maps.Values(s.spawned))
	s.mu.RUnlock()
	for _, pid := range pids {
		if pid != nil {
			s.actors.Root.Stop(pid)
		}
	}
	if s.users.waitAtMost(ctx, userGrace) == nil || s.users.waitAtMost(context.WithoutCancel(ctx), cancelGrace) == nil {
		return nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Sorted(maps.Keys(s.spawned))
}
