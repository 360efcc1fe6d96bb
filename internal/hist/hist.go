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
// duration on: most dependencies answer within one or two. Where many processors add at
// once, [Hist.Spread] gives each lane words of its own.
type Hist struct {
	words
	strips atomic.Pointer[[]strip] // their number is a power of two; nil before Spread
}

// words are the counts of those who share them.
type words struct {
	sum   atomic.Int64 // nanoseconds
	below atomic.Uint64
	pages [(inner + 1 + perPage - 1) / perPage]atomic.Pointer[page] // the last bucket included
}

// strip is the words of a lane, on cache lines of their own.
type strip struct {
	words
	_ [128 - 48]byte
}

const perPage = 2 * perDecade

type page [perPage]atomic.Uint64

// Add counts a duration. One that is negative counts as zero.
func (h *Hist) Add(d time.Duration) { h.add(d) }

// AddAt is Add in a lane. Where lane is negative, or the Hist is not spread, it is Add.
func (h *Hist) AddAt(lane int, d time.Duration) {
	if lane >= 0 {
		if strips := h.strips.Load(); strips != nil {
			(*strips)[lane&(len(*strips)-1)].add(d)
			return
		}
	}
	h.add(d)
}

// Spread gives each of so many lanes, a power of two, words of its own: 128 bytes, and pages. It is spread
// once: a second Spread changes nothing.
func (h *Hist) Spread(lanes int) {
	if h.strips.Load() == nil {
		strips := make([]strip, lanes)
		h.strips.CompareAndSwap(nil, &strips)
	}
}

func (w *words) add(d time.Duration) {
	d = max(d, 0)
	w.sum.Add(int64(d))
	i := bucketOf(d)
	if i == 0 {
		w.below.Add(1)
		return
	}
	w.page(uint(i-1) / perPage)[uint(i-1)%perPage].Add(1)
}

func (w *words) page(n uint) *page {
	if p := w.pages[n].Load(); p != nil {
		return p
	}
	w.pages[n].CompareAndSwap(nil, new(page))
	return w.pages[n].Load()
}

// AddTo adds what has been counted to a snapshot.
func (h *Hist) AddTo(s *Snapshot) {
	h.addTo(s)
	if strips := h.strips.Load(); strips != nil {
		for i := range *strips {
			(*strips)[i].addTo(s)
		}
	}
}

func (w *words) addTo(s *Snapshot) {
	s.counts[0] += w.below.Load()
	for n := range w.pages {
		p := w.pages[n].Load()
		if p == nil {
			continue
		}
		counts := s.counts[1+n*perPage:]
		for i := range min(perPage, len(counts)) {
			counts[i] += p[i].Load()
		}
	}
	s.sum += time.Duration(w.sum.Load())
}

// Snapshot returns what has been counted.
func (h *Hist) Snapshot() (s Snapshot) {
	h.AddTo(&s)
	return s
}
