// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"slices"
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
}

func (m *model) policy(b Breaker) {
	m.on = b.On()
	m.b = b.WithDefaults()
}

func (m *model) moving() bool { return m.mode == Enforce || m.mode == Shadow }

func (m *model) due() fuseboard.Instant {
	if m.moving() && (m.state == Open || m.state == Ramping) {
		return min(m.until, m.modeEnd)
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
		case due == m.modeEnd && (!m.moving() || due != m.until || (m.state != Open && m.state != Ramping)):
			m.setMode(now, Command{Mode: Enforce}, CauseCommandExpired)
		case m.state == Open:
			m.enter(now, HalfOpen, CauseOpenElapsed, 0)
		default:
			m.enter(now, Closed, CauseRampDone, 0)
		}
	}
}

func (m *model) expireProbes(now, then fuseboard.Instant) bool {
	any := false
	for i, l := range m.places {
		if l != nil && !l.done && l.deadline <= then {
			m.places[i], any = nil, true
			m.bad++
		}
	}
	return any && m.concludes(now, CauseProbeExpired, 0)
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
	if cmd.Reset {
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
	if m.state == Open {
		m.until = min(m.until, now.Add(m.b.MaxOpen))
	}
}

func (m *model) admit(now fuseboard.Instant) (p modelPermit, ok bool) {
	m.catchUp(now)
	p.epoch, ok = m.epoch, true
	switch {
	case m.mode == HoldOpen:
		return modelPermit{}, false
	case !m.on, !m.moving(), m.state == Closed:
		return p, true
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
		share := 0.1 + 0.9*min(1, float64(now-m.rampFrom)/float64(m.rampLong))
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
	if p.epoch != m.epoch || !slices.Contains(m.places, p.lease) {
		return false
	}
	p.lease.deadline = now.Add(m.b.ProbeTimeout)
	return true
}

func (m *model) giveBack(p modelPermit) {
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
	if p.epoch != m.epoch {
		return
	}
	weight := m.weight(o)
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
	if p.epoch != m.epoch || !slices.Contains(m.places, p.lease) || p.lease.done {
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
	enough := n.Calls >= m.b.MinCalls
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
