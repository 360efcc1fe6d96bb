// SPDX-License-Identifier: Apache-2.0

package deadline

import (
	"context"

	"github.com/fuseboard/fuseboard"
)

// WithCauses returns an origin whose contexts [Lazy.Cancel] can end with a cause, for work
// that may become needless before it has ended. They cost a second object where somebody
// looks at them. Where the caller's own deadline is the first, the context is a child of the
// caller's, and not the caller's itself, which nobody but the caller can cancel.
func (o *Origin) WithCauses() Origin {
	with := *o
	with.causes = true
	return with
}

// asCallers is the span of a child that ends with its caller.
func asCallers(s Span) Span { return Span{Start: s.Start, Until: fuseboard.Never, Scope: Total} }

// Cancel cancels the context with context.Canceled unless it ended before; context.Cause then
// tells the cause, if the context came from an [Origin.WithCauses]. End must still be called
// when the work has really ended. Cancel of a nil Lazy does nothing.
func (l *Lazy) Cancel(cause error) {
	if l == nil {
		return
	}
	m := l.look()
	if c, with := m.ctx.(*caused); with {
		c.cancel(cause)
		return
	}
	m.cancel()
}

// caused is a built context that can be cancelled with a cause. It is seen by nobody: a Lazy
// stands before it.
type caused struct {
	context.Context
	cancel context.CancelCauseFunc
}

// buildCaused is build with a cancel function for a cause beneath.
func (l *Lazy) buildCaused(m *made) *made {
	if l.until == fuseboard.Never {
		ctx, cancel := context.WithCancelCause(l.parent)
		m.ctx, m.cancel = &caused{ctx, cancel}, func() { cancel(nil) }
		return m
	}
	m.cause = Error{Scope: l.start.scope(), Limit: l.limit(), Elapsed: max(0, l.until.Sub(l.start.at()))}
	beneath, cancel := context.WithCancelCause(l.timely())
	ctx, end := context.WithDeadlineCause(beneath, l.deadline(), &m.cause)
	m.ctx, m.cancel = &caused{ctx, cancel}, func() { end(); cancel(nil) }
	return m
}
