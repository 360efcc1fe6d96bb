// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"runtime/debug"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/deadline"
)

// attempt runs the handler once, with a permit that it gives back whatever the
// handler does. last is the answer of the attempt before, which nobody gets.
func attempt[Req, Resp any](c *call, h Handler[Req, Resp], w *With[Req, Resp], req Req, last Resp) (resp Resp, err error) {
	if c.generation != nil {
		h, _ = c.generation.handle.(Handler[Req, Resp])
	}
	if c.plan.isolated {
		return isolated(c, h, w, req, last)
	}
	var lazy *deadline.Lazy
	sound := false
	defer func() {
		if !sound { // a panic, or the goroutine is ending
			if err = c.breaks(recover()); err == ErrGoexit { //nolint:errorlint // our own value, never wrapped
				defer c.vanished()
			}
		}
		w.close(c, lazy, err)
	}()
	var ctx context.Context
	ctx, lazy = c.guard.origin.ContextIn(w.room(req), c.parent, c.try)
	if c.attempts > 1 {
		w.forget(c, last)
	}
	if w.Meta {
		ctx = c.within(ctx)
	}
	resp, err = h.run(ctx, req)
	if err == nil && w.Classify == nil && w.Glance == nil { // as judge has it; to return an outcome costs some 5 % of a call
		c.out = fuseboard.Outcome{Kind: fuseboard.Success}
	} else {
		w.judge(c, resp, err)
	}
	sound = true
	return resp, err
}

// close ends an attempt whose handler is through, or leaves it open where its answer may be held.
func (w *With[Req, Resp]) close(c *call, lazy *deadline.Lazy, err error) {
	if w.Hold != nil {
		c.finish(lazy, err)
		return
	}
	lazy.End()
	c.conclude(err)
}

// forget disposes of the answer of the attempt before, if nobody has yet.
func (w *With[Req, Resp]) forget(c *call, last Resp) {
	if !c.gone {
		w.discard(c, last)
	}
	c.pending = pending{}
}

// vanished ends a call whose goroutine is ending, so that it does not come back. Where a strategy judges it, it does.
func (c *call) vanished() {
	if c.worker == nil {
		c.gaveUp(ErrGoexit)
		c.over(c.lost(nil))
	}
}

// breaks notes that the handler did not return.
func (c *call) breaks(value any) (err error) {
	c.out, err = broken(value)
	c.broke = err
	return err
}

// broken is the outcome of a handler that did not return.
func broken(value any) (fuseboard.Outcome, error) {
	out := fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassPanicked}
	if value == nil {
		return out, ErrGoexit
	}
	return out, &PanicError{Value: value, Stack: debug.Stack()}
}

// conclude ends an attempt, as leave does. The failure of a worker's request is left to the
// guard's strategy, which records it, and until then the permit is held.
func (c *call) conclude(err error) {
	c.judge(err)
	now := c.guard.clock.Now()
	if c.worker != nil && c.out.Kind == fuseboard.Failure {
		c.measure(now)
		return
	}
	c.record(now)
	c.vacate()
}

// judge tells the generation that the attempt ran on, and the next decision, how it ended.
func (c *call) judge(err error) {
	if c.generation != nil {
		c.op.generations.judge(c.generation, c.broke, err)
	}
	c.repeats += c.out.Repeats
}

func (c *call) measure(now fuseboard.Instant) {
	if c.out.Elapsed == 0 {
		c.out.Elapsed = now.Sub(c.began)
	}
}

// leave records and counts the outcome, then gives the permit back: in this
// order, so that whoever gets the permit, or waits for the last one, finds a
// circuit and a guard that know.
func (c *call) leave(now fuseboard.Instant) {
	c.record(now)
	c.vacate()
}

// record tells the circuit and the counters of the outcome.
func (c *call) record(now fuseboard.Instant) {
	g := c.guard
	c.now, c.ended = now, now
	c.measure(c.lasted(now))
	_, moved := g.circuit.Record(now, c.permit, c.out)
	if c.learns {
		c.learn(now)
	}
	if l := g.live.Load(); l != nil {
		l.took(c, now)
	}
	g.count.attempt(c.out.Kind, c)
	c.timed(c.lasted(now))
	if c.out.Repeats > 0 && c.repeating() {
		g.spent.Inner(now, c.out.Repeats)
	}
	if moved {
		g.stir()
	}
	if c.broke != nil {
		g.panicked(now, c.plan.given.Panics)
	}
}

// vacate gives the permit back, and before it the worker: who gets the permit
// finds a worker.
func (c *call) vacate() {
	if c.worker != nil {
		c.worker.crew.free(c.worker, c.now)
		c.worker = nil
		c.unhost()
	}
	if c.seat != nil { // the permit stays with the handler that was left behind
		c.seat.Settle()
		c.seat = nil
		return
	}
	if c.shadowed {
		c.shadowed = false
		c.guard.shadow().over.Leave(c.claimed)
		return
	}
	c.guard.gate.Leave()
}
