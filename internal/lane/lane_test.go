// SPDX-License-Identifier: Apache-2.0

package lane

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"
)

func TestCountIsAPowerOfTwoForAllProcessors(t *testing.T) {
	for processors, want := range map[int]int{-1: 1, 0: 1, 1: 1, 2: 2, 3: 4, 4: 4, 5: 8, 33: 64, 64: 64, 65: 64, 1 << 20: 64} {
		if got := countFor(processors); got != want {
			t.Errorf("%d lanes for %d processors, want %d", got, processors, want)
		}
	}
	if got, want := Count(), countFor(runtime.GOMAXPROCS(0)); got != want {
		t.Errorf("%d lanes, want %d", got, want)
	}
}

func TestHereAllocatesNothing(t *testing.T) {
	sum := 0
	if n := testing.AllocsPerRun(1000, func() { sum += Here() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if sum < 0 {
		t.Error("a negative lane")
	}
}

// Goroutines that are all alive at once, each on its own stack and now and then on
// another processor: not all of them may be told the same.
func TestGoroutinesAreSpread(t *testing.T) {
	if runtime.GOMAXPROCS(0) < 2 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	}
	var seen [Most]atomic.Uint64
	var several atomic.Bool
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			// Bounded by rounds, not by time: where it is never true, each gives up.
			for round := 0; round < 1_000_000 && !several.Load(); round++ {
				here := Here() & (Most - 1)
				seen[here].Add(1)
				runtime.Gosched()
				lanes := 0
				for i := range seen {
					if seen[i].Load() > 0 {
						lanes++
					}
				}
				several.CompareAndSwap(false, lanes > 1)
			}
		})
	}
	all.Wait()
	if !several.Load() {
		t.Error("16 goroutines on several processors were all told one lane")
	}
}

func TestForcedLanesAreTakenInTurn(t *testing.T) {
	undo := Force(4)
	defer undo()
	if n := Count(); n != 4 {
		t.Errorf("%d lanes", n)
	}
	first := Here()
	for i := 1; i <= 8; i++ {
		if got, want := Here(), (first+i)%4; got != want {
			t.Fatalf("lane %d after %d, want %d", got, (first+i-1)%4, want)
		}
	}
	inner := Force(1)
	if Count() != 1 || Here() != 0 || Here() != 0 {
		t.Error("one forced lane is not the only one")
	}
	inner()
	if n := Count(); n != 4 {
		t.Errorf("%d lanes after the inner one was taken back", n)
	}
	undo()
	if n := Count(); n != countFor(runtime.GOMAXPROCS(0)) {
		t.Errorf("%d lanes after all was taken back", n)
	}
}

func TestForceRefusesWhatIsNoNumberOfLanes(t *testing.T) {
	for _, n := range []int{-4, 0, 3, 6, 128} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%d lanes were forced", n)
				}
			}()
			Force(n)()
		}()
	}
}

// The words that Line is for: neighbours in a slice are never on one line.
func TestSlicesOfLinesBeginOnALine(t *testing.T) {
	type shard struct {
		_ atomic.Uint64
		_ [Line - 8]byte
	}
	for n := 2; n <= Most; n *= 2 {
		shards := make([]shard, n)
		if at := uintptr(unsafe.Pointer(&shards[0])) % 64; at != 0 {
			t.Errorf("%d shards begin %d bytes behind a line", n, at)
		}
		runtime.KeepAlive(shards)
	}
}

func BenchmarkHere(b *testing.B) {
	b.ReportAllocs()
	sum := 0
	for b.Loop() {
		sum += Here()
	}
	if sum < 0 {
		b.Fatal("a negative lane")
	}
}

// BenchmarkAdd is what lanes are for: run it with -cpu 1,2.
func BenchmarkAdd(b *testing.B) {
	b.Run("shared", func(b *testing.B) {
		var word atomic.Uint64
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				word.Add(1)
			}
		})
	})
	b.Run("lanes", func(b *testing.B) {
		type shard struct {
			word atomic.Uint64
			_    [Line - 8]byte
		}
		shards := make([]shard, Count())
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				shards[Here()&(len(shards)-1)].word.Add(1)
			}
		})
	})
}
