// SPDX-License-Identifier: Apache-2.0

package shelf

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
)

// Shelf is a bounded map from strings to values. Safe for concurrent use; make one with
// [New]. It must not be copied.
type Shelf[V any] struct {
	seed    maphash.Seed
	table   atomic.Pointer[table[V]] // swapped when it grows
	held    atomic.Int64
	evicted atomic.Uint64

	mu    sync.Mutex // of writers
	most  int
	queue queue[V]
}

// New returns an empty shelf for at most so many keys; less than 1 counts as 1. It takes
// memory as it fills.
func New[V any](most int) *Shelf[V] {
	s := &Shelf[V]{seed: maphash.MakeSeed(), most: max(most, 1)}
	s.table.Store(newTable[V](0))
	return s
}

// Get returns the value of a key, and whether there is one. It takes no lock.
func (s *Shelf[V]) Get(key string) (V, bool) {
	hash := maphash.String(s.seed, key)
	for n := s.table.Load().head(hash).Load(); n != nil; n = n.next.Load() {
		if n.hash == hash && n.key == key {
			if !n.used.Load() {
				n.used.Store(true)
			}
			return n.value, true
		}
	}
	var none V
	return none, false
}

// Len returns how many keys there are, at most what the shelf may hold.
func (s *Shelf[V]) Len() int { return int(s.held.Load()) }

// Evicted returns how many keys have made room for others, or for a smaller shelf, since
// the shelf was made. Those deleted or cleared are not among them.
func (s *Shelf[V]) Evicted() uint64 { return s.evicted.Load() }
