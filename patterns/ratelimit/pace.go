// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"math"
	"math/bits"
	"time"

	"github.com/fuseboard/fuseboard"
)

// horizon is the end of time for a limiter, 73 years after its System's start; later
// instants count as this one.
const horizon = fuseboard.Instant(1) << 61

// pace is time cut into steps of which a whole number, unit, makes the time of one unit.
// A step is as close to a nanosecond as that allows, and never longer: so a take moves a
// bucket by a whole number of steps, and nothing is rounded from one take to the next,
// however many there are. With 3 a second the time of a unit, 333333333⅓ ns, is 333333334
// steps of 0.999999998 ns.
//
// The zero pace is that of a limit of nothing.
type pace struct {
	unit  int64  // steps of one unit: the least whole number of them that makes steps of 1 ns or less
	span  uint64 // so many nanoseconds are span+extra steps
	extra uint64 // less than span; zero where a step is a nanosecond
	recip uint64 // extra/span, times 2^64
}

// paceOf returns the pace of units in span nanoseconds: units is at most span, and span
// less than 2^62. A unit that takes more than ten years never comes.
func paceOf(units, span uint64) pace {
	if units == 0 || span/units > uint64(longestFill) {
		return pace{}
	}
	g := gcd(units, span)
	units, span = units/g, span/g
	unit := (span + units - 1) / units
	p := pace{unit: int64(unit), span: span, extra: units*unit - span}
	p.recip, _ = bits.Div64(p.extra, 0, span)
	return p
}

// paceAt returns the pace of rate units in per, where that is no whole number either. It
// is never faster, and slower by less than the 16000th of a unit in per.
func paceAt(rate float64, per time.Duration) pace {
	if !(rate > 0) {
		return pace{}
	}
	span := uint64(per)
	for rate != math.Trunc(rate) && rate < 1<<30 && span < 1<<61 {
		rate, span = rate*2, span*2
	}
	return paceOf(min(uint64(rate), span), span)
}

// steps returns the last step that has begun at now, and the first that does not begin
// before it: the same one or its neighbours. It divides by a multiplication with what was
// divided before, and mends what that is short of (Granlund and Montgomery, "Division by
// invariant integers using multiplication", 1994).
func (p *pace) steps(now fuseboard.Instant) (begun, next int64) {
	if p.extra == 0 {
		return int64(now), int64(now)
	}
	more, _ := bits.Mul64(uint64(now), p.recip)
	rest := uint64(now)*p.extra - more*p.span
	if rest >= p.span {
		more, rest = more+1, rest-p.span
	}
	begun = int64(uint64(now) + more)
	if rest > 0 {
		return begun, begun + 1
	}
	return begun, begun
}

// instant returns the first instant at which the step has begun.
func (p *pace) instant(step int64) fuseboard.Instant {
	if step <= 0 {
		return 0
	}
	if p.extra == 0 {
		return fuseboard.Instant(step)
	}
	hi, lo := bits.Mul64(uint64(step), p.span)
	at, rest := bits.Div64(hi, lo, p.span+p.extra)
	if rest > 0 {
		at++
	}
	return fuseboard.Instant(at)
}

// scale returns v times num over den, rounded up. v is at most den.
func scale(v, num, den int64) int64 {
	hi, lo := bits.Mul64(uint64(v), uint64(num))
	q, rest := bits.Div64(hi, lo, uint64(den))
	if rest > 0 {
		q++
	}
	return int64(q)
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
