// SPDX-License-Identifier: Apache-2.0

package quantile

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Most is the most quantiles that a [Live] knows.
const Most = 4

const (
	leastWindow = time.Millisecond
	mostWindow  = 24 * time.Hour
	renewals    = 50 // of the values, in a window
	always      = math.MinInt64
)

// Live knows quantiles of what was recorded in the last window. Safe for concurrent use; make one
// with [New]. It must not be copied.
type Live struct {
	until  atomic.Int64 // the instant from which on there is more to do than to count; always, while nothing is known
	row    atomic.Uint32
	values [Most]atomic.Int64 // nanoseconds; zero while nothing is known
	pages  [doublings]atomic.Pointer[page]
	fresh  atomic.Int64 // records while nothing is known, those forgotten meanwhile included

	mu     sync.Mutex // held by who begins a slot or works values out; guards what follows
	shape  shape
	newest int64 // number of the slot that is filling
	due    fuseboard.Instant
}

// shape is what a Live was told to be.
type shape struct {
	window    time.Duration
	least     int64
	quantiles [Most]float64
}

// New returns a Live that has recorded nothing. The window is how long what was recorded counts, 1ms to 24h;
// least is how many records it must hold before values are known, 1 or more; the quantiles,
// of which the first [Most] count, lie between 0 and 1. What is out of range counts as the nearest
// that is not, and what is no number as 1.
func New(window time.Duration, least int, quantiles ...float64) *Live {
	l := &Live{shape: shapeOf(window, least, quantiles)}
	l.until.Store(always)
	return l
}

func shapeOf(window time.Duration, least int, quantiles []float64) shape {
	s := shape{window: min(max(window, leastWindow), mostWindow), least: int64(max(least, 1))}
	for i, q := range quantiles[:min(len(quantiles), Most)] {
		if !(q <= 1) {
			q = 1
		}
		s.quantiles[i] = max(q, math.SmallestNonzeroFloat64)
	}
	return s
}

// Record counts a duration that was measured now. It reports whether the values were worked out
// again, which the caller may want to do something about.
func (l *Live) Record(now fuseboard.Instant, elapsed time.Duration) (again bool) {
	if int64(now) < l.until.Load() {
		l.count(elapsed)
		return false
	}
	return l.think(now, elapsed)
}

// Value returns the ith quantile as it was worked out last: the duration that so great a
// share of all that the window holds does not exceed. It is false until the window holds enough, and again
// once it holds less than half of that; so a value that is known does not come and go. Between
// both, values are those of what there is. While nobody records, values stay. An i that is not
// that of a quantile gives false.
func (l *Live) Value(i int) (time.Duration, bool) {
	if uint(i) >= Most {
		return 0, false
	}
	v := time.Duration(l.values[i].Load())
	return v, v > 0
}

// Reshape makes l another from now on, with arguments as those of [New]. With the same window
// what was recorded stays, and values are those of it; with another one it starts empty, and Reshape reports false.
func (l *Live) Reshape(window time.Duration, least int, quantiles ...float64) (kept bool) {
	s := shapeOf(window, least, quantiles)
	l.mu.Lock()
	defer l.mu.Unlock()
	kept = s.window == l.shape.window
	l.shape = s
	if !kept {
		l.empty()
		l.newest, l.due = 0, 0
	}
	l.work()
	return kept
}
