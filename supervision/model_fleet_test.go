// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

func (m *model) share(now fuseboard.Instant) float64 {
	if m.phase() == FleetRamp {
		return m.fleet.order.Share
	}
	return 0.1 + 0.9*min(1, float64(now-m.rampFrom)/float64(m.rampLong))
}

// holds reports whether a probe still has its place.
func (m *model) holds(p modelPermit) bool {
	if p.held {
		return m.fleet != nil && m.fleet.probe == p.lease
	}
	return slices.Contains(m.places, p.lease)
}

// see counts what is evidence for the fleet.
func (m *model) see(p modelPermit, o fuseboard.Outcome) {
	weight := m.weight(o)
	void := o.Kind != fuseboard.Success && weight == 0
	if m.fleet == nil || p.held || p.epoch < m.fleet.since || void {
		return
	}
	if slow := m.b.SlowAfter > 0 && o.Elapsed >= m.b.SlowAfter && m.b.SlowRate > 0; slow || weight > 0 {
		m.fleet.seen.Fail++
	} else {
		m.fleet.seen.OK++
	}
}

func (m *model) heed(now fuseboard.Instant, on bool) {
	m.catchUp(now)
	switch {
	case on == (m.fleet != nil):
	case on:
		m.fleet = &modelFleet{since: 1}
	default:
		m.end(now)
		m.catchUp(now)
		m.fleet = nil
	}
}

// end is what happens when no order will come any more.
func (m *model) end(now fuseboard.Instant) {
	m.catchUp(now)
	if m.fleet != nil && m.lapses() != fuseboard.Never {
		m.lapse(now)
	}
}

func (m *model) lapse(now fuseboard.Instant) {
	switch share := m.fleet.order.Share; m.phase() {
	case FleetHold:
		m.enter(now, HalfOpen, CauseFleetLost, 0)
	case FleetRamp:
		whole := m.b.Ramp
		if whole == 0 {
			whole = 10 * time.Second
		}
		done := max(0, (share-0.1)/0.9)
		m.ramp(now, CauseFleetLost, now.Add(-time.Duration(done*float64(whole))), whole)
	case FleetClear:
		m.fleet.order = FleetOrder{}
	}
}

// ramp is enter of a ramp that has begun a while ago.
func (m *model) ramp(now fuseboard.Instant, cause Cause, since fuseboard.Instant, whole time.Duration) {
	own := m.b.Ramp
	m.b.Ramp = whole
	m.enter(since, Ramping, cause, 0)
	m.b.Ramp = own
	m.history[len(m.history)-1].At = now
}

func (m *model) follow(now fuseboard.Instant, o FleetOrder) {
	m.catchUp(now)
	if m.fleet == nil || !m.on || !m.moving() {
		return
	}
	if o.Expires == 0 {
		o.Expires = now.Add(5 * time.Second)
	}
	was, state := m.phase(), m.state
	f := m.fleet
	switch {
	case o.Phase == was:
		f.order = o
	case o.Phase == FleetHold:
		m.taken(now, o, Open)
	case o.Phase == FleetRamp:
		if was == FleetHold || state == Closed || state == Ramping {
			m.taken(now, o, Ramping)
		}
	default:
		m.taken(now, o, Closed)
	}
}

// taken is the beginning of another phase of the fleet's.
func (m *model) taken(now fuseboard.Instant, o FleetOrder, s State) {
	from := m.state
	f := m.fleet
	m.epoch++
	m.state, m.until = s, fuseboard.Never
	m.counting, m.calls, m.row, m.places = s != Open, nil, 0, nil
	if s == Closed {
		m.opens = 0
	}
	m.rampFrom, m.rampLong, m.rampSum = now, 0, 1<<32-1
	f.order, f.since, f.probe, f.spent = o, m.epoch, nil, 0
	m.moved(now, CauseFleet, from, m.mode, 0)
}

// follow gives an order, mostly one of those that follow from each other.
func (p *pair) follow(t *rapid.T) {
	if !p.fleet {
		t.Skip("no fleet")
	}
	o := FleetOrder{
		Phase:   rapid.SampledFrom([]FleetPhase{FleetClear, FleetHold, FleetHold, FleetHold, FleetRamp, FleetRamp}).Draw(t, "phase"),
		Probe:   p.now.Add(time.Duration(rapid.IntRange(-1, 2).Draw(t, "probe")) * time.Second),
		Share:   rapid.SampledFrom([]float64{0, 0.1, 0.25, 0.7, 1}).Draw(t, "share"),
		Tighten: rapid.Bool().Draw(t, "tighten"),
		Reset:   rapid.Bool().Draw(t, "reset"),
	}
	if rapid.Bool().Draw(t, "lease") {
		o.Expires = p.now.Add(time.Duration(rapid.IntRange(-1, 8).Draw(t, "expires")) * time.Second)
	}
	p.c.Follow(p.now, o)
	p.m.follow(p.now, o)
}
