// SPDX-License-Identifier: Apache-2.0

package deadline

import (
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// The defaults of an [Adaptive].
const (
	DefaultQuantile = 0.99
	DefaultFactor   = 2.0
	DefaultMin      = 10 * time.Millisecond
	DefaultWindow   = 30 * time.Second
	DefaultMinCalls = 100
)

const (
	leastQuantile = 0.9
	mostQuantile  = 0.999
	leastFactor   = 1.25
	mostFactor    = 10.0
	leastMin      = time.Millisecond
	leastWindow   = time.Second
	mostWindow    = 10 * time.Minute
	mostMinCalls  = 1_000_000
)

// Codes of the problems of an [Adaptive] that no range describes.
const (
	// CodeWithoutAttempt: nothing says what holds until enough is known, and what the limit never exceeds.
	CodeWithoutAttempt = "adaptive-without-attempt"
	// CodeMinOverAttempt: the least limit is longer than the longest.
	CodeMinOverAttempt = "min-over-attempt"
)

// Adaptive makes the limit of an attempt Factor times a quantile of how long attempts took lately: so it ends
// what hangs long before Policy.Attempt does. The zero Adaptive is off; set any field and each other zero field
// means its default.
//
// Attempts that a limit ended must be recorded, with the time that they had, whatever error was made of that; others without
// an answer only where they had no less than the quantile: their callers may have had little time. As Factor is more than 1, that is more than
// the quantile: so where more of them end by the limit than the quantile leaves, it rises, and the limit with it, by
// Factor each, until they fit or it is Policy.Attempt. Where all do, that is twice as long each hundredth of the
// window, by default.
type Adaptive struct {
	// Quantile is the share of attempts that take no longer. Default 99%, accepted 90% to 99.9%: the less, the longer it takes until
	// a limit that is too short rises.
	Quantile float64 `plain:"rate"`
	// Factor is how many times as long an attempt may take. Default 2, accepted 1.25 to 10. Twice the 99th
	// percentile ends about one attempt in 10000 of a healthy dependency whose times are lognormal with a deviation of
	// 0.5, and follows one that becomes three times slower in two steps. At 1 the limit would never rise.
	Factor float64
	// Min is the least that the limit ever is. Default 10ms (or Policy.Attempt, where that is less), which a pause of this process
	// does not use up; accepted 1ms to 24h, not above Policy.Attempt.
	Min time.Duration
	// Window is how long an attempt that was recorded counts. Default 30s, accepted 1s to 10m.
	Window time.Duration
	// MinCalls is how many the window must hold before the quantile is known; until then, and again when there are less
	// than half of that, Policy.Attempt holds. Default 100, accepted 1 to 1000000.
	MinCalls int
}

// On reports whether any field is set.
func (a Adaptive) On() bool { return a != Adaptive{} }

// WithDefaults returns a with every default written out; one that is off stays off.
func (a Adaptive) WithDefaults() Adaptive {
	if !a.On() {
		return a
	}
	if a.Quantile == 0 {
		a.Quantile = DefaultQuantile
	}
	if a.Factor == 0 {
		a.Factor = DefaultFactor
	}
	if a.Min == 0 {
		a.Min = DefaultMin
	}
	if a.Window == 0 {
		a.Window = DefaultWindow
	}
	if a.MinCalls == 0 {
		a.MinCalls = DefaultMinCalls
	}
	return a
}

// validate reports what is wrong with a below an attempt limit, paths relative to a.
func (a Adaptive) validate(attempt time.Duration) fuseboard.Problems {
	var c plain.Check
	c.Rate("quantile", a.Quantile, leastQuantile, mostQuantile, "leave it out for 99%")
	c.Number("factor", a.Factor, leastFactor, mostFactor, "leave it out for 2; at 1 a limit that is too short would never rise")
	c.Duration("min", a.Min, leastMin, 24*time.Hour, "leave it out for 10ms")
	c.Duration("window", a.Window, leastWindow, mostWindow, "leave it out for 30s")
	c.Int("min_calls", a.MinCalls, 1, mostMinCalls, "leave it out for 100")
	if a.On() && attempt == 0 {
		c.Add(fuseboard.Problem{
			Code: CodeWithoutAttempt, Message: "has no ceiling: nothing limits an attempt until enough is known",
			Fix: "set deadline.attempt to the longest that an attempt may take, or leave adaptive out",
		})
	}
	if attempt > 0 && a.Min > attempt {
		c.Add(fuseboard.Problem{
			Path: "min", Code: CodeMinOverAttempt, Value: plain.Duration(a.Min),
			Message: "is longer than deadline.attempt", Accepted: "at most attempt (" + plain.Duration(attempt) + ")",
			Fix: "lower min, or raise attempt",
		})
	}
	return c.Problems()
}

// WithDefaults returns p with every default written out: those of Adaptive, where that is on.
func (p Policy) WithDefaults() Policy {
	p.Adaptive = p.Adaptive.WithDefaults()
	if p.Attempt > 0 && p.Adaptive.On() {
		p.Adaptive.Min = min(p.Adaptive.Min, p.Attempt)
	}
	return p
}

// AttemptLimit returns how long an attempt may take: Factor times the quantile, never less than Adaptive.Min and never
// more than Attempt; which it is while the quantile is not known, or Adaptive is off. Zero where Attempt is: no limit.
func (p Policy) AttemptLimit(quantile time.Duration, known bool) time.Duration {
	if !known {
		return p.Attempt
	}
	return p.Limits().Of(quantile)
}

// Limits is what an adaptive limit is made of, worked out once a policy; the zero Limits are no limit.
type Limits struct {
	factor float64
	least  time.Duration
	most   time.Duration
}

// Limits returns what [Policy.AttemptLimit] is made of, for who asks for it with each attempt.
func (p Policy) Limits() Limits {
	if !p.Adaptive.On() || p.Attempt <= 0 {
		return Limits{least: p.Attempt, most: p.Attempt}
	}
	a := p.Adaptive.WithDefaults()
	if !(a.Factor >= leastFactor) { // nobody validated it
		a.Factor = leastFactor
	}
	return Limits{factor: min(a.Factor, mostFactor), least: min(max(a.Min, leastMin), p.Attempt), most: p.Attempt}
}

// Of is the limit of an attempt where the quantile is known. Where it is not, the limit is Policy.Attempt.
func (l Limits) Of(quantile time.Duration) time.Duration {
	limit := l.factor * float64(quantile)
	if limit >= float64(l.most) {
		return l.most
	}
	return max(time.Duration(limit), l.least)
}

// TryWithin is Try for an attempt that may take no longer than limit, as [Policy.AttemptLimit] returned it. Where that is shorter
// than Attempt, the scope is [Adapted].
func (p Policy) TryWithin(s Span, now fuseboard.Instant, limit time.Duration) Span {
	if limit <= 0 || p.Attempt > 0 && limit >= p.Attempt {
		return p.Try(s, now)
	}
	if now.Add(limit) >= s.Until {
		return s
	}
	return Span{Start: now, Until: now.Add(limit), Scope: Adapted, Limit: limit}
}

// Within returns what ends a first attempt that may take no longer than limit, as [Policy.AttemptLimit] returned it: f, where
// that is no longer, and else the limit, with the scope [Adapted].
func (f First) Within(limit time.Duration) First {
	if limit <= 0 || f.Limit > 0 && f.Limit <= limit {
		return f
	}
	return First{Limit: limit, Scope: Adapted}
}
