// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
)

// phase is the circuit between two moves. What it is never changes; the
// evidence it points to (tally, probes, ramp) does. Every circuit has one, and most
// have only ever had the first: what that one does not need stands apart.
type phase struct {
	facts
	// due is when time alone moves the circuit on; Never when it does not.
	due fuseboard.Instant
	// refusal is what a refused caller is told; nil until asked for where nobody is
	// refused. It is apart from the phase because it may outlive it in somebody's
	// error, and a phase leads to all later ones.
	refusal atomic.Pointer[Refusal]
	// born is the transition that began the phase; nil of the first one and of one
	// that a new policy began.
	born *Transition
	// next is the phase that replaced this one, set by the winner after its CAS.
	next atomic.Pointer[phase]
}

// facts is what a phase hands on to its successor, changed or not.
type facts struct {
	epoch  uint64
	plan   *plan
	lanes  *atomic.Int32 // the circuit's, for its tallies
	tally  *tally        // when closed, ramping or held closed, and the breaker is on
	probes *probes       // when half-open
	ramp   *ramp         // when ramping
	order  *order        // the command in force; nil without one
	opened *opening      // the last one, until closed; else nil
	fleet  *fleet        // what it knows of the fleet; nil where it does not heed it
	opens  uint32        // openings since the circuit was last closed
	state  State
	mode   Mode
	admits admission // how Admit treats a caller: derived from all else for each phase
}

// order is what a phase knows of the command it is under. Immutable.
type order struct {
	end        fuseboard.Instant
	reason, by string
}

// opening is why the circuit opened last. Immutable.
type opening struct {
	cause  Cause
	before Numbers
	until  fuseboard.Instant // the end of the open time
}

// until is the end of an open time or a ramp; else Never.
func (f facts) until() fuseboard.Instant {
	switch {
	case f.state == Open && f.opened != nil:
		return f.opened.until
	case f.fleetPhase() == FleetRamp:
		return f.fleet.order.Expires
	case f.ramp != nil:
		return f.ramp.from.Add(f.ramp.length)
	}
	return fuseboard.Never
}

// modeEnd is the end of the command; Never without one.
func (f facts) modeEnd() fuseboard.Instant {
	if f.order == nil {
		return fuseboard.Never
	}
	return f.order.end
}

// command returns the command's reason and author, empty without one.
func (f facts) command() (reason, by string) {
	if f.order == nil {
		return "", ""
	}
	return f.order.reason, f.order.by
}

// opening returns the last opening, the zero one when closed.
func (f facts) opening() opening {
	if f.opened == nil {
		return opening{}
	}
	return *f.opened
}

// admission is how a phase treats a caller.
type admission uint8

const (
	admitAll admission = iota
	admitNone
	admitProbes
	admitHeld
	admitShare
)

func newPhase(f facts, born *Transition) *phase {
	f.admits = f.admission()
	ph := &phase{facts: f, born: born, due: f.modeEnd()}
	if f.mode.moves() {
		ph.due = min(f.end(), ph.due)
	}
	if ph.admits != admitAll { // before thousands ask for it
		ph.refusal.Store(f.refusal(f.until()))
	}
	return ph
}

// refuse returns what a refused caller is told: to all of them the same.
func (ph *phase) refuse() *Refusal {
	if ph.refusal.Load() == nil {
		ph.refusal.CompareAndSwap(nil, ph.facts.refusal(ph.until()))
	}
	return ph.refusal.Load()
}

func (f facts) admission() admission {
	switch {
	case f.mode == HoldOpen:
		return admitNone
	case !f.plan.on, !f.mode.moves(), f.state == Closed:
		return admitAll
	case f.state == HalfOpen:
		return admitProbes
	case f.fleetPhase() == FleetHold:
		return admitHeld
	case f.state == Ramping:
		return admitShare
	case f.mode == Shadow:
		return admitAll
	}
	return admitNone
}

// end is when the state's time is over, or what the fleet ordered; Never without either.
func (f facts) end() fuseboard.Instant {
	if f.state == Open || f.state == Ramping {
		return min(f.until(), f.lease())
	}
	return f.lease()
}

// numbers is the evidence of the phase at now.
func (f facts) numbers(now fuseboard.Instant) Numbers {
	switch {
	case f.probes != nil:
		return f.probes.numbers()
	case f.tally != nil:
		return f.tally.numbers(now)
	}
	return Numbers{}
}

// closed is f in the closed state, with an empty window.
func (f facts) closed() facts {
	f = f.begin(Closed)
	f.opens, f.opened = 0, nil
	if f.plan.on {
		f.tally = newTally(f.plan.Window, int(f.lanes.Load()))
	}
	return f
}

// open is f in the open state for the next time in a row.
func (f facts) open(now fuseboard.Instant, d time.Duration, cause Cause, before Numbers) facts {
	f = f.begin(Open)
	f.opens++
	f.opened = &opening{cause: cause, before: before, until: now.Add(d)}
	return f
}

// halfOpen is f in the half-open state, with all probes free.
func (f facts) halfOpen() facts {
	f = f.begin(HalfOpen)
	f.probes = newProbes(f.plan)
	return f
}

// recovered is f after passed probes: ramping when the policy has a ramp, else closed.
func (f facts) recovered(now fuseboard.Instant) facts {
	if f.plan.Ramp == 0 {
		return f.closed()
	}
	f = f.begin(Ramping)
	f.ramp = newRamp(now, f.plan.Ramp)
	f.tally = newTally(f.plan.Window, int(f.lanes.Load()))
	return f
}

func (f facts) begin(s State) facts {
	f.state = s
	f.tally, f.probes, f.ramp = nil, nil, nil
	if f.fleetPhase() != FleetClear {
		f.fleet = f.fleet.released()
	}
	return f
}

// under is f under a command. The state beneath stays. Its window stays too;
// probes begin anew, since those on their way belong to an older epoch.
func (f facts) under(cmd Command, now fuseboard.Instant) facts {
	f.mode, f.order = cmd.Mode, nil
	if cmd.Mode != Enforce {
		f.order = &order{end: now.Add(cmd.TTL), reason: cmd.Reason, by: cmd.By}
	}
	counted := f.state == Closed || f.state == Ramping
	switch {
	case !counted && cmd.Mode != HoldClosed:
		f.tally = nil
	case f.tally == nil && f.plan.on:
		f.tally = newTally(f.plan.Window, int(f.lanes.Load()))
	}
	f.probes = nil
	if f.fleetPhase() == FleetHold {
		anew := *f.fleet
		anew.held = &held{}
		f.fleet = &anew
	}
	if f.state == HalfOpen && cmd.Mode.moves() {
		f.probes = newProbes(f.plan)
	}
	return f
}
