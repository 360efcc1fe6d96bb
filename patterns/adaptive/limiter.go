// SPDX-License-Identifier: Apache-2.0

package adaptive

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Limiter finds a limit from what finished attempts tell it. Safe for concurrent use; make one
// with [New]. It has no goroutine and no timer: the caller that ends a window works
// out the next limit.
type Limiter struct {
	lanes lanes

	// What every sample reads, and one in a window writes.
	limit atomic.Int64
	end   atomic.Int64 // of the present window; an instant
	begin atomic.Int64 // samples that ended before it belong to no window any more
	cut   atomic.Int64 // samples that began before it tell of another limit
	least atomic.Int64 // nanoseconds; samples that took less count for nothing

	mu        sync.Mutex // held by who ends a window; guards all that follows
	policy    Policy
	algorithm Algorithm
	view      View
	cutLimit  int               // the limit at the last cut
	opened    fuseboard.Instant // when the present window began
	stale     fuseboard.Instant // from then on the present window waits for no more samples
}

const (
	unstarted = -1                     // the end of a window that no sample has begun
	always    = math.MinInt64          // an instant before all of them
	longest   = time.Hour              // that one attempt counts as having taken
	overlook  = 100 * time.Microsecond // below which the published windows do not look
)

// New returns a limiter at p's first limit, with a window that begins with the first
// sample. Fields of p that are out of range count as the nearest value that is not, and a
// policy that is off as all defaults; [Policy.Validate] tells.
func New(p Policy) *Limiter {
	p = p.clamped()
	l := &Limiter{cutLimit: p.Initial}
	l.shape(p, NewAlgorithm(p))
	l.limit.Store(int64(p.Initial))
	l.view.Limit = p.Initial
	l.begin.Store(always)
	l.cut.Store(always)
	l.end.Store(unstarted)
	return l
}

// Limit returns how many calls may be inside now.
func (l *Limiter) Limit() int { return int(l.limit.Load()) }

// Sample is told of each finished attempt: that it ended now, how long it took, how many were
// inside when it ended (itself among them; 0 if that is not known, and if nobody says, the mean is worked
// out by Little's law), and whether the dependency dropped it: refused it, or let it time out.
// A void, and what never reached the dependency, is not told. Lane is a hint where the
// caller runs, any number that is not negative, or a negative one if it has none. It allocates
// nothing, but once when callers have clashed; it blocks for a few instructions at most.
//
// The one caller that ends a window gets moved as true if that changed the limit. Two may be
// told so shortly after each other, and would resize in the wrong order by what they were
// told: who resizes asks [Limiter.Limit] under a lock of its own.
func (l *Limiter) Sample(lane int, now fuseboard.Instant, took time.Duration, inFlight int, dropped bool) (limit int, moved bool) {
	took = min(max(took, 0), longest)
	c := l.lanes.lock(lane)
	if int64(took) >= l.least.Load() && int64(now) >= l.begin.Load() && int64(now)-int64(took) >= l.cut.Load() {
		note(&c.window, took, inFlight, dropped)
	}
	c.mu.Unlock()
	if int64(now) < l.end.Load() || !l.mu.TryLock() {
		return l.Limit(), false
	}
	defer l.mu.Unlock()
	return l.close(now)
}
