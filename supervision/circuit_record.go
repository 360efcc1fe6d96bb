// SPDX-License-Identifier: Apache-2.0

package supervision

import "github.com/fuseboard/fuseboard"

// Record takes the outcome of the run that p allowed, once. It returns the
// transition that this outcome caused, nil if none. A void, rejected or
// unclassified outcome counts nowhere and frees a probe's place; an outcome of an
// older epoch, or of a lease that expired, changes nothing.
func (c *Circuit) Record(now fuseboard.Instant, p Permit, o fuseboard.Outcome) (*Transition, bool) {
	ph := c.phase.Load()
	if ph.fleet != nil {
		ph.fleet.see(ph.plan, p, o)
	}
	if ph.epoch != p.epoch {
		return nil, false
	}
	m, counts := ph.plan.mark(o)
	if p.lease != nil {
		return moved(c.answer(now, p, m, counts, o))
	}
	if !counts || p.extra || ph.tally == nil || !ph.mode.counts() {
		return nil, false
	}
	ph.tally.add(now, m)
	if m == 0 {
		return nil, false
	}
	return moved(c.judge(now, p.epoch, o))
}

// moved keeps a Transition, which is large, off the way of every success.
func moved(t Transition, ok bool) (*Transition, bool) {
	if !ok {
		return nil, false
	}
	kept := t // or every failure would allocate one, moved or not
	return &kept, true
}

// Return gives p back unused, as Record does with a void outcome.
func (c *Circuit) Return(p Permit) {
	if ph := c.phase.Load(); p.lease != nil && ph.epoch == p.epoch {
		ph.free(p.lease)
	}
}

// free gives the place of a probe back, of whichever kind.
func (ph *phase) free(l *lease) {
	if l.held {
		ph.fleet.held.free(l)
		return
	}
	ph.probes.free(l)
}

// judge opens the circuit when its window reaches a threshold. A lost CAS is
// either another's transition (then epoch tells) or a new policy (judge again).
func (c *Circuit) judge(now fuseboard.Instant, epoch uint64, o fuseboard.Outcome) (Transition, bool) {
	for {
		ph := c.phase.Load()
		if ph.epoch != epoch || ph.tally == nil || !ph.mode.moves() {
			return Transition{}, false
		}
		n := ph.tally.numbers(now)
		cause, reached := ph.exceeded(n)
		if !reached {
			return Transition{}, false
		}
		if t, ok := c.open(ph, now, cause, n, o); ok {
			return t, true
		}
	}
}

// answer settles a probe, after what was due before it: the probe's own lease may
// have run out.
func (c *Circuit) answer(now fuseboard.Instant, p Permit, m mark, counts bool, o fuseboard.Outcome) (Transition, bool) {
	if !counts {
		c.Return(p)
		return Transition{}, false
	}
	ph, t, moved := c.catchUp(now)
	if moved || ph.epoch != p.epoch {
		return t, moved
	}
	if p.lease.held {
		ph.fleet.finish(p.lease, ph.plan.good(m))
		return Transition{}, false
	}
	if !ph.probes.finish(p.lease, ph.plan.good(m), m.slow()) {
		return t, moved
	}
	return c.conclude(now, p.epoch, CauseProbesFailed, o)
}

// good reports whether a probe with this mark speaks for the dependency.
func (p *plan) good(m mark) bool { return m.weight() == 0 && !(m.slow() != 0 && p.SlowRate > 0) }

// conclude ends half-open when its probes' verdict is certain.
func (c *Circuit) conclude(now fuseboard.Instant, epoch uint64, failed Cause, o fuseboard.Outcome) (Transition, bool) {
	for {
		ph := c.phase.Load()
		if ph.epoch != epoch || ph.probes == nil {
			return Transition{}, false
		}
		var t Transition
		var ok bool
		switch ph.probes.verdict() {
		case undecided:
			return Transition{}, false
		case lost:
			t, ok = c.open(ph, now, failed, ph.probes.numbers(), o)
		case passed:
			t = Transition{Cause: CauseProbesPassed, At: now, Before: ph.probes.numbers()}
			t, ok = c.move(ph, ph.facts.recovered(now), t)
		}
		if ok {
			return t, true
		}
	}
}
