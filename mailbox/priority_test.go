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

// priorities are all there are, highest first.
var priorities = []fuseboard.Priority{fuseboard.Critical, fuseboard.High, fuseboard.Normal, fuseboard.Sheddable}

func ctxAt(p fuseboard.Priority) context.Context { return fuseboard.WithPriority(ctxBG, p) }

func TestHigherPrioritiesAreServedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := mailbox.NewGate(single, fuseboard.NewClock())
		mustEnter(t, g)
		var served diary
		for i := range 16 { // lowest first, callers and jobs in turns
			p := priorities[(3-i)&3]
			serve := func() {
				served.write(fmt.Sprintf("%s %02d", p, i))
				g.Leave()
			}
			if i/4%2 == 0 {
				g.Post(ctxAt(p), fuseboard.Never, work{run: serve})
				continue
			}
			go func() {
				if g.Enter(ctxAt(p), fuseboard.Never) == nil {
					serve()
				}
			}()
			synctest.Wait()
		}
		g.Leave()
		synctest.Wait()
		var want []string
		for at, p := range priorities {
			for i := 3 - at; i < 16; i += 4 {
				want = append(want, fmt.Sprintf("%s %02d", p, i))
			}
		}
		if got := served.all(); !slices.Equal(got, want) {
			t.Errorf("served in the order %q", got)
		}
		wantEmpty(t, g)
	})
}

// While someone of higher priority always comes before the permit is free, the
// lowest waits in vain; but not longer than it would have at any gate.
func TestWhoIsPassedOverIsAnsweredAfterMaxWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(single, clock)
		mustEnter(t, g)
		low := enter(ctxAt(fuseboard.Sheddable), g, fuseboard.Never)
		for range 9 {
			high := enter(ctxAt(fuseboard.High), g, fuseboard.Never)
			time.Sleep(100 * time.Millisecond)
			g.Leave()
			wantError(t, answered(t, high), nil)
		}
		if d := g.Depth(); len(low) != 0 || d.Waiting != 1 || d.Priorities.Sheddable != 1 {
			t.Fatalf("answered too early: %+v", d)
		}
		time.Sleep(100 * time.Millisecond)
		wantError(t, answered(t, low), mailbox.ErrLate)
		if now := clock.Now(); now != fuseboard.Instant(time.Second) {
			t.Errorf("answered at %v", time.Duration(now))
		}
		g.Leave()
		wantEmpty(t, g)
	})
}

// watched is a context that counts what is looked up in it.
type watched struct {
	context.Context
	looks *int
}

func (w watched) Value(key any) any {
	*w.looks++
	return w.Context.Value(key)
}

func TestPriorityIsLookedUpOnceAndOnlyToWaitOrToTakeAPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 2}, fuseboard.NewClock())
		looks := 0
		ctx := watched{ctxAt(fuseboard.High), &looks}
		want := func(n int, of string) {
			t.Helper()
			if looks != n {
				t.Errorf("%d looks for %s, want %d", looks, of, n)
			}
			looks = 0
		}
		wantError(t, g.Enter(ctx, fuseboard.Never), nil)
		want(0, "a free permit")
		g.Post(ctxAt(fuseboard.Critical), fuseboard.Never, work{run: g.Leave})
		waiting := enter(ctx, g, fuseboard.Never)
		want(1, "a wait")
		wantError(t, g.Enter(ctx, fuseboard.Never), mailbox.ErrFull)
		want(1, "a refusal where not all who wait are critical")
		g.Leave()
		wantError(t, answered(t, waiting), nil)
		want(0, "the handover")
		g.Post(ctxAt(fuseboard.Critical), fuseboard.Never, work{})
		g.Post(ctxAt(fuseboard.Critical), fuseboard.Never, work{})
		wantError(t, g.Enter(ctx, fuseboard.Never), mailbox.ErrFull)
		want(0, "a refusal where all who wait are critical")
		g.Resize(mailbox.Bulkhead{Concurrency: 1})
		g.Stop()
		wantError(t, g.Enter(ctx, fuseboard.Never), mailbox.ErrStopped)
		want(0, "a stop")
		g.Leave()
	})
}

func TestDepthTellsHowManyWaitAtWhichPriority(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := mailbox.NewGate(single, fuseboard.NewClock())
		mustEnter(t, g)
		for i, p := range priorities {
			for range i + 1 {
				g.Post(ctxAt(p), fuseboard.Never, work{})
			}
		}
		want := mailbox.ByPriority{Critical: 1, High: 2, Normal: 3, Sheddable: 4}
		if d := g.Depth(); d.Priorities != want || d.Waiting != 10 {
			t.Errorf("got %+v", d)
		}
		g.Stop()
		g.Leave()
		wantEmpty(t, g)
	})
}

func TestFlushRefusesTheOldestFirstWhateverItsPriority(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := mailbox.NewGate(single, fuseboard.NewClock())
		mustEnter(t, g)
		var refused diary
		var want []string
		for i := range 40 {
			name := fmt.Sprint(i)
			want = append(want, name)
			g.Post(ctxAt(priorities[i*i%7%4]), fuseboard.Never, work{refuse: func(error) { refused.write(name) }})
		}
		if n := g.Flush(errBoom); n != 40 {
			t.Errorf("flushed %d", n)
		}
		if got := refused.all(); !slices.Equal(got, want) {
			t.Errorf("refused in the order %v", got)
		}
		g.Leave()
		wantEmpty(t, g)
	})
}

// A priority out of range waits at the nearest.
func TestEveryPriorityFindsItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := mailbox.NewGate(single, fuseboard.NewClock())
		mustEnter(t, g)
		for _, p := range []fuseboard.Priority{-128, 127, 99, -2} {
			g.Post(ctxAt(p), fuseboard.Never, work{})
		}
		if d := g.Depth(); d.Priorities != (mailbox.ByPriority{Critical: 2, Sheddable: 2}) {
			t.Errorf("got %+v", d)
		}
		g.Stop()
		g.Leave()
	})
}
