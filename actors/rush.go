// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/lane"
	"github.com/fuseboard/fuseboard/internal/stripe"
)

// rush notices that many processors call through one guard at the same time. Then what
// each success writes (counts, windows, histogram) is spread over lanes, one for a
// processor, for good. What is counted stays exact: sums are taken over all lanes. Until
// then everything is one word, which is small, and quicker for one.
type rush struct {
	spread  atomic.Bool
	clashes atomic.Uint64 // of this second: its number, and below it how many
}

const (
	// crowded is how many calls of a second must have found another at the same word. A call
	// holds a word for some nanoseconds, so a guard that sees less is not busy enough for
	// the lanes to be worth their memory.
	crowded = 16
	// clashBits are those of the number of clashes.
	clashBits = 16
	// secondBits are those of an instant below its second, roughly.
	secondBits = 30
)

// lane is where a call counts now.
func (r *rush) lane() int {
	if !r.spread.Load() {
		return stripe.Shared
	}
	return lane.Here()
}

// clash notes that a call found another at its word, and reports whether that happens
// too often. Of two that note it at once one is forgotten: there are enough.
func (r *rush) clash(now fuseboard.Instant) bool {
	was, second := r.clashes.Load(), uint64(now)>>secondBits
	n := uint64(1)
	if was>>clashBits == second {
		n = was&(1<<clashBits-1) + 1
	}
	r.clashes.CompareAndSwap(was, second<<clashBits|n)
	return n == crowded
}

// clashed spreads what the guard counts, if calls meet too often.
func (g *Guard) clashed(now fuseboard.Instant) {
	if !g.rush.clash(now) {
		return
	}
	if lanes := lane.Count(); lanes > 1 { // which takes a lock of the runtime
		g.spread(lanes)
	}
}

// spread gives what every success writes a word in each lane. Calls under way go on in the
// word of all.
func (g *Guard) spread(lanes int) {
	g.count.first.successes.Spread(lanes)
	g.durations().plain.Spread(lanes)
	g.circuit.Spread(lanes)
	g.spent.Spread(lanes)
	g.rush.spread.Store(true)
}
