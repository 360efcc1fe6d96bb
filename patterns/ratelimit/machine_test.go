// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"errors"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// machine is a limiter beside a model of rational numbers, under everything that may
// change it. The limiter rounds up at each change, so it may be a little later; how much is
// known: slack.
type machine struct {
	l     *Limiter
	now   fuseboard.Instant
	p     Policy
	level float64
	share Share
	given bool // a share was given
	drain fuseboard.Instant
	up    fuseboard.Instant
	down  fuseboard.Instant
	press bool

	closed bool
	b      ideal
	slack  float64
}

func aMachinePolicy(t *rapid.T) Policy {
	p := Policy{
		Limit:    rapid.SampledFrom([]int{8, 64, 96, 1024}).Draw(t, "limit"),
		Per:      rapid.SampledFrom([]time.Duration{time.Second, time.Minute, 999 * time.Millisecond}).Draw(t, "per"),
		Queue:    rapid.SampledFrom([]int{0, 3, 100}).Draw(t, "queue"),
		MaxDrain: 10 * time.Second, MaxWait: 2 * time.Second, Fallback: 0.25,
	}
	if rapid.Bool().Draw(t, "smooth") {
		p.Kind = Smooth
	} else {
		p.Burst = rapid.SampledFrom([]int{1, 8, 40}).Draw(t, "burst")
	}
	if rapid.Bool().Draw(t, "adaptive") {
		p.Adaptive = Adaptive{Floor: max(1, p.Limit/8), Ceiling: p.Limit * 2, Step: 4, Every: time.Second}
	}
	return p
}

func newMachine(t *rapid.T) *machine {
	p := aMachinePolicy(t)
	m := &machine{l: New(p, nil), p: p.usable(), level: float64(p.Limit)}
	m.b = *newIdeal(p)
	m.arm()
	return m
}

func (m *machine) arm() { m.up, m.press = m.now.Add(m.p.Adaptive.Every), false }

// part is the share in force at an instant.
func (m *machine) part(now fuseboard.Instant) float64 {
	switch {
	case !m.given:
		return 1
	case m.share.Until > now:
		return m.share.Part
	}
	return m.p.Fallback
}

// rebuild is the model of a change at an instant: missing parts stay the same, turns stay.
func (m *machine) rebuild(now fuseboard.Instant) {
	rate := m.level * m.part(now)
	if m.closed = rate == 0; m.closed {
		return
	}
	old := m.b
	m.b.burst = int(burstAt(m.p, rate))
	m.b.unit = new(big.Rat).Quo(ratOf(int64(m.p.Per)), new(big.Rat).SetFloat64(rate))
	at, size, was := ratOf(int64(now)), m.b.units(m.b.burst), old.units(old.burst)
	scale, _ := new(big.Rat).Quo(size, was).Float64()
	switch missing := new(big.Rat).Sub(old.fullAt, at); {
	case missing.Sign() <= 0:
		m.b.fullAt = at
	case missing.Cmp(was) <= 0:
		m.b.fullAt = missing.Mul(missing, size).Quo(missing, was).Add(missing, at)
	default:
		m.b.fullAt = new(big.Rat).Add(new(big.Rat).Sub(old.fullAt, was), size)
	}
	m.slack = (m.slack+2)*max(1, scale) + 2
	if m.drain > now {
		m.empty(m.drain)
	}
}

func (m *machine) empty(until fuseboard.Instant) {
	if drained := new(big.Rat).Add(ratOf(int64(until)), m.b.units(m.b.burst-1)); m.b.fullAt.Cmp(drained) < 0 {
		m.b.fullAt = drained
	}
	m.slack++
}

// settle lets a share end, as of its end.
func (m *machine) settle() {
	if m.given && m.share.Until != 0 && m.share.Until <= m.now {
		end := m.share.Until
		m.share.Until = 0
		m.rebuild(end)
	}
}

func (m *machine) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"take": m.take, "take again": m.take, "reserve": m.reserve, "refund": m.refund,
		"wait": m.wait, "drain": m.drains, "give": m.give, "unshare": m.unshare, "reshape": m.reshape,
		"overload": m.overload, "succeeded": m.succeeded, "throttled": m.throttled, "": m.peek,
	}
}

// around fails unless an instant is what the model says, or later by no more than the slack.
func (m *machine) around(t *rapid.T, what string, got fuseboard.Instant, first *big.Rat) {
	if want := max(m.now, ceil(first)); got < want || float64(got-want) > m.slack+2 {
		t.Fatalf("%s at %d: %d, want %d, and no later than by %.1f", what, m.now, got, want, m.slack)
	}
}

func (m *machine) take(t *rapid.T) {
	m.settle()
	cost := rapid.OneOf(rapid.Just(1), rapid.IntRange(1, 10)).Draw(t, "cost")
	again, ok := m.l.Take(m.now, cost)
	switch {
	case m.closed:
		want := fuseboard.Never
		if m.given && m.share.Until != 0 {
			want = m.share.Until
		}
		equal(t, "let through by nothing", ok, false)
		equal(t, "share of nothing ends", again, min(want, fuseboard.Never))
		m.press = true
	case cost > m.b.burst:
		equal(t, "more than the burst comes", again, fuseboard.Never)
	case ok:
		m.around(t, "took", again, m.b.first(cost))
		m.b.put(m.now, cost)
	default:
		m.around(t, "may come", again, m.b.first(cost))
		m.press = true
	}
}

func (m *machine) reserve(t *rapid.T) {
	m.settle()
	until := m.now.Add(time.Duration(rapid.Int64Range(0, int64(4*time.Second)).Draw(t, "until")))
	turn, err := m.l.Reserve(m.now, 1, until)
	if err != nil {
		m.press = true
	}
	if m.closed {
		equal(t, "error of nothing", err, ErrLimited)
		return
	}
	m.around(t, "turn", turn, m.b.first(1))
	waiting := new(big.Rat).Sub(m.b.fullAt, new(big.Rat).Add(m.b.units(m.b.burst), ratOf(int64(m.now))))
	places, _ := waiting.Quo(waiting, m.b.unit).Float64()
	switch {
	case err == nil:
		if turn > m.now && places+1 > float64(m.p.Queue)+0.1 || turn > m.now.Add(m.p.MaxWait) || turn > until {
			t.Fatalf("a place after %.2f of %d, its turn in %v", places, m.p.Queue, turn.Sub(m.now))
		}
		m.b.put(m.now, 1)
	case errors.Is(err, ErrLimited):
		equal(t, "queue where there is none", m.p.Queue, 0)
	case errors.Is(err, ErrQueueFull):
		if places < float64(m.p.Queue)-1.1 {
			t.Fatalf("full with %.2f of %d", places, m.p.Queue)
		}
	case errors.Is(err, ErrNoTime):
		if turn <= min(until, m.now.Add(m.p.MaxWait)) {
			t.Fatalf("no time for a turn in %v", turn.Sub(m.now))
		}
	}
}

func (m *machine) peek(t *rapid.T) {
	m.settle()
	v := m.l.Peek(m.now)
	equal(t, "limit", v.Limit, m.level*m.part(m.now))
	equal(t, "share", v.Share, m.part(m.now))
	if m.closed {
		equal(t, "left of nothing", v.Left, 0)
	} else {
		m.around(t, "next", v.Next, m.b.first(1))
	}
	if want := m.drain; want > m.now {
		equal(t, "drained", v.Drained, want)
	}
	if t.Failed() {
		t.FailNow()
	}
}

func TestLimiterAgreesWithItsModelWhateverChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { t.Repeat(newMachine(t).actions()) })
}
