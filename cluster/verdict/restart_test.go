// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// deaths are a way in which processes die in an outage from 30 to 110: when each begins anew.
type deaths struct {
	name string
	at   func(nodes int, draw *rand.Rand) [][]float64
}

var waysToDie = []deaths{
	{"one", func(n int, _ *rand.Rand) [][]float64 { return dying(n, 1, 50, 0) }},
	{"most, one by one", func(n int, _ *rand.Rand) [][]float64 { return dying(n, n/2+1, 50, 1.5) }},
	{"most at once", func(n int, _ *rand.Rand) [][]float64 { return dying(n, n/2+1, 50, 0) }},
	{"all, one by one", func(n int, _ *rand.Rand) [][]float64 { return dying(n, n, 45, 15/float64(n)) }},
	{"all at once", func(n int, _ *rand.Rand) [][]float64 { return dying(n, n, 50, 0) }},
	{"by chance", func(n int, draw *rand.Rand) [][]float64 {
		all := make([][]float64, n)
		for at := 38.0; at < 60; at += 1 + 4*draw.Float64() {
			if i := draw.IntN(n); len(all[i]) < 2 || i >= 3 { // who begins more often weighs nothing, and below three there is no verdict
				all[i] = append(all[i], at)
			}
		}
		return all
	}},
}

// dying is when each of the first so many of n nodes begins anew, the one after the other.
func dying(n, many int, from, apart float64) [][]float64 {
	all := make([][]float64, n)
	for i := range many {
		all[i] = []float64{from + apart*float64(i)}
	}
	return all
}

func TestWhoeverRestartsInAnOutageAllHoldAgainAndAreReleased(t *testing.T) {
	for _, n := range []int{3, 5, 9, 20} {
		for _, rate := range []float64{2, 10} {
			if n == 20 && rate == 2 && seeds(0, 0, 1) == 0 {
				continue // as at 9
			}
			for _, way := range waysToDie {
				k := seeds(1, max(1, 18/uint64(n)), 200)
				late := make([]float64, k)
				over(k, func(seed uint64) { late[seed] = allHoldAgain(t, n, rate, way, seed) })
				t.Logf("N=%d %v/s, %s: p50 %.1f, max %.1f", n, rate, way.name, quantile(late, 0.5), quantile(late, 1))
			}
		}
	}
}

// againWithin bounds how long after the last death all hold: who died may vote after a window (10 s), its vote waits for a
// quarter of a second and is a quarter on its way, or comes with the next exchange (2 s) where it was lost; it must stand for
// 0.4 s, and both ends look every tenth.
const againWithin = 10 + 0.25 + 2 + 0.4 + 0.2

// allHoldAgain plays one such outage, and returns how long after the last death all hold for good.
func allHoldAgain(t *testing.T, n int, rate float64, way deaths, seed uint64) float64 {
	boots := way.at(n, rand.New(rand.NewPCG(seed, 9)))
	last := 0.0
	for _, at := range boots {
		for _, b := range at {
			last = max(last, b)
		}
	}
	c := scene{nodes: n, seconds: 180, rate: rate, fails: outage(30, 110, 1), boots: func(i int) []float64 { return slices.Clone(boots[i]) }}
	s := newSim(c, seed)
	loose := 0.0 // when somebody did not hold
	s.trace = func(n *node, at float64) {
		if at < 110 && n.order.Phase != Hold {
			loose = at
		}
	}
	s.run()
	name := fmt.Sprintf("N=%d %v/s, %s, seed %d", n, rate, way.name, seed)
	if loose-last > againWithin {
		t.Errorf("%s: not all held %.1f s after the last death", name, loose-last)
	}
	for _, n := range s.nodes {
		if n.order.Phase != Clear {
			t.Errorf("%s: node %d is in %v 70 s after the recovery", name, n.id, n.order.Phase)
		}
	}
	return loose - last
}
