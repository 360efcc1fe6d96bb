// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

func BenchmarkAllow(b *testing.B) {
	for name, p := range map[string]Policy{
		"even": {Limit: mostUnits, Burst: 1_000_000}, "odd": {Limit: 999_999_937, Burst: 1_000_000},
		"refuses": {Limit: 1, Per: time.Hour}, "smooth": {Kind: Smooth, Limit: mostUnits},
		"sliding-counter": {Kind: SlidingCounter, Limit: mostUnits}, "fixed-window": {Kind: FixedWindow, Limit: mostUnits},
		"sliding-log": {Kind: SlidingLog, Limit: 1000, Per: time.Millisecond}, "warm-up": {Limit: mostUnits, WarmUp: time.Second},
	} {
		b.Run(name, func(b *testing.B) {
			clock := fuseboard.NewClock()
			l := New(p, clock)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					l.Allow(clock.Now())
				}
			})
		})
	}
}

func BenchmarkTakeRefund(b *testing.B) {
	clock := fuseboard.NewClock()
	l := New(Policy{Limit: mostUnits}, clock)
	b.ReportAllocs()
	for b.Loop() {
		now := clock.Now()
		l.Take(now, 1)
		l.Refund(now, 1)
	}
}

func BenchmarkKeyed(b *testing.B) {
	clock := fuseboard.NewClock()
	k := NewKeyed[int](PerKey{Limit: 1000, Keys: 10_000}, time.Second)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i++
		k.Take(clock.Now(), i%20_000, 1)
	}
}
