// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/patterns/deadline"
)

// hedgeAt is when a copy of the attempt that has begun is due; Never where there will be none.
func (w *With[Req, Resp]) hedgeAt(c *call) fuseboard.Instant {
	if !c.plan.hedges || w.Safe == nil {
		return fuseboard.Never
	}
	l := c.guard.live.Load()
	if l == nil || l.hedger == nil { // an Update came meanwhile
		return fuseboard.Never
	}
	wait, sends := l.hedger.Wait()
	if !sends {
		return fuseboard.Never
	}
	return c.began.Add(wait)
}

// stay waits for an attempt on a pooled goroutine as [mailbox.Seat.Wait] does, but no longer
// than until a copy of it is due.
func (w *With[Req, Resp]) stay(c *call, s *mailbox.Seat, done <-chan struct{}) (why mailbox.Ending, due bool) {
	at := w.hedgeAt(c)
	if at >= c.try.Until {
		return s.Wait(done, c.began, c.try.Until), false
	}
	switch why = s.Await(done, c.began, at); {
	case why == mailbox.TimeUp:
		return why, true
	case why != mailbox.Answered && !s.Leave(): // it came at the same moment
		why = mailbox.Answered
	}
	return why, false
}

// alone is what of a call belongs to the attempt that runs.
func (c *call) alone() call {
	return call{
		op: c.op, guard: c.guard, plan: c.plan, parent: c.parent, span: c.span, came: c.came,
		attempts: c.attempts, cost: c.cost, try: c.try, permit: c.permit, now: c.now, began: c.began,
		generation: c.generation, learns: c.learns, copied: c.copied,
	}
}

// adopt makes the attempt of k that of the call: it decides how that ends.
func (c *call) adopt(k *call) {
	c.try, c.permit, c.now, c.began = k.try, k.permit, k.now, k.began
	c.generation, c.learns, c.copied, c.broke, c.halted = k.generation, k.learns, k.copied, k.broke, k.halted
	c.pending.whole = k.pending.whole
	copyOutcome(&c.out, &k.out)
}

// origin is where the context of the attempt comes from: where it may lose, from one that can
// tell it.
func (c *call) origin() *deadline.Origin {
	if c.plan.hedges {
		if l := c.guard.live.Load(); l != nil {
			return &l.origin
		}
	}
	return &c.guard.origin
}
