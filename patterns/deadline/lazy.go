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
	return ContextIn(nil, parent, c, s, f)
}

// ContextIn is [Context] in a Lazy that the caller brings, so that nothing is allocated:
// one that lies in an object that there is anyway, and is zero. One that has served is
// left alone, because whoever got its context may have kept that: another is allocated
// then, as for nil. No two calls may bring the same at once.
func ContextIn(l *Lazy, parent context.Context, c *fuseboard.Clock, s Span, f *Family) (context.Context, *Lazy) {
	if s.Scope == Caller {
		return parent, nil
	}
	if l == nil || l.parent != nil {
		l = new(Lazy)
	}
	l.parent, l.clock, l.family = parent, c, f
	l.start, l.until, l.limit, l.scope = s.Start, s.Until, s.Limit, s.Scope
	return l, l
}

// Lazy is a context that is not built until somebody looks at it. Its methods
// are those of context.Context, and End. Safe for concurrent use; it must not
// be copied.
type Lazy struct {
	parent context.Context
	clock  *fuseboard.Clock
	family *Family
	state  atomic.Pointer[made] // nil: untouched; ended: untouched and over; else built
	mu     sync.Mutex           // held while state leaves nil or ended for a made
	looks  atomic.Uint32        // calls of Err that were answered from the clock
	// The span, field by field: so a Lazy is 80 bytes and not 96.
	scope        Scope
	start, until fuseboard.Instant
	limit        time.Duration
}

var _ context.Context = (*Lazy)(nil)

// made is what a Lazy builds at the first look.
type made struct {
	ctx          context.Context
	cancel       context.CancelFunc
	cause        Error // the context's cause at its deadline; in here, it costs no object
	before, next *made // in the Family, and guarded by it
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
	if l.until == fuseboard.Never {
		return l.parent.Deadline()
	}
	return l.clock.Time(l.until), true
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
	return parent + ".deadline(" + l.scope.String() + " " + l.limit.String() + ")"
}

// goesOn reports that nothing has ended the context, which nobody has built.
func (l *Lazy) goesOn() bool {
	return l.parent.Err() == nil && !l.family.Cancelled() &&
		(l.until == fuseboard.Never || l.clock.Now() < l.until)
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
	if l.until == fuseboard.Never {
		m.ctx, m.cancel = context.WithCancel(l.parent)
		return m
	}
	m.cause = Error{Scope: l.scope, Limit: l.limit, Elapsed: max(0, l.until.Sub(l.start))}
	parent := l.parent
	if parent.Err() == context.DeadlineExceeded && l.clock.Now() >= l.until {
		// Both deadlines passed unseen. The parent's is the later one, and must not
		// be taken for the reason.
		parent = context.WithoutCancel(parent)
	}
	m.ctx, m.cancel = context.WithDeadlineCause(parent, l.deadline(), &m.cause)
	return m
}

// deadline returns until as a time that compares rightly with the parent's
// deadline. One that has only a wall clock reading needs the wall clock of this
// moment, which may have been set since the clock began.
func (l *Lazy) deadline() time.Time {
	if at, ok := l.parent.Deadline(); !ok || at != at.Round(0) {
		return l.clock.Time(l.until)
	}
	now := time.Now()
	return now.Add(l.until.Sub(l.clock.At(now)))
}

// over makes the context that was cancelled before anybody looked. What became
// of the parent since then does not matter to it.
func (l *Lazy) over() *made {
	m := &made{}
	m.ctx, m.cancel = context.WithCancel(context.WithoutCancel(l.parent))
	m.cancel()
	return m
}
