// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"math"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// The defaults of a [Backoff].
const (
	DefaultBackoffBase   = 50 * time.Millisecond
	DefaultBackoffMax    = 5 * time.Second
	DefaultBackoffFactor = 2.0
)

const (
	backoffLongestBase = time.Hour
	backoffLongestMax  = 24 * time.Hour
	backoffLeastFactor = 1.0
	backoffMostFactor  = 10.0

	codeBaseAboveMax = "base-above-max"
	codeFactorUnused = "factor-unused"
	codeUnknownWord  = "unknown-word"
)

// Backoff says how long to wait before a repetition. It is plain data; the
// waits come from [Backoff.After]. A zero field means its default.
type Backoff struct {
	// Kind is how the waits grow from one failure to the next. Default exponential.
	Kind BackoffKind
	// Base is the first wait. Default 50ms, at most 1h; 1ns repeats at once.
	Base time.Duration
	// Max is what no wait ever exceeds, jitter included. Default 5s, at most 24h.
	Max time.Duration
	// Factor is what each wait of an exponential backoff is multiplied with to give
	// the next; other kinds ignore it. Default 2, accepted 1 to 10.
	Factor float64
	// Jitter spreads the waits of many callers that failed together. Default full.
	Jitter Jitter
}

// On reports whether any field is set.
func (b Backoff) On() bool { return b != Backoff{} }

// WithDefaults returns b with every zero field at its default.
func (b Backoff) WithDefaults() Backoff {
	if b.Base == 0 {
		b.Base = DefaultBackoffBase
	}
	if b.Max == 0 {
		b.Max = DefaultBackoffMax
	}
	if b.Factor == 0 && b.Kind == Exponential {
		b.Factor = DefaultBackoffFactor
	}
	return b
}

// Validate reports everything wrong with b at once, with paths relative to the
// section: "base", "max", …
func (b Backoff) Validate() fuseboard.Problems {
	var c plain.Check
	if !b.Kind.known() {
		c.Add(wordProblem("kind", backoffKindWords[:], int(b.Kind)))
	}
	c.Duration("base", b.Base, 0, backoffLongestBase, "")
	c.Duration("max", b.Max, 0, backoffLongestMax, "")
	c.Number("factor", b.Factor, backoffLeastFactor, backoffMostFactor, "")
	if b.Factor != 0 && b.Kind != Exponential {
		c.Add(fuseboard.Problem{
			Path: "factor", Code: codeFactorUnused, Value: plain.Number(b.Factor), Warning: true,
			Message: "has no effect: the backoff is " + b.Kind.String(),
			Fix:     "remove factor, or set kind: exponential",
		})
	}
	if !b.Jitter.known() {
		c.Add(wordProblem("jitter", jitterWords[:], int(b.Jitter)))
	}
	if full := b.WithDefaults(); full.Base > full.Max && full.Max > 0 {
		c.Add(fuseboard.Problem{
			Path: "base", Code: codeBaseAboveMax, Value: plain.Duration(full.Base), Warning: true,
			Message: "is above max " + plain.Duration(full.Max) + ", so every wait is max",
			Fix:     "lower base or raise max",
		})
	}
	return c.Problems()
}

// After returns the wait after that many failures in a row (the first is 1; less
// counts as 1). The scale stretches it and comes from the failure's class, see
// [TreatmentOf]; u in [0,1) is the randomness of this one decision, see [Uniform].
//
// Without jitter the wait d is Base × Factor^(failures−1), or Base × failures, or
// Base; times the scale; at most Max. With full jitter it is uniform in [0, d],
// which spreads callers best ("Exponential Backoff And Jitter", AWS Architecture
// Blog, 2015). It is never negative and never above Max, whatever the arguments:
// there is no number of failures at which it overflows, and a scale that is no
// number waits for Max rather than not at all.
func (b Backoff) After(failures int, scale, u float64) time.Duration {
	b = b.WithDefaults()
	d := b.grown(max(failures, 1)) * scale
	limit := float64(max(b.Max, 0))
	if !(d < limit) { // also when d is no number
		d = limit
	}
	wait := between0(time.Duration(d), b.Max)
	if b.Jitter == NoJitter {
		return wait
	}
	return spread(wait, u)
}

// grown is the wait before scale, cap and jitter, in nanoseconds; it may be infinite.
func (b Backoff) grown(failures int) float64 {
	base := float64(b.Base)
	switch b.Kind {
	case Constant:
		return base
	case Linear:
		return base * float64(failures)
	default:
		return base * math.Pow(b.Factor, float64(failures-1))
	}
}

// spread returns the duration in [0, d] that u in [0,1) stands for.
func spread(d time.Duration, u float64) time.Duration {
	if !(u > 0) {
		return 0
	}
	return between0(time.Duration(min(u, 1)*(float64(d)+1)), d)
}

// between0 returns d, but no less than zero and no more than most.
func between0(d, most time.Duration) time.Duration { return max(min(d, most), 0) }
