// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/patterns/cache"
)

// BenchmarkCacheHit measures a hit in the built-in store, in a cache on it, and of a call.
func BenchmarkCacheHit(b *testing.B) {
	bg := context.Background()
	b.Run("store", func(b *testing.B) {
		s := cache.NewStore[*quote](1000)
		s.Set("EURUSD", &quote{})
		b.ReportAllocs()
		for b.Loop() {
			if _, ok := s.Get("EURUSD"); !ok {
				b.Fatal("gone")
			}
		}
	})
	for name, clock := range map[string]ClockSource{"call": StandardClock, "call-tsc": TSCClock} {
		b.Run(name, func(b *testing.B) {
			m := &market{}
			sys, err := Start(Options{Clock: clock})
			if err != nil {
				b.Fatal(err)
			}
			r, err := Spawn(sys, "payments", m.quote, Policy{Cache: Cache{TTL: time.Hour}}, With[string, quote]{Key: byPair})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.Call(bg, "EURUSD"); err != nil {
					b.Fatal(err)
				}
			}
			if m.calls.Load() != 1 {
				b.Fatal("not a hit")
			}
			_ = sys.Shutdown(bg)
		})
	}
}

func TestAHitAllocatesNothing_Alloc(t *testing.T) {
	if underRace {
		t.Skip("the race detector adds to every object; run without -race")
	}
	m := &market{}
	r := spawn(t, start(t), Policy{Cache: Cache{TTL: time.Hour}}, m.quote, With[string, quote]{Key: byPair})
	bg := context.Background()
	if got := testing.AllocsPerRun(100, func() { _, _ = r.Call(bg, "EURUSD") }); got != 0 {
		t.Errorf("%v allocations", got)
	}
}
