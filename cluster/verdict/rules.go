// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Rules are the numbers of the verdict. Every node of a fleet needs the same. The zero
// Rules are the defaults, which are those that were simulated; other numbers were not.
type Rules struct {
	// Window is how long an attempt counts: 1s to 10m. Default 10s.
	Window time.Duration
	// FailureRate is the share of failures at which a node votes that a dependency
	// fails, and at which the callers together say so: above 0 to 1. Default 0.5.
	FailureRate float64
	// ExitRate is the share of failures at which a ramp falls back, and a node on its ramp
	// speaks against leaving: above 0 to FailureRate. Default 0.3.
	ExitRate float64
	// MinCalls is how many attempts, no caller's more than a third of them, the callers
	// together must have made in the window: 1 to 10000. Default 20.
	MinCalls int
	// Probes is how many probes a second the whole fleet sends to a dependency that is
	// held: 0.01 to 1000. Default 2. No node sends more than one a second, nor fewer than two a minute.
	Probes float64
	// Hold is how long a first hold lasts, before jitter of a fifth: 1s to 10m. Default 10s.
	Hold time.Duration
	// Fresh is how long a beacon vouches for its node, and how long a probe counts among
	// the latest: 1s to 10m. Default 5s.
	Fresh time.Duration
	// Persist is how long the evidence must stand before anything is held: 100ms to 10s.
	// Default 400ms.
	Persist time.Duration
	// Ramp is how long the way back from a hold takes: 1s to 10m. Default 10s.
	Ramp time.Duration
}

// WithDefaults returns r with the documented defaults in the place of zeros.
func (r Rules) WithDefaults() Rules {
	setDefault(&r.Window, 10*time.Second)
	setDefault(&r.FailureRate, 0.5)
	setDefault(&r.ExitRate, min(0.3, r.FailureRate))
	setDefault(&r.MinCalls, 20)
	setDefault(&r.Probes, 2)
	setDefault(&r.Hold, 10*time.Second)
	setDefault(&r.Fresh, 5*time.Second)
	setDefault(&r.Persist, 400*time.Millisecond)
	setDefault(&r.Ramp, 10*time.Second)
	return r
}

// Validate returns everything wrong with r, in the order of its fields. Paths are those
// of policy files: failure_rate. A zero field passes: it means the default.
func (r Rules) Validate() fuseboard.Problems {
	var c plain.Check
	c.Duration("window", r.Window, minWindow, maxWindow, "10s is the default, and was simulated")
	c.Rate("failure_rate", r.FailureRate, 0, 1, "write a share such as 50% or 0.5; 50% is the default")
	c.Rate("exit_rate", r.ExitRate, 0, 1, "write a share such as 30% or 0.3; 30% is the default")
	if rate := r.WithDefaults().FailureRate; r.ExitRate > rate {
		c.Add(fuseboard.Problem{
			Path: "exit_rate", Code: "conflict", Value: plain.Number(r.ExitRate),
			Message: "is more than failure_rate, so that what ends a hold begins another", Accepted: "above 0 to " + plain.Number(rate),
			Fix: "lower exit_rate or leave it out",
		})
	}
	c.Int("min_calls", r.MinCalls, 1, maxCalls, "20 is the default")
	c.Number("probes", r.Probes, minProbes, maxProbes, "2 a second is the default")
	c.Duration("hold", r.Hold, minHold, maxHold, "10s is the default")
	c.Duration("fresh", r.Fresh, minWindow, maxWindow, "5s is the default")
	c.Duration("persist", r.Persist, minPersist, maxPersist, "400ms is the default")
	c.Duration("ramp", r.Ramp, minHold, maxHold, "10s is the default")
	return c.Problems()
}

// The accepted ranges; a machine made from rules that were never validated keeps to them.
const (
	minWindow  = time.Second
	maxWindow  = 10 * time.Minute
	maxCalls   = 10_000
	minProbes  = 0.01
	maxProbes  = 1000
	minHold    = time.Second
	maxHold    = 10 * time.Minute
	minPersist = 100 * time.Millisecond
	maxPersist = 10 * time.Second
	minRate    = 0.01
)

// clamped returns r with defaults and every value moved to the nearest end of its range.
func (r Rules) clamped() Rules {
	r = r.WithDefaults()
	r.Window = clamp(r.Window, minWindow, maxWindow)
	r.FailureRate = clamp(r.FailureRate, minRate, 1)
	r.ExitRate = clamp(r.ExitRate, minRate, r.FailureRate)
	r.MinCalls = clamp(r.MinCalls, 1, maxCalls)
	r.Probes = clamp(r.Probes, minProbes, maxProbes)
	r.Hold = clamp(r.Hold, minHold, maxHold)
	r.Fresh = clamp(r.Fresh, minWindow, maxWindow)
	r.Persist = clamp(r.Persist, minPersist, maxPersist)
	r.Ramp = clamp(r.Ramp, minHold, maxHold)
	return r
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// clamp returns v moved into lo to hi; NaN becomes lo.
func clamp[T int | float64 | time.Duration](v, lo, hi T) T {
	if !(v >= lo) {
		return lo
	}
	return min(v, hi)
}
