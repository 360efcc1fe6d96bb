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
	width  time.Duration
	latest atomic.Pointer[tick[C]] // the newest, or one just replaced: a guess that spares a division
	strips atomic.Pointer[strips]  // what is counted in lanes; nil until spread
	slots  [tickCount]atomic.Pointer[tick[C]]
}

// tick is one tick's counts. C is made of atomics.
type tick[C any] struct {
	number int64
	counts C
}

func (t *ticks[C]) numberOf(now fuseboard.Instant) int64 {
	return max(int64(now), 0) / int64(t.width)
}

// covers reports whether now belongs to the tick.
func (t *ticks[C]) covers(k *tick[C], now fuseboard.Instant) bool {
	return uint64(int64(now)-k.number*int64(t.width)) < uint64(t.width)
}

// at returns the tick that now belongs to, or nil when its slot
// already belongs to a later one: what is that old is no longer in the span.
func (t *ticks[C]) at(now fuseboard.Instant) *tick[C] {
	if k := t.latest.Load(); k != nil && t.covers(k, now) {
		return k
	}
	return t.find(now)
}

// find is at of a tick that is not the latest, or not there yet.
func (t *ticks[C]) find(now fuseboard.Instant) *tick[C] {
	n := t.numberOf(now)
	slot := &t.slots[n%tickCount]
	for {
		k := slot.Load()
		switch {
		case k != nil && k.number > n:
			return nil
		case k == nil || k.number < n:
			fresh := &tick[C]{number: n}
			if !slot.CompareAndSwap(k, fresh) {
				continue
			}
			k = fresh
		}
		t.latest.Store(k)
		return k
	}
}

// last yields the counts of the last ten ticks as of now. Ticks after now
// (another caller read the clock later) are in.
func (t *ticks[C]) last(now fuseboard.Instant) iter.Seq[*C] { return t.since(t.oldest(now)) }

// since is last from a tick on that is not older than the span.
func (t *ticks[C]) since(oldest int64) iter.Seq[*C] {
	return func(yield func(*C) bool) {
		for i := range t.slots {
			if k := t.slots[i].Load(); k != nil && k.number >= oldest && !yield(&k.counts) {
				return
			}
		}
	}
}

// oldest is the first tick of the span as of now.
func (t *ticks[C]) oldest(now fuseboard.Instant) int64 { return t.numberOf(now) - tickCount + 1 }
