// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"slices"
)

// busy is the guard of a key with its calls.
type busy struct {
	guard *Guard
	calls uint64
}

// Busiest returns the guards of at most n keys: of those that there are, the ones
// with the most calls since they were made, the busiest first; of equals the first by
// name. It looks at one number of every key.
func (k *Keyring) Busiest(n int) []*Guard {
	if !k.made() || n < 1 {
		return nil
	}
	var top []busy // sorted, at most n
	for i := range k.shards {
		top = k.shards[i].busiest(top, n)
	}
	guards := make([]*Guard, len(top))
	for i, b := range top {
		guards[i] = b.guard
	}
	return guards
}

func (s *shard) busiest(top []busy, n int) []busy {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, e := range s.list {
		b := busy{guard: &e.guard, calls: e.guard.count.calls()}
		if len(top) == n {
			if b.before(top[n-1]) >= 0 {
				continue
			}
			top = top[:n-1]
		}
		at, _ := slices.BinarySearchFunc(top, b, func(in, b busy) int { return in.before(b) })
		top = slices.Insert(top, at, b)
	}
	return top
}

// before orders by calls, the most first, and then by name.
func (b busy) before(o busy) int {
	return cmp.Or(cmp.Compare(o.calls, b.calls), cmp.Compare(b.guard.name, o.guard.name))
}

// calls returns the calls as Stats do.
func (n *counters) calls() uint64 {
	all, rare := n.first.sum(), n.rare.Load()
	if rare == nil {
		return all
	}
	all += rare.left.Load()
	for i := range rare.refused {
		all += rare.refused[i].Load()
	}
	return all
}
