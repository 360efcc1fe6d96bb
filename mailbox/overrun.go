// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"context"
	"sync/atomic"
)

// Overruns let work into a gate whatever its limit, and tell what the gate would
// have said: for whom watches a bulkhead before it is enforced. The permits are the
// gate's own: they count as in use, a stop waits for them, and where they are more
// than the limit nobody else is let in until enough of them are back. Safe for
// concurrent use; make one with [NewOverruns], at most one a gate.
//
// Whom the gate would have refused takes nobody's place: what it would have said to
// the next one is judged by those alone who would be inside or queued. It is a
// picture of the moment: how long a wait would have lasted is not known, so that
// nobody is told [ErrLate].
type Overruns struct {
	gate    *Gate
	inside  atomic.Int64 // permits lent
	claimed atomic.Int64 // of them, those whom the gate would have let in or queued
}

// NewOverruns returns the overruns of a gate, whose permits are not divided among
// processors from then on.
func NewOverruns(g *Gate) *Overruns {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.gather()
	g.whole = true
	return &Overruns{gate: g}
}

// Enter takes a permit, which one [Overruns.Leave] gives back. The only error is
// [ErrStopped], of a gate that is closed. It never waits.
func (o *Overruns) Enter() error {
	o.inside.Add(1) // before the word, and after it in Leave: see enforced
	for {
		w := o.gate.word.Load()
		if w&closedBit != 0 {
			o.inside.Add(-1)
			return ErrStopped
		}
		if o.gate.word.CompareAndSwap(w, w+1) {
			return nil
		}
	}
}

// Claim tells what [Gate.Enter] would have said to one who has entered: nil and
// whether it would have had to wait, or [ErrFull], [ErrQuota], [ErrSuspended], [ErrLimit] or
// [ErrStopped]. The priority of ctx is asked for only where there is a [Bulkhead.Quota], by
// which those who would wait count as inside. Nobody is told that it would have had
// another's place, or lost its own. Call it at most once an Enter; after nil the permit is left as claimed.
func (o *Overruns) Claim(ctx context.Context) (waits bool, why error) {
	g := o.gate
	rank, all := g.rankFor(ctx), g.permits()+uint64(g.queue.Load())
	for {
		claimed, w := o.claimed.Load(), g.word.Load()
		ahead, limit := uint64(claimed)+o.enforced(w), g.most(rank)
		switch {
		case w&closedBit != 0:
			return false, ErrStopped
		case w&suspendedBit != 0:
			return false, ErrSuspended
		case ahead < limit:
		case ahead >= all:
			return false, ErrFull
		case ahead >= limit+g.placesFor(rank):
			return false, ErrQuota
		case g.shared.Queued.Spent():
			return false, ErrLimit
		default:
			waits = true
		}
		if o.claimed.CompareAndSwap(claimed, claimed+1) {
			return waits, nil
		}
		waits = false
	}
}

// enforced is how many permits and places others than overruns have at word w: while
// all are overruns it is zero whoever comes and goes.
func (o *Overruns) enforced(w uint64) uint64 {
	inUse := max(int64(w&inUseMask)-o.inside.Load(), 0)
	if o.gate.word.Load() != w { // some of them have left since
		inUse = 0
	}
	return uint64(inUse) + w&waitersMask/waiterOne
}

// Leave gives the permit back; claimed says whether its Claim returned nil.
func (o *Overruns) Leave(claimed bool) {
	if claimed {
		o.claimed.Add(-1)
	}
	o.gate.Leave()
	o.inside.Add(-1)
}

// Depth returns what the gate would hold if it had refused and queued whom it would
// have: [Gate.Depth] without those overruns that were not claimed, and with those
// beyond the limit as waiting.
func (o *Overruns) Depth() Depth {
	d := o.gate.Depth()
	all := int(o.claimed.Load()) + max(d.InUse-int(o.inside.Load()), 0) + d.Waiting
	d.InUse, d.Waiting = all, 0
	if d.Limit > 0 && all > d.Limit {
		d.InUse, d.Waiting = d.Limit, all-d.Limit
	}
	return d
}

// Closed reports whether no one gets in any more. It takes no lock.
func (g *Gate) Closed() bool { return g.word.Load()&closedBit != 0 }
