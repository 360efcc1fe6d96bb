// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"maps"
	"math"
	"time"

	"github.com/fuseboard/fuseboard"
)

// plan is a breaker compiled once: defaults filled in, values outside their
// accepted range moved to its nearest end, so that no policy, validated or not,
// can make a circuit divide by zero, spin or stay open for ever. Immutable.
type plan struct {
	Breaker
	on    bool
	slow  time.Duration // from when on a success is slow; the longest without a SlowAfter
	need  int           // probes that must succeed
	spare int           // probes that may fail
}

func compile(b Breaker) plan {
	if !b.On() {
		return plan{slow: math.MaxInt64}
	}
	b = b.WithDefaults()
	b.Weights = maps.Clone(b.Weights) // read by every failure; the caller's stays the caller's
	b.FailureRate = clamp(b.FailureRate, 0, 1)
	b.SlowRate = clamp(b.SlowRate, 0, 1)
	b.SlowAfter = clamp(b.SlowAfter, 0, maxTime)
	b.Consecutive = clamp(b.Consecutive, 0, math.MaxInt)
	b.Window = b.Window.clamped()
	b.MinCalls = clamp(b.MinCalls, 1, maxCalls)
	if b.Window.Calls > 0 {
		b.MinCalls = min(b.MinCalls, b.Window.Calls)
	}
	b.MaxOpen = clamp(b.MaxOpen, minTime, longestOpen)
	b.OpenFor = clamp(b.OpenFor, minTime, b.MaxOpen)
	b.OpenGrowth = clamp(b.OpenGrowth, 1, maxGrowth)
	b.OpenJitter = clamp(b.OpenJitter, 0, maxJitter)
	b.Probes = clamp(b.Probes, 1, maxProbes)
	b.ProbeRate = clamp(b.ProbeRate, 0, 1)
	b.ProbeTimeout = clamp(b.ProbeTimeout, minTime, maxTime)
	b.Ramp = clamp(b.Ramp, 0, maxTime)
	slow := b.SlowAfter
	if slow == 0 {
		slow = math.MaxInt64
	}
	need := neededProbes(b.Probes, b.ProbeRate)
	return plan{Breaker: b, on: true, slow: slow, need: need, spare: b.Probes - need}
}

// neededProbes rounds up, forgiving what binary fractions add to a share: 7 %
// of 100 is 7, not 8.
func neededProbes(probes int, rate float64) int {
	const forgiven = 1e-9
	return clamp(int(math.Ceil(float64(probes)*rate-forgiven)), 1, probes)
}

func (w Window) clamped() Window {
	if w.Calls != 0 {
		return Window{Calls: clamp(w.Calls, 1, maxCalls)}
	}
	return Window{Span: clamp(w.Span, minSpan, maxSpan)}
}

// clamp returns v moved into lo to hi; NaN becomes lo.
func clamp[T int | float64 | time.Duration](v, lo, hi T) T {
	if !(v >= lo) {
		return lo
	}
	return min(v, hi)
}

// mark reads an outcome as the window keeps it, and reports whether it counts.
func (p *plan) mark(o fuseboard.Outcome) (m mark, counts bool) {
	switch o.Kind {
	case fuseboard.Success:
	case fuseboard.Failure:
		weight := p.hundredths(o.Class)
		if weight == 0 {
			return 0, false
		}
		m = weight << 1
	default:
		return 0, false
	}
	if p.SlowAfter > 0 && o.Elapsed >= p.SlowAfter {
		m |= slowMark
	}
	return m, true
}

// hundredths is the weight of a class in hundredths. A weight above zero never
// rounds to zero, which would make the failure invisible.
func (p *plan) hundredths(class fuseboard.Class) mark {
	if class == "" {
		class = fuseboard.ClassError
	}
	weight, given := p.Weights[class]
	if !given {
		weight = TreatmentOf(class).Weight
	}
	weight = clamp(weight, 0, maxWeight)
	if weight > 0 {
		return max(1, mark(math.Round(weight*100)))
	}
	return 0
}

// exceeded reports which threshold n reaches, if any, with so many calls enough for a rate.
func (p *plan) exceeded(n Numbers, minCalls int) (Cause, bool) {
	enough := n.Calls >= minCalls
	switch {
	case enough && p.FailureRate > 0 && n.FailureRate >= p.FailureRate:
		return CauseFailureRate, true
	case enough && p.SlowRate > 0 && n.SlowRate >= p.SlowRate:
		return CauseSlowRate, true
	case p.Consecutive > 0 && n.Consecutive >= p.Consecutive:
		return CauseConsecutive, true
	}
	return "", false
}

// openTime is how long the opens-th opening in a row lasts: grown, capped,
// spread by roll (0 to 1), lengthened to what the dependency asked for, and
// capped again, because jitter after a cap exceeds it.
func (p *plan) openTime(opens int, roll float64, asked time.Duration) time.Duration {
	longest := float64(p.MaxOpen)
	grown := min(float64(p.OpenFor)*math.Pow(p.OpenGrowth, float64(opens-1)), longest)
	spread := min(grown*(1+p.OpenJitter*(2*roll-1)), longest)
	return max(time.Duration(spread), min(asked, p.MaxOpen))
}

// roll draws the jitter of an epoch, 0 to 1: the finaliser of splitmix64
// (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
func roll(seed, epoch uint64) float64 {
	z := seed + epoch*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	return float64(z>>11) / (1 << 53)
}
