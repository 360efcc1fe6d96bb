// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
)

// rampStart is the share a ramp begins with.
const rampStart = 0.1

// ramp admits a share of the callers that grows with time from rampStart to
// all. It spreads them evenly, as Bresenham's line does: every caller adds the
// present share to a sum, and who carries it over a whole number is admitted.
type ramp struct {
	from   fuseboard.Instant
	length time.Duration
	fixed  float64       // the share, plus one, where the fleet says it; 0: time does
	sum    atomic.Uint64 // 32 bits behind the point; wrapping round does no harm
}

const whole = 1 << 32

// newRamp starts just below a whole, so that its first caller is admitted.
func newRamp(now fuseboard.Instant, length time.Duration) *ramp {
	r := &ramp{from: now, length: length}
	r.sum.Store(whole - 1)
	return r
}

func (r *ramp) share(now fuseboard.Instant) float64 {
	if r.fixed > 0 {
		return r.fixed - 1
	}
	done := clamp(float64(now.Sub(r.from))/float64(r.length), 0, 1)
	return rampStart + (1-rampStart)*done
}

func (r *ramp) take(now fuseboard.Instant) bool {
	step := uint64(r.share(now) * whole)
	sum := r.sum.Add(step)
	return sum/whole != (sum-step)/whole
}

// admitsNext is take without taking.
func (r *ramp) admitsNext(now fuseboard.Instant) bool {
	sum := r.sum.Load()
	return (sum+uint64(r.share(now)*whole))/whole != sum/whole
}

// at is the ramp at a share that the fleet says, with the same sum.
func (r *ramp) at(share float64) *ramp {
	fixed := &ramp{from: r.from, length: r.length, fixed: 1 + share}
	fixed.sum.Store(r.sum.Load())
	return fixed
}

// spent is how far into the ramp its share is such a one.
func (r *ramp) spent(share float64) time.Duration {
	return time.Duration(clamp((share-rampStart)/(1-rampStart), 0, 1) * float64(r.length))
}
