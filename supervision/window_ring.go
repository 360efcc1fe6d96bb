// SPDX-License-Identifier: Apache-2.0

package supervision

import "sync/atomic"

// ring keeps the last n outcomes and their sums. A writer takes the next place,
// swaps its mark in and adds the difference to what was there, so the sums equal
// the places' content as soon as no writer is between the two, whatever their
// order. A success in the place of a success writes only the place counter.
//
// NB: a writer that is held up between taking its place and filling it for n
// calls leaves an older outcome where a newer one was; the count stays exact, the
// choice of the last n is off by that one.
type ring struct {
	seq    atomic.Uint64
	failed atomic.Int64 // hundredths
	slow   atomic.Int64
	places []atomic.Uint32
}

func newRing(n int) *ring { return &ring{places: make([]atomic.Uint32, n)} }

func (r *ring) add(m mark) {
	place := &r.places[(r.seq.Add(1)-1)%uint64(len(r.places))]
	if place.Load() == uint32(m) {
		return
	}
	was := mark(place.Swap(uint32(m)))
	if d := m.weight() - was.weight(); d != 0 {
		r.failed.Add(d)
	}
	if d := m.slow() - was.slow(); d != 0 {
		r.slow.Add(d)
	}
}

func (r *ring) sum() (calls, failed, slow int64) {
	calls = int64(min(r.seq.Load(), uint64(len(r.places))))
	return calls, r.failed.Load(), r.slow.Load()
}
