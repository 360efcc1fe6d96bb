// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"slices"
	"sync"
)

// recentMoves is how many transitions a guard remembers.
const recentMoves = 8

// recent is a guard's memory of its last transitions, oldest first. The guard
// writes it in its turn; anybody reads. It holds nothing before the first one.
type recent struct {
	mu    sync.Mutex
	moves []Transition
}

func (r *recent) add(t Transition) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.moves) == recentMoves {
		copy(r.moves, r.moves[1:])
		r.moves = r.moves[:recentMoves-1]
	}
	r.moves = append(r.moves, t)
}

func (r *recent) list() []Transition {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.moves)
}
