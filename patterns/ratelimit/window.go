// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"time"

	"github.com/fuseboard/fuseboard"
)

// counts is what a kind of window remembers of units that came. Instants never go back.
type counts interface {
	// next is the first instant from at on at which cost units may come; cost is at most
	// the limit.
	next(at fuseboard.Instant, cost int64) fuseboard.Instant
	// put remembers units that came.
	put(at fuseboard.Instant, cost int64)
	// forget undoes a put at that instant, if it is remembered still.
	forget(taken fuseboard.Instant, cost int64)
	// spent is how many units count at that instant.
	spent(at fuseboard.Instant) int64
}

// window is an engine that counts. Nobody waits in it.
type window struct {
	counts
	limit   int64
	per     time.Duration
	last    fuseboard.Instant // the latest instant that was seen: an older one counts as this
	drained fuseboard.Instant // nothing comes before it
}

func (w *window) claim(c claim) (fuseboard.Instant, verdict) {
	if c.cost > w.limit {
		return fuseboard.Never, dear
	}
	w.last = max(w.last, c.now)
	turn := w.next(max(w.last, w.drained), c.cost)
	if turn > w.last {
		return turn, limited
	}
	w.put(turn, c.cost)
	return turn, granted
}

func (w *window) back(taken fuseboard.Instant, cost int64, _ fuseboard.Instant) {
	w.forget(taken, cost)
}

func (w *window) empty(until fuseboard.Instant) { w.drained = max(w.drained, until) }

func (w *window) left(now fuseboard.Instant) (left, waiting int64) {
	now = max(now, w.last)
	if now < w.drained {
		return 0, 0
	}
	return max(0, w.limit-w.spent(now)), 0
}

// windowAt returns the number of the window that holds at, and how far in that is.
func windowAt(at fuseboard.Instant, offset, per time.Duration) (number int64, into time.Duration) {
	since := int64(at) + int64(offset)
	return since / int64(per), time.Duration(since % int64(per))
}

// offsetOf is how far into a window of the wall clock the clock started: windows begin
// with multiples of per since 1970, in UTC.
func offsetOf(c *fuseboard.Clock, per time.Duration) time.Duration {
	into := time.Duration(c.Time(0).UnixNano() % int64(per))
	if into < 0 {
		into += per
	}
	return into
}
