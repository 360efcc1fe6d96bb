// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"time"

	"github.com/fuseboard/fuseboard"
)

// Loss is what a [Circuit.Reshape] could not keep. The zero Loss: all survived.
type Loss struct {
	// State is the state that the circuit had to leave for Closed, because its
	// breaker was turned off; Closed when it kept its state.
	State State
	// Window: the window was dropped, whatever it held; only failures in a row are
	// remembered, and those too are gone when the breaker was turned off.
	Window bool
	// OpenTime is how much of the present open time was cut off.
	OpenTime time.Duration
}

// Reshape puts a new policy in force and returns what did not survive it. Epoch,
// state, mode, command, permits and leases survive always, except that a circuit
// that is not closed when its breaker is turned off closes, which is a transition
// ([CausePolicy]) like any other. The window survives when its shape
// (Breaker.Window) is unchanged.
//
// What has begun keeps its measure: the present half-open its number of probes,
// the present ramp its end. A present open time is shortened to the new MaxOpen.
// Call Expire afterwards: deadlines may have moved.
func (c *Circuit) Reshape(now fuseboard.Instant, b Breaker) Loss {
	return NewRules(b).Reshape(c, now)
}

// Reshape is [Circuit.Reshape] of a circuit that comes under these rules. Nil rules
// are those of the zero Breaker.
func (r *Rules) Reshape(c *Circuit, now fuseboard.Instant) Loss {
	if r == nil {
		r = NewRules(Breaker{})
	}
	p := &r.plan
	for {
		old := c.phase.Load()
		f := old.facts
		f.plan = p
		if !p.on && old.state != Closed {
			t := Transition{Cause: CausePolicy, At: now, Before: old.numbers(now)}
			if _, ok := c.move(old, f.closed(), t); ok {
				return Loss{State: old.state, Window: old.tally != nil}
			}
			continue
		}
		f.tally = old.tally.reshaped(old.plan, p, int(c.lanes.Load()))
		var cut time.Duration
		if f.state == Open && f.fleetPhase() != FleetHold {
			f.opened = f.opened.shortened(now.Add(p.MaxOpen))
			cut = old.until().Sub(f.until())
		}
		ph := newPhase(f, nil)
		if c.replace(old, ph) {
			return Loss{Window: old.tally != nil && f.tally != old.tally, OpenTime: cut}
		}
	}
}

// shortened is the opening, at an end by then.
func (o *opening) shortened(then fuseboard.Instant) *opening {
	if o.until <= then {
		return o
	}
	short := *o
	short.until = then
	return &short
}
