// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// ideal is a token bucket of rational numbers: nothing is ever rounded.
type ideal struct {
	unit   *big.Rat // ns
	fullAt *big.Rat
	burst  int
}

func newIdeal(p Policy) *ideal {
	p = p.usable()
	burst := p.Burst
	if p.Kind == Smooth {
		burst = 1
	}
	return &ideal{unit: big.NewRat(int64(p.Per), int64(p.Limit)), fullAt: new(big.Rat), burst: burst}
}

func (b *ideal) units(n int) *big.Rat { return new(big.Rat).Mul(ratOf(int64(n)), b.unit) }

// first is the time from which on cost may come.
func (b *ideal) first(cost int) *big.Rat {
	return new(big.Rat).Sub(b.fullAt, b.units(b.burst-cost))
}

func (b *ideal) may(now fuseboard.Instant, cost int) bool {
	return cost <= b.burst && b.first(cost).Cmp(ratOf(int64(now))) <= 0
}

// put takes cost at now, whether or not it may come.
func (b *ideal) put(now fuseboard.Instant, cost int) {
	if r := ratOf(int64(now)); b.fullAt.Cmp(r) < 0 {
		b.fullAt = r
	}
	b.fullAt = new(big.Rat).Add(b.fullAt, b.units(cost))
}

// ceil is the first instant that is not before r.
func ceil(r *big.Rat) fuseboard.Instant {
	q, m := new(big.Int).DivMod(r.Num(), r.Denom(), new(big.Int))
	if m.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	return max(0, fuseboard.Instant(q.Int64()))
}

// check takes from both: never more than the ideal bucket, and not later than it by more than 1 ns.
func (b *ideal) check(t *rapid.T, l *Limiter, now fuseboard.Instant, cost int) {
	if cost == 1 && rapid.Bool().Draw(t, "allow") {
		if ok := l.Allow(now); ok {
			if !b.may(now, 1) {
				t.Fatalf("at %d one came before %s", now, b.first(1).FloatString(3))
			}
			b.put(now, 1)
			return
		} else if now > 0 && b.may(now-1, 1) {
			t.Fatalf("at %d one is refused that could have come before", now)
		}
	}
	again, ok := l.Take(now, cost)
	switch {
	case ok:
		if !b.may(now, cost) {
			t.Fatalf("at %d a cost of %d came before %s", now, cost, b.first(cost).FloatString(3))
		}
		b.put(now, cost)
	case cost > b.burst:
		if again != fuseboard.Never {
			t.Fatalf("a cost of %d of a burst of %d comes at %d", cost, b.burst, again)
		}
	case again <= now:
		t.Fatalf("refused at %d, and may come at %d", now, again)
	default:
		if want := ceil(b.first(cost)); again < want || again > want+1 {
			t.Fatalf("at %d a cost of %d may come at %d, want %d", now, cost, again, want)
		}
	}
}

func TestTokenBucketIsTheIdealBucketToANanosecond(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := aBucket(t)
		if rapid.Bool().Draw(t, "smooth") {
			p.Kind, p.Burst = Smooth, 0
		}
		l, b := New(p, nil), newIdeal(p)
		unit := p.Per / time.Duration(p.Limit)
		now := fuseboard.Instant(0)
		for range rapid.IntRange(1, 60).Draw(t, "events") {
			cost := rapid.OneOf(rapid.Just(1), rapid.IntRange(1, b.burst+1)).Draw(t, "cost")
			b.check(t, l, now, cost)
			now = min(now.Add(aPause(t, unit)), horizon/2)
		}
	})
}

// A bucket of one loses what is left of a nanosecond at each take, as calls come at whole
// ones; two don't. Two million units of an odd rate, one after the other as soon as each may come.
func TestTokenBucketDoesNotDrift(t *testing.T) {
	for _, p := range []Policy{
		{Limit: 3, Burst: 2},
		{Limit: 999_983, Burst: 7},
		{Limit: 7, Per: time.Minute, Burst: 2},
		{Limit: 999_999_937, Burst: 3},
		{Limit: 86_413, Per: time.Minute, Burst: 100},
	} {
		l, b := New(p, nil), newIdeal(p)
		const units = 2_000_000
		now := fuseboard.Instant(1)
		b.put(now, units)
		for range units {
			for again, ok := l.Take(now, 1); !ok; again, ok = l.Take(now, 1) {
				now = again
			}
		}
		if got, want := l.Peek(now).Next, ceil(b.first(1)); got < want || got > want+1 {
			t.Errorf("%+v: after %d units the next comes at %d, want %d", p, units, got, want)
		}
	}
}

func TestNoStretchOfTimeSeesMoreThanLimitAndBurst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := aBucket(t)
		p.Burst = min(p.Burst, 5)
		l := New(p, nil)
		unit := p.Per / time.Duration(p.Limit)
		var came []fuseboard.Instant
		now := fuseboard.Instant(0)
		for range 30 {
			for l.Allow(now) {
				came = append(came, now)
			}
			now = now.Add(1 + aPause(t, unit))
		}
		for i := range came {
			for j := i; j < len(came); j++ {
				n := ratOf(int64(j - i + 1 - p.Burst)) // beyond the burst
				most := new(big.Rat).Quo(ratOf(int64(came[j]-came[i])), big.NewRat(int64(p.Per), int64(p.Limit)))
				if n.Cmp(most) > 0 {
					t.Fatalf("%d came in %v", j-i+1, came[j].Sub(came[i]))
				}
			}
		}
	})
}

func TestAgainIsTheFirstInstantAtWhichItMayCome(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := aBucket(t)
		l := New(p, nil)
		now := fuseboard.Instant(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "now"))
		for l.Allow(now) {
		}
		cost := rapid.IntRange(1, p.Burst).Draw(t, "cost")
		again, ok := l.Take(now, cost)
		if ok {
			t.Fatal("an empty bucket gave something")
		}
		if _, ok := l.Take(again-1, cost); ok {
			t.Fatalf("it could come before %d", again)
		}
		if _, ok := l.Take(again, cost); !ok {
			t.Fatalf("it can't come at %d", again)
		}
	})
}

func TestEdgesOfTimeAreSafe(t *testing.T) {
	for _, kind := range []Kind{TokenBucket, Smooth, SlidingLog, SlidingCounter, FixedWindow} {
		for _, p := range []Policy{{Kind: kind, Limit: 1, Per: longestPer}, {Kind: kind, Limit: 3}, {Kind: kind, Limit: 1000}} {
			l := New(p, nil)
			for _, now := range []fuseboard.Instant{-1, fuseboard.Never * -1, 0, horizon - 1, horizon, fuseboard.Never - 1, fuseboard.Never} {
				l.Allow(now)
				l.Take(now, 1)
				if _, ok := l.Take(now, fastest(time.Second)+1); ok {
					t.Errorf("%+v: more than there is came at %d", p, now)
				}
				_, _ = l.Reserve(now, 1, fuseboard.Never)
				l.Refund(now, 1)
				l.Peek(now)
			}
		}
	}
	l := New(Policy{Limit: 1, Per: longestPer, Burst: 2}, nil)
	equal(t, "first at zero", l.Allow(0), true)
	equal(t, "second at zero", l.Allow(0), true)
	equal(t, "third at zero", l.Allow(0), false)
	later := at(60 * 365 * 24 * time.Hour)
	equal(t, "after 60 years", l.Allow(later), true)
	equal(t, "after 60 years, again", l.Allow(later), true)
	equal(t, "after 60 years, a third", l.Allow(later), false)
	equal(t, "a day later", l.Allow(later.Add(longestPer)), true)
}
