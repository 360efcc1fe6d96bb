// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

func TestThePercentileLiesInTheBucketOfTheNaiveOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		buckets := []float64{math.Inf(-1), 0, 1, 2, 4, 8, math.Inf(1)}
		before := rapid.SliceOfN(rapid.Uint64Range(0, 50), 6, 6).Draw(t, "before")
		more := rapid.SliceOfN(rapid.Uint64Range(0, 200), 6, 6).Draw(t, "more")
		h := &metrics.Float64Histogram{Counts: slices.Clone(before), Buckets: buckets}
		var order []int // the bucket of each wait
		for i, n := range more {
			h.Counts[i] += n
			for range n {
				order = append(order, i)
			}
		}
		var w waits
		if first := w.since(&metrics.Float64Histogram{Counts: before, Buckets: buckets}); first != Unknown {
			t.Fatalf("the first reading knows %v", first)
		}
		got := w.since(h)
		if again := w.since(h); again != 0 {
			t.Fatalf("nothing new, and %v", again)
		}
		if len(order) == 0 {
			if got != 0 {
				t.Fatalf("%v of nothing", got)
			}
			return
		}
		in := order[int(math.Ceil(0.99*float64(len(order))))-1]
		lo, hi := max(buckets[in], 0), min(buckets[in+1], 8)
		if math.IsNaN(got) || got < lo || got > hi {
			t.Fatalf("%v, want %v to %v", got, lo, hi)
		}
	})
}

func TestTheCollectorsShareHoldsForACycleAndFades(t *testing.T) {
	var c cycles
	second := func(n float64) fuseboard.Instant { return fuseboard.Instant(n * float64(time.Second)) }
	if v := c.share(second(100), 50, 900, 2); v != Unknown {
		t.Errorf("at first %v", v)
	}
	near(t, "before any cycle has ended", c.share(second(101), 50, 900, 2), 0)
	near(t, "a cycle of 2 s with 1 of 4 processor seconds", c.share(second(102), 51, 904, 2), 0.25)
	near(t, "during the next", c.share(second(103.9), 51, 904, 2), 0.25)
	near(t, "when it does not end", c.share(second(106), 51, 904, 2), 0.125)
	near(t, "nor any more", c.share(second(202), 51, 904, 2), 0.005)
	near(t, "the one after", c.share(second(202.5), 52, 1105, 2), 1.0/201)
	near(t, "a collector that counts back", c.share(second(203), 40, 1106, 2), 0)
}

func TestTheRuntimeIsReadAsItIs(t *testing.T) {
	clock, g := fuseboard.NewClock(), newGoruntime()
	for i, name := range metricNames {
		if name == "" {
			t.Fatalf("metric %d has no name", i)
		}
	}
	g.read()
	for i, s := range g.samples {
		if s.Value.Kind() == metrics.KindBad {
			t.Errorf("this runtime has no %s", metricNames[i])
		}
	}
	if g.wait() != Unknown || g.collecting(clock.Now()) != Unknown {
		t.Error("the first reading knows what happened before it")
	}
	for range 5 {
		runtime.GC()
	}
	done := make(chan struct{})
	for range 100 {
		go func() { done <- struct{}{} }()
	}
	for range 100 {
		<-done
	}
	g.read()
	wait, gc, own := g.wait(), g.collecting(clock.Now()), g.heap()
	if wait <= 0 || wait > 60 {
		t.Errorf("the 99th percentile of the waits of a hundred goroutines is %v s", wait)
	}
	if c := g.cycles; c.gc != g.float(gcTime)-g.float(gcIdleTime) || c.all != g.float(allTime) {
		t.Errorf("%+v is not what the runtime says", c)
	}
	if gc <= 0 || gc > 1 {
		t.Errorf("the collector's share after five cycles is %v", gc)
	}
	if own.held < mib || own.spare < 0 || own.spare > own.held || own.limit <= 0 {
		t.Errorf("%+v", own)
	}
	if c := g.cores(); c < 1 || c > float64(runtime.NumCPU()) {
		t.Errorf("%v cores", c)
	}
}

// A GOMEMLIMIT that is far above what lives is not pressure, however much garbage there is.
func TestGarbageIsSpare(t *testing.T) {
	g := newGoruntime()
	runtime.GC()
	g.read()
	before := g.heap()
	garbage := make([][]byte, 0, 32)
	for range cap(garbage) {
		garbage = append(garbage, make([]byte, 64<<10))
	}
	runtime.KeepAlive(garbage)
	g.read()
	after := g.heap()
	if used, was := after.held-after.spare, before.held-before.spare; used > was+mib {
		t.Errorf("%d bytes after 2 MiB of garbage, %d before", used, was)
	}
}

// With GOGC=off a process fills its GOMEMLIMIT with garbage, which is no pressure; what
// lives is.
func TestOnlyWhatLivesCountsUnderARealGOMEMLIMIT(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(200 * mib))
	runtime.GC()
	r := NewReader(tree{})
	now := fuseboard.Instant(0)
	read := func() Signals {
		now = now.Add(time.Second)
		return r.Read(now)
	}
	grow := func(n int) (kept [][]byte) {
		for range n {
			kept = append(kept, make([]byte, mib))
		}
		return kept
	}
	before := read()
	garbage := grow(100)
	runtime.KeepAlive(garbage)
	s := read()
	if held := r.golang.heap().held; held < 100*mib {
		t.Fatalf("the process holds %d bytes only", held)
	}
	if s.Memory > before.Memory+0.1 || s.MemoryLimit != 200*mib || s.Source != "cpu: this process; memory: GOMEMLIMIT" {
		t.Errorf("with garbage %+v, before %+v", s, before)
	}
	alive := grow(100)
	runtime.GC()
	if s = read(); s.Memory < 0.5 || s.Memory > 0.8 {
		t.Errorf("with 100 MiB alive %+v", s)
	}
	runtime.KeepAlive(alive)
	runtime.GC()
	if s = read(); s.Memory > before.Memory+0.1 {
		t.Errorf("when nothing lives %+v, before %+v", s, before)
	}
}
