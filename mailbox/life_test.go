// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

func goexit() { runtime.Goexit() }

func TestGrowingWakesWaitersAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(single, clock)
		mustEnter(t, g)
		first, second, third := enter(ctxBG, g, fuseboard.Never), enter(ctxBG, g, fuseboard.Never), enter(ctxBG, g, fuseboard.Never)
		g.Resize(mailbox.Bulkhead{Concurrency: 3, Queue: 100})
		wantError(t, answered(t, first), nil)
		wantError(t, answered(t, second), nil)
		if len(third) != 0 || g.Depth().Waiting != 1 {
			t.Fatalf("the third of three permits was lent twice: %+v", g.Depth())
		}
		g.Resize(mailbox.Bulkhead{})
		wantError(t, answered(t, third), nil)
	})
}

func TestShrinkingLetsThoseInsideFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 3, Queue: 3, MaxWait: time.Second}, clock)
		for range 3 {
			mustEnter(t, g)
		}
		waiting := enter(ctxBG, g, fuseboard.Never)
		g.Resize(mailbox.Bulkhead{Concurrency: 1})
		if d := g.Depth(); d != (mailbox.Depth{Limit: 1, InUse: 3, Waiting: 1, Priorities: mailbox.ByPriority{Normal: 1}}) {
			t.Fatalf("got %+v", d)
		}
		g.Leave()
		g.Leave()
		synctest.Wait()
		if d := g.Depth(); d != (mailbox.Depth{Limit: 1, InUse: 1, Waiting: 1, Priorities: mailbox.ByPriority{Normal: 1}}) {
			t.Fatalf("someone got in too early: %+v", d)
		}
		g.Leave()
		wantError(t, answered(t, waiting), nil)
		if g.TryEnter() {
			t.Error("a second got in")
		}
	})
}

func TestFlushAnswersEveryQueuedCallerWithItsReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(single, clock)
		mustEnter(t, g)
		first, second := enter(ctxBG, g, fuseboard.Never), enter(ctxBG, g, fuseboard.Never)
		refused := make(chan error, 1)
		g.Post(ctxBG, fuseboard.Never, work{refuse: func(why error) { refused <- why }})
		if n := g.Flush(errBoom); n != 3 {
			t.Errorf("flushed %d, want 3", n)
		}
		wantError(t, answered(t, first), errBoom)
		wantError(t, answered(t, second), errBoom)
		wantError(t, answered(t, refused), errBoom)
		if g.Flush(errBoom) != 0 || g.Depth().InUse != 1 {
			t.Errorf("got %+v", g.Depth())
		}
		last := enter(ctxBG, g, fuseboard.Never)
		g.Flush(nil)
		wantError(t, answered(t, last), mailbox.ErrStopped)
	})
}

func TestCloseLetsQueuedAndRunningFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(single, clock)
		mustEnter(t, g)
		waiting := enter(ctxBG, g, fuseboard.Never)
		g.Close()
		wantError(t, g.Enter(ctxBG, fuseboard.Never), mailbox.ErrStopped)
		g.Leave()
		wantError(t, answered(t, waiting), nil)
		if g.TryEnter() {
			t.Error("a closed gate let someone in")
		}
		g.Leave()
		wantError(t, g.Idle(bounded(t)), nil)
	})
}

func TestStopAnswersTheQueueAtOnceAndLetsRunningFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(single, clock)
		mustEnter(t, g)
		waiting := enter(ctxBG, g, fuseboard.Never)
		g.Suspend()
		g.Stop()
		wantError(t, answered(t, waiting), mailbox.ErrStopped)
		g.Leave()
		wantError(t, g.Idle(bounded(t)), nil)
		if d := g.Depth(); d != (mailbox.Depth{Limit: 1, Queue: 100, Closed: true}) {
			t.Errorf("left behind: %+v", d)
		}
	})
}

func TestSuspendedGateGrantsNothingUntilResumed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 2, Queue: 5, MaxWait: time.Second}, clock)
		mustEnter(t, g)
		g.Suspend()
		if g.TryEnter() {
			t.Fatal("a suspended gate let someone in")
		}
		waiting := enter(ctxBG, g, fuseboard.Never)
		g.Leave()
		g.Resize(mailbox.Bulkhead{Concurrency: 9, Queue: 5, MaxWait: time.Second})
		synctest.Wait()
		if d := g.Depth(); d.InUse != 0 || d.Waiting != 1 || !d.Suspended {
			t.Fatalf("got %+v", d)
		}
		time.Sleep(time.Second - 1)
		g.Resume()
		wantError(t, answered(t, waiting), nil)
	})
}

func TestOnCloseHearsOfEachWayToCloseBeforeTheQueueIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for how, shut := range map[string]func(*mailbox.Gate){
			"close": (*mailbox.Gate).Close, "stop": (*mailbox.Gate).Stop,
		} {
			g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 1, MaxWait: time.Second}, fuseboard.NewClock())
			var waiting <-chan error
			told, early := 0, 0
			g.OnClose(func() { // it may use the gate
				told++
				if g.Closed() && g.Depth().Waiting == 1 {
					early++
				}
			})
			mustEnter(t, g)
			waiting = enter(ctxBG, g, fuseboard.Never)
			synctest.Wait()
			shut(g)
			if told != 1 || early != 1 {
				t.Errorf("%s: told %d times, %d of them with the queue as it was", how, told, early)
			}
			g.Leave()
			<-waiting
			shut(g)
			if told != 2 {
				t.Errorf("%s again: told %d times", how, told)
			}
		}
	})
}
