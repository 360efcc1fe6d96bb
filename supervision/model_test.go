// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"time"

	"github.com/fuseboard/fuseboard"
)

// model is the circuit as one would write it for a single thread with no care
// for speed: lists, loops and one struct that is changed in place. It knows only
// the policy's defaults and the class weights from the product code. Open times
// are drawn, so it asks for them (openFor) and checks that they may be so.
type model struct {
	b       Breaker
	on      bool
	epoch   uint64
	state   State
	mode    Mode
	opens   int
	until   fuseboard.Instant
	modeEnd fuseboard.Instant

	counting bool // there is a window
	calls    []modelCall
	row      int

	places    []*modelLease // of half-open; nil is free
	need      int
	spare     int
	good, bad int
	slowGood  int

	rampFrom fuseboard.Instant
	rampLong time.Duration
	rampSum  uint64

	fleet *modelFleet // nil: it does not listen

	history []Transition // without Before and command texts
	openFor func(m *model, asked time.Duration) time.Duration
}

type modelCall struct {
	tick   int64
	weight float64
	slow   bool
}

type modelLease struct {
	deadline fuseboard.Instant
	done     bool
}

type modelPermit struct {
	epoch uint64
	lease *modelLease
	extra bool
	held  bool // the lease is of a hold
}

// modelFleet is what the fleet has said, and has been told.
type modelFleet struct {
	order FleetOrder // in force
	since uint64     // epoch
	probe *modelLease
	spent fuseboard.Instant // the last probe instant that was used up, plus one; 0: none
	out   fuseboard.Instant // that of the probe under way
	seen  Sightings
}

func (m *model) phase() FleetPhase {
	if m.fleet == nil {
		return FleetClear
	}
	return m.fleet.order.Phase
}

func (m *model) tight() bool {
	return m.fleet != nil && (m.fleet.order.Tighten || (m.fleet.order.Reset && m.fleet.order.Phase != FleetHold))
}

// lapses is when what the fleet ordered ends.
func (m *model) lapses() fuseboard.Instant {
	if m.phase() != FleetClear || m.tight() {
		return m.fleet.order.Expires
	}
	return fuseboard.Never
}

// stateEnds is when the state ends by its own time, and not by the fleet's.
func (m *model) stateEnds() fuseboard.Instant {
	if m.phase() == FleetClear && (m.state == Open || m.state == Ramping) {
		return m.until
	}
	return fuseboard.Never
}

func (m *model) policy(b Breaker) {
	m.on = b.On()
	m.b = b.WithDefaults()
}

func (m *model) moving() bool { return m.mode == Enforce || m.mode == Shadow }

func (m *model) due() fuseboard.Instant {
	if m.moving() {
		return min(m.stateEnds(), m.lapses(), m.modeEnd)
	}
	return m.modeEnd
}

func (m *model) moved(now fuseboard.Instant, cause Cause, from State, fromMode Mode, openFor time.Duration) {
	m.history = append(m.history, Transition{
		Epoch: m.epoch, From: from, To: m.state, FromMode: fromMode, Mode: m.mode,
		Cause: cause, At: now, Until: m.due(), OpenFor: openFor,
	})
}

// enter changes the state with fresh evidence.
func (m *model) enter(now fuseboard.Instant, s State, cause Cause, asked time.Duration) {
	from := m.state
	m.epoch++
	if m.phase() != FleetClear {
		m.fleet.order, m.fleet.probe = FleetOrder{}, nil
	}
	m.state, m.until = s, fuseboard.Never
	m.counting, m.calls, m.row, m.places = s == Closed || s == Ramping, nil, 0, nil
	var d time.Duration
	switch s {
	case Closed:
		m.opens = 0
	case Open:
		m.opens++
		d = m.openFor(m, asked)
		m.until = now.Add(d)
	case HalfOpen:
		m.freshProbes()
	case Ramping:
		m.until = now.Add(m.b.Ramp)
		m.rampFrom, m.rampLong, m.rampSum = now, m.b.Ramp, 1<<32-1
	}
	m.moved(now, cause, from, m.mode, d)
}

func (m *model) freshProbes() {
	m.places = make([]*modelLease, m.b.Probes)
	m.need, m.good, m.bad, m.slowGood = 1, 0, 0, 0
	for float64(m.need) < m.b.ProbeRate*float64(m.b.Probes)-1e-6 {
		m.need++
	}
	m.spare = m.b.Probes - m.need
}

// catchUp lets what is due happen in the order of time.
func (m *model) catchUp(now fuseboard.Instant) {
	for {
		if m.expireProbes(now, min(now, m.due())) {
			continue
		}
		due := m.due()
		switch {
		case due == fuseboard.Never || now < due:
			return
		case due == m.modeEnd && due != m.lapses() && due != m.stateEnds() || !m.moving():
			m.setMode(now, Command{Mode: Enforce}, CauseCommandExpired)
		case due == m.lapses():
			m.lapse(now)
		case m.state == Open:
			m.enter(now, HalfOpen, CauseOpenElapsed, 0)
		default:
			m.enter(now, Closed, CauseRampDone, 0)
		}
	}
}

func (m *model) expireProbes(now, then fuseboard.Instant) bool {
	if f := m.fleet; f != nil && f.probe != nil && f.probe.deadline <= then {
		f.probe, f.spent = nil, f.out+1
		f.seen.ProbeFail++
	}
	expired := false
	for i, l := range m.places {
		if l != nil && !l.done && l.deadline <= then {
			m.places[i], expired = nil, true
			m.bad++
		}
	}
	return expired && m.concludes(now, CauseProbeExpired, 0)
}

func (m *model) concludes(now fuseboard.Instant, failed Cause, asked time.Duration) bool {
	switch {
	case m.bad > m.spare:
		m.enter(now, Open, failed, asked)
	case m.good >= m.need && m.b.Ramp > 0:
		m.enter(now, Ramping, CauseProbesPassed, 0)
	case m.good >= m.need:
		m.enter(now, Closed, CauseProbesPassed, 0)
	default:
		return false
	}
	return true
}

func (m *model) setMode(now fuseboard.Instant, cmd Command, cause Cause) {
	from, fromState := m.mode, m.state
	m.epoch++
	if m.fleet != nil {
		m.fleet.probe, m.fleet.spent = nil, 0
	}
	if cmd.Reset {
		if m.phase() != FleetClear {
			m.fleet.order = FleetOrder{}
		}
		m.state, m.until, m.opens = Closed, fuseboard.Never, 0
		m.counting, m.calls, m.row = true, nil, 0
	}
	m.mode, m.modeEnd = cmd.Mode, fuseboard.Never
	if cmd.Mode != Enforce {
		m.modeEnd = now.Add(cmd.TTL)
	}
	counting := m.state == Closed || m.state == Ramping || m.mode == HoldClosed
	if !counting || !m.counting {
		m.calls, m.row = nil, 0
	}
	m.counting = counting
	m.places = nil
	if m.state == HalfOpen && m.moving() {
		m.freshProbes()
	}
	m.moved(now, cause, fromState, from, 0)
}

func (m *model) command(now fuseboard.Instant, cmd Command) {
	m.catchUp(now)
	if cmd.Mode != Enforce || m.mode != Enforce || cmd.Reset {
		m.setMode(now, cmd, CauseCommand)
	}
}

func (m *model) reshape(now fuseboard.Instant, b Breaker) {
	was, wasOn := m.b.Window, m.on
	m.policy(b)
	switch {
	case !m.on && m.state != Closed:
		m.enter(now, Closed, CausePolicy, 0)
	case !m.on:
		m.calls, m.row = nil, 0
	case wasOn && was != m.b.Window:
		m.calls = nil
	}
	if m.state == Open && m.phase() != FleetHold {
		m.until = min(m.until, now.Add(m.b.MaxOpen))
	}
}
