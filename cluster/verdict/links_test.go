// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"testing"
)

func TestBrokenLinksNeitherHoldNorFlap(t *testing.T) {
	cuts := map[string]func(float64, int, int) bool{
		"one node is not heard":   func(_ float64, from, _ int) bool { return from == 1 },
		"one node hears nothing":  func(_ float64, _, to int) bool { return to == 1 },
		"two do not hear another": func(_ float64, a, b int) bool { return a+b == 1 },
	}
	for name, cut := range cuts {
		c := scene{nodes: 9, seconds: 140, rate: 3, cut: cut, fails: outage(0, 0, 0)}
		quiet(t, tellOf(t, c.called("%s, healthy", name), trouble{}, seeds(1, 10, 200)), name)
		c.fails = outage(30, 90, 1)
		r := tellOf(t, c.called("%s, outage", name), minute, seeds(1, 10, 200))
		if quantile(r.holds, 1) > 1 || mean(r.holds) < 0.88 {
			t.Errorf("%s: %v; want one hold, and none of who hears nothing", name, r)
		}
	}
	c := scene{nodes: 9, seconds: 140, rate: 3, loss: 0.3, fails: outage(30, 90, 1)}
	down(t, tellOf(t, c.called("30%% loss, outage"), minute, seeds(2, 20, 400)), "loss")
}

func TestAPartitionDuringAnOutageDoesNotFlap(t *testing.T) {
	for _, part := range []int{4, 2} {
		c := scene{nodes: 9, seconds: 170, rate: 3, fails: outage(30, 90, 1), cut: func(t float64, a, b int) bool {
			return t > 50 && t < 110 && (a < part) != (b < part)
		}}
		r := tellOf(t, c.called("%d of 9 apart for a minute", part), minute, seeds(2, 20, 400))
		if quantile(r.holds, 1) > 2 || mean(r.holds) > 1.3 || r.heldAtEnd > 0 {
			t.Errorf("%d of 9 apart: %v", part, r)
		}
	}
}

// failing is an outage in the minute for some nodes alone.
func failing(which func(node, zone int) bool) func(float64, int, int) float64 {
	return func(t float64, node, zone int) float64 {
		if t >= 30 && t < 90 && which(node, zone) {
			return 1
		}
		return 0.01
	}
}

func TestAZoneThatFailsIsHeldAloneAndOneNodeNever(t *testing.T) {
	for _, n := range []int{9, 30} {
		c := scene{nodes: n, zones: 3, seconds: 140, rate: 3, fails: failing(func(_, zone int) bool { return zone == 1 })}
		over(seeds(1, 8, 200), func(seed uint64) {
			for _, node := range newSim(c, seed).run().nodes {
				want := 0
				if node.zone == 1 {
					want = 1
				}
				if node.is.holds != want || node.is.zoned != want {
					t.Errorf("N=%d, seed %d: node %d of zone %d held %d times, %d of them its zone", n, seed, node.id, node.zone, node.is.holds, node.is.zoned)
				}
			}
		})
		c.zones, c.fails = 1, failing(func(node, _ int) bool { return node == 1 })
		over(seeds(1, 8, 200), func(seed uint64) {
			for _, node := range newSim(c, seed).run().nodes {
				if node.is.holds != 0 || (node.id == 1) != (node.is.alone > 100) {
					t.Errorf("N=%d, seed %d: node %d held %d times, held itself for the cause in %d steps", n, seed, node.id, node.is.holds, node.is.alone)
				}
			}
		})
	}
}

func TestANodeThatJoinsInAnOutageFollowsTheOthers(t *testing.T) {
	c := scene{nodes: 12, seconds: 140, rate: 3, fails: outage(30, 90, 1), joins: func(i int) float64 {
		if i >= 8 {
			return 50 + 5*float64(i-8)
		}
		return 0
	}}
	over(seeds(2, 20, 200), func(seed uint64) {
		for _, n := range newSim(c, seed).run().nodes {
			if n.is.holds != 1 || n.is.releases != 1 {
				t.Errorf("seed %d: node %d held %d times, released %d", seed, n.id, n.is.holds, n.is.releases)
			}
			if after := n.is.heldAt - (50 + 5*float64(n.id-8)); n.id >= 8 && after > 6 {
				t.Errorf("seed %d: node %d followed %.1f s after it joined", seed, n.id, after)
			}
		}
	})
}

func TestRestartsAndCrashLoopsNeitherHoldNorPrevent(t *testing.T) {
	rolling := func(i int) []float64 { return []float64{40 + 10*float64(i)} }
	loops := func(i int) []float64 {
		if i%3 != 0 {
			return nil
		}
		return []float64{10, 25, 40, 55, 70, 85, 100}
	}
	for name, boots := range map[string]func(int) []float64{"rolling restart": rolling, "a third crashes all the time": loops} {
		c := scene{nodes: 9, seconds: 140, rate: 3, boots: boots, fails: outage(0, 0, 0)}
		quiet(t, tellOf(t, c.called("%s, healthy", name), trouble{}, seeds(1, 10, 200)), name)
		c.fails = outage(30, 90, 1)
		over(seeds(2, 20, 200), func(seed uint64) {
			for _, n := range newSim(c, seed).run().nodes {
				if n.boots == 1 && (n.is.holds != 1 || n.is.releases != 1) || n.order.Phase == Hold {
					t.Errorf("%s, seed %d: node %d, %d boots, held %d times, released %d", name, seed, n.id, n.boots, n.is.holds, n.is.releases)
				}
			}
		})
	}
}
