// SPDX-License-Identifier: Apache-2.0

package shelf

import (
	"hash/maphash"
	"strings"
)

// Put gives a key a value. A key that is there keeps its place and counts as used; a new one
// on a full shelf takes the place of another.
func (s *Shelf[V]) Put(key string, v V) {
	hash := maphash.String(s.seed, key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, at := s.table.Load().find(hash, key); old != nil {
		n := &node[V]{hash: hash, key: old.key, value: v}
		n.used.Store(true)
		n.next.Store(old.next.Load())
		s.queue.replace(old, n)
		at.Store(n)
		return
	}
	for s.Len() >= s.most {
		s.evict()
	}
	if s.Len() >= len(s.table.Load().heads) {
		s.rebuild(2 * s.Len())
	}
	n := &node[V]{hash: hash, key: strings.Clone(key), value: v}
	s.queue.push(n)
	s.held.Add(1) // before it can be found, so that nobody finds more than Len says
	s.table.Load().add(n)
}

// Delete takes a key out, and reports whether it was there.
func (s *Shelf[V]) Delete(key string) bool {
	hash := maphash.String(s.seed, key)
	s.mu.Lock()
	defer s.mu.Unlock()
	n, _ := s.table.Load().find(hash, key)
	if n == nil {
		return false
	}
	s.remove(n)
	return true
}

// Resize bounds the shelf anew; less than 1 counts as 1. What is too much is evicted.
func (s *Shelf[V]) Resize(most int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.most = max(most, 1)
	for s.Len() > s.most {
		s.evict()
	}
	if len(s.table.Load().heads) > headsFor(s.most) {
		s.rebuild(s.Len())
	}
}

// Clear takes everything out, and gives back the memory.
func (s *Shelf[V]) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.table.Store(newTable[V](0))
	s.held.Store(0)
	s.queue = queue[V]{}
}

func (s *Shelf[V]) evict() {
	s.remove(s.queue.victim(s.Len()))
	s.evicted.Add(1)
}

func (s *Shelf[V]) remove(n *node[V]) {
	_, at := s.table.Load().find(n.hash, n.key)
	at.Store(n.next.Load())
	s.held.Add(-1)
	s.queue.remove(n)
}

// rebuild makes a table for so many keys. Its nodes are new ones, because readers walk along the
// old ones.
func (s *Shelf[V]) rebuild(keys int) {
	bigger, old := newTable[V](keys), s.queue
	s.queue = queue[V]{}
	for o := old.oldest; o != nil; o = o.newer {
		n := &node[V]{hash: o.hash, key: o.key, value: o.value}
		n.used.Store(o.used.Load())
		s.queue.push(n)
		bigger.add(n)
		if o == old.hand {
			s.queue.hand = n
		}
	}
	s.table.Store(bigger)
}
