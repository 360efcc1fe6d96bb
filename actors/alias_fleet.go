// SPDX-License-Identifier: Apache-2.0

package actors

import "github.com/fuseboard/fuseboard/supervision"

// What a fleet says to a guard, and the section of the policy that lets it.
type (
	// Fleet says how far a guard goes by what other nodes see; see [supervision.Fleet].
	Fleet = supervision.Fleet
	// FleetMode is how much of that is followed; see [supervision.FleetMode].
	FleetMode = supervision.FleetMode
	// FleetOrder is what the fleet asks of one guard; see [supervision.FleetOrder].
	FleetOrder = supervision.FleetOrder
	// FleetPhase is what the fleet makes of a dependency; see [supervision.FleetPhase].
	FleetPhase = supervision.FleetPhase
)

// The modes of a fleet section.
const (
	FleetOff    = supervision.FleetOff
	FleetAdvise = supervision.FleetAdvise
	FleetFollow = supervision.FleetFollow
)

// The phases of a fleet's order.
const (
	FleetClear = supervision.FleetClear
	FleetHold  = supervision.FleetHold
	FleetRamp  = supervision.FleetRamp
)

// ErrFleet: the circuit refused because the fleet says so. It is an ErrOpen, too; see [supervision.ErrFleet].
var ErrFleet = supervision.ErrFleet
