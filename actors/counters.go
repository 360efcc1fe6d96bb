// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/stripe"
	"github.com/fuseboard/fuseboard/supervision"
)

// counters are what a call adds to; a successful first attempt adds to one.
// First attempts, repetitions and copies are counted apart, so that no number has to be
// taken from another.
type counters struct {
	first outcomes
	rare  atomic.Pointer[rareCounts] // nil before the first
}

// rareCounts are those that a guard whose dependency is well does not need.
type rareCounts struct {
	again      outcomes
	copies     outcomes
	refused    reasonCounts
	left       atomic.Uint64
	failed     atomic.Uint64                          // calls
	suppressed atomic.Uint64                          // repetitions
	causes     [supervision.CausePlaces]atomic.Uint64 // of repetitions that have begun
	kept       [reasonsToKeep]atomic.Uint64           // failures that were not repeated
	hedges     hedgeCounts                            // what became of copies
	breaks     breaks                                 // the handlers' last panics: of this guard alone, not added
}

// look returns the rare counts to read.
func (n *counters) look() *rareCounts {
	if rare := n.rare.Load(); rare != nil {
		return rare
	}
	return new(rareCounts)
}

// seldom returns the rare counts to add to.
func (n *counters) seldom() *rareCounts {
	if rare := n.rare.Load(); rare != nil {
		return rare
	}
	n.rare.CompareAndSwap(nil, new(rareCounts))
	return n.rare.Load()
}

// refused returns how many calls were refused for the reason.
func (n *counters) refused(reason int) uint64 {
	if rare := n.rare.Load(); rare != nil {
		return rare.refused[reason].Load()
	}
	return 0
}

func (n *counters) refuse(reason int) { n.seldom().refused[reason].Add(1) }

// add adds what another has counted, who has the same causes.
func (n *counters) add(m *counters) {
	n.first.add(&m.first)
	from := m.rare.Load()
	if from == nil {
		return
	}
	to := n.seldom()
	to.again.add(&from.again)
	to.copies.add(&from.copies)
	to.hedges.add(&from.hedges)
	for reason := range from.refused {
		to.refused[reason].Add(from.refused[reason].Load())
	}
	to.left.Add(from.left.Load())
	to.failed.Add(from.failed.Load())
	to.suppressed.Add(from.suppressed.Load())
	for place := range from.causes {
		to.causes[place].Add(from.causes[place].Load())
	}
	for reason := range from.kept {
		to.kept[reason].Add(from.kept[reason].Load())
	}
}

// reasonCounts counts refusals by their reason.
type reasonCounts [reasonsToRefuse]atomic.Uint64

func (n *reasonCounts) rejected() Rejected {
	return Rejected{
		Breaker: n[refusedOpen].Load(), Shedding: n[refusedShed].Load(),
		Throttle: n[refusedThrottled].Load(), Rate: n[refusedRate].Load() + n[refusedTenant].Load() + n[refusedTurn].Load(),
		Bulkhead: n.atGate().sum(),
		Deadline: n[refusedLate].Load(), Stopped: n[refusedStopped].Load(),
		Restart: n[refusedRestarting].Load(), Workers: n[refusedUnmanned].Load(),
		Limits: n[refusedUnhosted].Load() + n[refusedCrowded].Load(),
	}
}

// outcomes counts attempts by how they ended.
type outcomes struct {
	successes       stripe.Counter // the one that every call writes
	failures, voids atomic.Uint64
}

func (n *counters) attempt(k fuseboard.Kind, c *call) {
	o := &n.first
	switch {
	case c.copied:
		o = &n.seldom().copies
	case c.attempts > 1:
		o = &n.seldom().again
	}
	switch k {
	case fuseboard.Success:
		if f := c.guard.fleet.Load(); f != nil && o == &n.first {
			f.wound.Add(1)
		}
		o.successes.Add(1)
	case fuseboard.Failure:
		o.failures.Add(1)
	default:
		o.voids.Add(1)
	}
}

func (o *outcomes) sum() uint64 { return o.successes.Load() + o.failures.Load() + o.voids.Load() }
