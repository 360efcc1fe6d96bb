// SPDX-License-Identifier: Apache-2.0

package deadline

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
)

// freeLooks is how often Err answers from the clock before it builds the
// context: about as often as costs what the building costs, so that a handler
// which asks in a loop pays at most twice.
const freeLooks = 16

// Context returns the context of something that may take s, and what ends it.
//
// Where the caller's own deadline is the first (s.Scope is Caller) the parent
// itself is returned, with a nil Lazy, and nothing is allocated. parent must
// then be the context that [Policy.Begin] saw, or a child that kept its deadline.
// Otherwise the result is one small object that becomes a standard context,
// with a timer, when somebody first looks at Done, or at Err after its end. From
// then on context.Cause tells an [*Error] when the deadline passed, and children
// of the standard library attach without a goroutine.
//
// f may be nil. c is the clock that the span's instants came from.
func Context(parent context.Context, c *fuseboard.Clock, s Span, f *Family) (context.Context, *Lazy) {
	if s.Scope == Caller {
		return parent, nil
	}
	l := &Lazy{parent: parent, clock: c, family: f, span: s}
	return l, l
}

// Lazy is a context that is not built until somebody looks at it. Its methods
// are those of context.Context, and End. Safe for concurrent use; it must not
// be copied.
type Lazy struct {
	parent context.Context
	clock  *fuseboard.Clock
	family *Family
	span   Span
	mu     sync.Mutex           // held while state leaves nil or ended for a made
	state  atomic.Pointer[made] // nil: untouched; ended: untouched and over; else built
	looks  atomic.Uint32        // calls of Err that were answered from the clock
}

var _ context.Context = (*Lazy)(nil)

// made is what a Lazy builds at the first look.
type made struct {
	ctx          context.Context
	cancel       context.CancelFunc
	cause        Error // the context's cause at its deadline; in here, it costs no object
	before, next *made // in the Family
	member       bool
}

// ended marks a Lazy that was over before anybody looked. It is only compared.
var ended = new(made)

// End cancels the context with context.Canceled unless it ended before, stops
// its timer and takes it out of its Family. It must be called once the work has
// really ended; further calls do nothing. End of a nil Lazy does nothing.
func (l *Lazy) End() {
	if l == nil || l.state.CompareAndSwap(nil, ended) {
		return
	}
	l.mu.Lock() // whoever built it has entered it in the family by now
	m := l.state.Load()
	l.mu.Unlock()
	if m != ended {
		m.cancel()
		l.family.remove(m)
	}
}

// Deadline returns the end of the span, or the parent's when it has none. It
// builds nothing.
func (l *Lazy) Deadline() (time.Time, bool) {
	if l.span.Until == fuseboard.Never {
		return l.parent.Deadline()
	}
	return l.clock.Time(l.span.Until), true
}

// Done returns the channel that is closed when the context ends. The first
// call builds the context.
func (l *Lazy) Done() <-chan struct{} { return l.look().ctx.Done() }

// Err returns nil before the end and then always the same error:
// context.DeadlineExceeded, context.Canceled, or the parent's. The first calls
// before the end build nothing.
func (l *Lazy) Err() error {
	if l.state.Load() == nil && l.looks.Add(1) <= freeLooks && l.goesOn() {
		return nil
	}
	return l.look().ctx.Err()
}

// Value returns the parent's value for key. A key of the standard library's own
// (it is an *int) builds the context, because it is the context that is asked for.
func (l *Lazy) Value(key any) any {
	m := l.state.Load()
	if m == nil || m == ended {
		if _, own := key.(*int); !own {
			return l.parent.Value(key)
		}
		m = l.look()
	}
	return m.ctx.Value(key)
}

// String names the parent and the limit. It reads nothing that changes, so a
// context can be printed while it is used.
func (l *Lazy) String() string {
	parent := fmt.Sprintf("%T", l.parent)
	if s, ok := l.parent.(fmt.Stringer); ok {
		parent = s.String()
	}
	return parent + ".deadline(" + l.span.Scope.String() + " " + l.span.Limit.String() + ")"
}

// goesOn reports that nothing has ended the context, which nobody has built.
func (l *Lazy) goesOn() bool {
	return l.parent.Err() == nil && !l.family.Cancelled() &&
		(l.span.Until == fuseboard.Never || !l.span.Passed(l.clock.Now()))
}

// look returns the built context.
func (l *Lazy) look() *made {
	if m := l.state.Load(); m != nil && m != ended {
		return m
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch m := l.state.Load(); m {
	case nil:
		m = l.build()
		if l.state.CompareAndSwap(nil, m) {
			l.family.add(m)
			return m
		}
		m.cancel() // End came meanwhile
		l.state.Store(m)
		return m
	case ended:
		m = l.over()
		l.state.Store(m)
		return m
	default:
		return m
	}
}

// build makes the standard context that takes over.
func (l *Lazy) build() *made {
	m := &made{}
	if l.span.Until == fuseboard.Never {
		m.ctx, m.cancel = context.WithCancel(l.parent)
		return m
	}
	m.cause = *l.span.Error(l.span.Until, nil)
	// The deadline gets the wall reading of this moment: the library compares it
	// with the parent's, which may have nothing but a wall reading.
	wall := time.Now()
	now := l.clock.At(wall)
	parent := l.parent
	if l.span.Passed(now) && parent.Err() == context.DeadlineExceeded {
		// Both deadlines passed unseen. The parent's is the later one, and must not
		// be taken for the reason.
		parent = context.WithoutCancel(parent)
	}
	m.ctx, m.cancel = context.WithDeadlineCause(parent, wall.Add(l.span.Until.Sub(now)), &m.cause)
	return m
}

// over makes the context that was cancelled before anybody looked. What became
// of the parent since then does not matter to it.
func (l *Lazy) over() *made {
	m := &made{}
	m.ctx, m.cancel = context.WithCancel(context.WithoutCancel(l.parent))
	m.cancel()
	return m
}
