// SPDX-License-Identifier: Apache-2.0

package shelf

import (
	"math/bits"
	"sync/atomic"
)

const leastHeads = 8

// node is one key with its value. What readers see of it never changes, but for next and
// used: another value is another node in its place.
type node[V any] struct {
	next  atomic.Pointer[node[V]] // of the same head
	hash  uint64
	used  atomic.Bool // since the hand came by
	key   string
	value V

	older, newer *node[V] // in the queue; writers only
}

// table finds nodes by hash: chains, which are written under the shelf's lock and read without.
// A node that is taken out of a chain still leads on to the rest of it, so that who stands on it
// reads on.
type table[V any] struct {
	heads []atomic.Pointer[node[V]] // a power of two
}

func newTable[V any](keys int) *table[V] {
	return &table[V]{heads: make([]atomic.Pointer[node[V]], headsFor(keys))}
}

// headsFor is the smallest power of two that is not less than the number of keys.
func headsFor(keys int) int { return max(leastHeads, 1<<bits.Len(uint(max(keys, 1)-1))) }

func (t *table[V]) head(hash uint64) *atomic.Pointer[node[V]] {
	return &t.heads[hash&uint64(len(t.heads)-1)]
}

// find returns the node of a key and the pointer that leads to it, which is where a new one
// goes if there is none.
func (t *table[V]) find(hash uint64, key string) (n *node[V], at *atomic.Pointer[node[V]]) {
	head := t.head(hash)
	for at = head; ; at = &n.next {
		if n = at.Load(); n == nil {
			return nil, head
		}
		if n.hash == hash && n.key == key {
			return n, at
		}
	}
}

// add puts a new node at the front of its chain.
func (t *table[V]) add(n *node[V]) {
	head := t.head(n.hash)
	n.next.Store(head.Load())
	head.Store(n)
}
