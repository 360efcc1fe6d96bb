// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"slices"
	"sync"
	"time"

	"github.com/fuseboard/fuseboard"
)

// recentMoves is how many transitions a guard remembers.
const recentMoves = 8

// recent is a guard's memory of its transitions: the last ones, and what they all add
// up to. The guard writes it in its turn; anybody reads. It holds nothing before the
// first one.
type recent struct {
	mu     sync.Mutex
	ledger *ledger       // guarded by mu
	closed time.Duration // that was shown while there was no ledger; guarded by mu
}

func (r *recent) add(t Transition, born fuseboard.Instant) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ledger == nil {
		r.ledger = &ledger{since: born}
		r.ledger.shown[Closed] = r.closed
	}
	r.ledger.add(t)
}

func (r *recent) list() []Transition {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ledger == nil {
		return nil
	}
	return slices.Clone(r.ledger.last)
}

// sums returns what all transitions add up to; a guard that never moved was closed.
func (r *recent) sums(born, now fuseboard.Instant) ([]TransitionCount, TimeIn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ledger == nil {
		r.closed = max(r.closed, now.Sub(born))
		return nil, TimeIn{Closed: r.closed}
	}
	return r.ledger.moves.list(), r.ledger.timeIn(now)
}
