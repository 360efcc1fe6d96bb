// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"reflect"
	"testing"
	"testing/synctest"
	"time"
)

// takes is a handler that takes n milliseconds; a negative n fails after them.
func takes(ctx context.Context, n int) (int, error) {
	d := time.Duration(max(n, -n)) * time.Millisecond
	select {
	case <-time.After(d):
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	if n < 0 {
		return 0, errDown
	}
	return n, nil
}

func TestDurationsOfCallsAttemptsAndWaitsAreCountedApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 4, MaxWait: time.Minute}, Retry: twice}
		r := spawn(t, start(t), p, takes, With[int, int]{Safe: Always[int]})
		first, second := r.Ask(t.Context(), 20), r.Ask(t.Context(), 30) // the second waits 20 ms
		_, _ = first.Wait(t.Context())
		_, _ = second.Wait(t.Context())
		_, err := r.Call(t.Context(), -5) // 5, a backoff of 100, 5
		wantIs(t, err, errDown)
		s := r.Stats()
		for what, c := range map[string]struct {
			got  Histogram
			n    uint64
			want time.Duration
		}{
			"calls":    {s.CallLatency, 3, 20 + 50 + 110},
			"attempts": {s.AttemptLatency, 4, 20 + 30 + 5 + 5},
			"waits":    {s.QueueWait, 1, 20},
		} {
			if c.got.Count() != c.n || c.got.Sum() != c.want*time.Millisecond {
				t.Errorf("%s: %d in %s, want %d in %s", what, c.got.Count(), c.got.Sum(), c.n, c.want*time.Millisecond)
			}
		}
		if s.CallLatency.Le(20*time.Millisecond) != 1 || s.CallLatency.Le(50*time.Millisecond) != 2 || s.CallLatency.Le(100*time.Millisecond) != 2 {
			t.Errorf("not exact at the bounds: %s", s.CallLatency)
		}
		if s.Failed != 1 || s.Suppressed != 0 || s.Failures != 2 {
			t.Errorf("%+v", s)
		}
	})
}

func TestQuickRefusalIsNoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 1, MaxWait: 50 * time.Millisecond}}, takes)
		running, late := r.Ask(t.Context(), 1000), r.Ask(t.Context(), 1)
		_, err := r.Call(t.Context(), 1)
		wantIs(t, err, ErrFull)
		_, err = late.Wait(t.Context())
		wantIs(t, err, ErrLate)
		if s := r.Stats(); s.QueueWait.Count() != 1 || s.QueueWait.Sum() != 50*time.Millisecond || s.CallLatency.Count() != 0 {
			t.Errorf("%+v", s)
		}
		_, _ = running.Wait(t.Context())
	})
}

func TestTransitionsAndTimesInStatesAddUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := true
		sys := start(t)
		time.Sleep(time.Second) // before the guard: not its time
		r := spawn(t, sys, Policy{Breaker: quickBreaker}, sometimes(&down))
		time.Sleep(4 * time.Second)
		for range 3 {
			_, _ = r.Call(t.Context(), 1)
		}
		time.Sleep(10 * time.Second) // half-open
		synctest.Wait()
		_, _ = r.Call(t.Context(), 1) // the probe fails
		time.Sleep(12 * time.Second)
		down = false
		_, _ = r.Call(t.Context(), 1)
		time.Sleep(3 * time.Second)
		s := r.Stats()
		want := []TransitionCount{
			{From: Closed, To: Open, Cause: "consecutive", Count: 1},
			{From: Open, To: HalfOpen, Cause: "open-elapsed", Count: 2},
			{From: HalfOpen, To: Closed, Cause: "probes-passed", Count: 1},
			{From: HalfOpen, To: Open, Cause: "probes-failed", Count: 1},
		}
		if !reflect.DeepEqual(s.Transitions, want) {
			t.Errorf("got  %+v\nwant %+v", s.Transitions, want)
		}
		open := 22*time.Second - s.TimeIn.HalfOpen // open times are jittered
		if in := (TimeIn{Closed: 7 * time.Second, Open: open, HalfOpen: s.TimeIn.HalfOpen}); s.TimeIn != in || open < 18*time.Second || s.TimeIn.HalfOpen < time.Second {
			t.Errorf("got %+v, want %+v", s.TimeIn, in)
		}
	})
}

func TestNumbersOfKeysSurviveTheirEviction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keyed(t, start(t), Policy{Breaker: quickBreaker}, KeyLimits{Max: 2, Idle: time.Minute}, takes)
		for _, key := range []string{"a", "b", "a", "a"} {
			_, _ = k.Call(t.Context(), key, -10)
		}
		synctest.Wait()
		if s := k.Stats(); s.Open != 1 || s.NotClosed != 1 || s.Failed != 4 {
			t.Errorf("%+v", s)
		}
		time.Sleep(20 * time.Second) // half-open
		_, _ = k.Call(t.Context(), "a", 5)
		time.Sleep(2 * time.Minute)
		s := k.Stats()
		if s.Keys != 0 || s.CallLatency.Count() != 5 || s.CallLatency.Sum() != 45*time.Millisecond || s.AttemptLatency != s.CallLatency || s.Failed != 4 {
			t.Errorf("%+v", s)
		}
		want := []TransitionCount{{Closed, Open, "consecutive", 1}, {Open, HalfOpen, "open-elapsed", 1}, {HalfOpen, Closed, "probes-passed", 1}}
		if !reflect.DeepEqual(s.Transitions, want) {
			t.Errorf("%+v", s.Transitions)
		}
	})
}

func TestBudgetTellsWhatIsLeftAndWhatItSuppressed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Policy{Retry: twice}
		p.Retry.Budget = Budget{Ratio: 0.5, MinPerSecond: 1, Window: 2 * time.Second}
		r := spawn(t, start(t), p, fail, With[int, int]{Safe: Always[int]})
		if left := r.Stats().BudgetLeft; left != 2 {
			t.Errorf("%d left before the first call, want one for each second of the window", left)
		}
		for range 6 {
			_, _ = r.Call(t.Context(), 1)
		}
		s := r.Stats()
		if s.Retries+s.Suppressed != 6 || s.Suppressed == 0 || s.Failed != 6 || s.BudgetLeft != 0 {
			t.Errorf("%+v", s)
		}
	})
}

func TestHeldAnswerIsTimedToTheReturnOfItsHandlerUnlessItBreaksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var held Held
		r := spawn(t, start(t), Policy{}, takes, With[int, int]{Hold: func(n int, h Held) int {
			held = h
			return n
		}})
		for _, err := range []error{nil, errDown} {
			_, _ = r.Call(t.Context(), 10)
			time.Sleep(40 * time.Millisecond)
			held.End(err)
		}
		s := r.Stats()
		if s.CallLatency != s.AttemptLatency || s.CallLatency.Count() != 2 || s.CallLatency.Sum() != 60*time.Millisecond || s.Failed != 1 || s.Successes != 1 {
			t.Errorf("%+v", s)
		}
	})
}
