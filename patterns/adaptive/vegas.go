// SPDX-License-Identifier: Apache-2.0

package adaptive

import (
	"math"
	"time"
)

const (
	vegasProbe  = 30   // the published algorithm takes a new baseline each 30 × limit windows,
	vegasJitter = 0.75 // times a random number from 0.5 to 1, of which this is the mean
)

// Vegas is the algorithm of that name in Netflix/concurrency-limits (VegasLimit), after TCP
// Vegas (Brakmo and Peterson, 1995):
//
//	queue = limit × (1 - baseline ÷ mean)
//
// The limit grows while the queue is shorter than 3 × log10(limit), or than half of what is tolerated,
// (Tolerance - 1) × limit, where that is less; and shrinks while it is longer than twice as much. Against
// a dependency with c workers it settles so much above c. The baseline is the least mean of a window.
// Make one with [NewVegas]. It is not safe for concurrent use.
//
// What differs from the reference, and is not done when [Policy.Published] is set: the Tolerance,
// without which the limit for a dependency with ten workers is 13 to 16; the
// reference takes a new baseline from whatever a window happens to say, every 30 × limit
// windows, and so counts the queue into it (issue 165); here it is measured by a probe. Drops
// count from [Policy.DropRate] on, and a fast one is no new baseline (issue 176). What a mean may
// be wrong by, three times its standard error, is no better baseline, unless it is worth less than one call:
// else the luckiest window of all sets the baseline, and
// the limit stays below what the dependency bears (issue 37; for Envoy its PR 9038). After a limit shrank it
// grows by small steps at first.
type Vegas struct {
	policy Policy
	limit  float64
	ground ground
	pace   float64 // calls that the limit may grow by
	age    int     // windows since the published algorithm took its baseline
}

// NewVegas returns the algorithm at p's first limit, whatever p's kind. Fields of p that
// are out of range count as the nearest value that is not.
func NewVegas(p Policy) *Vegas {
	if p.Smoothing == 0 {
		p.Smoothing = 1
	}
	p = p.clamped()
	return &Vegas{policy: p, limit: float64(p.Initial), pace: math.Inf(1), ground: ground{margin: (p.Tolerance - 1) / 2}}
}

// Baseline returns how long an attempt takes without a queue, as far as it is known.
func (v *Vegas) Baseline() time.Duration { return time.Duration(v.ground.base) }

// Next takes the evidence of a window and returns the next limit.
func (v *Vegas) Next(w Window) Move {
	switch {
	case v.ground.probing:
		v.ground.learn(w, v.policy.Probe)
		return Move{Limit: int(v.limit), Reason: Probed, Mended: true}
	case w.Samples <= 0:
		return Move{Limit: int(v.limit), Reason: Unused}
	case v.policy.Published:
		return v.published(w)
	}
	return v.mended(w)
}

// mended is what the reference does, but for what was mended.
func (v *Vegas) mended(w Window) Move {
	mean, mended := w.tracked(v.ground.base)
	doubt, dropped := v.doubt(w), w.dropped(v.policy.DropRate)
	mended = mended || doubt > 0 || w.Drops > 0 && !dropped
	if better := v.see(w, mean, surely*doubt); better && !dropped {
		return Move{Limit: int(v.limit), Reason: Kept, Mended: mended}
	} else if better {
		mended = true
	}
	next, why := v.wanted(w, max(v.ground.base, mean), dropped)
	next, why, bound := v.bounded(mean, next, why)
	queued := v.ground.queued(mean) && !dropped
	if lower, due := v.ground.due(w, v.limit, queued, why == Slow, v.policy.Probe); due {
		return Move{Limit: lower, Reason: Probing, Mended: true}
	}
	return v.settle(next, float64(v.policy.Min), why, mended || bound)
}

// doubt is the standard error of the mean where it is worth a call, or half of the margin.
func (v *Vegas) doubt(w Window) float64 {
	if doubt := w.doubt(); doubt > v.ground.margin/2*float64(w.Mean()) {
		return doubt
	}
	return w.matters(v.limit, 1)
}

// see takes a mean for the baseline if it is less, and reports whether it was. The first ones that
// are about the same, give or take an accident, are averaged.
func (v *Vegas) see(w Window, mean, accident float64) (better bool) {
	g := &v.ground
	switch {
	case w.allDropped():
		return false
	case g.warm < warmUp && max(mean-g.base, g.base-mean) < accident:
		g.begin(mean, float64(w.Samples))
		return false
	case g.base > 0 && mean+accident >= g.base:
		return false
	}
	g.base, g.known = mean, float64(w.Samples)
	return true
}

// bounded is what the tolerance makes of the limit that the queue asks for: it grows to half of
// the queue that is tolerated, by a call at first when it has shrunk, and shrinks from all of it on. It
// reports whether that differs.
func (v *Vegas) bounded(mean, next float64, why Reason) (limit float64, reason Reason, bound bool) {
	most, step := (v.policy.Tolerance-1)*v.limit, v.step()
	queue := v.limit * (1 - v.ground.base/mean)
	small := min(step, most/2)
	switch {
	case why == Dropped:
		v.pace = small
	case why == Unused:
	case queue > most && most < 6*step:
		v.pace = small
		return v.limit - small, Slow, true
	case why == Grew && queue > most/2:
		return v.limit, Kept, true
	case why == Grew:
		grow := min(v.pace, next-v.limit)
		v.pace *= 2
		return v.limit + grow, Grew, v.limit+grow < next
	}
	return next, why, false
}

// published is the reference, step by step, but that its random number is the mean of them.
// It has no least limit but 1.
func (v *Vegas) published(w Window) Move {
	mean := float64(w.Mean())
	if v.age++; vegasJitter*vegasProbe*v.limit <= float64(v.age) {
		v.age, v.ground.base = 0, mean
		return Move{Limit: int(v.limit), Reason: Kept}
	}
	if v.ground.base == 0 || mean < v.ground.base {
		v.ground.base = mean
		return Move{Limit: int(v.limit), Reason: Kept}
	}
	next, why := v.wanted(w, mean, w.Drops > 0)
	return v.settle(next, 1, why, false)
}

// settle moves the limit to next, or towards it.
func (v *Vegas) settle(next, least float64, why Reason, mended bool) Move {
	before := int(v.limit)
	if why == Kept || why == Unused {
		return Move{Limit: before, Reason: why, Mended: mended}
	}
	next = max(least, min(float64(v.policy.Max), next))
	v.limit = (1-v.policy.Smoothing)*v.limit + v.policy.Smoothing*next
	if int(v.limit) == before {
		why = Kept
	}
	return Move{Limit: int(v.limit), Reason: why, Mended: mended}
}

// wanted is the limit that the queue asks for, and why.
func (v *Vegas) wanted(w Window, mean float64, dropped bool) (next float64, why Reason) {
	step := v.step()
	queue := math.Ceil(v.limit * (1 - v.ground.base/mean))
	switch {
	case dropped:
		return v.limit - step, Dropped
	case 2*float64(w.InFlight) < v.limit:
		return v.limit, Unused
	case queue <= step:
		return v.limit + 6*step, Grew
	case queue < 3*step:
		return v.limit + step, Grew
	case queue > 6*step:
		return v.limit - step, Slow
	}
	return v.limit, Kept
}

// step is log10 of the limit as a whole number, at least 1.
func (v *Vegas) step() float64 {
	return max(1, math.Floor(math.Log10(math.Floor(v.limit))))
}

func (v *Vegas) unsure(w Window) bool {
	return !w.dropped(v.policy.DropRate) && v.ground.unsure(w, v.policy.Tolerance)
}
