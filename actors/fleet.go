// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// heeded is what a guard has whose policy has a fleet section; others have none.
type heeded struct {
	said    atomic.Pointer[said] // the last order that came; nil before the first
	coming  atomic.Bool          // word of it is on its way to the guard's turn
	refused atomic.Uint64        // calls, because of a hold or a ramp of the fleet
	wound   atomic.Uint64        // successful first attempts that did not go straight
	before  uint64               // successful first attempts before there was a section
	most    struct{ ok, wanted atomic.Uint64 }
}

// said is an order as it came.
type said struct {
	order FleetOrder
	at    fuseboard.Instant
}

// followed says that the fleet has sent an order.
type followed struct{}

// IgnoreDeadLetterLogging keeps the actor library quiet about it.
func (followed) IgnoreDeadLetterLogging() {}

// Follow gives the guard an order of the fleet. It waits for nothing: the guard
// decides in its own turn what it makes of the order, by its policy. One with fleet.mode
// advise only ever tightens; in a guard without the section it does nothing. Of orders
// that come faster than the guard has turns the last one counts. An operator's
// [Command] comes before the fleet: while one is in force that lets nothing move the
// circuit, the order is only remembered, and obeyed after it if it still holds.
//
// An order is a lease: send it again before its Expires, or it ends by itself.
//
// Errors: [Problems] of an order that says nothing; ErrStopped; a [fuseboard.Problem] of the
// guard of a key: a fleet concerns named guards.
func (g *Guard) Follow(o FleetOrder) error {
	switch {
	case !g.made():
		return errUnbound
	case g.key != nil:
		return g.key.policyIsShared()
	}
	if err := o.Validate().Err(); err != nil {
		return err
	}
	if g.hasHalted() {
		return g.self.refusals().stopped
	}
	f := g.fleet.Load()
	if f == nil {
		return nil
	}
	now := g.clock.Now()
	if o.Expires == 0 {
		o.Expires = now.Add(supervision.FleetLease)
	}
	f.said.Store(&said{order: o, at: now})
	if f.coming.CompareAndSwap(false, true) {
		g.demand(followed{})
	}
	return nil
}

// heeds is the order that a circuit is given under a mode: advise makes nothing of
// it but its tightening, and one that has run out says nothing.
func (m said) heeds(mode FleetMode, now fuseboard.Instant) FleetOrder {
	o := m.order
	switch {
	case now >= o.Expires:
		return FleetOrder{}
	case mode == FleetFollow:
		return o
	}
	return FleetOrder{Tighten: o.Tighten, Scope: o.Scope, Until: o.Until, Expires: o.Expires, Why: o.Why}
}

// follow gives the circuit the last order, in the guard's turn.
func (r *receiver) follow() {
	g := r.guard
	f := g.fleet.Load()
	if f == nil {
		return
	}
	if last := f.said.Load(); last != nil {
		now := g.clock.Now()
		g.circuit.Follow(now, last.heeds(g.plan.Load().given.Fleet.Mode, now))
	}
}

// heed lets the guard, under another plan, begin or end to listen to the fleet. before is nil for its first.
func (g *Guard) heed(before, after *plan) {
	on := after.given.Fleet.On() && g.key == nil && g.keys == nil
	now, f := g.clock.Now(), g.fleet.Load()
	switch {
	case on && f == nil:
		g.circuit.Heed(now, true)
		g.fleet.Store(&heeded{before: g.count.first.successes.Load()})
	case !on && f != nil:
		g.circuit.Heed(now, false)
		g.fleet.Store(nil)
	case on && before.given.Fleet.Mode != after.given.Fleet.Mode:
		g.circuit.Lapse(now)
	}
}

// flushes reports whether those who wait are to be refused: where the fleet holds the
// circuit only once, before that is told, because a probe that is admitted may wait, too.
func (r *receiver) flushes(why *supervision.Refusal) bool {
	return why.Fleet.Phase != supervision.FleetHold || why.Epoch > r.guard.told.Load()
}
