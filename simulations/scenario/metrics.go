// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"slices"
	"strings"
)

// The units of measures.
const (
	share   = "%"
	seconds = "s"
	rate    = "/s"
	plainly = ""
)

// metric is a word for what is measured.
type metric struct {
	name, unit string
	// narrow: it is of a dependency, or of all of them, and of nothing else.
	narrow bool
}

var metrics = []metric{
	{"goodput", share, false},
	{"answered", share, false},
	{"degraded", share, false},
	{"failed", share, false},
	{"refused", share, false},
	{"late", share, false},
	{"throughput", rate, false},
	{"amplification", plainly, false},
	{"peak-amplification", plainly, true},
	{"attempts", plainly, false},
	{"waste", share, true},
	{"mean", seconds, false},
	{"p50", seconds, false},
	{"p90", seconds, false},
	{"p95", seconds, false},
	{"p99", seconds, false},
	{"p99.9", seconds, false},
	{"max", seconds, false},
	{"queue", plainly, true},
	{"openings", plainly, true},
	{"recovery", seconds, true},
	{"holds", plainly, true},
	{"flips", plainly, true},
	{"probes", rate, true},
}

// The words of states: what a circuit is to come to, never to be in, or to stay in.
const (
	reaches = "reaches"
	never   = "never"
	stays   = "stays"
)

// states are those of circuits, and what the fleet makes of them: held, or clear, which is neither held nor in the ramp that follows.
var states = []string{"open", "closed", "half-open", "ramping", Held, Clear}

// The states that the fleet gives a circuit.
const (
	// Held: the fleet holds it open.
	Held = "held"
	// Clear: the fleet leaves it to itself.
	Clear = "clear"
)

// members is the word for who is in the fleet, and ofFleet the kind of what is measured of it.
const (
	members = "members"
	stay    = "stay"
	ofFleet = "fleet"
)

// perNode are the measures of which the most of any node can be asked for.
var perNode = []string{"openings", "holds", "flips"}

// Metrics lists the words for what can be measured, in the order of the documentation; those of states are not among them. The caller owns it.
func Metrics() []string {
	names := make([]string, len(metrics))
	for i, m := range metrics {
		names[i] = m.name
	}
	return names
}

func metricOf(word string) (metric, bool) {
	i := slices.IndexFunc(metrics, func(m metric) bool { return strings.EqualFold(m.name, word) })
	if i < 0 {
		return metric{}, false
	}
	return metrics[i], true
}
