// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
)

const spanBuckets = 10

// span keeps the outcomes of the last while in ten buckets, each the counts of
// one tick (a tenth of the span). A tick's bucket is allocated when the tick's
// first outcome comes and never reused, so no writer can add to a bucket that is
// being cleared for another tick.
type span struct {
	width time.Duration
	slots [spanBuckets]atomic.Pointer[bucket]
}

type bucket struct {
	tick   int64
	calls  atomic.Int64
	failed atomic.Int64 // hundredths
	slow   atomic.Int64
}

func newSpan(d time.Duration) *span { return &span{width: d / spanBuckets} }

func (s *span) tick(now fuseboard.Instant) int64 { return max(int64(now), 0) / int64(s.width) }

func (s *span) add(now fuseboard.Instant, m mark) {
	b := s.bucket(s.tick(now))
	if b == nil {
		return
	}
	b.calls.Add(1)
	if m == 0 {
		return
	}
	if w := m.weight(); w != 0 {
		b.failed.Add(w)
	}
	if m.slow() != 0 {
		b.slow.Add(1)
	}
}

// bucket returns the bucket of a tick, or nil when its slot already belongs to
// a later one: an outcome that old is no longer in the window.
func (s *span) bucket(tick int64) *bucket {
	slot := &s.slots[tick%spanBuckets]
	for {
		b := slot.Load()
		switch {
		case b != nil && b.tick == tick:
			return b
		case b != nil && b.tick > tick:
			return nil
		}
		if fresh := (&bucket{tick: tick}); slot.CompareAndSwap(b, fresh) {
			return fresh
		}
	}
}

// sum adds up the last ten ticks as of now. Ticks after now (another caller read
// the clock later) are in.
func (s *span) sum(now fuseboard.Instant) (calls, failed, slow int64) {
	oldest := s.tick(now) - spanBuckets + 1
	for i := range s.slots {
		if b := s.slots[i].Load(); b != nil && b.tick >= oldest {
			calls += b.calls.Load()
			failed += b.failed.Load()
			slow += b.slow.Load()
		}
	}
	return calls, failed, slow
}
