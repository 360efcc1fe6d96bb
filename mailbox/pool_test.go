// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

// chore is a Work made of functions; a nil one does nothing.
type chore struct {
	name      string
	run, late func()
}

func (c *chore) Run() {
	if c.run != nil {
		c.run()
	}
}

func (c *chore) Late() {
	if c.late != nil {
		c.late()
	}
}

// shop is a gate and its pool.
type shop struct {
	*testing.T
	clock *fuseboard.Clock
	gate  *mailbox.Gate
	pool  *mailbox.Pool
}

func newShop(t *testing.T, w mailbox.Workers) *shop {
	s := &shop{T: t, clock: fuseboard.NewClock()}
	s.gate = mailbox.NewGate(w.Bound(mailbox.Bulkhead{}), s.clock)
	s.pool = mailbox.NewPool(s.gate, w)
	return s
}

// begin starts a chore under a permit.
func (s *shop) begin(c *chore) *mailbox.Seat {
	s.Helper()
	mustEnter(s.T, s.gate)
	return s.pool.Start(c)
}

// wait does what a caller does: wait, then settle or free and leave.
func (s *shop) wait(seat *mailbox.Seat, done <-chan struct{}, limit time.Duration) mailbox.Ending {
	now, until := s.clock.Now(), fuseboard.Never
	if limit > 0 {
		until = now.Add(limit)
	}
	why := seat.Wait(done, now, until)
	if why == mailbox.Answered {
		seat.Free()
		s.gate.Leave()
	} else {
		seat.Settle()
	}
	return why
}

// close ends the pool and expects nothing to be left.
func (s *shop) close() {
	s.Helper()
	s.pool.Close()
	if err := s.pool.Wait(bounded(s.T)); err != nil {
		s.Fatal(err)
	}
	if crew := s.pool.Crew(); crew != (mailbox.Crew{}) {
		s.Errorf("left in a closed pool: %+v", crew)
	}
	wantEmpty(s.T, s.gate)
}

func (s *shop) wantCrew(want mailbox.Crew) {
	s.Helper()
	synctest.Wait()
	if got := s.pool.Crew(); got != want {
		s.Errorf("the pool holds %+v, want %+v", got, want)
	}
}

func TestPermitOfLeftWorkStaysUntilItReallyEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, mailbox.Workers{Max: 2})
		var late atomic.Bool
		seat := s.begin(&chore{run: func() { time.Sleep(5 * time.Second) }, late: func() { late.Store(true) }})
		if why := s.wait(seat, nil, time.Second); why != mailbox.TimeUp || s.clock.Now() != fuseboard.Instant(time.Second) {
			t.Errorf("%v at %v", why, s.clock.Now())
		}
		s.wantCrew(mailbox.Crew{Running: 1, Abandoned: 1})
		time.Sleep(4*time.Second - 1)
		if d := s.gate.Depth(); d.InUse != 1 || late.Load() {
			t.Errorf("%+v, disposed of too early: %v", d, late.Load())
		}
		time.Sleep(time.Nanosecond)
		s.wantCrew(mailbox.Crew{Idle: 1})
		if d := s.gate.Depth(); d.InUse != 0 || !late.Load() {
			t.Errorf("%+v, disposed of: %v", d, late.Load())
		}
		s.close()
	})
}

func TestPermitOfLeftWorkWaitsForItsCallerToSettle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, mailbox.Workers{Max: 1})
		seat := s.begin(&chore{run: func() { time.Sleep(2 * time.Second) }})
		if why := seat.Wait(nil, 0, fuseboard.Instant(time.Second)); why != mailbox.TimeUp {
			t.Fatal(why)
		}
		time.Sleep(time.Minute)
		s.wantCrew(mailbox.Crew{Running: 1, Abandoned: 1})
		if s.gate.TryEnter() {
			t.Error("the permit came back before the outcome was noted")
		}
		seat.Settle()
		s.wantCrew(mailbox.Crew{Idle: 1})
		s.close()
	})
}

func TestCallerLeavesWhenItsContextEndsOrThePoolIsInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, mailbox.Workers{Max: 3})
		ctx, cancel := context.WithTimeout(ctxBG, time.Second)
		defer cancel()
		hang := &chore{run: func() { time.Sleep(time.Minute) }}
		if why := s.wait(s.begin(hang), ctx.Done(), 0); why != mailbox.Gone {
			t.Error(why)
		}
		time.AfterFunc(time.Second, s.pool.Interrupt)
		if why := s.wait(s.begin(hang), nil, 0); why != mailbox.Interrupted || s.clock.Now() != fuseboard.Instant(2*time.Second) {
			t.Error(why, s.clock.Now())
		}
		if why := s.wait(s.begin(hang), nil, 0); why != mailbox.Interrupted {
			t.Error("after the interruption:", why)
		}
		s.wantCrew(mailbox.Crew{Running: 3, Abandoned: 3})
		s.close()
	})
}

func TestLeftWorkIsShownLongestLeftFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, mailbox.Workers{Max: 3})
		names := func() (list []string) {
			synctest.Wait()
			s.pool.Left(func(w mailbox.Work) bool {
				list = append(list, w.(*chore).name)
				return true
			})
			return list
		}
		for i, name := range []string{"a", "b", "c"} { // b ends first, then c, then a
			ends := []time.Duration{9, 4, 5}[i] * time.Second
			s.wait(s.begin(&chore{name: name, run: func() { time.Sleep(ends) }}), nil, time.Second)
		}
		for _, want := range [][]string{{"a", "b", "c"}, {"a", "c"}, {"a"}, nil} {
			if got := names(); !slices.Equal(got, want) {
				t.Errorf("%v, want %v", got, want)
			}
			time.Sleep(2 * time.Second)
		}
		s.close()
	})
}

func TestMostRecentlyIdleGoroutineIsUsedFirstAndTheRestEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, mailbox.Workers{Max: 8, Idle: 10 * time.Second})
		var burst sync.WaitGroup
		for range 8 {
			burst.Go(func() { s.wait(s.begin(&chore{run: func() { time.Sleep(time.Second) }}), nil, 0) })
		}
		burst.Wait()
		s.wantCrew(mailbox.Crew{Idle: 8})
		for range 21 { // one is used every second
			s.wait(s.begin(&chore{run: func() { time.Sleep(time.Second) }}), nil, 0)
		}
		s.wantCrew(mailbox.Crew{Idle: 1})
		time.Sleep(20 * time.Second)
		s.wantCrew(mailbox.Crew{})
		if err := s.pool.Wait(ctxBG); err != nil {
			t.Error(err)
		}
	})
}

func TestIdleGoroutineEndsAfterIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, mailbox.Workers{Max: 2, Idle: 10 * time.Second})
		s.wait(s.begin(&chore{}), nil, 0)
		time.Sleep(10*time.Second - 1)
		s.wantCrew(mailbox.Crew{Idle: 1})
		time.Sleep(time.Nanosecond)
		s.wantCrew(mailbox.Crew{})
	})
}

func TestWorkThatEndsItsGoroutineIsAnsweredAndReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, mailbox.Workers{Max: 1})
		for range 3 {
			if why := s.wait(s.begin(&chore{run: runtime.Goexit}), nil, time.Second); why != mailbox.Answered {
				t.Error(why)
			}
			s.wantCrew(mailbox.Crew{})
			late := &chore{run: func() { time.Sleep(2 * time.Second); runtime.Goexit() }, late: runtime.Goexit}
			if why := s.wait(s.begin(late), nil, time.Second); why != mailbox.TimeUp {
				t.Error(why)
			}
			time.Sleep(time.Second)
			s.wantCrew(mailbox.Crew{})
			late.run = func() { time.Sleep(2 * time.Second) }
			s.wait(s.begin(late), nil, time.Second)
			time.Sleep(time.Second)
			s.wantCrew(mailbox.Crew{})
			wantEmpty(t, s.gate)
		}
		s.close()
	})
}

func TestAlarmOfAnEarlierWorkEndsNoLaterOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, mailbox.Workers{Max: 1})
		for _, c := range []struct{ takes, limit time.Duration }{
			{1, 10}, {5, 20}, {30, 20}, {3, 5}, {10, 4}, {1, 1000}, {1, 2}, {10, 5},
		} {
			takes, limit := c.takes*time.Second, c.limit*time.Second
			began := s.clock.Now()
			why := s.wait(s.begin(&chore{run: func() { time.Sleep(takes) }}), nil, limit)
			if want := min(takes, limit); s.clock.Now().Sub(began) != want || (why == mailbox.TimeUp) != (limit < takes) {
				t.Errorf("%v of %v: %v after %v", takes, limit, why, s.clock.Now().Sub(began))
			}
			time.Sleep(takes) // the permit is back
		}
		s.close()
	})
}

func TestResizedPoolKeepsAsItIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, mailbox.Workers{Max: 4, Idle: time.Hour})
		nap := &chore{run: func() { time.Sleep(time.Second) }}
		s.wait(s.begin(nap), nil, 0)
		seat := s.begin(nap)
		s.pool.Resize(mailbox.Workers{})
		s.wait(seat, nil, 0)
		s.wantCrew(mailbox.Crew{})
		s.wait(s.begin(nap), nil, 0) // work under an older policy still runs
		s.wantCrew(mailbox.Crew{})
		s.pool.Resize(mailbox.Workers{Max: 4, Idle: time.Second})
		s.wait(s.begin(nap), nil, 0)
		s.wantCrew(mailbox.Crew{Idle: 1})
		time.Sleep(2 * time.Second)
		s.wantCrew(mailbox.Crew{})
		s.pool.Close()
		s.pool.Resize(mailbox.Workers{Max: 4})
		s.wait(s.begin(nap), nil, 0)
		s.wantCrew(mailbox.Crew{})
	})
}

func TestWaitForAPoolEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, mailbox.Workers{Max: 1})
		s.wait(s.begin(&chore{run: func() { time.Sleep(time.Minute) }}), nil, time.Second)
		s.pool.Close()
		ctx, cancel := context.WithCancelCause(ctxBG)
		cancel(errLeave)
		if err := s.pool.Wait(ctx); !errors.Is(err, errLeave) {
			t.Error(err)
		}
		s.close()
	})
}

func TestNilPoolHoldsNothing(t *testing.T) {
	var p *mailbox.Pool
	p.Left(func(mailbox.Work) bool { t.Error("shown"); return true })
	if p.Abandoned() != 0 || p.Crew() != (mailbox.Crew{}) {
		t.Error("not empty")
	}
}

func TestPoolAllocatesNothingWarm_Alloc(t *testing.T) {
	s := newShop(t, mailbox.Workers{Max: 1, Idle: time.Hour})
	c, done := &chore{}, make(chan struct{})
	if got := testing.AllocsPerRun(200, func() { s.wait(s.begin(c), done, time.Hour) }); got != 0 {
		t.Errorf("%v allocations, want 0", got)
	}
	s.close()
}
