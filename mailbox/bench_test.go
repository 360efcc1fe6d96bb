// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
	processor "github.com/fuseboard/fuseboard/internal/lane"
	"github.com/fuseboard/fuseboard/mailbox"
)

// comings are gates of one word, whose permits are too few to be divided, and divided ones.
// The parallel ones want -cpu 1,2.
func comings(b *testing.B, come func(*testing.B, *mailbox.Gate)) {
	b.Run("word", func(b *testing.B) {
		come(b, mailbox.NewGate(mailbox.Bulkhead{Concurrency: 16}, fuseboard.NewClock()))
	})
	b.Run("divided", func(b *testing.B) {
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 4096}, fuseboard.NewClock())
		if !g.Divide(processor.Count()) {
			b.Fatal("not divided")
		}
		come(b, g)
	})
}

func BenchmarkTryEnterLeave(b *testing.B) {
	comings(b, func(b *testing.B, g *mailbox.Gate) {
		b.ReportAllocs()
		for b.Loop() {
			if !g.TryEnter() {
				b.Fatal("no permit")
			}
			g.Leave()
		}
	})
}

// BenchmarkTryEnterLeaveAt asks for the processor once a visit.
func BenchmarkTryEnterLeaveAt(b *testing.B) {
	comings(b, func(b *testing.B, g *mailbox.Gate) {
		b.ReportAllocs()
		for b.Loop() {
			here := processor.Here()
			if !g.TryEnterAt(here) {
				b.Fatal("no permit")
			}
			g.LeaveAt(here)
		}
	})
}

func BenchmarkTryEnterLeaveParallel(b *testing.B) {
	comings(b, func(b *testing.B, g *mailbox.Gate) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if g.TryEnter() {
					g.Leave()
				}
			}
		})
	})
}

// BenchmarkTryEnterLeaveGrown is the parallel one of a gate that divides its permits by itself.
func BenchmarkTryEnterLeaveGrown(b *testing.B) {
	g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 512}, fuseboard.NewClock())
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if g.TryEnter() {
				g.Leave()
			}
		}
	})
}

func BenchmarkEnterRefused(b *testing.B) {
	g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1}, fuseboard.NewClock())
	g.TryEnter()
	b.ReportAllocs()
	for b.Loop() {
		if g.Enter(ctxBG, fuseboard.Never) == nil {
			b.Fatal("let in")
		}
	}
}

// BenchmarkContendedHandover has 8 callers for one permit: every Leave hands over.
func BenchmarkContendedHandover(b *testing.B) {
	g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 100, MaxWait: time.Minute}, fuseboard.NewClock())
	handOver(b, g, func(int) context.Context { return ctxBG })
}

// BenchmarkContendedHandoverOfPriorities is the same with a priority for each caller,
// in a context that is six deep.
func BenchmarkContendedHandoverOfPriorities(b *testing.B) {
	g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 100, MaxWait: time.Minute}, fuseboard.NewClock())
	handOver(b, g, func(caller int) context.Context {
		ctx := ctxAt(priorities[caller%len(priorities)])
		for range 6 {
			ctx = context.WithValue(ctx, b, caller)
		}
		return ctx
	})
}

func handOver(b *testing.B, g *mailbox.Gate, contextOf func(caller int) context.Context) {
	const callers = 8
	b.ReportAllocs()
	var all sync.WaitGroup
	for caller := range callers {
		ctx := contextOf(caller)
		all.Go(func() {
			for range b.N / callers {
				if g.Enter(ctx, fuseboard.Never) == nil {
					runtime.Gosched() // so that the others come and queue
					g.Leave()
				}
			}
		})
	}
	all.Wait()
}

func BenchmarkPostFree(b *testing.B) {
	g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1}, fuseboard.NewClock())
	done := make(chan struct{})
	job := work{run: func() { g.Leave(); done <- struct{}{} }}
	b.ReportAllocs()
	for b.Loop() {
		g.Post(ctxBG, fuseboard.Never, job)
		<-done
	}
}
