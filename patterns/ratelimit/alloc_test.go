// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"runtime"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

func TestAllocationsOfACallAreNone(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates")
	}
	for _, p := range []Policy{
		{Limit: 1000},
		{Limit: 997},
		{Kind: Smooth, Limit: 10, Queue: 5},
		{Kind: SlidingLog, Limit: 100},
		{Kind: SlidingCounter, Limit: 100},
		{Kind: FixedWindow, Limit: 100},
		{Limit: 1000, WarmUp: time.Second},
		{Limit: 10, Adaptive: Adaptive{Floor: 1}},
	} {
		l := New(p, nil)
		now := fuseboard.Instant(0)
		equal(t, p.Kind.String(), testing.AllocsPerRun(1000, func() {
			now = now.Add(time.Millisecond)
			l.Allow(now)
			l.Take(now, 2)
			_, _ = l.Reserve(now, 1, fuseboard.Never)
			l.Refund(now, 1)
			l.Succeeded(0)
			l.Peek(now)
		}), 0)
	}
	k := NewKeyed[int](PerKey{Limit: 10, Keys: 4}, time.Second)
	key := 0
	for range 100 {
		k.Take(0, key, 1)
		key++
	}
	equal(t, "keyed", testing.AllocsPerRun(1000, func() { k.Take(0, key%10, 1); key++ }), 0)
}

func TestBytesAreAboutWhatALimiterHolds_Alloc(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates")
	}
	for _, p := range []Policy{{Limit: 1000}, {Kind: SlidingLog, Limit: 1000}, {Kind: SlidingCounter, Limit: 1000}, {Limit: 10, WarmUp: time.Second}} {
		clock, limiters := fuseboard.NewClock(), make([]*Limiter, 1000)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for i := range limiters {
			limiters[i] = New(p, clock)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		held := float64(after.HeapAlloc-before.HeapAlloc) / float64(len(limiters))
		if said := float64(p.Bytes()); held > 1.3*said || held < 0.7*said {
			t.Errorf("%s holds %.0f bytes, and says %.0f", p.Kind, held, said)
		}
		runtime.KeepAlive(limiters)
	}
}
