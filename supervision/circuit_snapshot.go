// SPDX-License-Identifier: Apache-2.0

package supervision

import "github.com/fuseboard/fuseboard"

// Snapshot is the circuit at one moment.
type Snapshot struct {
	// Epoch, State and Mode belong together: no transition lies between them.
	Epoch uint64
	State State
	Mode  Mode
	// Opens is how often the circuit opened since it was last closed.
	Opens int
	// Cause is why it opened last, and Before what had been counted then; zero
	// once it is closed.
	Cause  Cause
	Before Numbers
	// Until is when the state ends by itself; Never when it does not.
	Until fuseboard.Instant
	// ModeUntil is when the command ends; Never without one.
	ModeUntil fuseboard.Instant
	// Reason and By are the command's; empty without one.
	Reason, By string
	// Numbers is what the state has counted.
	Numbers Numbers
	// Admits reports whether the next caller would be admitted, if nothing is due
	// (see [Circuit.Expire]).
	Admits bool
	// Probing tells of the probes of a half-open circuit whose mode lets them
	// decide; else zero.
	Probing Probing
	// Share is the share of callers that a ramping circuit admits, 0.1 to 1; 0 in
	// every other state.
	Share float64
	// Fleet is the order of the fleet that the circuit is under: a hold or a ramp, or one that
	// tightens. Zero without one.
	Fleet FleetOrder
}

// Probing is where the probes of a half-open circuit stand.
type Probing struct {
	// Free is how many places wait for a caller, Running how many probes have not
	// answered yet.
	Free, Running int
	// Passed and Failed count the probes that are settled.
	Passed, Failed int
	// Need is how many must pass.
	Need int
}

// Snapshot returns the circuit as it is at now.
func (c *Circuit) Snapshot(now fuseboard.Instant) Snapshot {
	ph := c.phase.Load()
	opened := ph.opening()
	s := Snapshot{
		Epoch: ph.epoch, State: ph.state, Mode: ph.mode, Opens: int(ph.opens),
		Cause: opened.cause, Before: opened.before,
		Until: ph.until(), ModeUntil: ph.modeEnd(),
		Numbers: ph.numbers(now), Admits: ph.wouldAdmit(now),
	}
	s.Reason, s.By = ph.command()
	if ph.fleet != nil {
		s.Fleet = ph.fleet.order
	}
	if ph.probes != nil {
		s.Probing = ph.probes.standing()
	}
	if ph.ramp != nil {
		s.Share = ph.ramp.share(now)
	}
	return s
}

// Standing is Snapshot without what has to be counted: no Numbers, no Probing, no Share.
func (c *Circuit) Standing() Snapshot {
	ph := c.phase.Load()
	s := Snapshot{Epoch: ph.epoch, State: ph.state, Mode: ph.mode, Opens: int(ph.opens), Until: ph.until(), ModeUntil: ph.modeEnd()}
	if ph.fleet != nil {
		s.Fleet = ph.fleet.order
	}
	return s
}

// Refusal tells why the circuit of the snapshot refuses, or would refuse, as
// [Circuit.Refusal] does for the circuit itself.
func (s Snapshot) Refusal() *Refusal {
	return facts{
		epoch: s.Epoch, state: s.State, mode: s.Mode,
		opened: &opening{cause: s.Cause, before: s.Before},
		order:  &order{end: s.ModeUntil, reason: s.Reason, by: s.By},
		fleet:  &fleet{order: s.Fleet},
	}.refusal(s.Until)
}

// wouldAdmit is Admit without taking anything.
func (ph *phase) wouldAdmit(now fuseboard.Instant) bool {
	switch ph.admits {
	case admitNone:
		return false
	case admitProbes:
		return ph.mode == Shadow || ph.probes.standing().Free > 0
	case admitHeld:
		return ph.mode == Shadow || (now >= ph.fleet.order.Probe && ph.fleet.held.place.Load().leaves(ph.fleet.order.Probe))
	case admitShare:
		return ph.mode == Shadow || ph.ramp.admitsNext(now)
	case admitAll:
	}
	return true
}

func (p *probes) standing() Probing {
	s := Probing{Need: p.need}
	for i := range p.places {
		switch p.places[i].Load() {
		case nil:
			s.Free++
		case answered:
		default:
			s.Running++
		}
	}
	s.Passed, s.Failed = p.counts()
	return s
}
