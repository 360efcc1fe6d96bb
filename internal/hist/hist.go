// SPDX-License-Identifier: Apache-2.0

package hist

import (
	"sync/atomic"
	"time"
)

// Hist counts durations. The zero Hist is empty and ready. Safe for concurrent
// use; it must not be copied.
//
// It is made of one page for every two decades, which is there from its first
// duration on: most dependencies answer within one or two.
type Hist struct {
	sum   atomic.Int64 // nanoseconds
	below atomic.Uint64
	pages [(inner + 1 + perPage - 1) / perPage]atomic.Pointer[page] // the last bucket included
}

const perPage = 2 * perDecade

type page [perPage]atomic.Uint64

// Add counts a duration. One that is negative counts as zero.
func (h *Hist) Add(d time.Duration) {
	d = max(d, 0)
	h.sum.Add(int64(d))
	i := bucketOf(d)
	if i == 0 {
		h.below.Add(1)
		return
	}
	h.page(uint(i-1) / perPage)[uint(i-1)%perPage].Add(1)
}

func (h *Hist) page(n uint) *page {
	if p := h.pages[n].Load(); p != nil {
		return p
	}
	h.pages[n].CompareAndSwap(nil, new(page))
	return h.pages[n].Load()
}

// AddTo adds what has been counted to a snapshot.
func (h *Hist) AddTo(s *Snapshot) {
	s.counts[0] += h.below.Load()
	for n := range h.pages {
		p := h.pages[n].Load()
		if p == nil {
			continue
		}
		counts := s.counts[1+n*perPage:]
		for i := range min(perPage, len(counts)) {
			counts[i] += p[i].Load()
		}
	}
	s.sum += time.Duration(h.sum.Load())
}

// Snapshot returns what has been counted.
func (h *Hist) Snapshot() (s Snapshot) {
	h.AddTo(&s)
	return s
}
