// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

// contend lets many callers go through a gate of few permits, each yielding while it has
// one, until all together have done it often enough. It returns how often each did.
func contend(g *mailbox.Gate, ctx context.Context, callers, times int) (each []int) {
	each = make([]int, callers)
	var done atomic.Int64
	var all sync.WaitGroup
	begin := make(chan struct{})
	for i := range each {
		all.Go(func() {
			<-begin
			for done.Add(1) <= int64(times) {
				if g.Enter(ctx, fuseboard.Never) == nil {
					runtime.Gosched()
					g.Leave()
					each[i]++
				}
			}
		})
	}
	close(begin)
	all.Wait()
	return each
}

func TestAllocationsOfAWaitAreNone(t *testing.T) {
	g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 8, Queue: 64, MaxWait: time.Minute}, fuseboard.NewClock())
	ctx, cancel := context.WithCancel(ctxBG)
	defer cancel()
	const times = 50_000
	contend(g, ctx, 64, 1000) // makes the places
	n := allocated(func() { contend(g, ctx, 64, times) })
	if n > times/50 { // the goroutines, and what the runtime has for itself
		t.Errorf("%d allocations in %d waits", n, times)
	}
}

// allocated counts what is allocated meanwhile, by whomever.
func allocated(meanwhile func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	meanwhile()
	runtime.ReadMemStats(&after)
	return after.Mallocs - before.Mallocs
}

// All callers come as often as they can. In a bubble they run one after the other, so
// that nothing but the order of the queue decides.
func TestCallersOfAContendedGateAreServedEqually(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 8, Queue: 64, MaxWait: time.Minute}, fuseboard.NewClock())
	const callers, times = 64, 64 * 500
	most := 0
	for _, n := range contend(g, ctxBG, callers, times) {
		most = max(most, n)
	}
	if average := times / callers; most > average*5/4 {
		t.Errorf("the busiest came in %d times, the average one %d times", most, average)
	}
}

func TestEnterFromTellsWhenTheWaitEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(single, clock)
		time.Sleep(time.Second)
		at, err := g.EnterFrom(ctxBG, clock.Now(), fuseboard.Never)
		wantError(t, err, nil)
		if at != fuseboard.Instant(time.Second) {
			t.Errorf("a free permit at %v", time.Duration(at))
		}
		go func() {
			time.Sleep(300 * time.Millisecond)
			g.Leave()
		}()
		at, err = g.EnterFrom(ctxBG, clock.Now(), fuseboard.Never)
		wantError(t, err, nil)
		if at != fuseboard.Instant(1300*time.Millisecond) {
			t.Errorf("served at %v", time.Duration(at))
		}
		// Its reading is old: what is left of the wait is counted from there.
		at, err = g.EnterFrom(ctxBG, at.Add(-400*time.Millisecond), fuseboard.Never)
		wantError(t, err, mailbox.ErrLate)
		if at != fuseboard.Instant(1900*time.Millisecond) {
			t.Errorf("late at %v", time.Duration(at))
		}
		at, err = g.EnterFrom(ctxBG, clock.Now(), clock.Now())
		wantError(t, err, mailbox.ErrLate)
		if at != clock.Now() {
			t.Errorf("refused at %v", time.Duration(at))
		}
		g.Leave()
		wantEmpty(t, g)
	})
}
