// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Whatever the order of their limits, whoever is served between, and whoever leaves: each
// of many is late at its own limit, although there is one alarm for all.
func TestEachOfManyIsLateAtItsOwnLimit(t *testing.T) {
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			const callers = 300
			clock := fuseboard.NewClock()
			g := NewGate(Bulkhead{Concurrency: 1, Queue: callers, MaxWait: time.Second}, clock)
			g.TryEnter()
			var all sync.WaitGroup
			var late, served, gone atomic.Int64
			for i := range uint64(callers) {
				all.Go(func() {
					r := rand.New(rand.NewPCG(seed, i))
					time.Sleep(time.Duration(r.IntN(500)) * time.Millisecond)
					limit := clock.Now().Add(time.Duration(1+r.IntN(900)) * time.Millisecond)
					ctx, cancel := context.WithCancel(context.Background())
					defer cancel()
					if r.IntN(8) == 0 {
						time.AfterFunc(time.Duration(r.IntN(100))*time.Millisecond, cancel)
					}
					at, err := g.EnterFrom(ctx, clock.Now(), limit)
					switch {
					case err == nil:
						served.Add(1)
						time.Sleep(time.Duration(r.IntN(40)) * time.Millisecond)
						g.Leave()
					case errors.Is(err, ErrLate):
						late.Add(1)
						if at != limit || clock.Now() != limit {
							t.Errorf("late at %v, its limit was %v", at, limit)
						}
					default:
						gone.Add(1)
					}
				})
			}
			time.Sleep(100 * time.Millisecond)
			g.Leave()
			all.Wait()
			if late.Load() == 0 || served.Load() == 0 || gone.Load() == 0 {
				t.Errorf("one-sided: %d late, %d served, %d gone", late.Load(), served.Load(), gone.Load())
			}
			time.Sleep(time.Second)
			synctest.Wait()
			wantNoQueue(t, g)
		})
	}
}

func wantNoQueue(t *testing.T, g *Gate) {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.waiters != nil || g.word.Load()&^closedBit != 0 {
		t.Errorf("left %#x, %+v", g.word.Load(), g.waiters)
	}
}

func TestQuietGateKeepsNothingOfItsQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := NewGate(Bulkhead{Concurrency: 1, Queue: 9, MaxWait: time.Second}, clock)
		if g.waiters != nil {
			t.Error("a queue before anybody waits")
		}
		for range 3 {
			g.TryEnter()
			var all sync.WaitGroup
			for range 3 {
				all.Go(func() {
					if g.Enter(context.Background(), fuseboard.Never) == nil {
						g.Leave()
					}
				})
			}
			synctest.Wait()
			g.Leave()
			all.Wait()
			time.Sleep(300 * time.Millisecond)
		}
		synctest.Wait()
		if g.mu.Lock(); g.waiters == nil {
			t.Error("the queue was let go before its alarm")
		}
		g.mu.Unlock()
		time.Sleep(time.Second) // nobody has come for so long
		synctest.Wait()
		wantNoQueue(t, g)
	})
}

func TestStoppedGateKeepsNothingOfItsQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(Bulkhead{Concurrency: 1, Queue: 9, MaxWait: time.Second}, fuseboard.NewClock())
		g.TryEnter()
		answer := make(chan error)
		go func() { answer <- g.Enter(context.Background(), fuseboard.Never) }()
		synctest.Wait()
		alarm := g.waiters.alarm
		g.Stop()
		if err := <-answer; !errors.Is(err, ErrStopped) {
			t.Errorf("got %v", err)
		}
		if alarm.Stop() {
			t.Error("the alarm is still set")
		}
		g.Leave()
		wantNoQueue(t, g)
	})
}

// An alarm that rings as its queue is let go finds another, which is not its own.
func TestAlarmOfAForgottenQueueTouchesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(Bulkhead{Concurrency: 1, Queue: 9, MaxWait: time.Second}, fuseboard.NewClock())
		g.TryEnter()
		old := new(queue)
		w, err := g.join(context.Background(), unread, fuseboard.Never, nil)
		if w == nil || err != nil {
			t.Fatal(w, err)
		}
		w.limit = g.clock.Now()
		g.ring(old)
		if !w.queued || g.waiters == nil {
			t.Error("another queue's alarm was heard")
		}
		g.ring(w.home)
		if err := <-w.ready; !errors.Is(err, ErrLate) {
			t.Errorf("got %v", err)
		}
		g.Leave()
	})
}

// Who has been counted and has not got the lock yet is overtaken by nobody; the permit
// that comes back meanwhile is its own.
func TestNobodyOvertakesWhoIsCounted(t *testing.T) {
	g := NewGate(Bulkhead{Concurrency: 1, Queue: 2}, fuseboard.NewClock())
	g.TryEnter()
	if counted, err := g.count(nil, 0); !counted || err != nil {
		t.Fatal(counted, err)
	}
	g.Leave()
	if g.TryEnter() {
		t.Fatal("overtaken")
	}
	g.mu.Lock()
	decided, err := g.decided(&comer{}, true)
	g.unlock(nil)
	if !decided || err != nil || g.word.Load() != 1 {
		t.Errorf("%v, %v, %#x", decided, err, g.word.Load())
	}
	g.Leave()
}

func TestWhoIsCountedWhenTheGateStopsIsRefused(t *testing.T) {
	quota := NewQuota(5)
	g := NewGateUnder(Bulkhead{Concurrency: 1, Queue: 2}, fuseboard.NewClock(), &Quotas{Queued: quota})
	g.TryEnter()
	if counted, err := g.count(nil, 0); !counted || err != nil {
		t.Fatal(counted, err)
	}
	g.Stop()
	g.Leave()
	idle := false
	g.whenIdle(func() { idle = true })
	if idle {
		t.Error("idle although somebody is counted")
	}
	g.mu.Lock()
	decided, err := g.decided(&comer{}, true)
	g.unlock(nil)
	if !decided || !errors.Is(err, ErrStopped) || g.word.Load() != closedBit || quota.Used() != 0 || !idle {
		t.Errorf("%v, %v, %#x, %d of the quota, idle %v", decided, err, g.word.Load(), quota.Used(), idle)
	}
}

// The place of a caller is used again, that of a job is not: a hook may know it.
func TestPlaceOfACallerIsUsedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(Bulkhead{Concurrency: 1, Queue: 9, MaxWait: time.Second}, fuseboard.NewClock())
		g.TryEnter()
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		first, _ := g.join(ctx, unread, fuseboard.Never, nil)
		g.Leave()
		<-first.ready
		first.free()
		if first.ctx != nil || first.done != nil {
			t.Error("a spare place keeps its context alive")
		}
		second, _ := g.join(ctx, unread, fuseboard.Never, nil)
		if second != first {
			t.Error("a new place beside a spare one")
		}
		g.Leave()
		<-second.ready
		second.free()
		job := &countingJob{gate: g}
		third, _ := g.join(ctx, unread, fuseboard.Never, job)
		if third == first {
			t.Error("a job in the place of a caller")
		}
		g.Leave()
		synctest.Wait()
		if fourth, _ := g.join(ctx, unread, fuseboard.Never, nil); fourth != nil || job.runs != 1 {
			t.Error("the gate is not free")
		}
		g.Leave()
	})
}
