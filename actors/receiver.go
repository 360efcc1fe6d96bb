// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard/supervision"
)

// receiver is the guard's actor: the one place that publishes and takes
// commands and policies. All it knows survives a restart in itself and in the
// Guard, which the producer hands to every incarnation.
type receiver struct {
	guard   *Guard
	history *supervision.Log // transitions not yet published
	seq     uint64           // of the last event
	spoke   atomic.Bool      // there was an event, so there must be a last one
}

// The messages of the control lane. None is logged when it finds a guard that
// has just stopped: its sender learns that from Guard.done.
type (
	// nudge says that there may be something new in the circuit.
	nudge  struct{}
	update struct {
		policy Policy
		answer chan Change // buffered
	}
	command struct {
		command Command
		answer  chan error // buffered
	}
)

// IgnoreDeadLetterLogging keeps the actor library quiet about it.
func (nudge) IgnoreDeadLetterLogging() {}

// IgnoreDeadLetterLogging keeps the actor library quiet about it.
func (*update) IgnoreDeadLetterLogging() {}

// IgnoreDeadLetterLogging keeps the actor library quiet about it.
func (*command) IgnoreDeadLetterLogging() {}

// Receive handles the guard's life and its control messages, one at a time.
func (r *receiver) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Stopping:
		r.guard.alarm.stop()
		r.guard.halt()
		r.guard.family.Cancel()
	case *actor.Stopped:
		r.stopped()
	default:
		r.take(m)
	}
}

// take handles one control message in the guard's turn, which for the guard of
// a key is its Keyring's.
func (r *receiver) take(message any) {
	switch m := message.(type) {
	case nudge:
		r.guard.nudged.Store(false) // before the look: whoever moves it from now on nudges again
		r.publish()
	case *update:
		m.answer <- r.update(m.policy)
	case *command:
		m.answer <- r.command(m.command)
	}
}

// publish does what a move of the circuit asks for: the queue is flushed if it
// refuses, the alarm set for what is due next, and every transition since the
// last time told, in the order of their epochs.
func (r *receiver) publish() {
	g := r.guard
	g.wind()
	if why, refuses := g.circuit.Refuses(); refuses {
		g.gate.Flush(&openError{refusal: why})
	}
	if g.key == nil { // the guard of a key says nothing before it has something to tell
		r.begin()
	}
	for {
		t, found := r.history.Next()
		if !found {
			return
		}
		r.begin() // before told: from then on a key may be evicted, which tells the end
		g.told.Store(t.Epoch)
		g.recent.add(t)
		r.event(Event{Kind: EventTransition, Transition: t})
		r.log(t)
	}
}

// begin tells the start before anything else, once: not when the actor starts,
// but when its guard can be found.
func (r *receiver) begin() {
	if r.seq == 0 {
		r.spoke.Store(true)
		r.event(Event{Kind: EventStarted})
	}
}

func (r *receiver) update(p Policy) Change {
	r.begin()
	before := r.guard.plan.Load()
	after := compile(p, before.version+1)
	change := before.changeTo(after)
	change.Lost = r.adopt(after)
	r.event(Event{Kind: EventUpdated, Change: change.clone()})
	r.publish()
	return change
}

// adopt puts the guard under another plan and says what did not survive. The
// events of it are published afterwards.
func (r *receiver) adopt(after *plan) []string {
	g := r.guard
	before, state := g.plan.Load(), g.circuit.State()
	kept := g.circuit.Reshape(g.clock.Now(), after.given.Breaker)
	g.gate.Resize(after.given.Bulkhead)
	g.spent.Reshape(after.retry.Budget)
	g.plan.Store(after)
	return lost(before, after, state, kept)
}

// lost says what could not survive a change of plan.
func lost(before, after *plan, state State, windowKept bool) (words []string) {
	switch off := !after.given.Breaker.On(); {
	case off && before.given.Breaker.On() && state != Closed:
		words = append(words, fmt.Sprintf("the circuit's state (%s), because the breaker is off now", state))
	case off && !windowKept:
		words = append(words, "the breaker's window, because the breaker is off now")
	case !windowKept:
		words = append(words, "the breaker's window, because breaker.window has another shape")
	}
	if before.retry.Budget.Window != after.retry.Budget.Window && before.repeats && after.repeats {
		words = append(words, "the retry budget's account, because retry.budget.window is another")
	}
	return words
}

func (r *receiver) command(c Command) error {
	_, _, err := r.guard.circuit.Command(r.guard.clock.Now(), c)
	r.publish()
	return err
}

func (r *receiver) stopped() {
	g := r.guard
	r.publish() // what the last calls moved
	r.event(Event{Kind: EventStopped})
	g.sys.retire(g)
	close(g.done)
}

func (r *receiver) event(e Event) {
	r.seq++
	e.Dependency, e.Seq, e.At = r.guard.name, r.seq, r.guard.clock.Now()
	if r.guard.key != nil {
		e.Key = r.guard.key.key
	}
	r.guard.sys.streams.publish(e)
}

func (r *receiver) log(t Transition) {
	level := slog.LevelInfo
	if t.To == Open || t.Mode == HoldOpen {
		level = slog.LevelWarn
	}
	r.guard.sys.log.LogAttrs(context.Background(), level, "circuit",
		slog.String("dependency", r.guard.name), slog.String("transition", t.String()),
		slog.String("from", t.From.String()), slog.String("to", t.To.String()),
		slog.String("mode", t.Mode.String()), slog.String("cause", string(t.Cause)), slog.Uint64("epoch", t.Epoch))
}

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
	g.alarm.set(next, g.clock, g.ring)
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
	g.sys.root.Send(g.pid, message)
}

// answerOf sends a control message and waits for its answer, the guard's stop
// or the end of ctx, whichever is first.
func answerOf[T any](ctx context.Context, g *Guard, message any, answer <-chan T) (T, error) {
	var none T
	if ctx == nil {
		ctx = context.Background()
	}
	if !g.hasStopped() {
		g.tell(message)
	}
	select {
	case a := <-answer:
		return a, nil
	case <-g.done:
		return none, g.self.refusals().stopped
	case <-ctx.Done():
		return none, fmt.Errorf("%s: %w", g.name, context.Cause(ctx))
	}
}
