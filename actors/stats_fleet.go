// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// FleetStats is what the fleet has said to a guard, and what has come of it.
type FleetStats struct {
	// Mode is how much of it the policy follows.
	Mode FleetMode
	// Order is the last order that came; clear before the first.
	Order FleetOrder
	// At is when it came, on the System's clock; zero before the first.
	At fuseboard.Instant
	// Phase is the fleet's phase that the circuit is in: not what it was told, but what it does.
	Phase FleetPhase
	// Refused counts the calls among Rejected.Breaker that a hold or a ramp of the fleet
	// refused. It never falls while the section is on.
	Refused uint64
	// ProbeOK and ProbeFail are as in [Evidence].
	ProbeOK, ProbeFail uint64
}

func (g *Guard) fleetStats(circuit supervision.Snapshot) FleetStats {
	f := g.fleet.Load()
	if f == nil {
		return FleetStats{}
	}
	seen := g.circuit.Sightings()
	s := FleetStats{
		Mode: g.plan.Load().given.Fleet.Mode, Phase: circuit.Fleet.Phase, Refused: f.refused.Load(),
		ProbeOK: seen.ProbeOK, ProbeFail: seen.ProbeFail,
	}
	if last := f.said.Load(); last != nil {
		s.Order, s.At = last.order, last.at
	}
	return s
}
