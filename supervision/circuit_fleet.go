// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
)

// fleet is what a phase knows of the fleet: nil in a circuit that does not [Circuit.Heed]
// it, which is all that such a circuit pays. Immutable but for what it points to.
type fleet struct {
	order FleetOrder // in force: clear where neither a hold nor a ramp is the fleet's
	since uint64     // epoch from which on attempts belong to the fleet's present phase
	held  *held      // of a hold; else nil
	seen  *sightings // of the circuit, as long as it heeds the fleet
}

// sightings counts how attempts ended, as evidence for the fleet.
type sightings struct{ ok, fail, probeOK, probeFail atomic.Uint64 }

// Sightings is how attempts ended that a circuit was told of by [Circuit.Record] since it
// heeds the fleet. The numbers never fall. Successes that went by [Circuit.Passed] are not
// among them: whoever takes that way counts them already.
type Sightings struct {
	// OK and Fail are attempts that began in the fleet's present phase and did not end
	// void: Fail where the breaker counts it as a failure, or as slow while slow calls
	// are judged. Attempts that only ran because of Shadow are in it: they reached the dependency.
	OK, Fail uint64
	// ProbeOK and ProbeFail are the probes of holds, with those that did not answer in time.
	ProbeOK, ProbeFail uint64
}

// Heed lets the circuit obey [Circuit.Follow] from now on and count [Sightings], or ends
// both. What the fleet had ordered ends as [Circuit.Lapse] has it; Heed returns the
// transition of that.
func (c *Circuit) Heed(now fuseboard.Instant, heeds bool) (t Transition, moved bool) {
	for {
		if !heeds {
			if step, ok := c.Lapse(now); ok {
				t, moved = step, true
			}
		}
		old, _, _ := c.catchUp(now)
		if heeds == (old.fleet != nil) {
			return t, moved
		}
		f := old.facts
		f.fleet = nil
		if heeds {
			f.fleet = &fleet{since: 1, seen: &sightings{}}
		}
		if (heeds || old.lease() == fuseboard.Never) && c.replace(old, newPhase(f, nil)) {
			return t, moved
		}
	}
}

// Lapse ends what the fleet has ordered, as it ends when no order comes any more: a hold
// becomes half-open, and the circuit's own probes decide; a ramp goes on with time.
func (c *Circuit) Lapse(now fuseboard.Instant) (Transition, bool) {
	for {
		old, _, _ := c.catchUp(now)
		if old.lease() == fuseboard.Never {
			return Transition{}, false
		}
		if t, ok := c.lapse(old, now); ok {
			return t, true
		}
	}
}

// Sightings returns what has been counted since the circuit heeds the fleet; zero where it does not.
func (c *Circuit) Sightings() Sightings {
	f := c.phase.Load().fleet
	if f == nil {
		return Sightings{}
	}
	return Sightings{OK: f.seen.ok.Load(), Fail: f.seen.fail.Load(), ProbeOK: f.seen.probeOK.Load(), ProbeFail: f.seen.probeFail.Load()}
}

// see counts the end of an attempt. Probes of a hold are counted when they are settled.
func (f *fleet) see(plan *plan, p Permit, o fuseboard.Outcome) {
	if p.epoch < f.since || (p.lease != nil && p.lease.held) {
		return
	}
	m, counts := plan.mark(o)
	switch {
	case !counts:
	case plan.good(m):
		f.seen.ok.Add(1)
	default:
		f.seen.fail.Add(1)
	}
}

// Follow obeys an order of the fleet and returns the transition, if there is one. An
// order that only moves what holds already (the next probe, the share, the end of the
// lease) changes that and is no transition. A circuit that does not [Circuit.Heed] the
// fleet, one whose breaker is off, and one under a command that lets nothing move it
// (off, hold-open, hold-closed) ignore it: an operator comes before the fleet.
//
// A hold takes over from every state. A ramp takes over from closed, from a ramp
// of the circuit's own and from a hold; a circuit that is open or half-open by its own evidence
// stays so. Clear ends a hold or a ramp of the fleet, and nothing else.
func (c *Circuit) Follow(now fuseboard.Instant, o FleetOrder) (Transition, bool) {
	o = o.settled(now)
	for {
		old, _, _ := c.catchUp(now)
		if old.fleet == nil || !old.plan.on || !old.mode.moves() {
			return Transition{}, false
		}
		f, what := old.facts.follow(now, o)
		switch what {
		case fleetNothing:
			return Transition{}, false
		case fleetRefreshes:
			if c.replace(old, newPhase(f, nil)) {
				return Transition{}, false
			}
		case fleetMoves:
			t := Transition{Cause: CauseFleet, Reason: o.Why, By: o.by(), At: now, Before: old.numbers(now)}
			if t, ok := c.move(old, f, t); ok {
				return t, true
			}
		}
	}
}

// fleetEffect is what an order does to a phase.
type fleetEffect uint8

const (
	fleetNothing fleetEffect = iota
	fleetRefreshes
	fleetMoves
)

// follow is f under an order.
func (f facts) follow(now fuseboard.Instant, o FleetOrder) (facts, fleetEffect) {
	was := f.fleet.order
	switch o.Phase {
	case FleetHold:
		if was.Phase == FleetHold {
			return f.refreshed(o), changes(was, o)
		}
		return f.hold(o, f.numbers(now)), fleetMoves
	case FleetRamp:
		switch {
		case was.Phase == FleetRamp:
			return f.refreshed(o), changes(was, o)
		case was.Phase == FleetHold, f.state == Closed, f.state == Ramping:
			return f.fleetRamp(now, o), fleetMoves
		}
		return f, fleetNothing
	case FleetClear:
	}
	return f.clear(o)
}

func changes(was, now FleetOrder) fleetEffect {
	if was == now {
		return fleetNothing
	}
	return fleetRefreshes
}

// clear is f without a hold or ramp of the fleet.
func (f facts) clear(o FleetOrder) (facts, fleetEffect) {
	was := f.fleet.order
	if was.Phase != FleetClear {
		f = f.closed()
		f.fleet = &fleet{order: o, since: f.epoch + 1, seen: f.fleet.seen}
		return f, fleetMoves
	}
	if !was.tight() && !o.tight() {
		return f, fleetNothing
	}
	return f.refreshed(o), changes(was, o)
}

// refreshed is f with an order of the same phase in the place of the one before.
func (f facts) refreshed(o FleetOrder) facts {
	now := *f.fleet
	now.order = o
	f.fleet = &now
	switch o.Phase {
	case FleetHold:
		opened := *f.opened
		opened.until = o.Expires
		f.opened = &opened
	case FleetRamp:
		f.ramp = f.ramp.at(o.Share)
	case FleetClear:
	}
	return f
}

// hold is f held open by the fleet.
func (f facts) hold(o FleetOrder, before Numbers) facts {
	f = f.begin(Open)
	f.opened = &opening{cause: CauseFleet, before: before, until: o.Expires}
	f.fleet = &fleet{order: o, since: f.epoch + 1, held: &held{}, seen: f.fleet.seen}
	return f
}

// fleetRamp is f in a ramp of the fleet.
func (f facts) fleetRamp(now fuseboard.Instant, o FleetOrder) facts {
	f = f.begin(Ramping)
	f.ramp = newRamp(now, 0).at(o.Share)
	f.tally = newTally(f.plan.Window, int(f.lanes.Load()))
	f.fleet = &fleet{order: o, since: f.epoch + 1, seen: f.fleet.seen}
	return f
}

// lapse is one try of Lapse. What only tightened ends without a transition.
func (c *Circuit) lapse(old *phase, now fuseboard.Instant) (Transition, bool) {
	o := old.fleet.order
	t := Transition{Cause: CauseFleetLost, Reason: o.Why, By: o.by(), At: now, Before: old.numbers(now)}
	f := old.facts
	switch o.Phase {
	case FleetHold:
		return c.move(old, f.halfOpen(), t)
	case FleetRamp:
		return c.move(old, f.rampOn(now, o.Share), t)
	case FleetClear:
	}
	f.fleet = f.fleet.released()
	c.replace(old, newPhase(f, nil))
	return Transition{}, false
}

// rampOn is f in a ramp of its own that begins at the share which the fleet's had.
func (f facts) rampOn(now fuseboard.Instant, share float64) facts {
	length := f.plan.Ramp
	if length == 0 {
		length = DefaultFleetRamp
	}
	f = f.begin(Ramping)
	f.ramp = newRamp(now, length)
	f.ramp.from = now.Add(-f.ramp.spent(share))
	f.tally = newTally(f.plan.Window, int(f.lanes.Load()))
	return f
}

// released is what is known of the fleet once neither a hold nor a ramp is its.
func (f *fleet) released() *fleet {
	if f == nil || f.order == (FleetOrder{}) {
		return f
	}
	return &fleet{since: f.since, seen: f.seen}
}

// fleetPhase is the fleet's phase in force; clear where the circuit does not heed it.
func (f facts) fleetPhase() FleetPhase {
	if f.fleet == nil {
		return FleetClear
	}
	return f.fleet.order.Phase
}

// lease is when what the fleet ordered ends by itself; Never where nothing does.
func (f facts) lease() fuseboard.Instant {
	if f.fleet == nil || (f.fleet.order.Phase == FleetClear && !f.fleet.order.tight()) {
		return fuseboard.Never
	}
	return f.fleet.order.Expires
}

// exceeded is that of the plan: with half of the calls where the fleet says so.
func (f facts) exceeded(n Numbers) (Cause, bool) {
	minCalls := f.plan.MinCalls
	if f.fleet != nil && f.fleet.order.tight() {
		minCalls = max(1, minCalls/2)
	}
	return f.plan.exceeded(n, minCalls)
}
