// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

// postAt queues a job of a priority; the diary tells what became of it.
func postAt(g *mailbox.Gate, d *diary, p fuseboard.Priority, name string) {
	g.Post(ctxAt(p), fuseboard.Never, work{
		run:    func() { d.write(name); g.Leave() },
		refuse: func(why error) { d.write(name + ": " + why.Error()) },
	})
}

func TestFullQueueGivesTheLastPlaceOfTheLowestPriorityToAHigherOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 4, MaxWait: time.Second}, fuseboard.NewClock())
		mustEnter(t, g)
		var d diary
		postAt(g, &d, fuseboard.Sheddable, "shed 1")
		caller := enter(ctxAt(fuseboard.Sheddable), g, fuseboard.Never)
		postAt(g, &d, fuseboard.Normal, "normal 1")
		postAt(g, &d, fuseboard.High, "high 1")

		postAt(g, &d, fuseboard.Normal, "normal 2") // in the place of the younger sheddable one
		wantError(t, answered(t, caller), mailbox.ErrYielded)
		postAt(g, &d, fuseboard.Sheddable, "shed 3") // below nobody
		critical := enter(ctxAt(fuseboard.Critical), g, fuseboard.Never)
		postAt(g, &d, fuseboard.High, "high 2") // in that of normal 2
		if n := g.Depth(); n.Waiting != 4 || n.InUse != 1 {
			t.Errorf("%+v", n)
		}
		g.Leave()
		wantError(t, answered(t, critical), nil)
		g.Leave()
		synctest.Wait()
		want := []string{
			"shed 3: " + mailbox.ErrFull.Error(), "shed 1: " + mailbox.ErrYielded.Error(), "normal 2: " + mailbox.ErrYielded.Error(),
			"high 1", "high 2", "normal 1",
		}
		if got := d.all(); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		wantEmpty(t, g)
	})
}

func TestWithoutPlacesNobodyYields(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1}, fuseboard.NewClock())
		mustEnter(t, g)
		wantError(t, g.Enter(ctxAt(fuseboard.Critical), fuseboard.Never), mailbox.ErrFull)
		g.Leave()
	})
}

// A place that is taken from another is no new one: neither the gate's own limit nor one
// over several gates notices.
func TestWhoTakesAPlaceNeedsNoneOfASharedLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quota := mailbox.NewQuota(1)
		g := mailbox.NewGateUnder(mailbox.Bulkhead{Concurrency: 1, Queue: 4}, fuseboard.NewClock(), &mailbox.Quotas{Queued: quota})
		mustEnter(t, g)
		low := enter(ctxAt(fuseboard.Normal), g, fuseboard.Never)
		wantError(t, g.Enter(ctxAt(fuseboard.Normal), fuseboard.Never), mailbox.ErrLimit)
		high := enter(ctxAt(fuseboard.High), g, fuseboard.Never)
		wantError(t, answered(t, low), mailbox.ErrYielded)
		if quota.Used() != 1 {
			t.Errorf("%d of the quota used", quota.Used())
		}
		g.Leave()
		wantError(t, answered(t, high), nil)
		g.Leave()
		if quota.Used() != 0 {
			t.Errorf("%d of the quota left", quota.Used())
		}
		wantEmpty(t, g)
	})
}

// A caller that has no time, or has left, takes nobody's place.
func TestWhoCannotWaitTakesNobodysPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 1, MaxWait: time.Second}, clock)
		mustEnter(t, g)
		low := enter(ctxBG, g, fuseboard.Never)
		wantError(t, g.Enter(fuseboard.WithPriority(cancelled(errLeave), fuseboard.High), fuseboard.Never), errLeave)
		wantError(t, g.Enter(ctxAt(fuseboard.High), clock.Now()), mailbox.ErrLate)
		if len(low) != 0 {
			t.Fatal("its place was taken")
		}
		g.Leave()
		wantError(t, answered(t, low), nil)
		g.Leave()
		wantEmpty(t, g)
	})
}

// A refused job may call the gate: it is told outside the lock.
func TestWhoYieldsMayCallTheGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 1}, fuseboard.NewClock())
		mustEnter(t, g)
		seen := -1
		g.Post(ctxBG, fuseboard.Never, work{refuse: func(error) { seen = g.Depth().Waiting }})
		g.Post(ctxAt(fuseboard.High), fuseboard.Never, work{run: g.Leave})
		if seen != 1 {
			t.Errorf("%d waited when it was told", seen)
		}
		g.Leave()
		synctest.Wait()
		wantEmpty(t, g)
	})
}
