// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"context"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// decide says whether a failed request is made again, and after what wait; if not,
// why, which is nil where nobody asked.
func (w *With[Req, Resp]) decide(c *call, req Req) (after time.Duration, again bool, why error) {
	if c.final() {
		return 0, false, nil
	}
	safe, why := w.safe(c, req)
	if why == nil {
		after, why = c.again(safe)
	}
	return after, why == nil, why
}

// again decides whether to repeat, and after what wait; else it says why not.
func (c *call) again(safe bool) (time.Duration, error) {
	decision := supervision.Decide(c.now, c.fault(safe), c.plan.retry, supervision.Restart{})
	if decision.Verb != supervision.Again {
		return 0, decision.Why
	}
	return decision.After, c.afford(c.now, decision.After)
}

// pause waits out the backoff, holding nothing.
func (c *call) pause(after time.Duration) error {
	err := c.wait(after)
	c.now = c.guard.clock.Now()
	return err
}

// final reports that there is nothing to decide about a failure. A handler that
// ended its goroutine is not repeated, because a caller's own could not go on.
func (c *call) final() bool {
	return !c.repeating() || c.broke == ErrGoexit //nolint:errorlint // our own value, never wrapped
}

// fault is what is known about the last attempt's failure.
func (c *call) fault(safe bool) supervision.Fault {
	return supervision.Fault{
		Outcome: c.out, Attempt: c.attempts, Repeats: c.repeats, Last: c.last, Safe: safe,
		Until: c.span.Until, U: c.guard.random(),
	}
}

// afford says why a repetition that was decided is not made after all: the
// circuit will still refuse it, or the budget is spent.
func (c *call) afford(now fuseboard.Instant, after time.Duration) error {
	g := c.guard
	if phase, refuses := g.circuit.Refuses(); refuses && phase.Until > now.Add(after) {
		return c.op.refusedOpen(phase)
	}
	if !g.spent.WithdrawFor(now, c.out.Class) {
		g.count.seldom().suppressed.Add(1)
		return supervision.ErrBudget
	}
	c.last = max(after-max(c.out.RetryAfter, 0), 0)
	return nil
}

func (c *call) wait(d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-c.parent.Done():
		return cmp.Or(context.Cause(c.parent), context.Canceled)
	case <-c.guard.living().halting.wait():
		return ErrStopped
	}
}
