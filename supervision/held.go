// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
)

// held is the one place for probes of a circuit that the fleet holds open. It remembers
// for which instant its last probe went: another may go when an order gives a later
// one, and none while one is under way. Every change of the place is one CAS, as in [probes].
type held struct {
	place atomic.Pointer[lease] // of the last probe, settled or not; nil before the first
}

// take leases the place for the probe that may go from probe on; nil where none may go now.
func (h *held) take(now, probe, deadline fuseboard.Instant) *lease {
	was := h.place.Load()
	if now < probe || !was.leaves(probe) {
		return nil
	}
	l := &lease{held: true, probe: probe, deadline: deadline, before: was}
	if !h.place.CompareAndSwap(was, l) {
		return nil
	}
	return l
}

// leaves reports whether the place that l has, or had, is free for the probe of that instant.
func (l *lease) leaves(probe fuseboard.Instant) bool {
	return l == nil || (l.deadline == fuseboard.Never && probe > l.probe)
}

func (h *held) renew(l *lease, deadline fuseboard.Instant) *lease {
	renewed := &lease{held: true, probe: l.probe, deadline: deadline, before: l.before}
	if !h.place.CompareAndSwap(l, renewed) {
		return nil
	}
	return renewed
}

// free gives l's place back, as if its probe had not gone.
func (h *held) free(l *lease) { h.place.CompareAndSwap(l, l.before) }

// settle ends l's probe and reports whether it still had the place.
func (h *held) settle(l *lease) bool {
	return h.place.CompareAndSwap(l, &lease{held: true, probe: l.probe, deadline: fuseboard.Never})
}

// deadline is when the probe under way is given up; Never without one.
func (h *held) deadline() fuseboard.Instant {
	if l := h.place.Load(); l != nil {
		return l.deadline
	}
	return fuseboard.Never
}

// expire gives up the probe whose lease ran out by now.
func (f *fleet) expire(now fuseboard.Instant) {
	if f == nil || f.held == nil {
		return
	}
	if l := f.held.place.Load(); l != nil && l.deadline != fuseboard.Never && now >= l.deadline && f.held.settle(l) {
		f.seen.probeFail.Add(1)
	}
}

// finish counts the answer of a probe, unless its lease has run out.
func (f *fleet) finish(l *lease, good bool) {
	switch {
	case f == nil || f.held == nil || !f.held.settle(l):
	case good:
		f.seen.probeOK.Add(1)
	default:
		f.seen.probeFail.Add(1)
	}
}
