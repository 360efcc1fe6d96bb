// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"reflect"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Defaults of a [Breaker] that is on.
const (
	defaultFailureRate  = 0.5
	defaultMinCalls     = 20
	defaultSpan         = 10 * time.Second
	defaultOpenFor      = 10 * time.Second
	defaultOpenGrowth   = 2
	defaultMaxOpen      = 5 * time.Minute
	defaultOpenJitter   = 0.1
	defaultProbes       = 3
	defaultProbeRate    = 0.6
	defaultProbeTimeout = 10 * time.Second
)

// Window says which outcomes a closed or ramping circuit looks at. Set one of
// the two fields; with neither, the window is the last ten seconds.
type Window struct {
	// Calls makes the window the last Calls outcomes, 1 to 10 000.
	Calls int
	// Span makes the window the outcomes of the last Span, 100ms to 1h, kept in ten
	// buckets: an outcome leaves with its bucket, after 0.9 to 1 times Span. Default 10s.
	Span time.Duration
}

// Breaker is the policy of a [Circuit]. The zero Breaker is off: it admits
// everything and counts nothing. Set any field and the others take their
// defaults; when none of FailureRate, SlowRate and Consecutive is set,
// FailureRate is 0.5.
//
// A threshold is reached at its value, not above it, and is judged when a
// failure or a slow call is recorded, so a success costs the same whatever the
// window's size.
type Breaker struct {
	// FailureRate opens the circuit when failures, each weighted by its class,
	// reach this share of the window's calls: 0 to 1, 0 is off.
	FailureRate float64 `plain:"rate"`
	// SlowRate opens it when slow calls reach this share: 0 to 1, 0 is off. Needs SlowAfter.
	SlowRate float64 `plain:"rate"`
	// SlowAfter makes a call slow, failed or not, when it took at least this long. Needs SlowRate.
	SlowAfter time.Duration
	// Consecutive opens it at this many failures in a row, whatever MinCalls says. 0 is off.
	Consecutive int
	// MinCalls is how many calls the window must hold before a rate is judged.
	// Default 20, or Window.Calls when that is less.
	MinCalls int
	// Window is the evidence that rates are taken from.
	Window Window
	// OpenFor is how long the first opening lasts. Default 10s, or MaxOpen when that is less.
	OpenFor time.Duration
	// OpenGrowth multiplies the open time with each opening that follows without the
	// circuit having closed in between: 1 (no growth) to 10. Default 2.
	OpenGrowth float64
	// MaxOpen caps the open time after growth, jitter and the dependency's own
	// retry-after. Default 5m, or OpenFor when that is more.
	MaxOpen time.Duration
	// OpenJitter spreads the open time by up to this share in both directions, so
	// that circuits which opened together do not probe together: 0 to 0.5. Default 0.1.
	OpenJitter float64 `plain:"rate"`
	// Probes is how many calls a half-open circuit lets through to decide. Default 3.
	Probes int
	// ProbeRate is the share of Probes that must succeed, rounded up to whole
	// probes. Default 0.6, so 2 of 3.
	ProbeRate float64 `plain:"rate"`
	// ProbeTimeout is how long a probe may take before it counts as failed and its
	// place is given away. Default 10s.
	ProbeTimeout time.Duration
	// Ramp is how long, after passed probes, the admitted share grows from 10 % to
	// 100 %. Default 0: the circuit closes at once.
	Ramp time.Duration
	// Weights says how much a failure of a class counts, 0 to 4 in steps of 0.01; at
	// 0 it counts as nothing at all, not even as a call. Default TreatmentOf(class).Weight.
	Weights map[fuseboard.Class]float64
}

// On reports whether any field is set.
func (b Breaker) On() bool {
	if len(b.Weights) == 0 {
		b.Weights = nil
	}
	return !reflect.ValueOf(b).IsZero()
}

// WithDefaults returns b with its documented defaults filled in. A breaker that
// is off stays off.
func (b Breaker) WithDefaults() Breaker {
	if !b.On() {
		return b
	}
	if b.FailureRate == 0 && b.SlowRate == 0 && b.Consecutive == 0 {
		b.FailureRate = defaultFailureRate
	}
	if b.Window == (Window{}) {
		b.Window.Span = defaultSpan
	}
	if b.MinCalls == 0 {
		b.MinCalls = defaultMinCalls
		if b.Window.Calls > 0 {
			b.MinCalls = min(b.MinCalls, b.Window.Calls)
		}
	}
	b = b.withOpenDefaults()
	setDefault(&b.Probes, defaultProbes)
	setDefault(&b.ProbeRate, defaultProbeRate)
	setDefault(&b.ProbeTimeout, defaultProbeTimeout)
	return b
}

func (b Breaker) withOpenDefaults() Breaker {
	if b.OpenFor == 0 {
		b.OpenFor = defaultOpenFor
		if b.MaxOpen > 0 {
			b.OpenFor = min(b.OpenFor, b.MaxOpen)
		}
	}
	setDefault(&b.MaxOpen, max(defaultMaxOpen, b.OpenFor))
	setDefault(&b.OpenGrowth, defaultOpenGrowth)
	setDefault(&b.OpenJitter, defaultOpenJitter)
	return b
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
