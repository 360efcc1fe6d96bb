// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	processor "github.com/fuseboard/fuseboard/internal/lane"
	"github.com/fuseboard/fuseboard/mailbox"
)

var half = mailbox.PriorityQuota{Normal: 0.8, Sheddable: 0.5}

func TestQuotaKeepsPermitsForHigherPriorities(t *testing.T) {
	g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 10, Quota: half}, fuseboard.NewClock())
	let := func(p fuseboard.Priority) (n int) {
		t.Helper()
		var err error
		for err = g.Enter(ctxAt(p), fuseboard.Never); err == nil; err = g.Enter(ctxAt(p), fuseboard.Never) {
			n++
		}
		want := mailbox.ErrQuota
		if g.Depth().InUse == 10 {
			want = mailbox.ErrFull
		}
		wantError(t, err, want)
		return n
	}
	for p, want := range []int{5, 3, 2, 0} { // sheddable, normal, high, critical
		if n := let(fuseboard.Sheddable + fuseboard.Priority(p)); n != want {
			t.Errorf("%d of priority %v let in, want %d", n, fuseboard.Sheddable+fuseboard.Priority(p), want)
		}
	}
	for range 5 {
		g.Leave()
	}
	if g.TryEnter() {
		t.Error("TryEnter took what is kept")
	}
	g.Leave()
	mustEnter(t, g) // what all may have
	if d := g.Depth(); d.Limit != 10 || d.InUse != 5 {
		t.Errorf("%+v", d)
	}
}

// One who waits where a resize took all places keeps no permit from being left: who comes is told that it is kept, not that there is none.
func TestWhoWaitsWithoutAPlaceLeavesWhatIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 1}, fuseboard.NewClock())
		mustEnter(t, g)
		ctx, leave := context.WithCancel(ctxAt(fuseboard.Sheddable))
		waited := make(chan error)
		go func() { waited <- g.Enter(ctx, fuseboard.Never) }()
		synctest.Wait()
		g.Resize(mailbox.Bulkhead{Concurrency: 2, Quota: mailbox.PriorityQuota{High: 0.2}})
		wantError(t, g.Enter(ctxAt(fuseboard.Sheddable), fuseboard.Never), mailbox.ErrQuota)
		leave()
		wantError(t, <-waited, context.Canceled)
	})
}

func TestQuotaKeepsPlacesForHigherPriorities(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 10, Quota: half, MaxWait: time.Second}, fuseboard.NewClock())
		mustEnter(t, g)
		var d diary
		for p := fuseboard.Sheddable; p <= fuseboard.Critical; p++ {
			for range 12 {
				postAt(g, &d, p, p.String())
			}
		}
		// Five, three and two more places; then each higher one takes those of lower ones.
		if n := g.Depth(); n.Waiting != 10 || n.Priorities != (mailbox.ByPriority{Critical: 10}) {
			t.Errorf("%+v", n)
		}
		for word, n := range map[string]int{
			"sheddable: " + mailbox.ErrQuota.Error(): 7, "sheddable: " + mailbox.ErrYielded.Error(): 5,
			"normal: " + mailbox.ErrQuota.Error(): 4, "normal: " + mailbox.ErrYielded.Error(): 8,
			"high: " + mailbox.ErrFull.Error(): 2, "high: " + mailbox.ErrYielded.Error(): 10,
			"critical: " + mailbox.ErrFull.Error(): 2,
		} {
			got := 0
			for _, line := range d.all() {
				if line == word {
					got++
				}
			}
			if got != n {
				t.Errorf("%d times %q, want %d", got, word, n)
			}
		}
		g.Stop()
		g.Leave()
		wantEmpty(t, g)
	})
}

// Who waits for want of a quota holds up nobody who may have more, and is served as soon as
// fewer than its share are in use.
func TestWhoWaitsForItsQuotaHoldsUpNobodyAndIsServedBelowIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 4, Queue: 1, MaxWait: time.Minute, Quota: half}, fuseboard.NewClock())
		mustEnter(t, g)
		mustEnter(t, g)
		low := enter(ctxAt(fuseboard.Sheddable), g, fuseboard.Never)
		if len(low) != 0 {
			t.Fatal("above its quota")
		}
		for _, p := range []fuseboard.Priority{fuseboard.Normal, fuseboard.High} { // three of four are 80%
			wantError(t, g.Enter(ctxAt(p), fuseboard.Never), nil) // though the only place is taken
		}
		g.Leave()
		g.Leave()
		synctest.Wait()
		if len(low) != 0 {
			t.Fatal("served at its quota")
		}
		g.Leave()
		wantError(t, answered(t, low), nil)
		g.Leave()
		g.Leave()
		wantEmpty(t, g)
	})
}

func TestQuotaIsUsableWhateverItSays(t *testing.T) {
	for _, q := range []mailbox.PriorityQuota{
		{Critical: math.NaN(), High: math.Inf(1), Normal: -3, Sheddable: 1e-9}, {Sheddable: math.NaN()}, {Normal: 0.1, Sheddable: 7},
	} {
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 3, Queue: 1, Quota: q}, fuseboard.NewClock())
		if ps := q.Validate(); len(ps) == 0 {
			t.Errorf("%+v is fine", q)
		}
		mustEnter(t, g)
		for range 2 {
			if err := g.Enter(ctxAt(fuseboard.Critical), fuseboard.Never); err != nil {
				t.Errorf("%+v: %v", q, err)
			}
		}
	}
}

// Permits come and go at three priorities, over divided shares and whole, with a quota that
// changes: none takes more than its share, and all are served.
func TestStorm_QuotasAreNeverExceeded(t *testing.T) {
	for _, n := range []int{1, 4} {
		restore := processor.Force(n)
		const permits = 64
		clock := fuseboard.NewClock()
		b := mailbox.Bulkhead{Concurrency: permits, Queue: 16, MaxWait: time.Second, Quota: half}
		g := mailbox.NewGate(b, clock)
		var inside, denied [4]atomic.Int64
		most := [4]int64{permits / 2, permits * 8 / 10, permits, permits}
		crowd(96, 400, func(r *rand.Rand) {
			p := r.IntN(4)
			if r.IntN(64) == 0 {
				g.Divide(n)
			}
			ctx, cancel := context.WithCancel(ctxAt(fuseboard.Sheddable + fuseboard.Priority(p)))
			defer cancel()
			if g.Enter(ctx, fuseboard.Never) != nil {
				denied[p].Add(1)
				return
			}
			if n := inside[p].Add(1); n > most[p] {
				t.Errorf("%d of priority %d inside", n, p)
			}
			for range r.IntN(3) {
				runtime.Gosched()
			}
			inside[p].Add(-1)
			g.Leave()
		})
		g.Stop()
		wantError(t, g.Idle(ctxBG), nil)
		wantEmpty(t, g)
		restore()
	}
}
