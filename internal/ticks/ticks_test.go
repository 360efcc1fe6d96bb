// SPDX-License-Identifier: Apache-2.0

package ticks

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clocks are those that this machine has.
func clocks(t testing.TB) map[string]func() time.Duration {
	t.Helper()
	coarse := NewCoarse()
	t.Cleanup(coarse.Stop)
	all := map[string]func() time.Duration{"coarse": coarse.Now}
	if tsc, ok := NewTSC(); ok {
		all["tsc"] = tsc.Now
	}
	return all
}

// spin calls f for a while of real time.
func spin(d time.Duration, f func()) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	for ctx.Err() == nil {
		for range 1000 {
			f()
		}
	}
}

// slack is how far a clock may be behind what it told a moment ago, perhaps on another
// core: two microseconds were seen, and another machine may have more.
var slack = map[string]time.Duration{"tsc": 100 * time.Microsecond}

func TestClocksNeverGoBack(t *testing.T) {
	for name, now := range clocks(t) {
		t.Run(name, func(t *testing.T) {
			var latest atomic.Int64
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() {
					last := time.Duration(0)
					spin(400*time.Millisecond, func() {
						seen := latest.Load() // told by somebody else, before our read
						at := now()
						if at < last-slack[name] || at < time.Duration(seen)-slack[name] {
							t.Errorf("%v after %v, and %v elsewhere", at, last, time.Duration(seen))
						}
						last = at
						for old := latest.Load(); int64(at) > old && !latest.CompareAndSwap(old, int64(at)); old = latest.Load() {
						}
					})
				})
			}
			all.Wait()
		})
	}
}

func TestClocksAreNearTheStandardOne(t *testing.T) {
	base := time.Now()
	for name, now := range clocks(t) {
		behind, ahead := time.Duration(0), time.Duration(0)
		offset := time.Since(base) - now()
		spin(1500*time.Millisecond, func() {
			before := time.Since(base) - offset
			at := now()
			after := time.Since(base) - offset
			behind, ahead = max(behind, before-at), max(ahead, at-after)
		})
		t.Logf("%s: at most %v behind and %v ahead", name, behind, ahead)
		if most := time.Second; behind > most || ahead > 200*time.Microsecond { // a busy machine holds up the ticker
			t.Errorf("%s: %v behind, %v ahead", name, behind, ahead)
		}
	}
}

func TestCounterIsRefusedWhereTimeStandsStill(t *testing.T) {
	if _, ok := NewTSC(); !ok {
		t.Skip("this processor has no even counter: run it on amd64")
	}
	synctest.Test(t, func(t *testing.T) {
		if _, ok := NewTSC(); ok {
			t.Error("it was made in virtual time")
		}
	})
}

func TestCoarseRestsWhileNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewCoarse()
		for range 3 {
			if at := c.Now(); at%grain != 0 {
				t.Errorf("it says %v", at)
			}
			synctest.Wait()
			if c.resting.Load() {
				t.Error("it rests while it is read")
			}
			time.Sleep(10 * grain)
			if at, truly := c.Now(), time.Since(c.base); truly-at > 2*grain || at > truly {
				t.Errorf("%v at %v", at, truly)
			}
			time.Sleep(3 * idle * grain)
			if !c.resting.Load() {
				t.Error("it does not rest")
			}
			if at, truly := c.Now(), time.Since(c.base); at != truly {
				t.Errorf("roused it says %v at %v", at, truly)
			}
			time.Sleep(3 * idle * grain)
		}
		c.Stop()
		time.Sleep(time.Hour)
		if at, truly := c.Now(), time.Since(c.base); at != truly {
			t.Errorf("stopped it says %v at %v", at, truly)
		}
	})
}

func TestLineIsMeasuredWithoutAStepBack(t *testing.T) {
	c, ok := NewTSC()
	if !ok {
		t.Skip("no even counter here")
	}
	fast := *c.line.Load()
	fast.rate += fast.rate / 10 // ten per cent too fast
	fast.span = 0
	c.line.Store(&fast)
	spin(20*time.Millisecond, func() {})
	last := time.Duration(0)
	spin(50*time.Millisecond, func() {
		at := c.Now()
		if at < last-slack["tsc"] {
			t.Errorf("%v after %v", at, last)
		}
		last = at
	})
	if l := c.line.Load(); l.span == 0 {
		t.Error("it was not drawn anew")
	}
}

func TestAllocReads(t *testing.T) {
	for name, now := range clocks(t) {
		if n := testing.AllocsPerRun(100, func() { now() }); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

func BenchmarkNow(b *testing.B) {
	base := time.Now()
	for name, now := range clocks(b) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				now()
			}
		})
	}
	b.Run("standard", func(b *testing.B) {
		for b.Loop() {
			_ = time.Since(base)
		}
	})
}

func ExampleNewCoarse() {
	clock := NewCoarse()
	defer clock.Stop()
	_ = clock.Now() // since it was made
	// Output:
}

func ExampleNewTSC() {
	clock, even := NewTSC()
	if !even {
		return // take the standard clock
	}
	_ = clock.Now()
	// Output:
}
