// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
)

// SpawnActor starts an actor of the user's own in this System, so that it can
// send requests (see [Ref.Message]) and receive each [Reply]. The name follows
// the rule of [Protect]. Shutdown stops these actors after the guards.
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
	pid := s.actors.NewLocalPID("user/" + name)
	if err := s.account(name, pid); err != nil {
		return nil, err
	}
	if err := s.spawnUser(pid, *props); err != nil {
		s.discount(pid)
		return nil, err
	}
	if s.isDown() { // a Shutdown under way may have looked for it too early
		s.actors.Root.Stop(pid)
		return nil, errStopped(name)
	}
	return pid, nil
}

// account remembers a user's actor from before its start, so that no Shutdown
// can miss it, until discount.
func (s *System) account(name string, pid *actor.PID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return errStopped(name)
	}
	if _, taken := s.spawned[pid.Id]; taken {
		return &NameError{Name: name, Taken: true}
	}
	s.spawned[pid.Id] = pid
	s.users.add()
	return nil
}

func (s *System) discount(pid *actor.PID) {
	s.mu.Lock()
	delete(s.spawned, pid.Id)
	s.mu.Unlock()
	s.users.done()
}

// spawnUser runs the user's producer, without any lock of ours: it may use the System.
func (s *System) spawnUser(pid *actor.PID, props actor.Props) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fuseboard.Problem{
				Path: "props", Code: "panicked", Value: pid.Id, Message: fmt.Sprintf("panicked when the actor was made: %v", v),
				Fix: "make props with actor.PropsFromFunc or PropsFromProducer and a function that is not nil",
			}
		}
	}()
	props.Configure(actor.WithReceiverMiddleware(s.untilStopped))
	_, err = s.actors.Root.SpawnNamed(&props, pid.Id)
	return err
}

// untilStopped takes an actor out of the account at its end.
func (s *System) untilStopped(next actor.ReceiverFunc) actor.ReceiverFunc {
	return func(ctx actor.ReceiverContext, envelope *actor.MessageEnvelope) {
		if _, end := envelope.Message.(*actor.Stopped); end {
			defer s.discount(ctx.Self())
		}
		next(ctx, envelope)
	}
}

// stopUsers stops the users' actors and waits for them as long as ctx lasts.
func (s *System) stopUsers(ctx context.Context) {
	s.mu.RLock()
	pids := slices.Collect(maps.Values(s.spawned))
	s.mu.RUnlock()
	for _, pid := range pids {
		s.actors.Root.Stop(pid)
	}
	_ = s.users.wait(ctx) // one that hangs is its user's; a Shutdown ends with its ctx
}

func (s *System) isDown() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.down != nil
}
