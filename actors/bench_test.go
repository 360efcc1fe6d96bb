// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

// fullPolicy is the stack that the speed figures are about: deadline, retry,
// circuit and gate.
var fullPolicy = Policy{
	Deadline: Deadline{Total: 20 * time.Second, Attempt: 8 * time.Second},
	Retry:    Retry{Attempts: 2},
	Breaker:  Breaker{FailureRate: 0.5, MinCalls: 20, OpenFor: time.Hour},
	Bulkhead: Bulkhead{Concurrency: 64, Queue: 64},
}

func earlier(t testing.TB) context.Context {
	ctx, end := context.WithTimeout(context.Background(), 7*time.Second)
	t.Cleanup(end)
	return ctx
}

func opened(t testing.TB) *Ref[int, int] {
	p := fullPolicy
	p.Breaker.Consecutive, p.Retry = 1, Retry{}
	r := spawn(t, start(t), p, fail)
	_, _ = r.Call(context.Background(), 1)
	if r.State() != Open {
		t.Fatal("not open")
	}
	return r
}

// Allocations are exact; the times beside them are in the benchmarks.
func TestAllocationsPerCall(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates; run without -race")
	}
	bg := context.Background()
	full := spawn(t, start(t), fullPolicy, echo)
	off := spawn(t, start(t), Policy{}, echo)
	open := opened(t)
	packed := spawn(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 1}}, hang)
	ctx, end := context.WithCancel(bg)
	busy := packed.Ask(ctx, 1)
	early := earlier(t)
	for what, c := range map[string]struct {
		want float64
		call func()
	}{
		"full stack ok": {1, func() { _, _ = full.Call(bg, 1) }},
		"full stack ok, the caller's deadline is earlier": {0, func() { _, _ = full.Call(early, 1) }},
		"do with a capturing closure": {2, func() { // the closure: a worker may run it
			n := 3
			_, _ = Do(bg, full.Guard, func(context.Context) (int, error) { return n, nil })
		}},
		"everything off":             {1, func() { _, _ = off.Call(bg, 1) }},
		"refused by an open circuit": {0, func() { _, _ = open.Call(bg, 1) }},
		"refused by a full gate":     {0, func() { _, _ = packed.Call(early, 1) }},
	} {
		if got := testing.AllocsPerRun(200, c.call); got != c.want {
			t.Errorf("%s: %v allocations, want %v", what, got, c.want)
		}
	}
	end()
	_, _ = busy.Wait(bg)
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkCall(b *testing.B) {
	bg := context.Background()
	b.Run("full", func(b *testing.B) {
		r := spawn(b, start(b), fullPolicy, echo)
		b.ReportAllocs()
		for b.Loop() {
			_, _ = r.Call(bg, 1)
		}
	})
	b.Run("full-earlier-parent", func(b *testing.B) {
		r := spawn(b, start(b), fullPolicy, echo)
		ctx, end := context.WithDeadline(bg, time.Now().Add(time.Hour))
		defer end()
		p := fullPolicy
		p.Deadline = Deadline{Total: 2 * time.Hour, Attempt: 2 * time.Hour}
		if _, err := r.Update(bg, p); err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			_, _ = r.Call(ctx, 1)
		}
	})
	b.Run("full-1%-failing", func(b *testing.B) {
		n := 0
		r := spawn(b, start(b), fullPolicy, func(context.Context, int) (int, error) {
			if n++; n%100 == 0 {
				return 0, errDown
			}
			return n, nil
		})
		b.ReportAllocs()
		for b.Loop() {
			_, _ = r.Call(bg, 1)
		}
	})
	b.Run("full-2-cores", func(b *testing.B) {
		r := spawn(b, start(b), fullPolicy, echo)
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				_, _ = r.Call(bg, 1)
			}
		})
	})
	b.Run("off", func(b *testing.B) {
		r := spawn(b, start(b), Policy{}, echo)
		b.ReportAllocs()
		for b.Loop() {
			_, _ = r.Call(bg, 1)
		}
	})
	b.Run("refused-open", func(b *testing.B) {
		r := opened(b)
		b.ReportAllocs()
		for b.Loop() {
			_, _ = r.Call(bg, 1)
		}
	})
	b.Run("handler-alone", func(b *testing.B) {
		h := Handler[int, int](echo)
		for b.Loop() {
			_, _ = h(bg, 1)
		}
	})
	b.Run("context.WithTimeout-alone", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			ctx, end := context.WithTimeout(bg, time.Second)
			_, _ = echo(ctx, 1)
			end()
		}
	})
}

func BenchmarkOtherWays(b *testing.B) {
	bg := context.Background()
	sys := start(b)
	r := spawn(b, sys, fullPolicy, echo)
	b.Run("ask", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = r.Ask(bg, 1).Wait(bg)
		}
	})
	b.Run("message", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = sys.root.RequestFuture(r.PID(), r.Message(bg, 1), time.Minute).Result()
		}
	})
}

var _ fuseboard.Rejection = (*CallError)(nil)
