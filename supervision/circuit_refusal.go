// SPDX-License-Identifier: Apache-2.0

package supervision

import "github.com/fuseboard/fuseboard"

// Refusal is what a refused caller needs to know. There is one per phase of the
// circuit, made at the latest when it is first asked for, and shared by all it refuses: immutable.
type Refusal struct {
	// Epoch, State and Mode are the circuit's when it refused.
	Epoch uint64
	State State
	Mode  Mode
	// Cause is why the circuit opened last, or CauseCommand under HoldOpen. Empty
	// when closed.
	Cause Cause
	// Until is when the refusing ends by itself: the end of the open time, of the
	// ramp, or of the command that holds the circuit open. Never when that is not
	// known, as in half-open.
	Until fuseboard.Instant
	// Reason and By are those of the command in force; else empty.
	Reason, By string
	// Before is what had been counted when the circuit opened last.
	Before Numbers
	// Fleet is the order of the fleet that refuses, a hold or a ramp; else clear.
	Fleet FleetOrder
}

func (f facts) refusal(until fuseboard.Instant) *Refusal {
	opened := f.opening()
	r := &Refusal{
		Epoch: f.epoch, State: f.state, Mode: f.mode, Cause: opened.cause,
		Until: until, Before: opened.before,
	}
	r.Reason, r.By = f.command()
	if f.fleetPhase() != FleetClear {
		r.Fleet = f.fleet.order
		if r.Fleet.Until > 0 {
			r.Until = r.Fleet.Until
		}
	}
	if f.mode == HoldOpen {
		r.Fleet = FleetOrder{}
		r.Cause, r.Until = CauseCommand, f.modeEnd()
	}
	return r
}

// Refuses reports whether the present phase refuses everybody: open under
// Enforce, or held open. The Refusal is nil where it does not. It reads no clock and
// allocates nothing, and therefore cannot know that the phase is overdue (compare
// Refusal.Until, or let [Circuit.Admit] or [Circuit.Expire] move it on).
func (c *Circuit) Refuses() (*Refusal, bool) {
	ph := c.phase.Load()
	if ph.admits != admitNone {
		return nil, false
	}
	return ph.refusal.Load(), true
}

// TurnsAway reports whether those who wait for a permit of the gate would be refused
// when they get it: where [Circuit.Refuses] does, and where the fleet holds the circuit
// open, in which probes are for those who come. The Refusal is nil where they would not.
func (c *Circuit) TurnsAway() (*Refusal, bool) {
	ph := c.phase.Load()
	if ph.admits == admitNone || (ph.admits == admitHeld && ph.mode == Enforce) {
		return ph.refusal.Load(), true
	}
	return nil, false
}

// RefusesAll is Refuses without the reason.
func (c *Circuit) RefusesAll() bool { return c.phase.Load().admits == admitNone }

// Refusal describes the present phase as it would refuse somebody: also in
// half-open (the probes are taken) and ramping (the share is used up). Never nil.
// That of a phase which admits everybody is made when it is first asked for.
func (c *Circuit) Refusal() *Refusal { return c.phase.Load().refuse() }
