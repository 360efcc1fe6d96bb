// SPDX-License-Identifier: Apache-2.0

package supervision

import "github.com/fuseboard/fuseboard"

// Permit is the leave to run once. Whoever gets one hands it to exactly one
// [Circuit.Record] or [Circuit.Return]. The zero Permit is nobody's: it is never
// Still valid and recording it changes nothing.
type Permit struct {
	epoch uint64
	lease *lease // of a probe
	extra bool   // admitted only because the mode is Shadow: counts nowhere
}

// Probe reports whether the permit is a probe's: of a half-open circuit, or of one that the
// fleet holds.
func (p Permit) Probe() bool { return p.lease != nil }

// Epoch returns the circuit's epoch when the permit was given.
func (p Permit) Epoch() uint64 { return p.epoch }

// Admit asks to run at now. It moves the circuit on first when that is overdue,
// so an open circuit recovers without a timer. A refused caller finds the reason
// in [Circuit.Refusal]. In half-open it may allocate a lease; else nothing.
func (c *Circuit) Admit(now fuseboard.Instant) (Permit, bool) {
	ph := c.phase.Load()
	if now < ph.due {
		switch ph.admits {
		case admitAll:
			return Permit{epoch: ph.epoch}, true
		case admitNone:
			return Permit{}, false
		case admitProbes, admitHeld, admitShare:
		}
	}
	return c.admitCarefully(now)
}

// admitCarefully is Admit where time, probes or a share decide.
func (c *Circuit) admitCarefully(now fuseboard.Instant) (Permit, bool) {
	ph, _, _ := c.catchUp(now)
	permit := Permit{epoch: ph.epoch}
	admitted := ph.admits == admitAll
	switch ph.admits {
	case admitAll, admitNone:
	case admitProbes:
		permit.lease = ph.probes.take(now.Add(ph.plan.ProbeTimeout))
		admitted = permit.lease != nil
	case admitHeld:
		permit.lease = ph.fleet.held.take(now, ph.fleet.order.Probe, now.Add(ph.plan.ProbeTimeout))
		admitted = permit.lease != nil
	case admitShare:
		admitted = ph.ramp.take(now)
	}
	if !admitted && ph.mode == Shadow {
		permit.extra, admitted = true, true
	}
	if !admitted {
		return Permit{}, false
	}
	return permit, true
}

// Still reports whether no transition has happened since p was given. A caller
// that waited for a permit of the gate asks it again before it runs.
func (c *Circuit) Still(p Permit) bool { return c.phase.Load().epoch == p.epoch }

// Start reports whether p may run now, and begins the time of a probe's lease
// anew, since only now it runs. On false the holder must not run; it still hands
// p to [Circuit.Return]. A lease that expired before it started counts as a
// failed probe and is not started.
func (c *Circuit) Start(now fuseboard.Instant, p *Permit) bool {
	if p.lease == nil {
		return c.Still(*p)
	}
	ph, _, _ := c.catchUp(now)
	if ph.epoch != p.epoch {
		return false
	}
	renewed := ph.renew(p.lease, now.Add(ph.plan.ProbeTimeout))
	if renewed == nil {
		return false
	}
	p.lease = renewed
	return true
}

// renew moves the deadline of a probe, of whichever kind; nil where it has lost its place.
func (ph *phase) renew(l *lease, deadline fuseboard.Instant) *lease {
	if l.held {
		return ph.fleet.held.renew(l, deadline)
	}
	return ph.probes.renew(l, deadline)
}
