// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// guava is SmoothRateLimiter.SmoothWarmingUp, line by line, in nanoseconds.
type guava struct {
	stable, cool, slope, most, threshold, stored, free float64
}

func newGuava(p Policy) *guava {
	p = p.usable()
	g := &guava{stable: float64(p.Per) / float64(p.Limit)}
	warm, cold := float64(p.WarmUp), g.stable*p.ColdFactor
	g.threshold = 0.5 * warm / g.stable
	g.most = g.threshold + 2*warm/(g.stable+cold)
	g.slope = (cold - g.stable) / (g.most - g.threshold)
	g.cool = warm / g.most
	g.stored = g.most
	return g
}

func (g *guava) reserve(now float64) (turn float64) {
	if now > g.free {
		g.stored = min(g.most, g.stored+(now-g.free)/g.cool)
		g.free = now
	}
	turn = g.free
	spend := min(1, g.stored)
	wait, above, left := 0.0, g.stored-g.threshold, spend
	if above > 0 {
		take := min(above, left)
		time := func(permits float64) float64 { return g.stable + permits*g.slope }
		wait = take * (time(above) + time(above-take)) / 2
		left -= take
	}
	wait += g.stable * left
	g.free += wait + (1-spend)*g.stable
	g.stored -= spend
	return turn
}

func TestWarmUpIsThatOfGuava(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Policy{
			Kind: Smooth, Limit: rapid.IntRange(1, 1000).Draw(t, "limit"), Queue: mostQueue, MaxWait: longestWait,
			WarmUp:     time.Duration(rapid.IntRange(1, 20).Draw(t, "warm-up")) * time.Second,
			ColdFactor: float64(rapid.IntRange(1, 10).Draw(t, "cold factor")),
		}
		l, g := New(p, nil), newGuava(p)
		now := fuseboard.Instant(0)
		for range 100 {
			want := g.reserve(float64(now))
			turn, err := l.Reserve(now, 1, fuseboard.Never)
			if err != nil {
				t.Fatal(err)
			}
			if off := float64(turn) - want; math.Abs(off) > 1000 {
				t.Fatalf("at %d the turn is %d, off by %.0f ns", now, turn, off)
			}
			now = max(now, min(turn, now.Add(aPause(t, time.Second/time.Duration(p.Limit)))))
			if rapid.IntRange(0, 20).Draw(t, "quiet") == 0 {
				now = turn.Add(time.Duration(rapid.Int64Range(0, int64(20*time.Second)).Draw(t, "for")))
			}
		}
	})
}

func TestColdLimiterComesUpToItsLimitOverWarmUp(t *testing.T) {
	for _, p := range []Policy{
		{Kind: Smooth, Limit: 100, WarmUp: 10 * time.Second},
		{Limit: 100, Burst: 20, WarmUp: 10 * time.Second},
	} {
		l := New(p, nil)
		var in [16]int // units of each second
		for now := fuseboard.Instant(0); now < at(16*time.Second); {
			again, ok := l.Take(now, 1)
			if ok {
				in[now/at(time.Second)]++
			} else {
				now = again
			}
		}
		if first := in[1]; first < 33 || first > 45 {
			t.Errorf("%s: %d units in a cold second, want about 36", p.Kind, first)
		}
		for s := 2; s < 10; s++ {
			if in[s] < in[s-1] {
				t.Errorf("%s: slower while it warms up: %v", p.Kind, in)
			}
		}
		for s := 11; s < 16; s++ {
			if in[s] < 99 || in[s] > 101 {
				t.Errorf("%s: %d units in a warm second: %v", p.Kind, in[s], in)
			}
		}
	}
}

func TestWarmLimiterNeverExceedsItsBucket(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := aBucket(t)
		p.WarmUp, p.ColdFactor = time.Duration(rapid.Int64Range(int64(time.Millisecond), int64(time.Hour)).Draw(t, "warm-up")), 5
		l, b := New(p, nil), newIdeal(p)
		now := fuseboard.Instant(0)
		for range 50 {
			cost := rapid.IntRange(1, b.burst).Draw(t, "cost")
			if _, ok := l.Take(now, cost); ok {
				if !b.may(now, cost) {
					t.Fatalf("at %d a cost of %d came too early", now, cost)
				}
				b.put(now, cost)
			}
			now = min(now.Add(aPause(t, p.Per/time.Duration(p.Limit))), horizon/2)
		}
	})
}

func TestReshapeKeepsHowWarmALimiterIs(t *testing.T) {
	p := Policy{Kind: Smooth, Limit: 100, WarmUp: 10 * time.Second}
	for _, warmed := range []time.Duration{0, 20 * time.Second} {
		l := New(p, nil)
		now := fuseboard.Instant(0)
		for again := now; now < at(warmed); now = again {
			l.Take(now, 1)
			again, _ = l.Take(now, 1)
		}
		p.Limit = 200
		l.Reshape(now, p)
		n := 0
		for end := now.Add(time.Second); now < end; {
			again, ok := l.Take(now, 1)
			if ok {
				n++
			} else {
				now = again
			}
		}
		if want := map[time.Duration]int{0: 68, 20 * time.Second: 200}[warmed]; n < want-5 || n > want+5 {
			t.Errorf("%d in the second after a change, warm for %s; want %d", n, warmed, want)
		}
		p.Limit = 100
	}
}
