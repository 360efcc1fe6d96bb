// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
)

// span is a window of time.
type span struct{ ticks[spanCounts] }

type spanCounts struct {
	calls  atomic.Int64
	failed atomic.Int64 // hundredths
	slow   atomic.Int64
}

func newSpan(d time.Duration, lanes int) *span {
	s := &span{}
	s.width = d / tickCount
	s.spread(lanes)
	return s
}

func (s *span) add(now fuseboard.Instant, m mark) {
	k := s.at(now)
	if k == nil {
		return
	}
	c := &k.counts
	c.calls.Add(1)
	if m == 0 {
		return
	}
	if w := m.weight(); w != 0 {
		c.failed.Add(w)
	}
	if m.slow() != 0 {
		c.slow.Add(1)
	}
}

func (s *span) success(now fuseboard.Instant, lane int) {
	if k := s.at(now); k != nil && !s.laned(lane, k) {
		k.counts.calls.Add(1)
	}
}

func (s *span) sum(now fuseboard.Instant) (calls, failed, slow int64) {
	calls = s.inLanes(s.oldest(now))
	for c := range s.last(now) {
		calls += c.calls.Load()
		failed += c.failed.Load()
		slow += c.slow.Load()
	}
	return calls, failed, slow
}
