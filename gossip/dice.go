// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"time"
)

// dice are the draws of one node, all from its seed. Any goroutine may roll them.
type dice struct {
	mu sync.Mutex
	r  *rand.Rand
}

func newDice(seed uint64, name string) *dice {
	return &dice{r: rand.New(rand.NewPCG(seed, hashName(name)))}
}

// below is even in [0, n); 0 for n below 2.
func (d *dice) below(n int) int {
	if n < 2 {
		return 0
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.r.IntN(n)
}

// hit is true with the given probability.
func (d *dice) hit(p float64) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.r.Float64() < p
}

// around is within a quarter of v, so that nodes that began together do not stay together.
func (d *dice) around(v time.Duration) time.Duration {
	return v*3/4 + time.Duration(d.below(int(v/2)))
}

// some keeps up to k of all, drawn evenly, in the order of the draw. It changes the order of all.
func some[T any](d *dice, all []T, k int) []T {
	k = min(k, len(all))
	for i := range k {
		j := i + d.below(len(all)-i)
		all[i], all[j] = all[j], all[i]
	}
	return all[:k]
}

func hashName(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64()
}
