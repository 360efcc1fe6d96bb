// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"context"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/patterns/deadline"
)

// isolated is attempt on a pooled goroutine: it waits for the handler no longer
// than the attempt may take, its caller stays, and the guard lets calls run.
// Where it leaves the handler behind, the permit stays with that.
func isolated[Req, Resp any](c *call, h Handler[Req, Resp], w *With[Req, Resp], req Req, last Resp) (resp Resp, err error) {
	var (
		lazy *deadline.Lazy
		r    *race[Req, Resp] // with copies of the attempt; nil where none is due
	)
	sound := false
	defer func() {
		if !sound { // a panic of Classify, or it is ending the goroutine
			lazy = r.desertedTo(c, lazy)
			if err = c.breaks(recover()); err == ErrGoexit { //nolint:errorlint // our own value, never wrapped
				defer c.vanished()
			}
		}
		c.leaveSeat()
		c.left = c.seat != nil
		if !c.left && w.Hold != nil {
			c.finish(lazy, err)
			return
		}
		c.conclude(err) // its context ends with the handler
	}()
	var ctx context.Context
	ctx, lazy = c.origin().ContextIn(w.room(req), c.parent, c.try)
	if w.Meta {
		ctx = c.within(ctx)
	}
	done := c.parent.Done()
	t := newTask(c, h, w, req, last)
	t.ctx, t.lazy = ctx, lazy
	c.pending = pending{}
	s := c.takeSeat()
	s.Start(t)
	why, due := w.stay(c, s, done)
	if due {
		r = newRace(c, h, w, req, s, t)
		r.wait()
		why, lazy = r.why, r.into(c)
		if s = r.won.place; r.judged() {
			sound = true
			return r.won.resp, r.won.err
		}
	}
	if why != mailbox.Answered {
		c.seat, sound = s, true
		c.keepKey()
		return resp, c.leftBehind(why)
	}
	s.Free()
	resp, err, c.out = t.resp, t.err, t.out
	t.recycle()
	if c.out.Kind == 0 { // it did return
		w.judge(c, resp, err)
	} else {
		c.broke = err
	}
	sound = true
	return resp, err
}

// newTask is the attempt as the pooled goroutine needs it, but for its context.
func newTask[Req, Resp any](c *call, h Handler[Req, Resp], w *With[Req, Resp], req Req, last Resp) *task[Req, Resp] {
	t := taskFor[Req, Resp](c.op)
	t.errand = errand{op: c.op, attempt: c.attempts, began: c.began, until: c.try.Until}
	t.handle, t.discard, t.holds, t.req, t.generation = h, w.Discard, w.Hold != nil, req, c.generation
	if c.attempts > 1 && !c.left && !c.gone {
		t.last, t.repeats = last, true
	}
	return t
}

// leftBehind is the outcome, and the error, of an attempt whose caller does not
// wait for its end: the deadline's failure, or void. No hook is asked, for there
// is no answer to judge.
func (c *call) leftBehind(why mailbox.Ending) error {
	c.halted = why == mailbox.Interrupted
	if c.halted {
		c.out = fuseboard.Outcome{Kind: fuseboard.Void, Class: fuseboard.ClassCancelled}
		return context.Canceled
	}
	if why == mailbox.TimeUp || c.parent.Err() == context.DeadlineExceeded {
		c.out = fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassTimeout}
		if now := c.guard.clock.Now(); c.try.Passed(now) {
			return c.try.Error(now, nil)
		}
		return context.Cause(c.parent) // a deadline that it did not tell of
	}
	c.out = fuseboard.Outcome{Kind: fuseboard.Void, Class: fuseboard.ClassCancelled}
	return cmp.Or(context.Cause(c.parent), context.Canceled)
}

// overloaded reports whether so much work has been left behind that no more may begin.
func (c *call) overloaded() bool {
	return c.plan.isolated && c.guard.pool.Load().Burdened(c.now, c.plan.workers().MaxAbandoned)
}

// unmanned is the refusal of a call that finds too much work left behind, or a guard
// that has stopped and left it.
func (c *call) unmanned() error {
	if c.guard.hasHalted() {
		return c.stopped()
	}
	return c.refuse(refusedUnmanned, c.op.refusals().abandoned)
}

// cancel ends the contexts of all handlers that run, and the waiting of those who
// may leave theirs behind.
func (g *Guard) cancel() {
	g.family.Cancel()
	if pool := g.pool.Load(); pool != nil {
		pool.Interrupt()
	}
}

// disband ends the pooled goroutines, each once it has no work. Where none has,
// it waits for their end.
func (g *Guard) disband(ctx context.Context, drained bool) {
	pool := g.pool.Load()
	if pool == nil {
		return
	}
	pool.Close()
	if drained {
		grace, over := context.WithTimeout(context.WithoutCancel(ctx), cancelGrace)
		defer over()
		_ = pool.Wait(grace) // all are on their way out
	}
}
