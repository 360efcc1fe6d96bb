// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// fleets is what the fleet has said last, and what the guard makes of it: part of what is
// said of the circuit, as both are one look on the way of a call. Nothing without the section.
func (s sight) fleets() string {
	f := s.guard.fleet.Load()
	if f == nil || !s.plan.given.Fleet.On() {
		return ""
	}
	if last := f.said.Load(); last != nil {
		return "; fleet: " + s.fleetSays(*last)
	}
	return "; fleet: nothing heard yet"
}

func (s sight) fleetSays(last said) string {
	o := last.order
	if s.now >= o.Expires {
		return fmt.Sprintf("silent for %s, and its last order has run out: %s", short(s.now.Sub(last.at)), orderWords(o))
	}
	words := orderWords(o)
	switch {
	case o.Phase == FleetHold && s.circuit.Fleet.Phase == FleetHold:
		words += s.nextProbe(o)
	case o.Phase != s.circuit.Fleet.Phase:
		words += ", which is not followed: " + s.notFollowed()
	}
	if o.Until > s.now {
		words += ", expected to end in " + short(s.until(o.Until))
	}
	return words + "; heard " + short(s.now.Sub(last.at)) + " ago"
}

// orderWords says an order: "holds calls back (dependency): 4 of 5 callers fail". Scope is whose trouble it is, and none where there is none.
func orderWords(o FleetOrder) string {
	words := "holds nothing back"
	switch o.Phase {
	case FleetClear:
	case FleetHold:
		words = "holds calls back"
	case FleetRamp:
		words = "lets in " + plain.Percent(o.Share) + " of the calls"
	}
	if o.Scope != "" && o.Scope != "none" {
		words += " (" + o.Scope + ")"
	}
	if o.Tighten {
		words += ", half of breaker.min_calls are enough"
	}
	if o.Why != "" {
		words += ": " + o.Why
	}
	return words
}

// nextProbe says when a circuit that the fleet holds lets somebody through.
func (s sight) nextProbe(o FleetOrder) string {
	switch wait := s.until(o.Probe); {
	case wait > 0:
		return ", next probe in " + short(wait)
	case s.circuit.Admits && s.circuit.Mode == Enforce:
		return ", the next call is its probe"
	}
	return ", its probe is under way or has answered"
}

// notFollowed says why the circuit does not do what the fleet says.
func (s sight) notFollowed() string {
	c := s.circuit
	switch {
	case !s.plan.given.Breaker.On():
		return "there is no breaker"
	case c.Mode == Off || c.Mode == HoldOpen || c.Mode == HoldClosed:
		return "the circuit is " + s.commanded()
	case s.plan.given.Fleet.Mode == FleetAdvise:
		return "fleet.mode is advise"
	}
	return "the circuit is " + c.State.String() + " by what this node sees"
}
