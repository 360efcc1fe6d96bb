// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"github.com/fuseboard/fuseboard"
)

// Order is what the fleet's verdict asks of a node's circuit. It is a value, the whole
// truth at its instant; an older one is of no use.
type Order struct {
	// Phase is what to do: leave it to the circuit, hold calls back, or let a share pass.
	Phase Phase
	// Probe is, in [Hold], when one call may pass; then the next order says when another
	// may. [fuseboard.Never] in other phases.
	Probe fuseboard.Instant
	// Share is, in [Ramp], which part of the calls passes, 0.1 to 1; 1 in [Clear] and 0 in
	// [Hold].
	Share float64
	// Tighten asks the circuit of a node that is only advised to judge from half of its MinCalls,
	// while a hold is called for. Who holds has no use for it: a circuit that opens sooner sees less.
	Tighten bool
	// Reset asks for a closed, empty circuit that judges from half of its MinCalls: true in
	// the one order that leaves [Hold].
	Reset bool
	// Scope is whose trouble it is.
	Scope Scope
	// Until is, in [Hold], when it ends unless fresh failures renew it, and in [Ramp] when
	// it ends if nothing fails. [fuseboard.Never] in [Clear].
	Until fuseboard.Instant
	// Why holds the numbers of the decision.
	Why Why
}

// Why holds the numbers behind an [Order]: those of the whole fleet, or of the zone where
// Zone is true.
type Why struct {
	// Inactive is why nothing was judged.
	Inactive Inactive
	// Zone reports that the numbers are of the callers of my zone alone.
	Zone bool
	// Callers is how many nodes call the dependency, Failing how many of them vote that it
	// fails, Passing how many that it does not, and Held how many hold calls back.
	Callers, Failing, Passing, Held int
	// Zones is how many zones have a vote, 2 standing for more, and Quorum how many callers
	// must fail.
	Zones, Quorum int
	// Attempts and FailureRate are of the callers together, each capped, without the worst.
	Attempts    float64
	FailureRate float64
	// Vote is my own.
	Vote Vote
	// Veto reports that my own attempts succeed, and ZoneHealthy that those of my zone do:
	// either keeps me from a hold.
	Veto, ZoneHealthy bool
	// Probers is how many callers probed lately, and Recovered how many of these saw it work.
	Probers, Recovered int
}
