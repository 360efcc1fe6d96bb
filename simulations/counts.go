// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

// count counts something of the circuits, or the most of it at any node.
func (r *record) count(m scenario.Measure, of func(*circuitLog, scenario.Measure) int) float64 {
	sum, most, at := 0, 0, map[string]int{}
	for _, c := range r.concerned(m) {
		n := of(c, m)
		sum += n
		at[c.where] += n
		most = max(most, at[c.where])
	}
	if m.PerNode {
		return float64(most)
	}
	return float64(sum)
}

// begins counts how often the circuit came to what it was not in before.
func (c *circuitLog) begins(m scenario.Measure, is func(move) bool) (n int) {
	was := false
	for _, v := range c.moves {
		now := is(v)
		if now && !was && v.at >= m.From && v.at < m.To {
			n++
		}
		was = now
	}
	return n
}

// openings counts how often the circuit opened.
func (c *circuitLog) openings(m scenario.Measure) int {
	return c.begins(m, func(v move) bool { return v.to == actors.Open })
}

// holds counts how often the fleet began to hold it.
func (c *circuitLog) holds(m scenario.Measure) int {
	return c.begins(m, func(v move) bool { return v.in(scenario.Held) })
}

// flips counts how often the fleet began to hold it, or let go.
func (c *circuitLog) flips(m scenario.Measure) (n int) {
	held := false
	for _, v := range c.moves {
		now := v.in(scenario.Held)
		if now != held && v.at >= m.From && v.at < m.To {
			n++
		}
		held = now
	}
	return n
}
