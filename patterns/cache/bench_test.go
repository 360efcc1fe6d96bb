// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

func TestAHitAllocatesNothing_Alloc(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates")
	}
	c := New[[4]int](Policy{TTL: time.Hour, StaleWhileRevalidate: time.Hour}, nil, nil)
	defer func() { _ = c.Close(context.Background()) }()
	c.Put("k", [4]int{1})
	load := Loader(func(context.Context) ([4]int, error) { return [4]int{}, nil })
	ctx := context.Background()
	if n := testing.AllocsPerRun(1000, func() {
		_, _, _, _ = c.Hit("k")
		_, _, _, _ = c.Hit("l")
		_, _, _ = c.Get(ctx, "k", load)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkHit is what a hit of the store costs, and one of a cache on it, which reads the clock,
// judges the entry and counts.
func BenchmarkHit(b *testing.B) {
	const n = 1000
	keys, own, clock := make([]string, n), NewStore[*Entry[int]](n), fuseboard.NewClock()
	c := New[int](Policy{TTL: time.Hour, MaxEntries: n}, clock, func(int) Store[*Entry[int]] { return own })
	defer func() { _ = c.Close(context.Background()) }()
	for i := range keys {
		keys[i] = "customer/" + strconv.Itoa(i)
		c.Put(keys[i], i)
	}
	b.Run("clock", func(b *testing.B) {
		for b.Loop() {
			clock.Now()
		}
	})
	b.Run("store", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			own.Get(keys[i%n])
		}
	})
	b.Run("cache", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			_, _, _, _ = c.Hit(keys[i%n])
		}
	})
	b.Run("cache/parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				_, _, _, _ = c.Hit(keys[i%n])
			}
		})
	})
}

// BenchmarkFill is a miss: a flight of its own, whose answer is kept.
func BenchmarkFill(b *testing.B) {
	for _, coalesce := range []Coalesce{CoalesceOn, CoalesceOff} {
		b.Run(coalesce.String(), func(b *testing.B) {
			b.ReportAllocs()
			c := New[int](Policy{TTL: time.Hour, Coalesce: coalesce}, nil, nil)
			defer func() { _ = c.Close(context.Background()) }()
			keys := make([]string, 1<<14)
			for i := range keys {
				keys[i] = strconv.Itoa(i)
			}
			l, ctx := brings(1), context.Background()
			for i := 0; b.Loop(); i++ {
				_, _, _ = c.Fill(ctx, keys[i&(len(keys)-1)], l, nil)
			}
		})
	}
}
