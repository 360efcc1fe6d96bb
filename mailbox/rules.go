// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"context"
	"time"
)

// rules are what a gate obeys beside a number of permits, of places and a wait. They never
// change; a gate whose bulkhead asks for nothing of the kind has none.
type rules struct {
	order            Order
	target, interval time.Duration // of CoDel
	fair, estimate   bool
	quota            bool           // not all of most, or of places, are the same
	permits          uint64         // all there are
	most             [ranked]uint64 // by rank: it gets a permit while fewer are in use
	places           [ranked]uint64 // by rank: it gets a place while fewer are taken
}

// rules returns those of a usable bulkhead; nil if it needs none.
func (b Bulkhead) rules() *rules {
	if b.Order == FIFO && !b.Fair && !b.Estimate && !b.Quota.On() {
		return nil
	}
	r := &rules{
		order: b.Order, target: b.Target, interval: b.Interval, fair: b.Fair, estimate: b.Estimate,
		quota: b.Quota.On(), permits: uint64(b.Concurrency),
	}
	for rank := range ranked {
		r.most[rank], r.places[rank] = r.permits, uint64(b.Queue)
		if r.quota {
			r.most[rank], r.places[rank] = uint64(b.Quota.of(b.Concurrency, rank)), uint64(b.Quota.of(b.Queue, rank))
		}
	}
	return r
}

// least is the number of permits that whoever comes may take, of whatever priority: what
// the fast path may know.
func (r *rules) least() uint64 { return r.most[ranked-1] }

// permits is how many there are.
func (g *Gate) permits() uint64 {
	if r := g.rules.Load(); r != nil {
		return r.permits
	}
	return g.limit.Load()
}

// most is how many permits may be in use when the last of them is a rank's.
func (g *Gate) most(rank uint8) uint64 {
	if r := g.rules.Load(); r != nil {
		return r.most[rank]
	}
	return g.limit.Load()
}

// placesFor is how many places may be taken when the last of them is a rank's.
func (g *Gate) placesFor(rank uint8) uint64 {
	if r := g.rules.Load(); r != nil {
		return r.places[rank]
	}
	return uint64(g.queue.Load())
}

// rankFor asks ctx for its priority where a quota depends on it.
func (g *Gate) rankFor(ctx context.Context) uint8 {
	if r := g.rules.Load(); r != nil && r.quota {
		return rankOf(ctx)
	}
	return 0
}

// tryAs is TryEnter of a priority that may have more than the fast path knows of. Those who
// wait below it do not hold it up: what it gets was not for them.
func (g *Gate) tryAs(r *rules, rank uint8) bool {
	for {
		switch w := g.word.Load(); {
		case w&dividedBit != 0:
			if g.tryElse(unasked) {
				return true
			}
		case w < r.most[rank]:
			if g.word.CompareAndSwap(w, w+1) {
				return true
			}
		case w&waitersMask == 0, w&(closedBit|suspendedBit) != 0, w&inUseMask >= r.most[rank]:
			return false
		default:
			return g.pass(rank)
		}
	}
}

// pass takes a permit that nobody of those who wait may have.
func (g *Gate) pass(rank uint8) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for {
		w := g.word.Load()
		if w&(closedBit|dividedBit) != 0 || !g.nextIs(rank) {
			return false
		}
		if g.word.CompareAndSwap(w, w+1) {
			return true
		}
	}
}

// nextIs reports whether a permit is free for a newcomer, and for nobody before it. Under mu.
func (g *Gate) nextIs(rank uint8) bool {
	if !g.mayGrant(rank) { // most often: it is cheaper to know
		return false
	}
	first := g.waiters.first()
	return first == nil || first.rank > rank
}
