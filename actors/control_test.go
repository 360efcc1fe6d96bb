// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestUpdateKeepsWindowPermitsAndEpoch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		before := Policy{Bulkhead: Bulkhead{Concurrency: 1}, Breaker: Breaker{FailureRate: 0.5, MinCalls: 4}}
		r := spawn(t, start(t), before, func(_ context.Context, n int) (int, error) {
			if n == 0 {
				<-release
				return 0, nil
			}
			return 0, errDown
		})
		for range 3 {
			_, _ = r.Call(t.Context(), 1)
		}
		running := r.Ask(t.Context(), 0)
		synctest.Wait()
		epoch := r.Stats().Epoch

		after := before
		after.Bulkhead.Concurrency = 2
		after.Breaker.OpenFor = time.Minute
		change, err := r.Update(t.Context(), after)
		if err != nil {
			t.Fatal(err)
		}
		if want := []string{"breaker.open_for", "bulkhead.concurrency"}; !slices.Equal(slices.Sorted(slices.Values(change.Changed)), want) || change.Version != 2 || len(change.Lost) != 0 {
			t.Errorf("%+v", change)
		}
		if s := r.Stats(); s.Window.Calls != 3 || s.Gate.InUse != 1 || s.Gate.Limit != 2 || s.Epoch != epoch || s.PolicyVersion != 2 {
			t.Errorf("%+v", s)
		}
		_, _ = r.Call(t.Context(), 1) // the fourth failure: the old three still count
		if r.State() != Open {
			t.Errorf("state %v", r.State())
		}
		close(release)
		if _, err := running.Wait(t.Context()); err != nil {
			t.Errorf("a call under way was disturbed: %v", err)
		}
	})
}

func TestUpdateSaysWhatItLost(t *testing.T) {
	r := spawn(t, start(t), Policy{Breaker: Breaker{Window: Window{Calls: 100}}}, echo)
	change, err := r.Update(t.Context(), Policy{Breaker: Breaker{Window: Window{Calls: 50}}})
	if err != nil || len(change.Lost) != 1 || !strings.Contains(change.Lost[0], "window") {
		t.Errorf("%+v, %v", change, err)
	}
}

func TestBadUpdateChangesNothing(t *testing.T) {
	r := spawn(t, start(t), Policy{Breaker: quickBreaker}, echo)
	_, err := r.Update(t.Context(), Policy{Breaker: Breaker{FailureRate: 2}, Retry: Retry{Attempts: -1}})
	if ps := problemsIn(t, err); len(ps) != 2 {
		t.Errorf("%v", ps)
	}
	if s := r.Stats(); s.PolicyVersion != 1 || r.Policy().Breaker.Consecutive != 3 {
		t.Errorf("%+v", s)
	}
}

func TestUpdateGivesUpWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{}, echo)
		release := r.block()
		ctx, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		_, err := r.Update(ctx, Policy{Breaker: quickBreaker})
		wantIs(t, err, context.DeadlineExceeded)
		release()
	})
}

func TestHoldOpenRefusesUntilItsTTLAndTellsWho(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{}, echo) // also without a breaker
		hold := Command{Mode: HoldOpen, Reason: "maintenance", By: "ann", TTL: time.Hour}
		if err := r.Command(t.Context(), hold); err != nil {
			t.Fatal(err)
		}
		_, err := r.Call(t.Context(), 1)
		wantIs(t, err, ErrOpen)
		if text := err.Error(); !strings.Contains(text, "ann") || !strings.Contains(text, "maintenance") {
			t.Errorf("message does not tell who and why: %s", text)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if _, err := r.Call(t.Context(), 1); err != nil {
			t.Errorf("after the TTL: %v", err)
		}
	})
}

func TestBadCommandNamesEveryProblem(t *testing.T) {
	r := spawn(t, start(t), Policy{}, echo)
	err := r.Command(t.Context(), Command{Mode: HoldOpen, TTL: 25 * time.Hour})
	if ps := problemsIn(t, err); len(ps) != 3 {
		t.Errorf("want reason, by and ttl, got %v", ps)
	}
}

func TestEventsOfAGuardAreNumberedWithoutGapsInEpochOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		sub := sys.Subscribe(64)
		down := true
		r := spawn(t, sys, Policy{Breaker: quickBreaker}, sometimes(&down))
		for range 3 {
			_, _ = r.Call(t.Context(), 1)
		}
		time.Sleep(20 * time.Second)
		down = false
		_, _ = r.Call(t.Context(), 1)
		if _, err := r.Update(t.Context(), Policy{Breaker: Breaker{Consecutive: 5}}); err != nil {
			t.Fatal(err)
		}
		if err := r.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		sub.Close()
		var kinds []EventKind
		var states []State
		var seq, epoch uint64
		for e := range sub.C() {
			seq++
			if e.Seq != seq || e.Dependency != "payments" {
				t.Errorf("event %d: %+v", seq, e)
			}
			kinds = append(kinds, e.Kind)
			if e.Kind == EventTransition {
				if e.Transition.Epoch <= epoch {
					t.Errorf("epoch %d after %d", e.Transition.Epoch, epoch)
				}
				epoch = e.Transition.Epoch
				states = append(states, e.Transition.To)
			}
		}
		if want := []EventKind{EventStarted, EventTransition, EventTransition, EventTransition, EventUpdated, EventStopped}; !slices.Equal(kinds, want) {
			t.Errorf("kinds %v", kinds)
		}
		if want := []State{Open, HalfOpen, Closed}; !slices.Equal(states, want) {
			t.Errorf("states %v", states)
		}
	})
}

func TestSlowSubscriberDelaysNobodyAndCountsWhatItMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		slow, quick := sys.Subscribe(2), sys.Subscribe(64)
		r := spawn(t, sys, Policy{}, echo)
		for range 9 {
			if _, err := r.Update(t.Context(), Policy{Breaker: quickBreaker}); err != nil {
				t.Fatal(err)
			}
		}
		if len(slow.C()) != 2 || slow.Dropped() != 8 || len(quick.C()) != 10 || quick.Dropped() != 0 {
			t.Errorf("slow holds %d, dropped %d; quick holds %d", len(slow.C()), slow.Dropped(), len(quick.C()))
		}
		slow.Close()
		slow.Close()
	})
}

func TestSubscriptionAfterShutdownIsClosed(t *testing.T) {
	sys := start(t)
	if err := sys.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, open := <-sys.Subscribe(0).C(); open {
		t.Error("open")
	}
}

func TestBrokenGuardIsRestartedAndKeepsItsState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := true
		sys := start(t)
		r := spawn(t, sys, Policy{Breaker: quickBreaker, Bulkhead: Bulkhead{Concurrency: 2, Queue: 4, MaxWait: 10 * time.Second}}, sometimes(&down))
		for range 3 {
			_, _ = r.Call(t.Context(), 1)
		}
		synctest.Wait()
		sys.root.Send(r.PID(), &command{answer: closed()}) // a send on a closed channel: a bug in the guard itself
		synctest.Wait()
		if s := r.Stats(); s.State != Open || !s.Gate.Suspended {
			t.Fatalf("a broken guard is suspended until its restart, and stays open: %+v", s)
		}
		down = false
		time.Sleep(15 * time.Second)
		if got, err := r.Call(t.Context(), 5); got != 5 || err != nil || r.State() != Closed {
			t.Errorf("after the restart: %d, %v, %v", got, err, r.State())
		}
	})
}

func closed() chan error {
	c := make(chan error)
	close(c)
	return c
}

func TestCallsWaitWhileAGuardIsSuspended(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 1, MaxWait: time.Second}}, echo)
		r.gate.Suspend()
		time.AfterFunc(500*time.Millisecond, r.gate.Resume)
		if _, err := r.Call(t.Context(), 1); err != nil {
			t.Error(err)
		}
		r.gate.Suspend()
		_, err := r.Call(t.Context(), 1)
		wantIs(t, err, ErrSuspended)
		r.gate.Resume()
	})
}

func TestJoinedErrorsOfACallAreFoundByErrorsIs(t *testing.T) {
	err := error(&CallError{Dependency: "a", Attempts: 2, Cause: errDown, Why: ErrOpen})
	if !errors.Is(err, errDown) || !errors.Is(err, ErrOpen) {
		t.Error(err)
	}
}
