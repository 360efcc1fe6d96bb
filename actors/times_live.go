// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"time"
	"unsafe"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/quantile"
	"github.com/fuseboard/fuseboard/patterns/deadline"
	"github.com/fuseboard/fuseboard/patterns/hedge"
)

// live is what a guard knows of how long its attempts take, for the sections of its policy
// that go by it. It is immutable: what it points to is safe for concurrent use and outlives
// it, and an Update puts another in its place. A guard without such sections has none.
type live struct {
	hedger *hedge.Hedger   // nil: no copies are sent
	limit  *quantile.Live  // nil: deadline.adaptive is off
	origin deadline.Origin // of the contexts of attempts that may lose
}

// timed reports whether any section goes by how long attempts take.
func (p Policy) timed() bool { return p.Hedge.On() || p.Deadline.Adaptive.On() }

// liveBytes is what is kept for these sections.
func (p Policy) liveBytes() (sum int64) {
	if !p.timed() {
		return 0
	}
	sum = int64(unsafe.Sizeof(live{})) + p.Hedge.Bytes()
	if p.Deadline.Adaptive.On() {
		sum += quantile.Bytes()
	}
	return sum
}

// liveFor is what a plan needs; before is that of the plan before it, nil for none. It says
// what of that could not be kept.
func (g *Guard) liveFor(p *plan, before *live) (after *live, lost []string) {
	if before == nil {
		before = new(live)
	}
	after = &live{origin: g.origin.WithCauses()}
	after.hedger, lost = hedgerFor(p.given.Hedge, before.hedger, lost)
	after.limit, lost = attemptLimitFor(p.given.Deadline.Adaptive.WithDefaults(), before.limit, lost)
	if !p.given.timed() {
		after = nil
	}
	return after, lost
}

func hedgerFor(p Hedge, before *hedge.Hedger, lost []string) (*hedge.Hedger, []string) {
	known := before != nil && before.View().Known
	switch {
	case !p.On() && known:
		return nil, append(lost, "what hedge has learnt of how long attempts take, because hedge is off now")
	case !p.On():
		return nil, lost
	case before == nil:
		return hedge.New(p), lost
	}
	before.Reshape(p)
	if known && !before.View().Known {
		lost = append(lost, "what hedge has learnt of how long attempts take, because of another hedge.window, quantile or min_calls")
	}
	return before, lost
}

func attemptLimitFor(a AdaptiveAttempt, before *quantile.Live, lost []string) (*quantile.Live, []string) {
	switch {
	case !a.On() && before == nil:
		return nil, lost
	case !a.On():
		return nil, append(lost, "what the adaptive attempt limit has learnt, because deadline.adaptive is off now")
	case before == nil:
		return quantile.New(a.Window, a.MinCalls, a.Quantile), lost
	}
	_, known := before.Value(0)
	kept := before.Reshape(a.Window, a.MinCalls, a.Quantile)
	_, still := before.Value(0)
	switch {
	case !kept:
		lost = append(lost, "what the adaptive attempt limit has learnt, because deadline.adaptive.window is another")
	case known && !still:
		lost = append(lost, "the adaptive attempt limit, because deadline.adaptive.min_calls is more than it has seen")
	}
	return before, lost
}

// relearn puts what the guard knows of times under another plan, and says what was lost.
func (g *Guard) relearn(after *plan) (lost []string) {
	before := g.live.Load()
	if before == nil && !after.given.timed() {
		return nil
	}
	next, lost := g.liveFor(after, before)
	g.live.Store(next)
	return lost
}

// limitOf is how long an attempt under the plan may take now; zero where nothing limits it.
func (g *Guard) limitOf(p *plan) time.Duration {
	if l := g.live.Load(); l != nil && l.limit != nil {
		if of, known := l.limit.Value(0); known {
			return p.limits.Of(of)
		}
	}
	return p.given.Deadline.Attempt
}

// try is the span of an attempt that begins now.
func (g *Guard) try(p *plan, of deadline.Span, now fuseboard.Instant) deadline.Span {
	if !p.adapts {
		return p.given.Deadline.Try(of, now)
	}
	return p.given.Deadline.TryWithin(of, now, g.limitOf(p))
}

// took tells what the guard knows of times how an attempt ended. A first copy that has no
// answer counts with the time that it had, as far as that says something; further copies do
// not count, because those that answer are the fast ones.
func (l *live) took(c *call, now fuseboard.Instant) {
	if c.copied {
		return
	}
	took, answered := c.out.Elapsed, c.out.Kind == fuseboard.Success
	if l.limit != nil && (answered || l.tells(c, now)) {
		l.limit.Record(now, took)
	}
	switch {
	case l.hedger == nil:
	case answered:
		l.hedger.Record(now, took)
	default:
		l.hedger.Lost(now, took)
	}
}

// tells reports whether the time of an attempt without an answer says something about how long
// answers take: it is not below the quantile, so the time of the answer would not have been either. That is so
// of all that an adaptive limit has ended, whatever the handler or a hook makes of that: else a limit that is too
// short would never rise. What is below may have been cut by its caller, or be a failure that came at once.
func (l *live) tells(c *call, now fuseboard.Instant) bool {
	if v, known := l.limit.Value(0); known {
		return c.out.Elapsed >= v
	}
	return c.beside && c.out.Kind == fuseboard.Void || c.try.Scope == deadline.Attempt && c.try.Passed(now)
}

// tookSuccess is took of a success that went straight.
func (g *Guard) tookSuccess(now fuseboard.Instant, took time.Duration) {
	if l := g.live.Load(); l != nil && l.limit != nil {
		l.limit.Record(now, took)
	}
}
