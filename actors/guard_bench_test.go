// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"runtime"
	"strconv"
	"testing"
	"time"
)

// manyGuards makes so many guards of one operation, and calls each once.
func manyGuards(t testing.TB, sys *System, n int) []*Ref[int, int] {
	t.Helper()
	first := len(sys.Guards())
	all := make([]*Ref[int, int], n)
	for i := range all {
		r, err := Spawn(sys, "d"+strconv.Itoa(first+i), echo, fullPolicy)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Call(context.Background(), i); err != nil {
			t.Fatal(err)
		}
		all[i] = r
	}
	return all
}

func TestIdleGuardIsSmall(t *testing.T) {
	if underRace {
		t.Skip("the race detector adds to every object; run without -race")
	}
	const n, bound = 2000, 1500
	sys := start(t)
	few := manyGuards(t, sys, 100) // what the first ones need once, and what a test before has left
	before := heap()
	many := manyGuards(t, sys, n)
	per := (heap() - before) / n
	t.Logf("%d bytes for a guard with one operation and a full policy, after a call", per)
	if per > bound {
		t.Errorf("%d bytes, bound %d", per, bound)
	}
	runtime.KeepAlive(few)
	runtime.KeepAlive(many)
}

// A hundred thousand guards, refs in hand, are to hold less than 250 MB and no goroutine.
// Each costs the same, so a part of them shows it.
func TestHundredThousandGuardsHoldLessThan250MegabytesAndNoGoroutine(t *testing.T) {
	if underRace {
		t.Skip("the race detector adds to every object; run without -race")
	}
	const n, share = 5000, 20
	sys := start(t)
	runtime.Gosched()
	before, goroutines := heap(), runtime.NumGoroutine()
	all := manyGuards(t, sys, n)
	if grown := runtime.NumGoroutine() - goroutines; grown > 0 {
		t.Errorf("%d guards brought %d goroutines", n, grown)
	}
	held := heap() - before
	t.Logf("%d bytes each, %d MB for %d", held/n, share*held/1e6, share*n)
	if share*held > 250e6 {
		t.Errorf("%d guards hold %d bytes: %d would hold %d MB, bound 250", n, held, share*n, share*held/1e6)
	}
	runtime.KeepAlive(all)
}

// Whoever says something to a guard wakes it, and its actor comes to that: still small.
func TestGuardWithAnActorIsSmall(t *testing.T) {
	if underRace {
		t.Skip("the race detector adds to every object; run without -race")
	}
	const n, bound = 2000, 3072 // the library's registry takes more or less, as names fall
	per := bound + 1
	for range 3 { // what earlier tests left, and is freed meanwhile, counts too
		if per = min(per, weightOfActors(t, n)); per <= bound {
			break
		}
	}
	t.Logf("%d bytes for the same guard with an actor", per)
	if per > bound {
		t.Errorf("more than %d bytes three times", bound)
	}
}

// weightOfActors is how much so many guards with actors weigh, each.
func weightOfActors(t *testing.T, n int) int {
	t.Helper()
	sys := start(t)
	before := heap()
	for _, r := range manyGuards(t, sys, n) {
		r.PID()
	}
	for _, g := range sys.Guards() { // answered after their start
		if err := g.Command(t.Context(), Command{Mode: Enforce, Reason: "test", By: "me"}); err != nil {
			t.Fatal(err)
		}
	}
	defer runtime.KeepAlive(sys)
	return (int(heap()) - int(before)) / n
}

func BenchmarkMakeGuard(b *testing.B) {
	bg := context.Background()
	b.Run("spawn", func(b *testing.B) {
		sys := start(b)
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, err := Spawn(sys, "d"+strconv.Itoa(i), echo, fullPolicy); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("spawn-call-stop", func(b *testing.B) {
		sys := start(b)
		b.ReportAllocs()
		for b.Loop() {
			r, err := Spawn(sys, "payments", echo, fullPolicy)
			if err != nil {
				b.Fatal(err)
			}
			if _, err = r.Call(bg, 1); err == nil {
				err = r.Stop(bg)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkHundredThousandGuards tells what so many cost: to make and call once, to hold,
// and to shut down.
func BenchmarkHundredThousandGuards(b *testing.B) {
	const n = 100_000
	var made, stopped time.Duration
	var held uint64
	var goroutines int
	for b.Loop() {
		sys := start(b)
		before, running := heap(), runtime.NumGoroutine()
		began := time.Now()
		all := manyGuards(b, sys, n)
		made += time.Since(began)
		goroutines += runtime.NumGoroutine() - running
		held += heap() - before
		runtime.KeepAlive(all)
		began = time.Now()
		if err := sys.Shutdown(context.Background()); err != nil {
			b.Fatal(err)
		}
		stopped += time.Since(began)
	}
	rounds := float64(b.N)
	b.ReportMetric(made.Seconds()/rounds, "s-to-make")
	b.ReportMetric(stopped.Seconds()/rounds, "s-to-stop")
	b.ReportMetric(float64(held)/1e6/rounds, "MB")
	b.ReportMetric(float64(goroutines)/rounds, "goroutines")
	b.ReportMetric(0, "ns/op")
}
