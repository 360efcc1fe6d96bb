// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Defaults of a [Fleet] that is on: those of the rule that survived simulation.
const (
	DefaultFleetFailureRate     = 0.5
	DefaultFleetMinCalls        = 20
	DefaultFleetWindow          = 10 * time.Second
	DefaultFleetHold            = 10 * time.Second
	DefaultFleetRamp            = 10 * time.Second
	DefaultFleetProbesPerSecond = 2
)

const (
	minFleetTime   = time.Second
	maxFleetTime   = 10 * time.Minute
	minFleetProbes = 0.01
	maxFleetProbes = 1000
	codeFleetMode  = "unknown-mode"
)

// FleetMode says how much of the fleet's word a circuit follows. In JSON and text it is its word.
type FleetMode uint8

// The modes.
const (
	// FleetOff: what other nodes see is not asked for. The zero value.
	FleetOff FleetMode = iota
	// FleetAdvise: the fleet's word is shown, and may only make the circuit quicker to
	// judge: half of Breaker.MinCalls is enough while several others fail.
	FleetAdvise
	// FleetFollow: the fleet may also hold the circuit open, and let it recover by a ramp.
	FleetFollow
)

var fleetModeNames = [...]string{"off", "advise", "follow"}

// String returns the mode's word in logs, metrics, policies and JSON.
func (m FleetMode) String() string { return word(fleetModeNames[:], int(m)) }

// MarshalText returns the mode's word; it is an error when there is none.
func (m FleetMode) MarshalText() ([]byte, error) {
	return wordOf(fleetModeNames[:], "fleet mode", int(m))
}

// UnmarshalText reads a mode's word. An unknown one is an error, and m keeps its value.
func (m *FleetMode) UnmarshalText(text []byte) error {
	i, err := lookUp(fleetModeNames[:], "fleet mode", string(text))
	if err == nil {
		*m = FleetMode(i)
	}
	return err
}

// Fleet says how far a circuit goes by what the other replicas of the service see of
// the same dependency, and the numbers of the rule that makes a verdict of it. The rule
// itself is not here: whoever computes it sends a [FleetOrder]. The zero Fleet is off.
// Set Mode, and the other fields take their defaults. All replicas should have the same.
type Fleet struct {
	// Mode is how much is followed: off, advise or follow. Default off.
	Mode FleetMode
	// FailureRate is the share of failures of all callers together from which on the
	// dependency is bad: 0 to 1. Default 0.5, or in a policy that of the breaker where it is more.
	FailureRate float64 `plain:"rate"`
	// MinCalls is how many attempts of several callers the fleet must have seen before
	// that is judged. Default 20, accepted 1 to 10 000.
	MinCalls int
	// Window is how far back attempts count. Default 10s, accepted 1s to 10m.
	Window time.Duration
	// Hold is how long the fleet holds its circuits open at first. Default 10s, accepted 1s to 10m.
	Hold time.Duration
	// Ramp is how long, after a hold, the admitted share grows from 10 % to 100 %.
	// Default 10s, accepted 1s to 10m.
	Ramp time.Duration
	// ProbesPerSecond is how many probes the whole fleet sends to a dependency that is
	// held, shared by all who are held. Default 2, accepted 0.01 to 1000.
	ProbesPerSecond float64
}

// On reports whether the fleet's word is asked for: whether Mode is another than off.
func (f Fleet) On() bool { return f.Mode != FleetOff }

// WithDefaults returns f with its documented defaults filled in. One that is off stays as it is.
func (f Fleet) WithDefaults() Fleet {
	if !f.On() {
		return f
	}
	setDefault(&f.FailureRate, DefaultFleetFailureRate)
	setDefault(&f.MinCalls, DefaultFleetMinCalls)
	setDefault(&f.Window, DefaultFleetWindow)
	setDefault(&f.Hold, DefaultFleetHold)
	setDefault(&f.Ramp, DefaultFleetRamp)
	setDefault(&f.ProbesPerSecond, DefaultFleetProbesPerSecond)
	return f
}

// Validate returns everything wrong with f, errors and warnings, with paths relative
// to the section: mode, failure_rate.
func (f Fleet) Validate() fuseboard.Problems {
	var c plain.Check
	if int(f.Mode) >= len(fleetModeNames) {
		c.Add(fuseboard.Problem{
			Path: "mode", Code: codeFleetMode, Value: plain.Number(float64(f.Mode)), Message: "is no mode of a fleet",
			Accepted: strings.Join(fleetModeNames[:], ", "), Fix: "use FleetOff, FleetAdvise or FleetFollow",
		})
	}
	c.Rate("failure_rate", f.FailureRate, 0, 1, "50% is the default")
	c.Int("min_calls", f.MinCalls, 1, maxCalls, "20 is the default")
	c.Duration("window", f.Window, minFleetTime, maxFleetTime, "10s is the default")
	c.Duration("hold", f.Hold, minFleetTime, maxFleetTime, "10s is the default")
	c.Duration("ramp", f.Ramp, minFleetTime, maxFleetTime, "10s is the default")
	c.Number("probes_per_second", f.ProbesPerSecond, minFleetProbes, maxFleetProbes, "2 is the default, for the whole fleet")
	if f != (Fleet{}) && !f.On() {
		c.Add(fuseboard.Problem{
			Path: "mode", Code: codeNoEffect, Warning: true,
			Message: "is off, so that the rest of the section has no effect", Fix: "set advise or follow, or leave the section out",
		})
	}
	return c.Problems()
}
