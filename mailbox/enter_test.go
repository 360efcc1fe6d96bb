// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

func cancelled(cause error) context.Context {
	ctx, cancel := context.WithCancelCause(ctxBG)
	cancel(cause)
	return ctx
}

var single = mailbox.Bulkhead{Concurrency: 1, Queue: 100, MaxWait: time.Second}

func TestWaitersAreServedFirstInFirstOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(single, clock)
		mustEnter(t, g)
		var served diary
		var want []string
		for i := range 20 {
			name := fmt.Sprintf("waiter %d", i)
			want = append(want, name)
			serve := func() {
				served.write(name)
				g.Leave()
			}
			if i%2 == 0 {
				g.Post(ctxBG, fuseboard.Never, work{run: serve})
				continue
			}
			go func() {
				if g.Enter(ctxBG, fuseboard.Never) == nil {
					serve()
				}
			}()
			synctest.Wait()
		}
		g.Leave()
		synctest.Wait()
		if got := served.all(); !slices.Equal(got, want) {
			t.Errorf("served in the order %v", got)
		}
		wantEmpty(t, g)
	})
}

func TestCallerIsLateAfterMaxWaitAndNotBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(single, clock)
		mustEnter(t, g)
		waiting := enter(ctxBG, g, fuseboard.Never)
		time.Sleep(time.Second - 1)
		synctest.Wait()
		if len(waiting) != 0 {
			t.Fatal("refused too early")
		}
		time.Sleep(time.Nanosecond)
		wantError(t, answered(t, waiting), mailbox.ErrLate)
		g.Leave()
		wantEmpty(t, g)
	})
}

func TestCallWhoseDeadlineHasPassedIsDroppedBeforeTheDependency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(single, clock)
		mustEnter(t, g)
		time.Sleep(time.Minute)
		wantError(t, g.Enter(ctxBG, clock.Now()), mailbox.ErrLate)
		wantError(t, g.Enter(ctxBG, clock.Now().Add(-time.Second)), mailbox.ErrLate)

		waiting := enter(ctxBG, g, clock.Now().Add(300*time.Millisecond))
		time.Sleep(300 * time.Millisecond)
		wantError(t, answered(t, waiting), mailbox.ErrLate)
	})
}

// The permit comes free at the very instant at which the caller is late. The
// timer and the leaver race; the caller is late either way.
func TestPermitAtTheInstantOfTheDeadlineIsTooLate(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			clock := fuseboard.NewClock()
			g := mailbox.NewGate(single, clock)
			mustEnter(t, g)
			waiting := enter(ctxBG, g, fuseboard.Never)
			g.Post(ctxBG, fuseboard.Never, work{run: func() { t.Error("a late job ran"); g.Leave() }})
			time.Sleep(time.Second)
			g.Leave()
			wantError(t, answered(t, waiting), mailbox.ErrLate)
			wantEmpty(t, g)
			mustEnter(t, g)
		})
	}
}

func TestCallerThatLeavesGetsItsOwnCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(single, clock)
		mustEnter(t, g)
		wantError(t, g.Enter(cancelled(errLeave), fuseboard.Never), errLeave)
		ctx, cancel := context.WithCancelCause(ctxBG)
		waiting := enter(ctx, g, fuseboard.Never)
		cancel(errLeave)
		wantError(t, answered(t, waiting), errLeave)
		if d := g.Depth(); d.Waiting != 0 || d.InUse != 1 {
			t.Errorf("got %+v", d)
		}
	})
}

// The cancel and the grant meet; whoever wins, no permit is lost.
func TestP5_CancelMeetingTheGrantLosesNoPermit(t *testing.T) {
	outcomes := map[bool]int{}
	for range 300 {
		synctest.Test(t, func(t *testing.T) {
			clock := fuseboard.NewClock()
			g := mailbox.NewGate(single, clock)
			mustEnter(t, g)
			ctx, cancel := context.WithCancelCause(ctxBG)
			waiting := enter(ctx, g, fuseboard.Never)
			go cancel(errLeave)
			go g.Leave()
			err := answered(t, waiting)
			outcomes[err == nil]++
			if err == nil {
				g.Leave()
			}
			wantEmpty(t, g)
			mustEnter(t, g)
		})
	}
	t.Logf("granted %d, left %d", outcomes[true], outcomes[false])
}

func TestP5_PanicOrGoexitWithADeferredLeaveLosesNoPermit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 2, Queue: 10}, clock)
		for i := range 10 {
			g.Post(ctxBG, fuseboard.Never, work{run: func() {
				defer func() { _ = recover() }()
				defer g.Leave()
				if i%2 == 0 {
					panic(errBoom)
				}
				goexit()
			}})
		}
		synctest.Wait()
		wantEmpty(t, g)
	})
}

func TestP6_PermitStaysTakenWhileTheWorkStillRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(single, clock)
		ctx, cancel := context.WithCancelCause(ctxBG)
		g.Post(ctx, clock.Now().Add(time.Second), work{run: func() { time.Sleep(time.Minute); g.Leave() }})
		synctest.Wait()
		cancel(errLeave)
		time.Sleep(30 * time.Second) // its caller is gone, its deadline has passed
		g.Stop()
		if d := g.Depth(); d.InUse != 1 {
			t.Fatalf("the permit was taken back: %+v", d)
		}
		wantError(t, g.Idle(bounded(t)), nil)
		if at := clock.Now(); at != fuseboard.Instant(time.Minute) {
			t.Errorf("idle at %v", time.Duration(at))
		}
	})
}

func TestHandlerThatEntersItsOwnFullGateIsLateNotStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 1, MaxWait: 3 * time.Second}, clock)
		wantError(t, g.Enter(ctxBG, fuseboard.Never), nil)
		wantError(t, g.Enter(ctxBG, fuseboard.Never), mailbox.ErrLate) // inside
		g.Leave()
		if at := clock.Now(); at != fuseboard.Instant(3*time.Second) {
			t.Errorf("waited %v", time.Duration(at))
		}
		wantEmpty(t, g)
	})
}

func TestPostsOfOneGoroutineKeepTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(single, clock)
		var got []int
		for i := range 100 {
			g.Post(ctxBG, fuseboard.Never, work{run: func() { got = append(got, i); g.Leave() }})
		}
		synctest.Wait()
		if len(got) != 100 || !slices.IsSorted(got) {
			t.Errorf("ran in the order %v", got)
		}
	})
}

func TestPostedJobIsRefusedLikeACaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 3, MaxWait: time.Second}, clock)
		mustEnter(t, g)
		var got diary
		post := func(ctx context.Context, name string) {
			g.Post(ctx, fuseboard.Never, work{refuse: func(why error) { got.write(name + ": " + why.Error()) }})
		}
		post(cancelled(errLeave), "gone")
		ctx, cancel := context.WithCancelCause(ctxBG)
		post(ctx, "leaver")
		post(ctxBG, "patient")
		post(ctxBG, "patient")
		post(ctxBG, "fourth")
		cancel(errLeave)
		synctest.Wait()
		time.Sleep(time.Second)
		synctest.Wait()
		g.Stop()
		post(ctxBG, "straggler")
		want := []string{
			"gone: " + errLeave.Error(), "fourth: " + mailbox.ErrFull.Error(), "leaver: " + errLeave.Error(),
			"patient: " + mailbox.ErrLate.Error(), "patient: " + mailbox.ErrLate.Error(),
			"straggler: " + mailbox.ErrStopped.Error(),
		}
		if !slices.Equal(got.all(), want) {
			t.Errorf("got %q", got.all())
		}
	})
}
