// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"math"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// FleetLease is how long an order holds that says no Expires, and LongestFleetLease
// the most that one may say: a fleet that has fallen silent holds nobody for longer.
const (
	FleetLease        = 5 * time.Second
	LongestFleetLease = time.Minute
)

// FleetPhase is what the fleet makes of a dependency.
type FleetPhase uint8

// The phases.
const (
	// FleetClear leaves the circuit to itself. The zero value.
	FleetClear FleetPhase = iota
	// FleetHold keeps the circuit open, but for probes at the instants that orders give.
	FleetHold
	// FleetRamp lets a share of the callers in that orders move.
	FleetRamp
)

var fleetPhaseNames = [...]string{"clear", "hold", "ramp"}

// String returns the phase's word in logs, metrics and JSON.
func (p FleetPhase) String() string { return word(fleetPhaseNames[:], int(p)) }

// MarshalText returns the phase's word; it is an error when there is none.
func (p FleetPhase) MarshalText() ([]byte, error) {
	return wordOf(fleetPhaseNames[:], "fleet phase", int(p))
}

// UnmarshalText reads a phase's word. An unknown one is an error, and p keeps its value.
func (p *FleetPhase) UnmarshalText(text []byte) error {
	i, err := lookUp(fleetPhaseNames[:], "fleet phase", string(text))
	if err == nil {
		*p = FleetPhase(i)
	}
	return err
}

// FleetOrder is what the fleet's verdict asks of one circuit until the next order. It
// is a lease: without another order it ends at Expires, whatever it says. The zero
// FleetOrder is clear.
type FleetOrder struct {
	// Phase is what the circuit shall do.
	Phase FleetPhase
	// Probe is from when on one probe may go, in a hold; the next may go when an order
	// gives a later instant. Zero: at once.
	Probe fuseboard.Instant
	// Share is the part of the callers that is let in, in a ramp: 0 to 1.
	Share float64
	// Tighten makes half of Breaker.MinCalls enough to judge a rate.
	Tighten bool
	// Reset does the same after a hold: with a ramp or a clear order.
	Reset bool
	// Scope says whose callers it follows from: "all", or the name of a zone.
	Scope string
	// Until is when the fleet expects the phase to end, as it looks now: for those who are
	// told. Zero where that is not known. Nothing happens then by itself.
	Until fuseboard.Instant
	// Expires is when the order ends unless another has come. Zero: [FleetLease] after
	// it came; at most [LongestFleetLease] after that.
	Expires fuseboard.Instant
	// Why says it in words: "4 of 5 callers fail".
	Why string
}

// Validate returns everything wrong with the order. What is only out of range is
// taken as the nearest end: a fleet's word must not be lost for that.
func (o FleetOrder) Validate() fuseboard.Problems {
	var c plain.Check
	if int(o.Phase) >= len(fleetPhaseNames) {
		c.Add(fuseboard.Problem{
			Path: "phase", Code: plain.CodeRange, Value: plain.Number(float64(o.Phase)), Message: "is no phase of a fleet",
			Accepted: strings.Join(fleetPhaseNames[:], ", "), Fix: "use FleetClear, FleetHold or FleetRamp",
		})
	}
	if math.IsNaN(o.Share) {
		c.Add(fuseboard.Problem{
			Path: "share", Code: plain.CodeRange, Value: "NaN", Message: "is not a number", Accepted: "0 to 1", Fix: "give the share of callers to let in",
		})
	}
	return c.Problems()
}

// settled is the order as it comes into force at now.
func (o FleetOrder) settled(now fuseboard.Instant) FleetOrder {
	if o.Expires == 0 {
		o.Expires = now.Add(FleetLease)
	}
	o.Expires = min(o.Expires, now.Add(LongestFleetLease))
	o.Share = clamp(o.Share, 0, 1)
	return o
}

// tight reports whether half the calls are enough to judge.
func (o FleetOrder) tight() bool { return o.Tighten || (o.Reset && o.Phase != FleetHold) }

// by names the fleet as the author of a transition.
func (o FleetOrder) by() string {
	if o.Scope == "" {
		return "the fleet"
	}
	return "the fleet (" + o.Scope + ")"
}

// because is the order's Why, as the end of a sentence.
func (o FleetOrder) because() string {
	if o.Why == "" {
		return ""
	}
	return ": " + o.Why
}
