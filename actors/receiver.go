// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard/supervision"
)

// turns is a guard's actor: a receiver, or what takes the turns of many.
type turns interface {
	actor.Actor
	own() *receiver
}

func (r *receiver) own() *receiver { return r }

// receiver is the guard's actor: the one place that publishes and takes
// commands and policies. All it knows survives a restart in itself and in the
// Guard, which the producer hands to every incarnation.
type receiver struct {
	guard    *Guard
	history  supervision.Log // transitions not yet published
	seq      uint64          // of the last event
	spoke    atomic.Bool     // there was an event, so there must be a last one
	repeated bool            // a policy before this one repeated: the budget has an account
	held     uint64          // epoch of the last hold by a group
	holder   *Group          // whose that was
	builder  *actor.PID      // the child that builds the handler of Rebuild, while there is one
	between  bool            // two incarnations: no child is started
}

// The messages of the control lane. None is logged when it finds a guard that
// has just stopped: its sender learns that from Guard.done.
type (
	// nudge says that there may be something new in the circuit.
	nudge struct{}
	// hire says that a request waits for a worker.
	hire struct{}
	// rebuilt says that a generation of the handler is ready.
	rebuilt struct{ number uint64 }
	update  struct {
		policy Policy
		answer chan changed // buffered
	}
	command struct {
		command Command
		answer  chan error // buffered
	}
)

// IgnoreDeadLetterLogging keeps the actor library quiet about it.
func (nudge) IgnoreDeadLetterLogging() {}

// IgnoreDeadLetterLogging keeps the actor library quiet about it.
func (hire) IgnoreDeadLetterLogging() {}

// IgnoreDeadLetterLogging keeps the actor library quiet about it.
func (rebuilt) IgnoreDeadLetterLogging() {}

// IgnoreDeadLetterLogging keeps the actor library quiet about it.
func (*update) IgnoreDeadLetterLogging() {}

// IgnoreDeadLetterLogging keeps the actor library quiet about it.
func (*command) IgnoreDeadLetterLogging() {}

// Receive handles the guard's life and its control messages, one at a time.
func (r *receiver) Receive(ctx actor.Context) {
	if r.guard.hasStopped() {
		endAgain(ctx) // else the actor only waits for its workers
		return
	}
	switch m := ctx.Message().(type) {
	case *actor.Started:
		r.between = false
	case hire:
		r.guard.staff().hire(ctx)
	case *actor.Restarting:
		r.between = true
		if all := r.guard.generations; all != nil {
			all.stop(errGuardRestarts)
		}
	case *actor.Terminated:
		if m.Who.Equal(r.builder) {
			r.builder = nil
		}
	case *actor.Stopping:
		r.stopping()
		return
	default:
		r.take(m)
	}
	r.keepBuilder(ctx)
}

// endAgain stops an actor that a restart has revived, which came while it was
// stopping: the actor library forgets the stop then.
func endAgain(ctx actor.Context) {
	if _, revived := ctx.Message().(*actor.Started); revived {
		ctx.Stop(ctx.Self())
	}
}

// take handles one control message in the guard's turn, which for the guard of
// a key is its Keyring's.
func (r *receiver) take(message any) {
	switch m := message.(type) {
	case nudge:
		r.guard.nudged.Store(false) // before the look: whoever moves it from now on nudges again
		r.publish()
	case followed:
		if f := r.guard.fleet.Load(); f != nil {
			f.coming.Store(false) // before the look, as above
		}
		r.follow()
		r.publish()
	case *update:
		m.answer <- r.update(m.policy)
	case *command:
		m.answer <- r.command(m.command)
	case rebuilt:
		r.rebuilt(m)
	case *hold:
		r.hold(m)
	}
}

// HandleFailure is the guard's supervision of its workers: it makes the guard's
// actor a SupervisorStrategy.
func (r *receiver) HandleFailure(system *actor.ActorSystem, supervisor actor.Supervisor, child *actor.PID, life *actor.RestartStatistics, reason, message any) {
	r.guard.staff().strategy.HandleFailure(system, supervisor, child, life, reason, message)
}

// errGuardRestarts ends the generation of a handler whose guard is restarted.
var errGuardRestarts = errors.New("its guard is restarted")

// publish does what a move of the circuit asks for: the queue is flushed if it
// refuses, the alarm set for what is due next, and every transition since the
// last time told, in the order of their epochs.
func (r *receiver) publish() {
	g := r.guard
	g.wind()
	if why, away := g.circuit.TurnsAway(); away && r.flushes(why) {
		g.gate.Flush(&openError{refusal: why})
		g.turns.all()
		if c := g.crew.Load(); c != nil {
			c.disband()
		}
	}
	if g.key == nil { // the guard of a key says nothing before it has something to tell
		r.begin()
	}
	resumed := false
	for {
		t, found := r.history.Next()
		if !found {
			break
		}
		resumed = resumed || t.FromMode != t.Mode
		r.begin() // before told: from then on a key may be evicted, which tells the end
		g.told.Store(t.Epoch)
		g.note(t)
		r.event(Event{Kind: EventTransition, Transition: t})
		r.log(t)
		g.group.stir()
	}
	if resumed && g.fleet.Load() != nil { // a command that ends, ends in what the fleet says
		r.follow()
		r.publish()
		return
	}
	r.publishLoad()
}

// begin tells the start before anything else, once: not when the actor starts,
// but when its guard can be found.
func (r *receiver) begin() {
	if r.seq == 0 {
		r.spoke.Store(true)
		r.event(Event{Kind: EventStarted})
	}
}

func (r *receiver) command(c Command) error {
	_, _, err := r.guard.circuit.Command(r.guard.clock.Now(), c)
	r.publish()
	return err
}

// stopping ends the guard when its actor begins to stop, not when it has: the
// actor library waits for workers, and a handler may never return.
func (r *receiver) stopping() {
	g := r.guard
	g.alarm.stop()
	g.loadOf().news.stop()
	g.halt()
	g.cancel()
	g.disband(context.Background(), false)
	if g.generations != nil {
		g.generations.stop(ErrStopped)
	}
	if g.pid.Load() != nil { // else there was no message
		g.staff().close() // made if there is none: a first message may have its permit already
	}
	r.publish() // what the last calls moved
	r.event(Event{Kind: EventStopped})
	g.letGo()
	g.sys.retire(g)
	g.sys.fleet.look(g)
	g.done.shut()
}

func (r *receiver) event(e Event) {
	r.seq++
	e.Dependency, e.Group, e.Seq, e.At = r.guard.name, r.guard.group.Path(), r.seq, r.guard.clock.Now()
	if r.guard.key != nil {
		e.Key = r.guard.key.key
	}
	r.guard.sys.streams.publish(e)
}

// ring is stir, for the alarm.
func (g *Guard) ring() { g.stir() }

// stir is what a caller does that has moved the circuit or taken a probe. The
// alarm does not wait for the guard's turn; the events do.
func (g *Guard) stir() {
	g.wind()
	g.nudge()
}

// catchUp is what a caller does that finds the circuit at an epoch which has not
// been told yet. A nudge on its way will do.
func (g *Guard) catchUp() {
	if !g.nudged.Load() {
		g.stir()
	}
}

// wind moves an overdue circuit on and sets the alarm for what is due next.
func (g *Guard) wind() {
	_, _, next := g.circuit.Expire(g.clock.Now())
	g.alarm.set(next, g.clock, g)
}

// nudge tells the guard to look at its circuit. One on its way is enough, and
// losing one to a stop is harmless: a guard that stops looks once more.
func (g *Guard) nudge() {
	if !g.hasStopped() && g.nudged.CompareAndSwap(false, true) {
		g.tell(nudge{})
	}
}

// tell sends a message of the control lane to the guard, or to its Keyring in its name.
func (g *Guard) tell(message any) {
	if g.key != nil {
		message = turn{of: g.key, message: message}
	}
	g.sys.root.Send(g.address(), message)
}

// demand tells the guard something that it answers, unless it has stopped.
func (g *Guard) demand(message any) {
	if !g.hasStopped() {
		g.tell(message)
	}
}

// answerOf waits for the guard's answer to a demand.
func answerOf[T any](ctx context.Context, g *Guard, answer <-chan T) (T, error) {
	if ctx == nil {
		ctx = context.Background()
	}
	return await(ctx, g.name, answer, g.living().done.wait(), func() error { return g.self.refusals().stopped })
}

// await waits for the answer to a control message, the stop of who was asked, or
// the end of ctx. An answer that was given counts, whatever has ended meanwhile.
func await[T any](ctx context.Context, name string, answer <-chan T, done <-chan struct{}, stopped func() error) (none T, err error) {
	select {
	case a := <-answer:
		return a, nil
	case <-done:
		err = stopped()
	case <-ctx.Done():
		err = fmt.Errorf("%s: %w", name, context.Cause(ctx))
	}
	select {
	case a := <-answer:
		return a, nil
	default:
		return none, err
	}
}
