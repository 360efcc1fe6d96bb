// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"flag"
	"runtime"
	"strconv"
	"testing"
	"time"
)

func keyed(t testing.TB, sys *System, p Policy, l KeyLimits, h Handler[int, int], with ...With[int, int]) *Keyed[int, int] {
	t.Helper()
	k, err := SpawnKeyed(sys, "tenants", h, p, l, with...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func keyNumber(i int) string { return "tenant-" + strconv.Itoa(i) }

// callEach calls with each of n keys once.
func callEach(t testing.TB, k *Keyed[int, int], n int) {
	t.Helper()
	for i := range n {
		if _, err := k.Call(context.Background(), keyNumber(i), i); err != nil {
			t.Fatal(err)
		}
	}
}

func BenchmarkKeyed(b *testing.B) {
	const n = 10_000
	names := make([]string, n)
	for i := range names {
		names[i] = keyNumber(i)
	}
	k := keyed(b, start(b), fullPolicy, KeyLimits{}, echo)
	callEach(b, k, n)
	r := spawn(b, start(b), fullPolicy, echo)
	early, end := context.WithDeadline(context.Background(), time.Now().Add(time.Hour))
	defer end()
	p := fullPolicy
	p.Deadline = Deadline{Total: 2 * time.Hour, Attempt: 2 * time.Hour}
	if _, err := k.Update(context.Background(), p); err != nil {
		b.Fatal(err)
	}
	if _, err := r.Update(context.Background(), p); err != nil {
		b.Fatal(err)
	}
	b.Run("lookup-one", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			e, _ := k.take(names[7])
			e.release(1)
		}
	})
	b.Run("lookup-among-10000", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			e, _ := k.take(names[i%n])
			e.release(1)
			i += 61
		}
	})
	b.Run("call-ref", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = r.Call(early, 1)
		}
	})
	b.Run("call-key", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = k.Call(early, names[7], 1)
		}
	})
	b.Run("call-key-parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			i := 0
			for pb.Next() {
				_, _ = k.Call(early, names[i%n], 1)
				i += 61
			}
		})
	})
	b.Run("flood", func(b *testing.B) {
		b.ReportAllocs()
		i := n
		for b.Loop() {
			_, _ = k.Call(early, keyNumber(i), 1)
			i++
		}
	})
	b.Run("update-10000", func(b *testing.B) {
		for b.Loop() {
			p.Breaker.MinCalls++
			_, _ = k.Update(context.Background(), p)
		}
	})
}

func TestIdleKeyIsSmall(t *testing.T) {
	if underRace {
		t.Skip("the race detector adds to every object; run without -race")
	}
	const n, bound = 10_000, 1500
	k := keyed(t, start(t), fullPolicy, KeyLimits{}, echo)
	before := heap()
	callEach(t, k, n)
	per := (heap() - before) / n
	t.Logf("%d bytes for a key with a full policy, after a call", per)
	if per > bound {
		t.Errorf("%d bytes, bound %d", per, bound)
	}
	runtime.KeepAlive(k)
}

// soaking asks for the long form of a test: go test -run Flood -rapid.checks=5000, as make soak does.
func soaking() bool {
	f := flag.Lookup("rapid.checks")
	n, err := strconv.Atoi(f.Value.String())
	return err == nil && n >= 1000
}
