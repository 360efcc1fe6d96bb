// SPDX-License-Identifier: Apache-2.0

package supervision

import (
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
	codeKindUnused   = "kind-unused"
	codeUnknownWord  = "unknown-word"
)

// Backoff says how long to wait before a repetition. It is plain data; the
// waits come from [Backoff.Next]. A zero field means its default.
type Backoff struct {
	// Kind is how the waits grow from one failure to the next. Default exponential.
	Kind BackoffKind
	// Base is the first wait. Default 50ms, at most 1h; 1ns repeats at once.
	Base time.Duration
	// Max is what no wait ever exceeds, jitter included. Default 5s, at most 24h.
	Max time.Duration
	// Factor is what each wait of an exponential backoff is multiplied with to give
	// the next; other kinds and decorrelated jitter ignore it. Default 2, accepted 1 to 10.
	Factor float64
	// Jitter spreads the waits of many callers that failed together: full, none, equal
	// or decorrelated. Default full.
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
	if b.Factor == 0 && b.grows() {
		b.Factor = DefaultBackoffFactor
	}
	return b
}

// grows reports whether the Factor says how the waits grow.
func (b Backoff) grows() bool { return b.Kind == Exponential && b.Jitter != DecorrelatedJitter }

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
	b.checkUnused(&c)
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

// checkUnused warns of fields that say how the waits grow where something else does.
func (b Backoff) checkUnused(c *plain.Check) {
	decorrelated := b.Jitter == DecorrelatedJitter
	if b.Kind != Exponential && b.Kind.known() && decorrelated {
		c.Add(fuseboard.Problem{
			Path: "kind", Code: codeKindUnused, Value: b.Kind.String(), Warning: true,
			Message: "has no effect: with decorrelated jitter each wait comes from the one before",
			Fix:     "remove kind, or set jitter: full",
		})
	}
	if b.Factor == 0 || b.grows() {
		return
	}
	p := fuseboard.Problem{
		Path: "factor", Code: codeFactorUnused, Value: plain.Number(b.Factor), Warning: true,
		Message: "has no effect: the backoff is " + b.Kind.String(), Fix: "remove factor, or set kind: exponential",
	}
	if decorrelated {
		p.Message, p.Fix = "has no effect: with decorrelated jitter each wait comes from the one before", "remove factor, or set jitter: full"
	}
	c.Add(p)
}
