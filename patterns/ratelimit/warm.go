// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"math"

	"github.com/fuseboard/fuseboard"
)

// warm is a bucket whose units cost more while it is cold. It stores permits while the
// bucket is full, and spends them first: above a threshold each costs from 1 to
// ColdFactor units' time, the more the more are stored. With a burst of one that is
// Guava's SmoothRateLimiter.SmoothWarmingUp, whose comment derives the numbers.
type warm struct {
	b         *bucket // word and pace; the limiter's lock is held
	stored    float64
	threshold float64 // permits that cost no more than others
	most      float64 // permits of a cold limiter
	cools     float64 // steps in which a permit is stored
	slope     float64 // what a permit above the threshold costs more for each one above, in steps
}

// newWarm returns a cold one.
func newWarm(b *bucket, p Policy) *warm {
	unit := float64(b.unit)
	up := float64(p.WarmUp) * float64(b.span+b.extra) / float64(b.span)
	w := &warm{b: b, threshold: up / unit / 2}
	w.most = w.threshold + 2*up/(unit*(1+p.ColdFactor))
	w.cools = up / w.most
	w.slope = unit * (p.ColdFactor - 1) / (w.most - w.threshold)
	w.stored = w.most
	return w
}

func (w *warm) claim(c claim) (fuseboard.Instant, verdict) {
	before := w.b.word.Load()
	turn, v := w.b.claim(c)
	if v != granted {
		return turn, v
	}
	w.cool(c.now, before)
	spend := min(float64(c.cost), w.stored)
	dearer := w.above(w.stored) - w.above(w.stored-spend)
	w.stored -= spend
	w.b.word.Add(int64(math.Ceil(dearer)))
	return turn, v
}

// cool stores permits for the quiet since the bucket was full.
func (w *warm) cool(now fuseboard.Instant, fullAt int64) {
	_, next := w.b.steps(now)
	if quiet := next - fullAt; quiet > 0 {
		w.stored = min(w.most, w.stored+float64(quiet)/w.cools)
	}
}

// above is what so many stored permits cost more than others, in steps: the area under
// the slope.
func (w *warm) above(stored float64) float64 {
	over := max(0, stored-w.threshold)
	return w.slope * over * over / 2
}

// back undoes a claim: if permits are stored it has spent as many, and what they cost more
// comes back, too; if none are, it has spent none, or the last.
func (w *warm) back(taken fuseboard.Instant, cost int64, drained fuseboard.Instant) {
	w.b.back(taken, cost, drained)
	if w.stored > 0 && drained <= taken {
		stored := min(w.most, w.stored+float64(cost))
		w.b.word.Add(-int64(w.above(stored) - w.above(w.stored)))
		w.stored = stored
	}
}

func (w *warm) empty(until fuseboard.Instant) { w.b.empty(until) }

func (w *warm) left(now fuseboard.Instant) (left, waiting int64) {
	begun, _ := w.b.steps(now)
	at := w.b.word.Load()
	return w.b.left(at, begun), w.b.waiting(at, begun)
}
