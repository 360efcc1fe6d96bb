// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

// failed is the error of a call whose last attempt failed and is not repeated.
// A failure that only the classifier saw (no error) stays without one: the
// caller gets the answer as it is.
func (c *call) failed(err, why error) error {
	if err == nil {
		return nil
	}
	if c.out.Class == fuseboard.ClassTimeout && c.try.Passed(c.now) {
		err = c.try.Error(c.now, err)
	}
	return &CallError{
		Dependency: c.guard.name, Op: c.op.name, Attempts: c.attempts,
		Cause: err, Why: why, clock: c.guard.sys.clock,
	}
}

// ended is the error of a call that succeeded or ended void. What the user's
// own classifier called a success or void is passed as it is.
func (c *call) ended(err error) error {
	if err == nil {
		return nil
	}
	switch c.out.Class {
	case fuseboard.ClassCancelled, fuseboard.ClassDownstream:
		return c.failed(err, nil)
	case classHalted:
		return c.failed(err, ErrStopped)
	}
	return err
}

// classHalted marks an attempt that the guard's own stop cancelled. Void.
const classHalted fuseboard.Class = "halted"

// spent is the refusal of a call whose deadline passed before the dependency was touched.
func (c *call) spent() error {
	if c.attempts == 0 {
		c.guard.count.late.Add(1)
	}
	e := c.op.refusal(byDeadline, c.span.Error(c.now, nil), "the dependency was not touched")
	return e
}

// unqueued turns what the gate, or the caller's context, says about a call that
// never got to run into the error that the caller sees, and counts it.
func (c *call) unqueued(why error) error {
	g := c.guard
	refusals := c.op.refusals()
	count, err := &g.count.full, refusals.full
	flushed, isFlushed := why.(*openError) //nolint:errorlint // our own value, never wrapped
	switch {
	case isFlushed:
		count, err = &g.count.open, c.op.refusedOpen(flushed.refusal)
	case why == mailbox.ErrFull: //nolint:errorlint // the gate's own sentinel, never wrapped
	case errors.Is(why, context.DeadlineExceeded), c.span.Passed(c.now):
		return c.spent()
	case errors.Is(why, mailbox.ErrLate):
		err = refusals.late
	case errors.Is(why, mailbox.ErrSuspended):
		err = refusals.suspended
	case errors.Is(why, mailbox.ErrStopped):
		count, err = &g.count.stopped, refusals.stopped
	default:
		count, err = &g.count.left, &CallError{Dependency: g.name, Op: c.op.name, Cause: why, clock: g.sys.clock}
	}
	if c.attempts == 0 {
		count.Add(1)
	}
	return err
}
