// SPDX-License-Identifier: Apache-2.0

package supervision

import "github.com/fuseboard/fuseboard"

// Expire does what time alone does: it ends an overdue open time, ramp or
// command, and counts probes whose lease ran out as failed. It returns the last
// transition it made, if it made any (a [Log] has them all), and when to be
// called again: Never when nothing is due. A probe admitted or started later adds a
// deadline, so whoever keeps a timer asks again after a permit with Probe.
//
// Calling it late, or never, delays what others see; [Circuit.Admit] moves an
// overdue circuit too.
func (c *Circuit) Expire(now fuseboard.Instant) (t Transition, moved bool, next fuseboard.Instant) {
	ph, t, moved := c.catchUp(now)
	next = ph.due
	switch {
	case ph.probes != nil:
		next = min(next, ph.probes.earliest())
	case ph.fleetPhase() == FleetHold:
		next = min(next, ph.fleet.held.deadline())
	}
	return t, moved, next
}

// catchUp makes every move that was due by now, in the order of their times, and
// returns the phase it ends in and the last move. Whoever judges by time calls it
// first, so that the order of events decides and not when a timer came round.
func (c *Circuit) catchUp(now fuseboard.Instant) (ph *phase, t Transition, moved bool) {
	for {
		ph = c.phase.Load()
		step, ok := c.sweep(ph, min(now, ph.due), now)
		if ok {
			t, moved = step, true
			continue
		}
		if c.phase.Load() != ph {
			continue
		}
		if now < ph.due || ph.due == fuseboard.Never {
			return ph, t, moved
		}
		if step, ok = c.advance(ph, now); ok {
			t, moved = step, true
		}
	}
}

// sweep expires the probes of ph whose deadline came by then, and ends half-open
// when that decides it.
func (c *Circuit) sweep(ph *phase, then, now fuseboard.Instant) (Transition, bool) {
	ph.fleet.expire(then)
	if ph.probes == nil || ph.probes.expire(then) == 0 {
		return Transition{}, false
	}
	return c.conclude(now, ph.epoch, CauseProbeExpired, fuseboard.Outcome{})
}

// advance tries the one move that is due first: the end of the state's time or
// of the command, or of the fleet's order.
func (c *Circuit) advance(ph *phase, now fuseboard.Instant) (Transition, bool) {
	t := Transition{At: now, Before: ph.numbers(now)}
	switch {
	case !ph.mode.moves() || ph.modeEnd() < ph.end():
		t.Cause = CauseCommandExpired
		t.Reason, t.By = ph.command()
		return c.move(ph, ph.facts.under(Command{Mode: Enforce}, now), t)
	case ph.lease() <= ph.end():
		return c.lapse(ph, now)
	case ph.state == Open:
		t.Cause = CauseOpenElapsed
		return c.move(ph, ph.facts.halfOpen(), t)
	default:
		t.Cause = CauseRampDone
		return c.move(ph, ph.facts.closed(), t)
	}
}
