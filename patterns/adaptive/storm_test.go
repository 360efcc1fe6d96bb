// SPDX-License-Identifier: Apache-2.0

package adaptive

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/lane"
)

// counted counts what an algorithm is given, which one goroutine at a time does.
type counted struct {
	Algorithm
	inside, twice    atomic.Bool
	samples, windows int
	took             time.Duration
}

func (c *counted) Next(w Window) Move {
	if !c.inside.CompareAndSwap(false, true) {
		c.twice.Store(true)
	}
	defer c.inside.Store(false)
	c.windows++
	c.samples += w.Samples
	c.took += w.Took
	return c.Algorithm.Next(w)
}

// unmoved is an algorithm that never moves, so that no sample is left out for a change.
type unmoved struct{}

func (unmoved) Next(Window) Move        { return Move{Limit: 20, Reason: Kept} }
func (unmoved) Baseline() time.Duration { return 0 }

// All samples whose time has not passed are in some window, once, whatever goroutines tell of
// them and end windows.
func TestStorm_EverySampleIsInOneWindow(t *testing.T) {
	l := New(Policy{Min: 4, Window: 10 * time.Millisecond})
	c := &counted{Algorithm: unmoved{}}
	l.algorithm = c
	l.begin.Store(always)
	var clock atomic.Int64
	var all sync.WaitGroup
	const callers = 8
	for range callers {
		all.Go(func() {
			for i := range stormSamples / callers {
				now := fuseboard.Instant(clock.Add(int64(10 * time.Microsecond)))
				l.Sample(lane.Here()*(i%2)-(1-i%2), now.Add(time.Hour), time.Millisecond, 1, i%4 == 0)
			}
		})
	}
	all.Wait()
	left := l.lanes.gather()
	got := c.samples + left.Samples
	late := stormSamples - got // told of after a window had ended that they ended before
	if c.twice.Load() || c.windows < 2 {
		t.Errorf("two goroutines ended a window at once: %t; %d windows", c.twice.Load(), c.windows)
	}
	if late < 0 || late > stormSamples/10 {
		t.Errorf("%d of %d samples were noted", got, stormSamples)
	}
	if took := c.took + left.Took; took != time.Duration(got)*time.Millisecond {
		t.Errorf("%d samples took %s: some are half there", got, took)
	}
}

// Everything at once, for the race detector: samples, views, limits, reshapes.
func TestStorm_LimiterStaysInItsRangeWhateverHappens(t *testing.T) {
	l := New(Policy{Min: 4, Max: 50, Window: 10 * time.Millisecond})
	var clock atomic.Int64
	var all sync.WaitGroup
	for g := range 6 {
		all.Go(func() {
			for i := range stormSamples / 20 {
				now := fuseboard.Instant(clock.Add(int64(20 * time.Microsecond)))
				limit, _ := l.Sample(g-1, now, time.Duration(i%300)*time.Microsecond*10, 40, i%50 == 0)
				if limit < 1 || limit > 60 {
					t.Errorf("limit %d", limit)
					return
				}
				switch {
				case i%1000 == 500:
					l.Reshape(now, Policy{Kind: Kind(i / 1000 % 3), Min: 4, Max: 50 + g, Window: 10 * time.Millisecond, Published: g == 0}) //nolint:gosec // three
				case i%100 == 50:
					_ = l.View(now).String()
				}
				if i%64 == 0 {
					runtime.Gosched()
				}
			}
		})
	}
	all.Wait()
}

func TestSampleAllocatesNothing_Alloc(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates")
	}
	for _, kind := range []Kind{KindGradient2, KindVegas, KindAIMD} {
		l := New(Policy{Kind: kind, Min: 4, Window: 10 * time.Millisecond, MinSamples: 1})
		now := fuseboard.Instant(0)
		if n := testing.AllocsPerRun(1000, func() {
			now = now.Add(11 * time.Millisecond) // each ends a window
			l.Sample(-1, now, 10*time.Millisecond, l.Limit(), false)
		}); n != 0 {
			t.Errorf("%s: %v allocations a sample that ends a window", kind, n)
		}
		l.lanes.spread()
		if n := testing.AllocsPerRun(1000, func() { l.Sample(1, now, 10*time.Millisecond, 4, false) }); n != 0 {
			t.Errorf("%s: %v allocations a sample", kind, n)
		}
	}
}

// Bytes is what the heap holds, to within a fifth: the allocator rounds.
func TestBytesAreThoseOfTheHeap_Alloc(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates")
	}
	const n = 200
	p := Policy{Min: 4}
	var before, after runtime.MemStats
	kept := make([]*Limiter, n)
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range kept {
		kept[i] = New(p)
		kept[i].lanes.spread()
	}
	runtime.ReadMemStats(&after)
	got, want := float64(after.TotalAlloc-before.TotalAlloc)/n, float64(p.Bytes())
	if got < 0.8*want || got > 1.2*want {
		t.Errorf("%.0f bytes each, Bytes says %.0f", got, want)
	}
	runtime.KeepAlive(kept)
}

func TestCellsOfTwoLanesShareNoLine(t *testing.T) {
	if size := unsafe.Sizeof(paddedCell{}); size%lane.Line != 0 {
		t.Errorf("%d bytes", size)
	}
}

// Callers that clash are spread, so that they do not any more.
func TestCallersThatClashAreSpread(t *testing.T) {
	l := New(Policy{Min: 4})
	l.lanes.first.mu.Lock()
	var all sync.WaitGroup
	for range clashesToSpread {
		all.Go(func() { l.Sample(0, 0, time.Millisecond, 1, false) })
	}
	for l.lanes.more.Load() == nil {
		runtime.Gosched()
	}
	l.lanes.first.mu.Unlock()
	all.Wait()
	if w := l.lanes.gather(); w.Samples != clashesToSpread {
		t.Errorf("%d samples", w.Samples)
	}
}
