// SPDX-License-Identifier: Apache-2.0

package stripe

import (
	"sync"
	"testing"

	"pgregory.net/rapid"
)

const (
	adders = 8
	each   = 2000
)

// storm adds from many goroutines, spreads meanwhile, and lets see look at the count
// until all is added.
func storm(c *Counter, see func(n uint64)) {
	var wg sync.WaitGroup
	for g := range adders {
		wg.Go(func() {
			for i := range each {
				switch i % 3 {
				case 0:
					c.Add(1)
				case 1:
					c.Try(1)
				default:
					c.AddAt(g, 1)
				}
				if g == 0 && i == each/2 {
					c.Spread(4)
				}
			}
		})
	}
	over := make(chan struct{})
	go func() { wg.Wait(); close(over) }()
	for {
		see(c.Load())
		select {
		case <-over:
			see(c.Load())
			return
		default:
		}
	}
}

func TestNothingIsLostAcrossASpread(t *testing.T) {
	var c Counter
	var last uint64
	storm(&c, func(n uint64) { last = n })
	if last != adders*each {
		t.Errorf("%d, want %d", last, adders*each)
	}
}

func TestLoadNeverFalls(t *testing.T) {
	var c Counter
	var last uint64
	storm(&c, func(n uint64) {
		if n < last {
			t.Errorf("falls from %d to %d", last, n)
		}
		last = n
	})
}

func TestLoadLiesBetween(t *testing.T) {
	var c, sure, begun Counter // sure lags behind c, begun runs ahead
	var wg sync.WaitGroup
	stop := make(chan struct{})
	c.Spread(4)
	for g := range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				begun.Add(1)
				c.AddAt(g, 1)
				sure.Add(1)
			}
		})
	}
	for range 2000 {
		least := sure.Load()
		n := c.Load()
		if most := begun.Load(); n < least || n > most {
			t.Errorf("%d is not from %d to %d", n, least, most)
		}
	}
	close(stop)
	wg.Wait()
}

func TestCounterIsItsModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c Counter
		var want uint64
		lanes := rapid.SampledFrom([]int{1, 4}).Draw(t, "lanes")
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) { n := rapid.Uint64Range(0, 9).Draw(t, "n"); c.Add(n); want += n },
			"try": func(*rapid.T) {
				want++
				if !c.Try(1) {
					t.Fatal("nobody was in the way")
				}
			},
			"add at": func(t *rapid.T) { c.AddAt(rapid.IntRange(Shared, 9).Draw(t, "lane"), 2); want += 2 },
			"spread": func(*rapid.T) { c.Spread(lanes) },
			"": func(t *rapid.T) {
				if c.Load() != want {
					t.Fatalf("%d, want %d", c.Load(), want)
				}
			},
		})
	})
}

func TestAddAllocatesNothing_Alloc(t *testing.T) {
	var c Counter
	add := func() { c.Add(1); c.Try(1); c.AddAt(3, 1); c.AddAt(Shared, 1); _ = c.Load() }
	if n := testing.AllocsPerRun(100, add); n != 0 {
		t.Errorf("%v allocations in one word", n)
	}
	c.Spread(4)
	if n := testing.AllocsPerRun(100, add); n != 0 {
		t.Errorf("%v allocations when spread", n)
	}
}

func BenchmarkAdd(b *testing.B) {
	b.Run("shared", func(b *testing.B) {
		var c Counter
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				c.Add(1)
			}
		})
	})
	b.Run("spread", func(b *testing.B) {
		var c, lanes Counter
		c.Spread(64)
		b.RunParallel(func(pb *testing.PB) {
			lanes.Add(1)
			lane := int(lanes.Load())
			for pb.Next() {
				c.AddAt(lane, 1)
			}
		})
	})
}
