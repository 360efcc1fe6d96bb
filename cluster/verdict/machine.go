// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// Machine is the verdict on one dependency as one node computes it. Make one with [New].
// It belongs to one goroutine.
type Machine struct {
	rules Rules
	name  string
	zone  string
	seed  uint64
	draws uint64

	now      fuseboard.Instant
	own      own
	all      tally // of every caller
	near     tally // of those of my zone
	others   company
	phase    Phase
	scope    Scope             // of the hold, kept in the ramp
	since    fuseboard.Instant // of the phase
	bad      fuseboard.Instant // since when a hold is called for, Never: it is not
	alone    fuseboard.Instant // since when only I fail, Never: others do, or I do not
	severed  fuseboard.Instant // since when the fleet cannot be heard, Never: it can
	cut      bool              // the last hold ended for that, and not because anything works
	until    fuseboard.Instant // end of the hold
	probe    fuseboard.Instant // from when on the next one may pass
	growth   float64           // of holds that follow each other
	doubts   int               // how often the hold was prolonged without a majority
	progress time.Duration     // of the ramp
	why      Why
}

// New returns a machine in [Clear], for the node of that stable name and zone. Zeros of r
// are defaults; values outside their range are taken as its nearest end ([Rules.Validate]
// reports them). The seed decides when probes are sent and how long holds last, and
// nothing else: equal seeds and equal steps, equal orders.
func New(r Rules, name, zone string, seed uint64) *Machine {
	r = r.clamped()
	m := &Machine{
		rules: r, name: name, zone: zone, seed: seed, growth: 1,
		bad: fuseboard.Never, alone: fuseboard.Never, severed: fuseboard.Never,
		probe: fuseboard.Never, until: fuseboard.Never,
	}
	m.own.calls, m.own.probes = newWindow(r.Window), newWindow(r.Fresh)
	return m
}

// Step takes what is known at now and returns what follows. Call it every 100 ms, and at
// once when a cell came or a probe ended. An older now than the last is taken as the last.
// It keeps nothing of view, and allocates nothing once it has seen as many peers.
func (m *Machine) Step(now fuseboard.Instant, own Own, view View) Order {
	elapsed := max(0, now.Sub(m.now))
	m.now = max(now, m.now)
	m.own.take(m.now, own)
	m.own.cast(m.now, m.phase, m.rules.FailureRate, m.rules.Window, m.ttl())
	m.listen(&view)
	m.judge(&view)
	from := m.phase
	switch m.phase {
	case Clear:
		m.clear()
	case Hold:
		m.hold()
	case Ramp:
		m.ramp(elapsed)
	}
	return m.order(from == Hold && m.phase != Hold)
}

// Cell returns what to publish of the state after the last step.
func (m *Machine) Cell(now fuseboard.Instant) Cell {
	now = max(now, m.now)
	c := m.own.cell(now, m.own.evidence(m.now, m.since, m.phase, m.rules.Fresh), m.rules.Window)
	c.Phase, c.Scope, c.Suspect = m.phase, m.whose(), m.why.Inactive == Suspect
	return c
}

func (m *Machine) order(left bool) Order {
	o := Order{
		Phase: m.phase, Probe: fuseboard.Never, Until: fuseboard.Never, Share: 1,
		Scope: m.whose(), Reset: left, Tighten: m.tighten(), Why: m.why,
	}
	switch m.phase {
	case Clear:
	case Hold:
		o.Probe, o.Until, o.Share = m.probe, m.until, 0
	case Ramp:
		done := float64(m.progress) / float64(m.rules.Ramp)
		o.Share = min(1, 0.1+0.9*done)
		o.Until = m.now.Add(m.rules.Ramp - m.progress)
	}
	return o
}

// whose is the scope to show: that of the hold, or of what is found at present.
func (m *Machine) whose() Scope {
	switch {
	case m.phase != Clear:
		return m.scope
	case m.alone != fuseboard.Never:
		return ScopeNode
	case m.bad == fuseboard.Never:
		return ScopeNone
	case m.why.Zone:
		return ScopeZone
	}
	return ScopeDependency
}

// tighten reports that a hold is called for, or stands.
func (m *Machine) tighten() bool {
	return m.phase == Hold || (m.bad != fuseboard.Never && !m.why.Veto)
}

// enter changes the phase.
func (m *Machine) enter(p Phase) {
	m.own.begin(m.now, p)
	m.phase, m.since, m.bad, m.doubts, m.progress = p, m.now, fuseboard.Never, 0, 0
	m.cut = m.cut && p == Clear
	if p == Clear {
		m.scope = ScopeNone
	}
}

// interval is how far apart one node's probes are, so that those of all callers of the
// scope are as many as the rules allow the fleet.
func (m *Machine) interval() time.Duration {
	const shortest, longest = time.Second, 30 * time.Second
	return clamp(seconds(float64(m.scoped().callers)/m.rules.Probes), shortest, longest)
}

// ttl is how long a held node's vote outlives its probe.
func (m *Machine) ttl() time.Duration {
	return max(m.rules.Window, m.interval()*3/2+3*time.Second)
}

// scoped is what the callers of the hold's scope say.
func (m *Machine) scoped() *tally {
	if m.scope == ScopeZone {
		return &m.near
	}
	return &m.all
}

// draw returns the next number from lo to hi.
func (m *Machine) draw(lo, hi float64) float64 {
	m.draws++
	return lo + (hi-lo)*supervision.Uniform(m.seed, m.draws)
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func scaled(d time.Duration, by float64) time.Duration { return time.Duration(float64(d) * by) }
