// SPDX-License-Identifier: Apache-2.0

package deadline

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
)

// freeLooks is how often Err answers from the clock before it builds the
// context: about as often as costs what the building costs, so that a handler
// which asks in a loop pays at most twice.
const freeLooks = 16

// Origin is where the contexts of one owner come from: the clock that their spans are
// measured with, and the [Family] that they belong to. Make one with [NewOrigin]; it is
// immutable.
type Origin struct {
	clock  *fuseboard.Clock
	family *Family
	causes bool // see WithCauses
}

// NewOrigin returns an origin. f may be nil: then nothing ends its contexts together.
func NewOrigin(c *fuseboard.Clock, f *Family) Origin { return Origin{clock: c, family: f} }

// Context returns the context of something that may take s, and what ends it.
//
// Where the caller's own deadline is the first (s.Scope is Caller) the parent
// itself is returned, with a nil Lazy, and nothing is allocated. parent must
// then be the context that [Policy.Begin] saw, or a child that kept its deadline.
// Otherwise the result is one small object (48 bytes) that becomes a standard context,
// with a timer, when somebody first looks at Done, or at Err after its end. From
// then on context.Cause tells an [*Error] when the deadline passed, and children
// of the standard library attach without a goroutine.
//
// The span's instants must come from the origin's clock.
func (o *Origin) Context(parent context.Context, s Span) (context.Context, *Lazy) {
	if s.Scope == Caller {
		if !o.causes {
			return parent, nil
		}
		s = asCallers(s)
	}
	l := &Lazy{parent: parent, origin: o, start: stampOf(s.Start, s.Scope), until: s.Until}
	return l, l
}

// ContextIn is Context in a Lazy that the caller brings, so that nothing is allocated:
// one that lies in an object that there is anyway, and is zero. One that has served is
// left alone, because whoever got its context may have kept that: another is allocated
// then, as for nil. No two calls may bring the same at once.
func (o *Origin) ContextIn(l *Lazy, parent context.Context, s Span) (context.Context, *Lazy) {
	if s.Scope == Caller {
		if !o.causes {
			return parent, nil
		}
		s = asCallers(s)
	}
	if l == nil || l.parent != nil {
		l = new(Lazy)
	}
	l.parent, l.origin, l.start, l.until = parent, o, stampOf(s.Start, s.Scope), s.Until
	return l, l
}

// Context is [Origin.Context] for who needs one context and no more: f may be nil, c is
// the clock that the span's instants came from.
func Context(parent context.Context, c *fuseboard.Clock, s Span, f *Family) (context.Context, *Lazy) {
	if s.Scope == Caller {
		return parent, nil
	}
	own := &struct {
		Lazy
		origin Origin
	}{origin: NewOrigin(c, f)}
	return own.origin.ContextIn(&own.Lazy, parent, s)
}

// Lazy is a context that is not built until somebody looks at it. Its methods
// are those of context.Context, and End. Safe for concurrent use; it must not
// be copied.
type Lazy struct {
	parent context.Context
	origin *Origin
	state  atomic.Pointer[made] // nil or one of looks: untouched; ended: untouched and over; else built
	start  stamp
	until  fuseboard.Instant
}

var _ context.Context = (*Lazy)(nil)

// stamp is the start of a span with the scope of its end in the lowest bits, so that a
// Lazy is 48 bytes and not 64.
type stamp int64

const scopeBits = 3 // which leave 36 years

func stampOf(at fuseboard.Instant, s Scope) stamp { return stamp(at<<scopeBits | fuseboard.Instant(s)) }

func (s stamp) at() fuseboard.Instant { return fuseboard.Instant(s >> scopeBits) }
func (s stamp) scope() Scope          { return Scope(s & (1<<scopeBits - 1)) }

// made is what a Lazy builds at the first look.
type made struct {
	ctx          context.Context
	cancel       context.CancelFunc
	cause        Error // the context's cause at its deadline; in here, it costs no object
	before, next *made // in the Family, and guarded by it; before is itself once it was removed
}

// ended marks a Lazy that was over before anybody looked. It is only compared.
var ended = new(made)

// looks mark a Lazy that is not built and whose Err was asked for so many times. They
// are only compared.
var looks [freeLooks]made

// built reports whether m is a context, and no mark.
func (m *made) built() bool { return m != nil && m.ctx != nil }

// looked returns the mark after m, of a Lazy that is not built; nil after the last.
func looked(m *made) *made {
	if m == nil {
		return &looks[0]
	}
	for i := range freeLooks - 1 {
		if m == &looks[i] {
			return &looks[i+1]
		}
	}
	return nil
}

// End cancels the context with context.Canceled unless it ended before, stops
// its timer and takes it out of its Family. It must be called once the work has
// really ended; further calls do nothing. End of a nil Lazy does nothing.
func (l *Lazy) End() {
	if l == nil || l.state.CompareAndSwap(nil, ended) {
		return
	}
	l.endLooked()
}

// endLooked is End of a Lazy at which somebody has looked.
func (l *Lazy) endLooked() {
	for {
		m := l.state.Load()
		switch {
		case m == ended:
			return
		case m.built():
			m.cancel()
			l.origin.family.remove(m)
			return
		case l.state.CompareAndSwap(m, ended):
			return
		}
	}
}

// limit is the length of the span; zero when it has no end.
func (l *Lazy) limit() time.Duration {
	if l.until == fuseboard.Never {
		return 0
	}
	return max(0, l.until.Sub(l.start.at()))
}

// Deadline returns the end of the span, or the parent's when it has none. It
// builds nothing.
func (l *Lazy) Deadline() (time.Time, bool) {
	if l.until == fuseboard.Never {
		return l.parent.Deadline()
	}
	return l.origin.clock.Time(l.until), true
}

// Done returns the channel that is closed when the context ends. The first
// call builds the context.
func (l *Lazy) Done() <-chan struct{} { return l.look().ctx.Done() }

// Err returns nil before the end and then always the same error:
// context.DeadlineExceeded, context.Canceled, or the parent's. The first calls
// before the end build nothing.
func (l *Lazy) Err() error {
	if m := l.state.Load(); !m.built() && m != ended && l.goesOn() {
		if next := looked(m); next != nil {
			l.state.CompareAndSwap(m, next) // or somebody else has looked, too
			return nil
		}
	}
	return l.look().ctx.Err()
}

// Value returns the parent's value for key. A key of the standard library's own
// (it is an *int) builds the context, because it is the context that is asked for.
func (l *Lazy) Value(key any) any {
	m := l.state.Load()
	if !m.built() {
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
	return parent + ".deadline(" + l.start.scope().String() + " " + l.limit().String() + ")"
}

// goesOn reports that nothing has ended the context, which nobody has built.
func (l *Lazy) goesOn() bool {
	return l.parent.Err() == nil && !l.origin.family.Cancelled() &&
		(l.until == fuseboard.Never || l.origin.clock.Now() < l.until)
}

// look returns the built context, which is in the family.
func (l *Lazy) look() *made {
	for {
		m := l.state.Load()
		if m.built() {
			return m
		}
		fresh := l.make(m)
		if l.state.CompareAndSwap(m, fresh) {
			l.origin.family.add(fresh)
			return fresh
		}
		fresh.cancel() // another was first: it built it too, or ended it
		if first := l.state.Load(); first.built() {
			l.origin.family.add(first) // or it is about to be
			return first
		}
	}
}

// make builds what takes over from the mark m.
func (l *Lazy) make(m *made) *made {
	if m == ended {
		return l.over()
	}
	return l.build()
}

// build makes the standard context that takes over.
func (l *Lazy) build() *made {
	m := &made{}
	if l.origin.causes {
		return l.buildCaused(m)
	}
	if l.until == fuseboard.Never {
		m.ctx, m.cancel = context.WithCancel(l.parent)
		return m
	}
	m.cause = Error{Scope: l.start.scope(), Limit: l.limit(), Elapsed: max(0, l.until.Sub(l.start.at()))}
	m.ctx, m.cancel = context.WithDeadlineCause(l.timely(), l.deadline(), &m.cause)
	return m
}

// timely is the parent, for a context with a deadline of its own.
func (l *Lazy) timely() context.Context {
	if l.parent.Err() == context.DeadlineExceeded && l.origin.clock.Now() >= l.until {
		// Both deadlines passed unseen. The parent's is the later one, and must not
		// be taken for the reason.
		return context.WithoutCancel(l.parent)
	}
	return l.parent
}

// deadline returns until as a time that compares rightly with the parent's
// deadline. One that has only a wall clock reading needs the wall clock of this
// moment, which may have been set since the clock began.
func (l *Lazy) deadline() time.Time {
	if at, ok := l.parent.Deadline(); !ok || at != at.Round(0) {
		return l.origin.clock.Time(l.until)
	}
	now := time.Now()
	return now.Add(l.until.Sub(l.origin.clock.At(now)))
}

// over makes the context that was cancelled before anybody looked. What became
// of the parent since then does not matter to it.
func (l *Lazy) over() *made {
	m := &made{}
	m.before = m // no family wants it
	m.ctx, m.cancel = context.WithCancel(context.WithoutCancel(l.parent))
	m.cancel()
	return m
}
