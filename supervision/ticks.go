// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"iter"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
)

// tickCount is how many ticks a span of time is kept in.
const tickCount = 10

// ticks keeps counts of the last while, each tick (a tenth of the span) by
// itself. A tick's counts are allocated when its first comes and never reused,
// so no writer can add to counts that are being cleared for another tick.
type ticks[C any] struct {
	width time.Duration
	slots [tickCount]atomic.Pointer[tick[C]]
}

// tick is one tick's counts. C is made of atomics.
type tick[C any] struct {
	number int64
	counts C
}

func newTicks[C any](span time.Duration) *ticks[C] { return &ticks[C]{width: span / tickCount} }

func (t *ticks[C]) number(now fuseboard.Instant) int64 { return max(int64(now), 0) / int64(t.width) }

// at returns the counts of the tick that now belongs to, or nil when its slot
// already belongs to a later one: what is that old is no longer in the span.
func (t *ticks[C]) at(now fuseboard.Instant) *C {
	n := t.number(now)
	slot := &t.slots[n%tickCount]
	if k := slot.Load(); k != nil && k.number == n {
		return &k.counts
	}
	return claim(slot, n)
}

func claim[C any](slot *atomic.Pointer[tick[C]], n int64) *C {
	for {
		k := slot.Load()
		switch {
		case k != nil && k.number == n:
			return &k.counts
		case k != nil && k.number > n:
			return nil
		}
		if fresh := (&tick[C]{number: n}); slot.CompareAndSwap(k, fresh) {
			return &fresh.counts
		}
	}
}

// last yields the counts of the last ten ticks as of now. Ticks after now
// (another caller read the clock later) are in.
func (t *ticks[C]) last(now fuseboard.Instant) iter.Seq[*C] {
	oldest := t.number(now) - tickCount + 1
	return func(yield func(*C) bool) {
		for i := range t.slots {
			if k := t.slots[i].Load(); k != nil && k.number >= oldest && !yield(&k.counts) {
				return
			}
		}
	}
}
