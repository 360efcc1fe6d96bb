// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// receiver is the guard's actor: the one place that publishes, arms the timer
// and takes commands and policies. All it knows survives a restart in itself
// and in the Guard, which the producer hands to every incarnation.
type receiver struct {
	guard   *Guard
	history *supervision.Log // transitions not yet published
	timer   *time.Timer      // when the circuit has something due; nil until then
	seq     uint64           // of the last event
	started bool
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
	case *actor.Started:
		r.start()
	case nudge:
		r.publish()
	case *update:
		m.answer <- r.update(m.policy)
	case *command:
		m.answer <- r.command(m.command)
	case *actor.Stopping:
		r.stopping()
	case *actor.Stopped:
		r.stopped()
	}
}

func (r *receiver) start() {
	if !r.started { // not again after a restart
		r.started = true
		r.event(Event{Kind: EventStarted})
	}
	r.publish()
}

// publish tells every transition since the last time, in the order of their
// epochs, and arms the timer for what the circuit has due next.
func (r *receiver) publish() {
	g := r.guard
	_, _, next := g.circuit.Expire(g.sys.clock.Now())
	for {
		t, found := r.history.Next()
		if !found {
			break
		}
		r.event(Event{Kind: EventTransition, Transition: t})
		r.log(t)
	}
	if why, refuses := g.circuit.Refuses(); refuses {
		g.gate.Flush(&openError{refusal: why})
	}
	r.arm(next)
}

// arm sets the timer. The timer itself moves an overdue circuit, so that it
// recovers without traffic even if this actor is busy; the actor only publishes.
func (r *receiver) arm(next fuseboard.Instant) {
	g := r.guard
	if next == fuseboard.Never || g.hasStopped() {
		if r.timer != nil {
			r.timer.Stop()
		}
		return
	}
	wait := max(next.Sub(g.sys.clock.Now()), 0)
	if r.timer == nil {
		r.timer = time.AfterFunc(wait, func() {
			g.circuit.Expire(g.sys.clock.Now())
			g.nudge()
		})
		return
	}
	r.timer.Reset(wait)
}

func (r *receiver) update(p Policy) Change {
	g := r.guard
	before := g.plan.Load()
	after := compile(p, before.version+1)
	change := before.changeTo(after)
	if !g.circuit.Reshape(g.sys.clock.Now(), p.Breaker) {
		change.Lost = append(change.Lost, "the breaker's window, because breaker.window has another shape")
	}
	g.gate.Resize(p.Bulkhead)
	g.spent.Reshape(after.retry.Budget)
	g.plan.Store(after)
	r.event(Event{Kind: EventUpdated, Change: change})
	r.publish()
	return change
}

func (r *receiver) command(c Command) error {
	_, _, err := r.guard.circuit.Command(r.guard.sys.clock.Now(), c)
	r.publish()
	return err
}

func (r *receiver) stopping() {
	if r.timer != nil {
		r.timer.Stop()
	}
	r.guard.halt()
	r.guard.family.Cancel()
}

func (r *receiver) stopped() {
	g := r.guard
	r.event(Event{Kind: EventStopped})
	g.sys.release(g.name)
	close(g.done)
}

func (r *receiver) event(e Event) {
	r.seq++
	e.Dependency, e.Seq, e.At = r.guard.name, r.seq, r.guard.sys.clock.Now()
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

// nudge tells the guard to look at its circuit. Losing one to a stop is harmless.
func (g *Guard) nudge() {
	if !g.hasStopped() {
		g.sys.root.Send(g.pid, nudge{})
	}
}

// answerOf sends a control message and waits for its answer, the guard's stop
// or the end of ctx, whichever is first.
func answerOf[T any](ctx context.Context, g *Guard, message any, answer <-chan T) (T, error) {
	var none T
	if ctx == nil {
		ctx = context.Background()
	}
	if !g.hasStopped() {
		g.sys.root.Send(g.pid, message)
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
