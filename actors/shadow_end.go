// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"errors"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/deadline"
)

// errShadow is why a failure was not repeated that an enforced policy would repeat.
var errShadow = errors.New("the policy is in shadow")

// watched notes how a call ended that ran in shadow, as its policy would have seen it,
// and gives back all that it holds.
func watched[Req, Resp any](c *call, w *With[Req, Resp], req Req, resp Resp, err error) {
	defer func() { // also where a hook ends this goroutine
		if c.shadowed && !c.pending.on {
			c.vacate()
		}
	}()
	now := c.guard.clock.Now()
	switch {
	case c.cutBy(now):
		c.wouldCut(c.try.Until)
	case c.broke == nil:
		w.judgeSafely(c, resp, err)
	}
	c.judge(err)
	if c.watchOn(now, w.Hold != nil && err == nil && !c.pending.whole) {
		return
	}
	c.leave(now)
	if c.out.Kind == fuseboard.Failure {
		c.gaveUp(wouldRepeat(c, w, req))
	}
}

// watchOn keeps an attempt open whose answer may be held: its outcome is open, and its
// permit taken, until that ends. A failure is none: it would be repeated, holding nothing.
func (c *call) watchOn(now fuseboard.Instant, holds bool) bool {
	if !holds || c.broke != nil || c.out.Kind == fuseboard.Failure {
		return false
	}
	c.now = now
	c.measure(now)
	c.pending = pending{on: true, returned: now}
	return true
}

// cutBy reports whether the policy would have cut the attempt short by now.
func (c *call) cutBy(now fuseboard.Instant) bool {
	return c.claimed && c.try.Passed(now) && c.try.Scope != deadline.Caller
}

// wouldCut notes that the policy would have cut the attempt short at that instant.
func (c *call) wouldCut(at fuseboard.Instant) {
	c.guard.shadow().cutShort.Add(1)
	c.out = fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassTimeout, Elapsed: at.Sub(c.began)}
}

// judgeSafely is judge where a panic of a hook must not reach a caller who
// has an answer. As where it is enforced, it is the failure of that call.
func (w *With[Req, Resp]) judgeSafely(c *call, resp Resp, err error) {
	defer func() {
		if value := recover(); value != nil {
			c.out, c.broke = broken(value)
		}
	}()
	w.judge(c, resp, err)
}

// wouldRepeat is why a failure would not have been repeated: errShadow if it would
// have been. What a repetition takes of the budget is taken.
func wouldRepeat[Req, Resp any](c *call, w *With[Req, Resp], req Req) error {
	switch {
	case c.broke == ErrGoexit: //nolint:errorlint // our own value, never wrapped
		return ErrGoexit
	case !c.plan.repeats:
		return nil
	case !c.claimed:
		return errShadow
	}
	safe, why := w.safe(c, req)
	if why != nil {
		return why
	}
	if _, why := c.again(safe); why != nil {
		return why
	}
	c.guard.shadow().repeats.Add(1)
	return errShadow
}
