// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"slices"
	"time"

	"github.com/fuseboard/fuseboard"
)

func (m *model) admit(now fuseboard.Instant) (p modelPermit, ok bool) {
	m.catchUp(now)
	p.epoch, ok = m.epoch, true
	switch {
	case m.mode == HoldOpen:
		return modelPermit{}, false
	case !m.on, !m.moving(), m.state == Closed:
		return p, true
	case m.phase() == FleetHold:
		f := m.fleet
		ok = f.probe == nil && now >= f.order.Probe && f.order.Probe >= f.spent
		if ok {
			p.lease, p.held = &modelLease{deadline: now.Add(m.b.ProbeTimeout)}, true
			f.probe, f.out = p.lease, f.order.Probe
		}
	case m.state == Open:
		ok = false
	case m.state == HalfOpen:
		i := slices.Index(m.places, nil)
		ok = i >= 0
		if ok {
			p.lease = &modelLease{deadline: now.Add(m.b.ProbeTimeout)}
			m.places[i] = p.lease
		}
	case m.state == Ramping:
		share := m.share(now)
		before := m.rampSum >> 32
		m.rampSum += uint64(share * (1 << 32))
		ok = m.rampSum>>32 > before
	}
	if !ok && m.mode == Shadow {
		p.extra = true
		return p, true
	}
	if !ok {
		return modelPermit{}, false
	}
	return p, true
}

func (m *model) start(now fuseboard.Instant, p modelPermit) bool {
	if p.lease == nil {
		return p.epoch == m.epoch
	}
	m.catchUp(now)
	if p.epoch != m.epoch || !m.holds(p) {
		return false
	}
	p.lease.deadline = now.Add(m.b.ProbeTimeout)
	return true
}

func (m *model) giveBack(p modelPermit) {
	if p.held && m.holds(p) {
		m.fleet.probe = nil
	}
	if i := slices.Index(m.places, p.lease); p.lease != nil && i >= 0 && !p.lease.done && p.epoch == m.epoch {
		m.places[i] = nil
	}
}

func (m *model) weight(o fuseboard.Outcome) float64 {
	if o.Kind != fuseboard.Failure {
		return 0
	}
	if w, given := m.b.Weights[o.Class]; given {
		return w
	}
	return TreatmentOf(o.Class).Weight
}

func (m *model) record(now fuseboard.Instant, p modelPermit, o fuseboard.Outcome) {
	weight := m.weight(o)
	m.see(p, o)
	if p.epoch != m.epoch {
		return
	}
	void := o.Kind != fuseboard.Success && weight == 0
	slow := m.b.SlowAfter > 0 && o.Elapsed >= m.b.SlowAfter
	switch {
	case void:
		m.giveBack(p)
	case p.lease != nil:
		m.answer(now, p, weight > 0 || (slow && m.b.SlowRate > 0), slow, o.RetryAfter)
	case m.on && m.counting && !p.extra && m.mode != Off && m.mode != HoldOpen:
		m.count(now, modelCall{weight: weight, slow: slow}, o.RetryAfter)
	}
}

func (m *model) answer(now fuseboard.Instant, p modelPermit, bad, slow bool, asked time.Duration) {
	m.catchUp(now)
	if p.epoch != m.epoch || !m.holds(p) || p.lease.done {
		return
	}
	if p.held {
		m.fleet.probe, m.fleet.spent = nil, m.fleet.out+1
		if bad {
			m.fleet.seen.ProbeFail++
		} else {
			m.fleet.seen.ProbeOK++
		}
		return
	}
	p.lease.done = true
	if slow {
		m.slowGood++
	}
	if bad {
		m.bad++
	} else {
		m.good++
	}
	m.concludes(now, CauseProbesFailed, asked)
}

func (m *model) count(now fuseboard.Instant, c modelCall, asked time.Duration) {
	c.tick = m.tick(now)
	m.calls = append(m.calls, c)
	m.row++
	if c.weight == 0 {
		m.row = 0
	}
	if (c.weight == 0 && !c.slow) || !m.moving() {
		return
	}
	n := m.numbers(now)
	enough := n.Calls >= m.b.MinCalls || (m.tight() && n.Calls >= max(1, m.b.MinCalls/2))
	switch {
	case enough && m.b.FailureRate > 0 && n.FailureRate >= m.b.FailureRate:
		m.enter(now, Open, CauseFailureRate, asked)
	case enough && m.b.SlowRate > 0 && n.SlowRate >= m.b.SlowRate:
		m.enter(now, Open, CauseSlowRate, asked)
	case m.b.Consecutive > 0 && m.row >= m.b.Consecutive:
		m.enter(now, Open, CauseConsecutive, asked)
	}
}

func (m *model) tick(now fuseboard.Instant) int64 {
	if m.b.Window.Span == 0 {
		return 0
	}
	return int64(now) / int64(m.b.Window.Span/10)
}

func (m *model) numbers(now fuseboard.Instant) (n Numbers) {
	switch {
	case m.places != nil:
		n = Numbers{Calls: m.good + m.bad, Failures: float64(m.bad), Slow: m.slowGood}
	case m.counting && m.on:
		in := m.calls
		if m.b.Window.Calls > 0 {
			in = in[max(0, len(in)-m.b.Window.Calls):]
		}
		for _, c := range in {
			if m.b.Window.Calls == 0 && c.tick <= m.tick(now)-10 {
				continue
			}
			n.Calls++
			n.Failures += c.weight
			if c.slow {
				n.Slow++
			}
		}
		n.Consecutive = m.row
	}
	if n.Calls > 0 {
		n.FailureRate = n.Failures / float64(n.Calls)
		n.SlowRate = float64(n.Slow) / float64(n.Calls)
	}
	return n
}
