// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"math/big"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

func (m *machine) refund(t *rapid.T) {
	m.settle()
	cost := rapid.IntRange(1, 3).Draw(t, "cost")
	m.l.Refund(m.now, cost)
	was := m.b.fullAt
	m.b.fullAt = new(big.Rat).Sub(was, m.b.units(min(cost, m.b.burst)))
	if m.drain > m.now { // what was taken before its end is gone
		least := new(big.Rat).Add(ratOf(int64(m.drain)), m.b.units(m.b.burst-1))
		if least.Cmp(was) > 0 {
			least = was
		}
		if m.b.fullAt.Cmp(least) < 0 {
			m.b.fullAt = least
		}
	}
}

func (m *machine) wait(t *rapid.T) {
	m.now = m.now.Add(rapid.OneOf(
		rapid.SampledFrom([]time.Duration{1, time.Millisecond, time.Second, 20 * time.Second}),
		rapid.Map(rapid.Int64Range(0, int64(3*time.Second)), func(n int64) time.Duration { return time.Duration(n) }),
	).Draw(t, "for"))
}

func (m *machine) drains(t *rapid.T) {
	m.settle()
	until := m.now.Add(time.Duration(rapid.Int64Range(0, int64(20*time.Second)).Draw(t, "drain for")))
	m.l.Drain(m.now, until)
	m.drained(until)
}

func (m *machine) drained(until fuseboard.Instant) {
	until = min(until, m.now.Add(m.p.MaxDrain))
	m.drain = max(m.drain, until)
	if !m.closed {
		m.empty(until)
	}
}

func (m *machine) throttled(t *rapid.T) {
	m.settle()
	after := time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(t, "after"))
	m.l.Throttled(m.now, after)
	m.slows()
	m.drained(m.now.Add(after))
}

func (m *machine) give(t *rapid.T) {
	m.settle()
	m.share = Share{
		Part:  rapid.SampledFrom([]float64{0, 0.25, 0.5, 0.75, 1}).Draw(t, "part"),
		Until: m.now.Add(time.Duration(rapid.Int64Range(1, int64(10*time.Second)).Draw(t, "share for"))),
	}
	m.given = true
	m.l.Give(m.now, m.share)
	m.rebuild(m.now)
}

func (m *machine) unshare(*rapid.T) {
	m.settle()
	m.share, m.given = Share{}, false
	m.l.Unshare(m.now)
	m.rebuild(m.now)
}

func (m *machine) reshape(t *rapid.T) {
	m.settle()
	p, old := aMachinePolicy(t), m.p
	if lost := m.l.Reshape(m.now, p); lost != nil {
		t.Fatalf("lost %q", lost)
	}
	m.p = p.usable()
	if limit := float64(p.Limit); p.Adaptive.On() && old.Adaptive.On() {
		m.level = clamp(limit*(m.level/float64(old.Limit)), float64(m.p.Adaptive.Floor), float64(m.p.Adaptive.Ceiling))
	} else {
		m.level = limit
	}
	m.arm()
	m.rebuild(m.now)
}

func (m *machine) overload(*rapid.T) {
	m.settle()
	m.l.Overload(m.now)
	m.slows()
}

func (m *machine) slows() {
	if a := m.p.Adaptive; a.On() && m.now >= m.down {
		m.down = m.now.Add(a.Every)
		m.arm()
		m.moveTo(max(float64(a.Floor), m.level/2))
	}
}

func (m *machine) succeeded(*rapid.T) {
	m.settle()
	m.l.Succeeded(m.now)
	if a := m.p.Adaptive; a.On() && m.press && m.now >= m.up {
		m.arm()
		m.moveTo(min(float64(a.Ceiling), m.level+float64(a.Step)))
	}
}

func (m *machine) moveTo(level float64) {
	if level != m.level {
		m.level = level
		m.rebuild(m.now)
	}
}
