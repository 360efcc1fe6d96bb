// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

// The policies that worker isolation is measured with: alone, and in the full stack.
var (
	workersPolicy = Policy{
		Deadline: Deadline{Attempt: 800 * time.Millisecond},
		Workers:  Workers{Max: 64},
	}
	fullWorkersPolicy = func() Policy {
		p := fullPolicy
		p.Workers = Workers{Max: 64}
		return p
	}()
)

// goroutinePerCall is what people write who have no pool: a goroutine, a channel
// for its result, and a context that ends the wait.
func goroutinePerCall(ctx context.Context, h Handler[int, int], limit time.Duration, req int) (int, error) {
	type result struct {
		resp int
		err  error
	}
	ctx, end := context.WithTimeout(ctx, limit)
	defer end()
	answer := make(chan result, 1)
	go func() {
		resp, err := h(ctx, req)
		answer <- result{resp, err}
	}()
	select {
	case r := <-answer:
		return r.resp, r.err
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

func BenchmarkWorkerIsolation(b *testing.B) {
	bg := context.Background()
	early, end := context.WithTimeout(bg, time.Hour)
	defer end()
	b.Run("goroutine-per-call", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = goroutinePerCall(bg, echo, 800*time.Millisecond, 1)
		}
	})
	b.Run("pool-alone", func(b *testing.B) { // what isolation adds to a call
		clock := fuseboard.NewClock()
		gate := mailbox.NewGate(Bulkhead{Concurrency: 1}, clock)
		pool := mailbox.NewPool(gate, Workers{Max: 1})
		t := &task[int, int]{handle: echo, ctx: bg}
		until := clock.Now().Add(time.Hour)
		b.ReportAllocs()
		for b.Loop() {
			seat := pool.Start(t)
			if seat.Wait(nil, 0, until) != mailbox.Answered {
				b.Fatal("left")
			}
			seat.Free()
		}
		pool.Close()
		_ = pool.Wait(bg)
	})
	run := func(name string, p Policy, ctx context.Context) {
		b.Run(name, func(b *testing.B) {
			r := spawn(b, start(b), p, echo)
			b.ReportAllocs()
			for b.Loop() {
				_, _ = r.Call(ctx, 1)
			}
		})
	}
	hours := workersPolicy
	hours.Deadline.Attempt = 2 * time.Hour
	run("workers", workersPolicy, bg)
	run("workers-earlier-parent", hours, early)
	run("full-caller", fullPolicy, bg)
	run("full-workers", fullWorkersPolicy, bg)
	b.Run("workers-2-cores", func(b *testing.B) {
		r := spawn(b, start(b), workersPolicy, echo)
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				_, _ = r.Call(bg, 1)
			}
		})
	})
	b.Run("goroutine-per-call-2-cores", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				_, _ = goroutinePerCall(bg, echo, 800*time.Millisecond, 1)
			}
		})
	})
}
