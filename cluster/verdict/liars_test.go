// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"sync/atomic"
	"testing"
)

// Each seed draws what the liar says, how often the others call and how often they fail.
func oneLiar(n int, seed uint64) scene {
	rates, worn := []float64{0.3, 2, 10}, []float64{0, 0.01, 0.05, 0.1}
	c := scene{nodes: n, liars: 1, seconds: 45, rate: rates[seed%3]}
	c.fails = outage(0, 1e9, worn[seed/3%4])
	return c
}

func TestOneLiarHoldsNobodyWhateverItClaims(t *testing.T) {
	for _, n := range []int{3, 5, 9} {
		k := seeds(24, 1000, 10_000)
		var holds atomic.Int64
		over(k, func(seed uint64) {
			s := newSim(oneLiar(n, seed), seed).run()
			for _, node := range s.nodes {
				if !node.liar && node.is.holds > 0 {
					holds.Add(int64(node.is.holds))
					t.Errorf("N=%d, seed %d, %s: node %d held %d times", n, seed, claimNames[s.claimOf()], node.id, node.is.holds)
				}
			}
		})
		t.Logf("N=%d: %d holds in %d runs", n, holds.Load(), k)
	}
}

func TestLiarsBelowHalfHoldNobodyWhileHonestCallersSucceed(t *testing.T) {
	for _, n := range []int{5, 9, 50} {
		for _, rate := range []float64{0.3, 2, 10} {
			k := seeds(2, 30, 1000)
			if n == 50 {
				k = seeds(0, 8, 200)
			}
			c := scene{nodes: n, liars: (n - 1) / 2, seconds: 90, rate: rate, fails: outage(0, 1e9, 0.01)}
			quiet(t, tellOf(t, c.called("healthy, %d liars of %d, %v/s", c.liars, n, rate), trouble{}, k), "liars below half")
		}
	}
}

func TestLiarsBelowHalfHoldNobodyLongAfterARealOutage(t *testing.T) {
	for _, n := range []int{5, 9, 50} {
		for _, rate := range []float64{0.3, 2, 10} {
			k := seeds(2, 20, 400)
			if n == 50 {
				k = seeds(0, 8, 100)
			}
			c := scene{nodes: n, liars: (n - 1) / 2, seconds: 170, rate: rate, fails: outage(30, 90, 1)}
			r := tellOf(t, c.called("outage, %d liars of %d, %v/s", c.liars, n, rate), minute, k)
			if late := quantile(r.free, 1); late > 60 {
				t.Errorf("%d liars of %d at %v/s held somebody %.0f s after the recovery", c.liars, n, rate, late)
			}
		}
	}
}
