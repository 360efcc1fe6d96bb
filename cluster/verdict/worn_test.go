// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"testing"
)

// fair fails where nodes flip, or more calls fail than with circuits alone. Chance decides which circuit opens when, so that the
// same seed succeeds more often with one or with the other: it is the mean difference that must not be below zero, by more than twice
// its own error. Three flips are a hold and its end, and the next: of three callers one in thirty may have four.
func fair(t *testing.T, c scene, k uint64) {
	t.Helper()
	if k == 0 {
		return
	}
	r := tellOf(t, c, trouble{10, 0}, k)
	if usual, most := quantile(r.flips, 0.97), quantile(r.flips, 1); usual > 3 || most > 4 {
		t.Errorf("%s: %.0f flips (p97) and %.0f (max) in two minutes", c.name, usual, most)
	}
	gain, doubt := r.gain()
	if gain < -2*doubt {
		t.Errorf("%s: %.2f ± %.2f points of the calls succeed less than with circuits alone", c.name, -gain, doubt)
	}
}

// enough is how many runs a scene of two minutes gets: the fewer, the more calls it has.
func enough(n int, rate float64) uint64 {
	calls := max(1, int(float64(n)*max(1, rate)))
	ci := max(2, uint64(240/calls))
	short := uint64(1)
	if n == 50 {
		short = 0
	}
	return seeds(short, ci, 20*ci)
}

func TestABrownoutAtTheThresholdIsLeftToTheCircuits(t *testing.T) {
	for _, n := range []int{3, 5, 9, 50} {
		for _, rate := range []float64{0.3, 2, 10} {
			for _, p := range []float64{0.45, 0.5, 0.55} {
				c := scene{nodes: n, seconds: 120, rate: rate, fails: outage(10, 1e9, p)}
				fair(t, c.called("brownout %v N=%d %v/s", p, n, rate), enough(n, rate))
			}
		}
	}
}

// At many calls a second a step of a tenth of a second has more of them than a node remembers.
func TestManyCallsASecondAreNoOutageEither(t *testing.T) {
	for _, n := range []int{3, 5, 20} {
		for _, rate := range []float64{50, 200, 500} {
			k := seeds(0, 10, 40)
			if n == 5 && rate == 200 {
				k = seeds(2, 10, 40)
			} else if n == 20 {
				k = seeds(0, 2, 20)
			}
			for _, p := range []float64{0.5, 0.55} {
				c := scene{nodes: n, seconds: 60, rate: rate, fails: outage(10, 1e9, p)}
				fair(t, c.called("brownout %v N=%d %v/s", p, n, rate), k)
			}
		}
	}
}

func TestAnOverloadIsLeftToTheCircuits(t *testing.T) {
	for _, n := range []int{3, 5, 9, 50} {
		for _, rate := range []float64{0.3, 2, 10} {
			c := scene{nodes: n, seconds: 120, rate: rate, capacity: 0.5 * rate * float64(n), fails: outage(0, 0, 0)}
			fair(t, c.called("overload N=%d %v/s", n, rate), 2*enough(n, rate))
		}
	}
}

func TestAdviceCostsNothingInABrownout(t *testing.T) {
	for _, n := range []int{3, 9} {
		for _, p := range []float64{0.45, 0.5, 0.55} {
			c := scene{nodes: n, seconds: 120, rate: 2, advised: true, fails: outage(10, 1e9, p)}
			fair(t, c.called("advised, brownout %v N=%d", p, n), enough(n, 2))
		}
		c := scene{nodes: n, seconds: 120, rate: 2, advised: true, capacity: float64(n), fails: outage(0, 0, 0)}
		fair(t, c.called("advised, overload N=%d", n), enough(n, 2))
	}
}

func TestOneHeavyCallerDoesNotDecideForLightOnes(t *testing.T) {
	heavy := func(i int) float64 {
		if i == 0 {
			return 100
		}
		return 0.3
	}
	c := scene{nodes: 50, seconds: 120, rates: heavy, fails: func(_ float64, node, _ int) float64 {
		if node == 0 {
			return 1
		}
		return 0.01
	}}
	quiet(t, tellOf(t, c.called("the heavy one fails alone"), trouble{}, seeds(1, 4, 100)), "one heavy caller")
	for _, p := range []float64{0.45, 0.5, 0.55} {
		c.fails = outage(10, 1e9, p)
		fair(t, c.called("brownout %v, one heavy and 49 light", p), seeds(0, 2, 100))
	}
}

// identical fails unless every node did exactly what it does without a verdict.
func identical(t *testing.T, c scene, k uint64) {
	t.Helper()
	alone := c
	alone.local = true
	for seed := range k {
		a, b := newSim(c, seed).run(), newSim(alone, seed).run()
		for i, n := range a.nodes {
			if o := b.nodes[i]; n.is.good != o.is.good || n.is.wanted != o.is.wanted || n.circuit.Epoch() != o.circuit.Epoch() || n.is.holds != 0 {
				t.Errorf("%s, seed %d, node %d: %+v, alone %+v", c.name, seed, i, n.is, o.is)
			}
		}
	}
}

func TestTwoCallersAreLeftToTheirCircuits(t *testing.T) {
	identical(t, scene{nodes: 2, seconds: 120, rate: 5, fails: outage(30, 90, 1)}.called("two callers"), seeds(4, 40, 400))
}

func TestAnIsolatedNodeDoesWhatASingleNodeDoes(t *testing.T) {
	for _, n := range []int{3, 9} {
		c := scene{nodes: n, seconds: 120, rate: 5, silent: true, fails: outage(40, 90, 1)}
		identical(t, c.called("nobody hears anybody, N=%d", n), seeds(4, 20, 200))
	}
}
