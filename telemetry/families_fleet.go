// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"github.com/fuseboard/fuseboard/actors"
)

var fleetFamilies = []family{
	{
		"fleet_phase", gauge, "dependency, phase", "1",
		"1 for the phase of the fleet that the circuit is in, 0 for the others: clear also where the policy has no fleet section.",
		"Is a circuit held, or let in again, because of what other nodes see?",
		eachGuard(func(p *page, d *dependency) {
			for i, what := range phaseLabels {
				p.either(d.labels, what, d.stats.Fleet.Phase == phases[i])
			}
		}),
	},
	{
		"fleet_refused_total", counter, "dependency", "calls",
		"Calls among those refused by the breaker that a hold or a ramp of the fleet refused.",
		"What does following the fleet cost this node?",
		eachGuard(func(p *page, d *dependency) { p.count(d.labels, "", d.stats.Fleet.Refused) }),
	},
}

var (
	phases      = [...]actors.FleetPhase{actors.FleetClear, actors.FleetHold, actors.FleetRamp}
	phaseLabels = labelsOf("phase", phases[:])
)
