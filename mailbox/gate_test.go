// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

func TestGateLendsExactlyItsPermits(t *testing.T) {
	g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 3}, fuseboard.NewClock())
	for range 3 {
		mustEnter(t, g)
	}
	if g.TryEnter() {
		t.Fatal("a fourth got in")
	}
	wantError(t, g.Enter(ctxBG, fuseboard.Never), mailbox.ErrFull)
	g.Leave()
	mustEnter(t, g)
	if d := g.Depth(); d != (mailbox.Depth{Limit: 3, InUse: 3}) {
		t.Errorf("got %+v", d)
	}
}

func TestGateWithoutBulkheadLetsEveryoneIn(t *testing.T) {
	g := mailbox.NewGate(mailbox.Bulkhead{}, fuseboard.NewClock())
	for range 100_000 {
		mustEnter(t, g)
	}
	if d := g.Depth(); d.Limit != 0 || d.InUse != 100_000 {
		t.Errorf("got %+v", d)
	}
}

func TestGateWithoutBulkheadQueuesOnlyWhileSuspended(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(mailbox.Bulkhead{}, clock)
		g.Suspend()
		first, second := enter(ctxBG, g, fuseboard.Never), enter(ctxBG, g, fuseboard.Never)
		if d := g.Depth(); d.Waiting != 2 || d.Queue != mailbox.SuspendedQueue {
			t.Fatalf("got %+v", d)
		}
		g.Resume()
		wantError(t, answered(t, first), nil)
		wantError(t, answered(t, second), nil)
	})
}

func TestNobodyOvertakesTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 2, MaxWait: time.Minute}, clock)
		mustEnter(t, g)
		waiting := enter(ctxBG, g, fuseboard.Never)
		g.Leave()
		if g.TryEnter() {
			t.Fatal("a newcomer overtook the waiter")
		}
		wantError(t, answered(t, waiting), nil)
		g.Leave()
		mustEnter(t, g)
	})
}

func TestLeaveWithoutPermitPanicsAndLendsNothing(t *testing.T) {
	g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1}, fuseboard.NewClock())
	func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		g.Leave()
	}()
	if d := g.Depth(); d != (mailbox.Depth{Limit: 1}) {
		t.Errorf("got %+v", d)
	}
}

func TestEachReasonHasItsError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		none := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1}, clock)
		none.Suspend()
		wantError(t, none.Enter(ctxBG, fuseboard.Never), mailbox.ErrSuspended)
		none.Resume()
		mustEnter(t, none)
		wantError(t, none.Enter(ctxBG, fuseboard.Never), mailbox.ErrFull)
		none.Close()
		wantError(t, none.Enter(ctxBG, fuseboard.Never), mailbox.ErrStopped)

		some := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 1}, clock)
		some.Suspend()
		suspended := enter(ctxBG, some, fuseboard.Never)
		wantError(t, some.Enter(ctxBG, fuseboard.Never), mailbox.ErrFull)
		time.Sleep(mailbox.DefaultMaxWait)
		wantError(t, answered(t, suspended), mailbox.ErrSuspended)
	})
}

func TestP8_RefuseMayCallEveryMethodOfTheGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 4}, clock)
		mustEnter(t, g)
		called := 0
		for range 3 {
			g.Post(ctxBG, fuseboard.Never, work{refuse: func(error) {
				called++
				g.Depth()
				g.Resize(mailbox.Bulkhead{Concurrency: 1, Queue: 4})
				g.Suspend()
				g.Resume()
				g.Flush(errBoom)
				g.Post(ctxBG, clock.Now(), work{})
				g.Close()
			}})
		}
		g.Flush(errBoom)
		g.Leave()
		wantError(t, g.Idle(bounded(t)), nil)
		if called != 3 {
			t.Errorf("%d of 3 jobs were refused", called)
		}
	})
}

func TestAPanicInRefuseLeavesNobodyUnanswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 4}, clock)
		mustEnter(t, g)
		calls := 0
		for i := range 4 {
			g.Post(ctxBG, fuseboard.Never, work{refuse: func(error) {
				calls++
				if i%2 == 0 {
					panic(errBoom)
				}
			}})
		}
		func() {
			defer func() { _ = recover() }()
			g.Flush(errBoom)
		}()
		if calls != 4 {
			t.Errorf("%d of 4 jobs were refused", calls)
		}
		g.Leave()
		wantError(t, g.Idle(bounded(t)), nil)
	})
}

func TestFastPathsAllocateNothing(t *testing.T) {
	clock := fuseboard.NewClock()
	free := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1}, clock)
	if n := testing.AllocsPerRun(100, func() { free.TryEnter(); free.Leave() }); n != 0 {
		t.Errorf("a free permit costs %v allocations", n)
	}
	full := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1}, nil) // a clock read would crash
	mustEnter(t, full)
	if n := testing.AllocsPerRun(100, func() { _ = full.Enter(ctxBG, fuseboard.Never) }); n != 0 {
		t.Errorf("a refusal costs %v allocations", n)
	}
}

func TestIdleGateIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(mailbox.Gate{}); n > 112 {
		t.Errorf("a gate takes %d bytes", n)
	}
}

func TestIdleWaitsForPermitsAndAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 4}, clock)
		wantError(t, g.Idle(ctxBG), nil)
		mustEnter(t, g)
		release := make(chan struct{})
		g.Post(ctxBG, fuseboard.Never, work{refuse: func(error) { <-release }})
		idle := make(chan error, 1)
		go func() { idle <- g.Idle(bounded(t)) }()
		stopped := make(chan struct{})
		go func() { g.Stop(); close(stopped) }()
		synctest.Wait()
		g.Leave()
		synctest.Wait()
		if len(idle) != 0 {
			t.Fatal("idle although a refusal is still being delivered")
		}
		close(release)
		wantError(t, answered(t, idle), nil)
		<-stopped
	})
}

func TestIdleWaitsForThoseQueuedAtASuspendedGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 1, MaxWait: time.Second}, clock)
		g.Suspend()
		waiting := enter(ctxBG, g, fuseboard.Never)
		g.Close()
		wantError(t, g.Idle(bounded(t)), nil)
		if at := clock.Now(); at != fuseboard.Instant(time.Second) {
			t.Errorf("idle at %v, while a caller waited", time.Duration(at))
		}
		wantError(t, answered(t, waiting), mailbox.ErrSuspended)
	})
}

func TestIdleEndsWithTheCauseOfItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1}, clock)
		mustEnter(t, g)
		for range 3 { // each leaves nothing behind
			if err := g.Idle(cancelled(errLeave)); !errors.Is(err, errLeave) {
				t.Fatalf("got %v", err)
			}
		}
		g.Leave()
		wantError(t, g.Idle(cancelled(errLeave)), nil)
	})
}
