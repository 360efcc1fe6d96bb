// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// safe asks the Safe hook. One that panics, or ends its goroutine, has not said yes.
func (w *With[Req, Resp]) safe(c *call, req Req) (safe bool, broke error) {
	if w.Safe == nil {
		return false, nil
	}
	sound := false
	defer func() {
		if sound {
			return
		}
		if v := recover(); v != nil {
			broke = &PanicError{Value: v, Stack: debug.Stack()}
			return
		}
		if c.pending.on {
			c.shutOpen()
		}
		c.vanished()
	}()
	safe = w.Safe(req)
	sound = true
	return safe, nil
}

// discard disposes of an answer that nobody gets. A Discard that panics is a
// fault of the service, not of the dependency: it is logged, and the call goes on.
func (w *With[Req, Resp]) discard(c *call, resp Resp) {
	if w.Discard == nil {
		return
	}
	defer func() {
		if v := recover(); v != nil {
			c.guard.sys.log.Error("Discard panicked", "operation", title(c.guard.name, c.op.name), "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
		}
	}()
	w.Discard(resp)
}

// judge says how the attempt has ended. It writes to the call what it finds: an Outcome is
// large, and this is the way of every call.
func (w *With[Req, Resp]) judge(c *call, resp Resp, err error) {
	fine, whole := false, false
	if err == nil && w.Glance != nil {
		fine, whole = w.Glance(resp)
	}
	w.judgeFrom(c, fine, whole, resp, err)
}

// judgeFrom is judge after the glance.
func (w *With[Req, Resp]) judgeFrom(c *call, fine, whole bool, resp Resp, err error) {
	if fine {
		c.pending.whole, c.out = whole, fuseboard.Outcome{Kind: fuseboard.Success}
		return
	}
	w.classify(c, resp, err)
	c.pending.whole = whole && c.out.Kind != fuseboard.Failure // that may be discarded yet
}

// classify asks the hook, or the default classifier.
func (w *With[Req, Resp]) classify(c *call, resp Resp, err error) {
	if w.Classify == nil {
		c.out = c.classified(err)
		return
	}
	said := w.Classify(resp, err)
	switch said.Kind {
	case fuseboard.Success, fuseboard.Failure, fuseboard.Void:
		copyOutcome(&c.out, &said)
	case fuseboard.Rejected: // a rejection is never the dependency's doing
		copyOutcome(&c.out, &said)
		c.out.Kind = fuseboard.Void
	default:
		c.out = c.classified(err)
		c.out.Final, c.out.Repeats = said.Final, max(said.Repeats, c.out.Repeats)
	}
}

// copyOutcome is *to = *from, field by field. What was just written in pieces is
// read in the same pieces: as a whole it has to wait until all of them have arrived.
func copyOutcome(to, from *fuseboard.Outcome) {
	to.Kind, to.Class, to.Elapsed = from.Kind, from.Class, from.Elapsed
	to.RetryAfter, to.Repeats, to.Final = from.RetryAfter, from.Repeats, from.Final
}

// classified is what the default classifier says.
func (c *call) classified(err error) fuseboard.Outcome {
	if err == nil {
		return fuseboard.Outcome{Kind: fuseboard.Success}
	}
	if c.halted = c.guard.family.Cancelled(); c.halted {
		return fuseboard.Outcome{Kind: fuseboard.Void, Class: fuseboard.ClassCancelled}
	}
	return supervision.Classify(err, c.parent.Err() == context.Canceled)
}
