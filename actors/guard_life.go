// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard/supervision"
)

// settle makes the guard findable. One directly under the System gets its actor when
// there is something to say to it, which for most that only answer calls is never:
// the actor is more than half of what a guard holds, and of the time to make it. In a
// group it is a child from the start, and so is the one that builds a handler.
func (g *Guard) settle() error {
	if g.group == nil && g.generations == nil {
		return g.open()
	}
	return g.spawn(g.newReceiver())
}

// spawn starts the actor and makes the guard findable.
func (g *Guard) spawn(r turns) error {
	if err := g.start(r); err != nil {
		g.sys.unreserve(g)
		return err
	}
	return g.open()
}

// start starts the actor. Its id is the guard's alone, also after a stop and
// under the same name: what is meant for a stopped guard must not find the next.
func (g *Guard) start(r turns) error {
	g.receiver = r.own()
	props := actor.PropsFromProducer(
		func() actor.Actor { return r },
		actor.WithMailbox(g.gate.Mailbox(g.deliver)),
	)
	pid, err := g.sys.spawnIn(g.group, props, g.newID())
	if err != nil {
		return err
	}
	g.pid.Store(pid)
	return nil
}

func (g *Guard) newID() string { return fmt.Sprintf("guard/%s$%d", g.name, g.sys.spawns.Add(1)) }

// newReceiver makes the guard's actor. It goes on where the guard's own story ends.
// Under mu, or before the guard can be found.
func (g *Guard) newReceiver() *receiver {
	r := &receiver{guard: g, history: g.takeStory()}
	if g.begun {
		r.seq = 1
		r.spoke.Store(true)
	}
	return r
}

// takeStory is what has not been told. The guard keeps nothing of it, or it would hold
// every phase that there will be.
func (g *Guard) takeStory() supervision.Log {
	story := g.story
	g.story = supervision.Log{}
	return story
}

// address returns the PID of the guard's actor, or of its Keyring's, and starts the
// actor where there is none yet.
func (g *Guard) address() *actor.PID {
	g = g.living()
	if pid := g.pid.Load(); pid != nil {
		return pid
	}
	return g.wake()
}

// wake starts the actor of a guard that has done without. One that has stopped gets an
// address where nobody is.
func (g *Guard) wake() *actor.PID {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.asleep && g.pid.Load() == nil {
		g.pid.Store(g.sys.actors.NewLocalPID(g.newID()))
	}
	if pid := g.pid.Load(); pid != nil {
		return pid
	}
	r := g.newReceiver()
	for {
		err := g.start(r)
		if err == nil {
			return g.pid.Load()
		}
		if !errors.Is(err, actor.ErrNameExists) { // the only error there is: somebody took a number of ours
			panic(err)
		}
	}
}

// open lets the guard be found, and its story begin.
func (g *Guard) open() error {
	if !g.introduce() { // a stop came meanwhile and has not seen it
		g.gate.Stop()
		g.end(context.Background())
		return g.self.refusals().stopped
	}
	if g.pid.Load() != nil {
		g.nudge()
	}
	g.group.stir() // one member more
	return nil
}

// introduce makes the guard findable, and tells its start where no actor does. Whoever
// finds it and wakes it waits for that.
func (g *Guard) introduce() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.sys.enrol(g) {
		return false
	}
	if g.pid.Load() == nil {
		first := receiver{guard: g}
		first.begin()
		g.begun = true
	}
	return true
}

// sleep lets the guard have no actor any more, and returns what ends it in the actor's
// place; nil where it has one.
func (g *Guard) sleep() *receiver {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.pid.Load() != nil {
		return nil
	}
	g.asleep = true
	g.receiver = g.newReceiver()
	return g.receiver
}

// living is the guard whose life this one shares: the head of its Keyring, or itself.
func (g *Guard) living() *Guard {
	if g.key != nil {
		return g.key.ring.head
	}
	return g
}

func (g *Guard) hasStopped() bool { return g.living().done.isShut() || g.evicted() }

func (g *Guard) hasHalted() bool { return g.living().halting.isShut() || g.evicted() }

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
