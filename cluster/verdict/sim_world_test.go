// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"math"
	"math/rand/v2"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// A scene is one story that a fleet goes through: who calls, what fails, who lies.
type scene struct {
	name    string
	nodes   int
	zones   int                    // nodes are dealt out to so many zones, 0 is one
	seconds float64                // how long it lasts
	rate    float64                // calls a second of a node
	rates   func(node int) float64 // overrides rate
	fails   func(t float64, node, zone int) float64
	// capacity is what the dependency can serve a second; beyond it, it fails the more.
	capacity float64
	liars    int // the last so many nodes
	claim    claim
	// cut reports that nothing gets from one node to another.
	cut     func(t float64, from, to int) bool
	loss    float64
	delay   func(draw *rand.Rand) float64 // of a message, in seconds; nil: harsh
	boots   func(node int) []float64      // when a node begins anew
	joins   func(node int) float64        // when it first begins, 0: long before
	local   bool                          // no verdict: what the circuits do alone
	silent  bool                          // no node hears another
	advised bool                          // nobody follows: a circuit may only judge from fewer calls
}

// harsh is 50 to 250 ms, and one in fifty up to 5 s: worse than what the product was measured to have.
func harsh(draw *rand.Rand) float64 {
	delay := 0.05 + 0.2*draw.Float64()
	if draw.Float64() < 0.02 {
		delay = 0.25 + 4.75*draw.Float64()
	}
	return delay
}

// measured is what real nodes had, 50 of them, over a network that loses nothing: p50 75 ms, p99 135, max 185 ms. They send all
// that changes to everybody; what is lost is sent again, by others.
func measured(draw *rand.Rand) float64 {
	delay := 0.035 + 0.08*draw.Float64()
	if draw.Float64() < 0.05 {
		delay = 0.115 + 0.07*draw.Float64()
	}
	return delay
}

// start is when every story begins, so that windows are full of nothing by then.
const start = 60 * fuseboard.Instant(1e9)

func instant(t float64) fuseboard.Instant { return start + fuseboard.Instant(t*1e9) }

func outage(from, to, p float64) func(float64, int, int) float64 {
	return func(t float64, _, _ int) float64 {
		if t >= from && t < to {
			return p
		}
		return 0.01
	}
}

// breakerOf is the circuit of each node: the defaults of the house.
var (
	usualRules = supervision.NewRules(supervision.Breaker{FailureRate: 0.5})
	tightRules = supervision.NewRules(supervision.Breaker{FailureRate: 0.5, MinCalls: 10})
)

// dependency serves and counts.
type dependency struct {
	load   []int // calls by tenths of a second
	probes []int
}

func (d *dependency) serve(at float64, probe bool) {
	i := max(0, int(at*10))
	if i < len(d.load) {
		d.load[i]++
		if probe {
			d.probes[i]++
		}
	}
}

// overload is the share of calls that fail for want of capacity: the load of the last
// second counts.
func (d *dependency) overload(at, capacity float64) float64 {
	if capacity == 0 {
		return 0
	}
	i, load := min(int(at*10), len(d.load)-1), 0
	for k := max(0, i-10); k < i; k++ {
		load += d.load[k]
	}
	if float64(load) <= capacity {
		return 0
	}
	return min(1, 1.5*(1-capacity/float64(load)))
}

// between is the calls a second from one instant to another.
func between(tenths []int, from, to float64) float64 {
	n := 0
	for i := int(from * 10); i < int(to*10) && i < len(tenths); i++ {
		n += tenths[i]
	}
	return float64(n) / (to - from)
}

// peak is the most calls in any one second from one instant to another.
func peak(tenths []int, from, to float64) float64 {
	most := 0.0
	for at := from; at+1 <= to; at += 0.1 {
		most = math.Max(most, between(tenths, at, at+1))
	}
	return most
}
