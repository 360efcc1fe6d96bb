// SPDX-License-Identifier: Apache-2.0

package hist

import (
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawDuration draws what is hard: near a bound, or of any size.
func drawDuration(t *rapid.T) time.Duration {
	if rapid.Bool().Draw(t, "near") {
		return bounds[rapid.IntRange(0, inner).Draw(t, "bound")] + time.Duration(rapid.IntRange(-2, 2).Draw(t, "beside"))
	}
	exp := rapid.Float64Range(0, 18).Draw(t, "exponent")
	return time.Duration(math.Pow(10, exp))
}

func TestSnapshotsAreThoseOfTheNaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var hists [2]Hist
		var all []time.Duration
		var sum time.Duration
		for range rapid.IntRange(0, 60).Draw(t, "adds") {
			d := drawDuration(t)
			hists[rapid.IntRange(0, 1).Draw(t, "which")].AddAt(rapid.IntRange(-1, 4).Draw(t, "lane"), d)
			if spread := rapid.SampledFrom([]int{0, 0, 0, 0, 1, 4}).Draw(t, "spread"); spread > 0 {
				hists[0].Spread(spread)
			}
			all = append(all, d)
			sum += d // may overflow, as theirs does
		}
		slices.Sort(all)
		s, second := hists[0].Snapshot(), hists[1].Snapshot()
		turned := second
		turned.Merge(&s)
		s.Merge(&second)
		if s != turned {
			t.Fatal("the order of merging matters")
		}
		if s.Count() != uint64(len(all)) || s.Sum() != sum {
			t.Fatalf("counted %d, %s; want %d, %s", s.Count(), s.Sum(), len(all), sum)
		}
		into := make([]uint64, inner+1)
		if n := s.Cumulate(bounds[:inner+1], into); n != uint64(len(all)) {
			t.Fatalf("cumulates to %d of %d", n, len(all))
		}
		for i, bound := range bounds[:inner+1] {
			want, _ := slices.BinarySearch(all, bound+1)
			if got := s.Le(bound); got != uint64(want) || into[i] != got {
				t.Fatalf("%d and %d of %v are at most %s, want %d", got, into[i], all, bound, want)
			}
		}
		checkQuantiles(t, &s, all)
	})
}

func checkQuantiles(t *rapid.T, s *Snapshot, all []time.Duration) {
	if len(all) == 0 {
		if q := s.Quantile(0.5); q != 0 {
			t.Fatalf("%s of nothing", q)
		}
		return
	}
	for _, q := range []float64{0.01, 0.5, 0.9, 0.99, 1} {
		rank := max(int(math.Ceil(q*float64(len(all)))), 1)
		want := min(max(all[rank-1], bounds[0]), bounds[inner])
		if off := math.Abs(float64(s.Quantile(q))/float64(want) - 1); off >= 0.28 {
			t.Fatalf("quantile %v of %v is %s, want %s", q, all, s.Quantile(q), want)
		}
	}
}

func TestBoundsAreTheRenardSeries(t *testing.T) {
	b := Bounds()
	if len(b) != inner+1 || b[0] != 10*time.Microsecond || b[inner] != 100*time.Second || !slices.IsSorted(b) {
		t.Fatal(b)
	}
	for _, d := range []time.Duration{
		100 * time.Microsecond, 250 * time.Microsecond, 500 * time.Microsecond, time.Millisecond, 2500 * time.Microsecond,
		5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond,
		250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2500 * time.Millisecond, 5 * time.Second, 10 * time.Second,
		25 * time.Second, 50 * time.Second,
	} {
		if !slices.Contains(b, d) {
			t.Errorf("%s is no bound", d)
		}
	}
	for i := 1; i <= inner; i++ {
		if step := float64(b[i]) / float64(b[i-1]); step < 1.24 || step > 1.285 {
			t.Errorf("from %s to %s", b[i-1], b[i])
		}
	}
}

func TestNegativeDurationsCountAsZero(t *testing.T) {
	var h Hist
	h.Add(-time.Second)
	h.Add(math.MaxInt64)
	if s := h.Snapshot(); s.Le(bounds[0]) != 1 || s.Count() != 2 || s.Sum() != math.MaxInt64 || s.Quantile(-1) != bounds[0] || s.Quantile(2) != bounds[inner] {
		t.Error(s)
	}
}

func TestAddsFromManyGoroutinesAreAllCounted(t *testing.T) {
	var (
		h    Hist
		wg   sync.WaitGroup
		done = make(chan struct{})
	)
	for g := range 8 {
		wg.Go(func() {
			for i := range 1000 {
				h.AddAt(g, time.Duration(g*1000+i)*13*time.Microsecond)
				if g == 0 && i == 500 {
					h.Spread(4)
				}
			}
		})
	}
	go func() { defer close(done); wg.Wait() }()
	for last := uint64(0); ; {
		s := h.Snapshot()
		if s.Count() < last {
			t.Errorf("falls from %d to %d", last, s.Count())
		}
		last = s.Count()
		select {
		case <-done:
			s = h.Snapshot()
			if s.Count() != 8000 || s.Sum() != 13*7999*4000*time.Microsecond {
				t.Errorf("%d, %s", s.Count(), s.Sum())
			}
			return
		default:
		}
	}
}

func TestAddAllocatesOncePerPage_Alloc(t *testing.T) {
	var h Hist
	h.Add(time.Millisecond + 1)
	h.Add(time.Minute)
	add := func() { h.AddAt(1, 1500*time.Microsecond); h.Add(9 * time.Microsecond); h.AddAt(1, time.Hour) }
	if n := testing.AllocsPerRun(100, add); n != 0 {
		t.Errorf("%v allocations", n)
	}
	h.Spread(2)
	add()
	if n := testing.AllocsPerRun(100, add); n != 0 {
		t.Errorf("%v allocations when spread", n)
	}
	if n := testing.AllocsPerRun(100, func() { s := h.Snapshot(); _ = s.Count() }); n != 0 {
		t.Errorf("%v allocations of a snapshot", n)
	}
}

func BenchmarkAdd(b *testing.B) {
	var h Hist
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		h.Add(time.Duration(i&0xfffff) * time.Microsecond)
	}
}

func BenchmarkBucketOf(b *testing.B) {
	for i := 0; b.Loop(); i++ {
		_ = bucketOf(time.Duration(i&0xfffff) * time.Microsecond)
	}
}

func BenchmarkSnapshot(b *testing.B) {
	var h Hist
	for i := range 100 {
		h.Add(time.Duration(i) * time.Millisecond)
	}
	for b.Loop() {
		s := h.Snapshot()
		_ = s
	}
}
