// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// Ten times as many calls come as may, and a gate behind the limiter refuses every other
// one that is let through: what goes through the gate is still what the limit says.
func TestRefundedUnitsAreUsedByOthersUnderOverload(t *testing.T) {
	const limit, seconds = 100, 100
	for _, p := range []Policy{
		{Limit: limit},
		{Kind: Smooth, Limit: limit},
		{Limit: limit, Queue: 20},
		{Kind: Smooth, Limit: limit, Queue: 20},
		{Kind: SlidingLog, Limit: limit},
		{Kind: SlidingCounter, Limit: limit},
		{Kind: FixedWindow, Limit: limit},
		{Limit: limit, WarmUp: time.Millisecond},
	} {
		t.Run(fmt.Sprintf("%s, queue %d, warm-up %s", p.Kind, p.Queue, p.WarmUp), func(t *testing.T) {
			got := throughAGate(New(p, nil), limit*10, at(seconds*time.Second))
			least := 0.98
			if p.Kind == Smooth && p.Queue == 0 {
				least = 0.9 // whoever comes 1 ms after one that was refused leaves 1 ms of each 10 unused
			}
			if share := float64(got) / (limit * seconds); share < least || share > 1.02 {
				t.Errorf("%.3f of the limit came through", share)
			}
		})
	}
}

// throughAGate counts what goes through, of perSecond calls that come evenly.
func throughAGate(l *Limiter, perSecond int, end fuseboard.Instant) (through int) {
	var turns []fuseboard.Instant // of who waits, in order
	arrive := func(turn fuseboard.Instant, n int) {
		if n%2 == 0 {
			l.Refund(turn, 1)
		} else {
			through++
		}
	}
	n := 0
	for now := fuseboard.Instant(0); now < end; now = now.Add(time.Second / time.Duration(perSecond)) {
		for len(turns) > 0 && turns[0] <= now {
			n++
			arrive(turns[0], n)
			turns = turns[1:]
		}
		if l.queues() {
			if turn, err := l.Reserve(now, 1, fuseboard.Never); err == nil {
				turns = append(turns, turn)
			}
		} else if turn, ok := l.Take(now, 1); ok {
			n++
			arrive(turn, n)
		}
	}
	return through
}

// A take and its refund in the same instant leave no trace.
func TestRefundInTheSameInstantLeavesNoTrace(t *testing.T) {
	for _, kind := range []Kind{TokenBucket, Smooth, SlidingLog, SlidingCounter, FixedWindow} {
		t.Run(kind.String(), rapid.MakeCheck(func(t *rapid.T) {
			// Units of whole nanoseconds: those of others leave up to one.
			p := Policy{Kind: kind, Limit: rapid.SampledFrom([]int{1, 2, 5, 8, 20, 50}).Draw(t, "limit")}
			clock := fixedClock(0)
			with, without := New(p, clock), New(p, clock)
			now := fuseboard.Instant(0)
			for range 40 {
				if rapid.Bool().Draw(t, "void") {
					if _, ok := with.Take(now, 1); ok {
						with.Refund(now, 1)
					}
				}
				a, okA := with.Take(now, 1)
				b, okB := without.Take(now, 1)
				if a != b || okA != okB {
					t.Fatalf("at %d: %d %t, and without what was refunded %d %t", now, a, okA, b, okB)
				}
				now = now.Add(aPause(t, time.Second/time.Duration(p.Limit)))
			}
		}))
	}
}

// What a full bucket could not take up while units were lent comes back with them: the
// bound grows by those that were lent when a stretch of time began and came back in it.
func TestRefundGivesNoMoreThanWhatWasLent(t *testing.T) {
	type loan struct{ taken, back fuseboard.Instant }
	rapid.Check(t, func(t *rapid.T) {
		p := Policy{Limit: 100, Burst: rapid.IntRange(1, 4).Draw(t, "burst")}
		l := New(p, nil)
		held := time.Duration(rapid.IntRange(0, 40).Draw(t, "held")) * time.Millisecond
		var loans []loan
		var through []fuseboard.Instant
		back := 0
		for now := fuseboard.Instant(0); now < at(150*time.Millisecond); now = now.Add(time.Millisecond) {
			for ; back < len(loans) && loans[back].back <= now; back++ {
				l.Refund(loans[back].taken, 1)
			}
			switch n := rapid.IntRange(0, 3).Draw(t, "what comes"); {
			case n == 0 || !l.Allow(now):
			case n == 1:
				loans = append(loans, loan{now, now.Add(held)})
			default:
				through = append(through, now)
			}
		}
		for i := range through {
			for j := i; j < len(through); j++ {
				lent := 0
				for _, x := range loans {
					if x.taken <= through[i] && x.back >= through[i] && x.back <= through[j] {
						lent++
					}
				}
				if most := p.Burst + int(through[j].Sub(through[i])*100/time.Second); j-i+1 > most+lent {
					t.Fatalf("%d in %v, want %d and the %d that were lent", j-i+1, through[j].Sub(through[i]), most, lent)
				}
			}
		}
	})
}

// Instants lie between the steps of a limit that does not divide a second.
func TestWhoComesAtTheInstantOfARefundFindsWhatWasGivenBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := New(Policy{Limit: rapid.IntRange(1, 1_000_000).Draw(t, "limit"), Burst: rapid.IntRange(1, 3).Draw(t, "burst")}, nil)
		now := fuseboard.Instant(rapid.Int64Range(0, 1e12).Draw(t, "now"))
		for l.Allow(now) {
			l.Refund(now, 1)
			if !l.Allow(now) {
				t.Fatalf("at %d", now)
			}
		}
	})
}
