// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// naive remembers all that ever came.
type naive struct {
	kind   Kind
	limit  int
	per    time.Duration
	offset time.Duration
	came   []arrival
}

type arrival struct {
	at   fuseboard.Instant
	cost int
}

// between counts what came after one instant and up to another.
func (n *naive) between(after, to fuseboard.Instant) (units int64) {
	for _, a := range n.came {
		if a.at > after && a.at <= to {
			units += int64(a.cost)
		}
	}
	return units
}

// may says by the definition of the kind whether cost may come.
func (n *naive) may(now fuseboard.Instant, cost int) bool {
	into := fuseboard.Instant((int64(now) + int64(n.offset)) % int64(n.per))
	per := fuseboard.Instant(n.per)
	var used *big.Rat
	switch n.kind {
	case SlidingLog:
		used = ratOf(n.between(now-per, now))
	case SlidingCounter:
		before := ratOf(n.between(now-into-per-1, now-into-1))
		before.Mul(before, big.NewRat(int64(per-into), int64(per)))
		used = before.Add(before, ratOf(n.between(now-into-1, now)))
	default:
		used = ratOf(n.between(now-into-1, now))
	}
	return used.Add(used, ratOf(int64(cost))).Cmp(ratOf(int64(n.limit))) <= 0
}

func (n *naive) check(t *rapid.T, l *Limiter, now fuseboard.Instant, cost int) {
	again, ok := l.Take(now, cost)
	switch {
	case ok != n.may(now, cost):
		t.Fatalf("at %d a cost of %d: let through %t; came: %v", now, cost, ok, n.came)
	case ok:
		n.came = append(n.came, arrival{now, cost})
	case cost > n.limit:
		if again != fuseboard.Never {
			t.Fatalf("a cost of %d of %d comes at %d", cost, n.limit, again)
		}
	case !n.may(again, cost) || n.may(again-1, cost):
		t.Fatalf("at %d a cost of %d may not first come at %d; came: %v", now, cost, again, n.came)
	}
}

// refund takes the nth arrival back.
func (n *naive) refund(l *Limiter, i int) {
	a := n.came[i]
	l.Refund(a.at, a.cost)
	n.came = append(n.came[:i:i], n.came[i+1:]...)
}

func TestWindowsAgreeWithWhoRemembersEverything(t *testing.T) {
	for _, kind := range []Kind{SlidingLog, SlidingCounter, FixedWindow} {
		t.Run(kind.String(), rapid.MakeCheck(func(t *rapid.T) {
			limit, per := aPace(t)
			limit = min(limit, 50)
			clock := fixedClock(rapid.Int64Range(0, int64(per)).Draw(t, "clock's start"))
			l := New(Policy{Kind: kind, Limit: limit, Per: per}, clock)
			n := &naive{kind: kind, limit: limit, per: per, offset: offsetOf(clock, per)}
			now := fuseboard.Instant(0)
			for range rapid.IntRange(1, 60).Draw(t, "events") {
				if len(n.came) > 0 && rapid.IntRange(0, 4).Draw(t, "refund") == 0 {
					n.refund(l, rapid.IntRange(0, len(n.came)-1).Draw(t, "which"))
				}
				cost := rapid.OneOf(rapid.Just(1), rapid.IntRange(1, limit+1)).Draw(t, "cost")
				n.check(t, l, now, cost)
				now = min(now.Add(aPause(t, per/3)), horizon/2)
			}
		}))
	}
}

func TestSlidingLogNeverLetsMoreThanLimitIntoAnyPer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 20).Draw(t, "limit")
		n := greedy(t, SlidingLog, limit, time.Second)
		for _, a := range n.came {
			if got := n.between(a.at-at(time.Second), a.at); got > int64(limit) {
				t.Fatalf("%d in one second until %d", got, a.at)
			}
		}
	})
}

// The bounds of the table in the package's documentation for what is only nearly right.
func TestWindowsLetLessThanTwiceTheLimitIntoAnyPer(t *testing.T) {
	for _, kind := range []Kind{SlidingCounter, FixedWindow} {
		t.Run(kind.String(), rapid.MakeCheck(func(t *rapid.T) {
			limit := rapid.IntRange(1, 20).Draw(t, "limit")
			n := greedy(t, kind, limit, time.Second)
			most := int64(2 * limit)
			if kind == SlidingCounter {
				most-- // what came before still weighs something until it is a Per ago
			}
			for _, a := range n.came {
				if got := n.between(a.at-at(time.Second), a.at); got > most {
					t.Fatalf("%d in one second until %d", got, a.at)
				}
			}
		}))
	}
}

// greedy takes whatever it gets at random instants.
func greedy(t *rapid.T, kind Kind, limit int, per time.Duration) *naive {
	l := New(Policy{Kind: kind, Limit: limit, Per: per}, fixedClock(0))
	n := &naive{kind: kind, limit: limit, per: per}
	now := fuseboard.Instant(0)
	for range rapid.IntRange(1, 40).Draw(t, "moments") {
		for most := rapid.IntRange(0, limit).Draw(t, "most"); most > 0 && l.Allow(now); most-- {
			n.came = append(n.came, arrival{now, 1})
		}
		now = now.Add(aPause(t, per/2))
		now = min(now, horizon/2)
	}
	return n
}

// The bound is reached: who comes at the end of a window and then as soon as he can.
func TestSlidingCounterIsWrongByAWindowAtWorst(t *testing.T) {
	l := New(Policy{Kind: SlidingCounter, Limit: 100}, fixedClock(0))
	begin := at(10 * time.Second) // of a window
	n := 0
	for now := begin.Add(-1); now < begin.Add(time.Second-1); {
		again, ok := l.Take(now, 1)
		if ok {
			n++
		} else {
			now = again
		}
	}
	equal(t, "units in a second", n, 199)
}

// Who comes evenly gets what the limit says, to a unit.
func TestSlidingCounterIsRightWhereUnitsComeEvenly(t *testing.T) {
	l := New(Policy{Kind: SlidingCounter, Limit: 100}, fixedClock(0))
	n := &naive{}
	for now := fuseboard.Instant(0); now < at(10*time.Second); now = now.Add(7 * time.Millisecond) {
		if l.Allow(now) {
			n.came = append(n.came, arrival{now, 1})
		}
	}
	for s := 5 * time.Second; s < 10*time.Second; s += 10 * time.Millisecond {
		if got := n.between(at(s-time.Second), at(s)); got < 98 || got > 101 {
			t.Errorf("%d units in the second until %s", got, s)
		}
	}
}

func TestFixedWindowsBeginWithTheWallClock(t *testing.T) {
	start := time.Date(2024, 2, 29, 23, 59, 58, 250e6, time.UTC)
	clock := fuseboard.NewClockFrom(start, func() time.Duration { return 0 })
	for per, want := range map[time.Duration]time.Duration{
		time.Second: 750 * time.Millisecond, time.Minute: 1750 * time.Millisecond,
		time.Hour: 1750 * time.Millisecond, 24 * time.Hour: 1750 * time.Millisecond,
	} {
		l := New(Policy{Kind: FixedWindow, Limit: 1, Per: per}, clock)
		l.Allow(0)
		again, ok := l.Take(0, 1)
		equal(t, per.String()+": a second unit", ok, false)
		equal(t, per.String()+": comes again", again, at(want))
	}
}
