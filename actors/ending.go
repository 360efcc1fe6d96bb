// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/patterns/deadline"
	"github.com/fuseboard/fuseboard/supervision"
)

// failed is the error of a call whose last attempt failed and is not repeated.
// A failure that only the classifier saw (no error) stays without one: the
// caller gets the answer as it is.
func (c *call) failed(err, why error) error {
	if c.out.Kind == fuseboard.Failure {
		c.gaveUp(why)
	}
	if err == nil && c.gone {
		err = &lostAnswer{class: c.out.Class}
	}
	if err == nil {
		return nil
	}
	e := &CallError{
		Dependency: c.guard.name, Op: c.op.name, Attempts: c.attempts,
		Cause: err, Why: why, clock: c.guard.clock, class: c.out.Class,
	}
	if c.out.Class == fuseboard.ClassTimeout && c.try.Passed(c.ended) {
		if _, told := errors.AsType[*deadline.Error](err); !told {
			e.Cause = c.try.Error(c.ended, err)
		}
	}
	if refusal, ok := why.(*CallError); ok { //nolint:errorlint // a refusal of ours, never wrapped
		e.until = refusal.until
	} else if c.out.RetryAfter > 0 {
		e.until = c.ended.Add(c.out.RetryAfter)
	}
	return e
}

// lostAnswer is the cause of a call whose last answer was itself the failure, and was
// discarded for a repetition that did not come about.
type lostAnswer struct{ class fuseboard.Class }

// Error tells the class of the failure.
func (e *lostAnswer) Error() string {
	return fmt.Sprintf("the answer was a failure (%s), and was discarded for a repetition", cmp.Or(e.class, fuseboard.ClassError))
}

// answered is the error of a call that succeeded or ended void. What the user's
// own classifier called a success or void is passed as it is.
func (c *call) answered(err error) error {
	switch {
	case err == nil:
		return nil
	case c.halted:
		return c.failed(err, ErrStopped)
	case c.out.Class == fuseboard.ClassCancelled, c.out.Class == fuseboard.ClassDownstream:
		return c.failed(err, nil)
	}
	return err
}

// shut is the refusal of a circuit, or of a guard that has stopped meanwhile.
func (c *call) shut(phase *supervision.Refusal) error {
	g := c.guard
	if g.hasHalted() {
		return c.stopped()
	}
	if f := g.fleet.Load(); f != nil && phase.Fleet.Phase != FleetClear && c.attempts == 0 && !c.shadowed {
		f.refused.Add(1)
	}
	return c.refuse(refusedOpen, c.op.refusedOpen(phase))
}

// restarting is the refusal of a handler that is being rebuilt.
func (c *call) restarting(refusal *CallError) error {
	if c.guard.hasHalted() {
		return c.stopped()
	}
	return c.refuse(refusedRestarting, refusal)
}

// choose takes the generation that the attempt runs on. Without one the call goes
// back with all that it holds.
func (c *call) choose() error {
	if c.generation = c.op.generations.now.Load(); c.generation.refusal == nil {
		return nil
	}
	refusal := c.generation.refusal
	c.generation = nil
	c.unadmit()
	c.vacate()
	return c.restarting(refusal)
}

// spent is the refusal of a call whose deadline passed before the dependency was touched.
func (c *call) spent() error {
	return c.refuse(refusedLate, c.op.refusal(byDeadline, c.span.Error(c.now, nil), "the dependency was not touched"))
}

// stopped refuses a call of what has stopped.
func (c *call) stopped() error { return c.refuse(refusedStopped, c.op.refusals().stopped) }

// unqueued turns what the gate, or the caller's context, says about a call that
// never got to run into the error that the caller sees, and counts it.
func (c *call) unqueued(why error) error {
	flushed, isFlushed := why.(*openError) //nolint:errorlint // our own value, never wrapped
	switch {
	case isFlushed:
		return c.shut(flushed.refusal)
	case c.span.Passed(c.now):
		return c.spent()
	case c.parent.Err() != nil: // before the gate's words: a cause may be one of them
		if c.attempts == 0 {
			c.guard.count.seldom().left.Add(1)
		}
		return &CallError{Dependency: c.guard.name, Op: c.op.name, Cause: cmp.Or(context.Cause(c.parent), why), class: fuseboard.ClassCancelled, clock: c.guard.clock}
	case errors.Is(why, mailbox.ErrLate):
		return c.refuse(refusedWaited, c.op.lateOf(c.plan))
	case errors.Is(why, ErrLimit):
		return c.crowded()
	case errors.Is(why, mailbox.ErrStopped):
		return c.stopped()
	}
	reason, refusals := reasonOf(why), c.op.refusals()
	if reason == refusedYielded || reason == refusedSojourn {
		refusals = c.op.refusalsOf(c.plan.base()) // who waited is told what held for it
	}
	return c.refuse(reason, refusals.gate(reason, c.parent))
}
