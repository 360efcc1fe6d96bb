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

func TestTooMuchAbandonedWorkRefusesNewCallsUntilSomeEnds(t *testing.T) {
	inEachWay(t, Policy{
		Deadline: Deadline{Attempt: time.Second},
		Bulkhead: Bulkhead{Concurrency: 4, Queue: 4},
		Workers:  Workers{MaxAbandoned: 2},
	}, stubborn, func(t *testing.T, r *Ref[int, int], call func() error) {
		for range 2 { // each for 5s
			wantIs(t, call(), context.DeadlineExceeded)
		}
		begin := time.Now()
		err := call()
		wantIs(t, err, ErrAbandoned)
		e := callError(t, err)
		if e.RejectedBy() != "workers" || e.Attempts != 0 || time.Since(begin) != 0 {
			t.Errorf("%+v", e)
		}
		if text := err.Error(); !strings.Contains(text, "workers.max_abandoned allows (2)") {
			t.Errorf("%s", text)
		}
		if s := r.Stats(); s.Rejected.Workers != 1 || s.Overdue != 2 || s.Calls != 3 || s.Failures != 2 {
			t.Errorf("%+v", s)
		}
		time.Sleep(3 * time.Second) // the first has ended
		synctest.Wait()
		if err := call(); errors.Is(err, ErrAbandoned) {
			t.Errorf("still refused: %v", err)
		}
		time.Sleep(time.Minute)
		wantTaken(t, r.Guard, 0, 0)
	})
}

func TestAbandonedWorkEndsARetryWithItsReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := fourWorkers
		p.Retry, p.Workers.MaxAbandoned = twice, 1
		r := spawn(t, start(t), p, stubborn, With[int, int]{Safe: Always[int]})
		_, err := r.Call(t.Context(), 5)
		wantIs(t, err, ErrAbandoned)
		wantIs(t, err, context.DeadlineExceeded)
		if e := callError(t, err); e.Attempts != 1 || e.RejectedBy() != "" || !errors.Is(e.Why, ErrAbandoned) {
			t.Errorf("%+v", e)
		}
		if s := r.Stats(); s.Rejected.Workers != 0 || s.Calls != 1 {
			t.Errorf("%+v", s)
		}
	})
}

func TestRefusalOfAbandonedWorkReturnsTheProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := fourWorkers
		p.Breaker, p.Workers.MaxAbandoned = quickBreaker, 3
		r := spawn(t, start(t), p, stubborn)
		for range 3 {
			_, _ = r.Call(t.Context(), 30)
		}
		time.Sleep(12 * time.Second) // half-open, and all three still hang
		for range 5 {
			_, err := r.Call(t.Context(), 0)
			wantIs(t, err, ErrAbandoned)
		}
		time.Sleep(20 * time.Second)
		if _, err := r.Call(t.Context(), 0); err != nil || r.State() != Closed {
			t.Errorf("%v, %v", err, r.State())
		}
	})
}

func TestWorkersBoundThePermitsOfTheGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Workers: Workers{Max: 2}}, hang)
		ctx, end := context.WithCancel(t.Context())
		a, b := r.Ask(ctx, 1), r.Ask(ctx, 1)
		synctest.Wait()
		_, err := r.Call(t.Context(), 1)
		wantIs(t, err, ErrFull)
		if text := err.Error(); !strings.Contains(text, "no permit of 2 is free") || !strings.Contains(text, "raise workers.max") {
			t.Error(text)
		}
		end()
		_, _ = a.Wait(t.Context())
		_, _ = b.Wait(t.Context())
		wantTaken(t, r.Guard, 0, 0)
	})
}

func TestIdleGoroutinesOfAGuardEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := fourWorkers
		p.Workers.Idle = 10 * time.Second
		r := spawn(t, start(t), p, func(context.Context, int) (int, error) {
			time.Sleep(time.Millisecond)
			return 0, nil
		})
		for range 4 {
			r.Ask(t.Context(), 1)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if crew := r.pool.Load().Crew(); crew.Idle != 4 {
			t.Errorf("%+v", crew)
		}
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if crew := r.pool.Load().Crew(); crew.Idle != 0 {
			t.Errorf("%+v", crew)
		}
	})
}

func TestStopWaitsForItsPooledGoroutines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), fourWorkers, stubborn)
		for range 4 {
			r.Ask(t.Context(), 0)
		}
		synctest.Wait()
		if err := r.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		now, end := context.WithCancel(t.Context())
		end()
		if err := r.pool.Load().Wait(now); err != nil {
			t.Errorf("%+v are left", r.pool.Load().Crew())
		}
	})
}

func TestGuardWhoseActorIsStoppedEndsItsIdleGoroutines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		r := spawn(t, sys, fourWorkers, stubborn)
		_, _ = r.Call(t.Context(), 0)
		sys.root.Stop(r.PID())
		synctest.Wait()
		if crew := r.pool.Load().Crew(); crew.Idle != 0 {
			t.Errorf("%+v are left", crew)
		}
	})
}

func TestStopMakesCallersLeaveWhatIgnoresItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		r := spawn(t, sys, Policy{Workers: Workers{Max: 4}}, stubborn)
		running := r.Ask(t.Context(), 30)
		synctest.Wait()
		ctx, end := context.WithTimeout(t.Context(), 3*time.Second)
		defer end()
		begin := time.Now()
		err := r.Stop(ctx)
		left, ok := errors.AsType[*AbandonedError](err)
		if !ok || len(left.Guards) != 1 || left.Guards[0].Running != 1 {
			t.Errorf("%v", err)
		}
		_, err = running.Wait(t.Context())
		wantIs(t, err, ErrStopped)
		if d := time.Since(begin); d != 3*time.Second+cancelGrace {
			t.Errorf("stopped and answered after %v", d)
		}
		if s := r.Stats(); s.Voids != 1 || s.Failures != 0 || s.Overdue != 1 {
			t.Errorf("%+v", s)
		}
		time.Sleep(time.Minute)
		wantTaken(t, r.Guard, 0, 0)
		if err := sys.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestWorkersComeGoAndChangeUnderLoadAndNothingIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		off := Policy{Deadline: Deadline{Attempt: time.Second}, Bulkhead: Bulkhead{Concurrency: 8, Queue: 8}}
		on, few := off, off
		on.Workers, few.Workers = Workers{Idle: time.Second}, Workers{Max: 2}
		r := spawn(t, start(t), off, func(ctx context.Context, n int) (int, error) {
			if n%10 == 0 {
				return stubborn(ctx, 2)
			}
			time.Sleep(time.Duration(n) * time.Millisecond)
			return n, nil
		})
		futures := make(chan *Future[int], 1000)
		go func() {
			defer close(futures)
			for n := range 1000 {
				futures <- r.Ask(context.Background(), n%100)
				time.Sleep(20 * time.Millisecond)
			}
		}()
		for i, p := range []Policy{on, few, off, few, on, off} {
			time.Sleep(3 * time.Second)
			change, err := r.Update(t.Context(), p)
			if err != nil || len(change.Lost) != 0 || !slices.ContainsFunc(change.Changed, func(path string) bool { return strings.HasPrefix(path, "workers.") }) {
				t.Errorf("update %d: %+v, %v", i, change, err)
			}
			if want := p.Workers.Bound(p.Bulkhead).Concurrency; r.Stats().Gate.Limit != want {
				t.Errorf("update %d: %d permits, want %d", i, r.Stats().Gate.Limit, want)
			}
		}
		answers := map[bool]int{}
		for f := range futures {
			_, err := f.Wait(t.Context())
			answers[err == nil]++
		}
		if answers[true]+answers[false] != 1000 || answers[true] == 0 || answers[false] == 0 {
			t.Errorf("%v", answers)
		}
		time.Sleep(time.Minute)
		wantTaken(t, r.Guard, 0, 0)
		if crew := r.pool.Load().Crew(); crew.Idle != 0 {
			t.Errorf("workers are off: %+v", crew)
		}
	})
}

func TestExplanationNamesTheOldestOverdueHandlers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Policy{Deadline: Deadline{Attempt: time.Second}, Workers: Workers{Max: 20, MaxAbandoned: 20}}
		g, err := Protect(start(t), "payments", p)
		if err != nil {
			t.Fatal(err)
		}
		charge, err := Bind(g, "charge", stubborn)
		if err != nil {
			t.Fatal(err)
		}
		for range 10 {
			_, _ = charge.Call(t.Context(), 60)
		}
		e := g.Explain()
		if len(e.Overdue) != overdueListed || g.Stats().Overdue != 10 {
			t.Fatalf("%d listed of %d", len(e.Overdue), g.Stats().Overdue)
		}
		for i, o := range e.Overdue {
			want := Overdue{Operation: "charge", Attempt: 1, Began: e.Overdue[0].Began.Add(time.Duration(i) * time.Second), By: time.Duration(9-i) * time.Second}
			if o != want {
				t.Errorf("%+v, want %+v", o, want)
			}
		}
		if text := e.Stages[7].Now; !strings.Contains(text, "charge, attempt 1, overdue by 9s, runs for 10s; ") || !strings.HasSuffix(text, "; 2 more") {
			t.Error(text)
		}
		if data, err := e.MarshalJSON(); err != nil || !strings.Contains(string(data), `"overdue":[{"operation":"charge","attempt":1,"began":"0s","by":"9s"}`) {
			t.Errorf("%s, %v", data, err)
		}
	})
}

func TestWorkersWarnOfWhatIsProbablyNotMeant(t *testing.T) {
	timed := Deadline{Attempt: time.Second}
	for _, c := range []struct {
		policy Policy
		want   []string
	}{
		{Policy{Workers: Workers{Max: 4}, Deadline: timed}, nil},
		{Policy{Workers: Workers{Max: 4}, Deadline: Deadline{Total: time.Second}}, nil},
		{Policy{Workers: Workers{Idle: time.Second}, Deadline: timed, Bulkhead: Bulkhead{Concurrency: 9}}, nil},
		{Policy{Workers: Workers{Max: 4}}, []string{codeNeverLeft}},
		{Policy{Workers: Workers{Max: 4}, Deadline: timed, Bulkhead: Bulkhead{Concurrency: 9}}, []string{codeWorkersPermits}},
		{Policy{Workers: Workers{MaxAbandoned: 10}, Deadline: timed, Bulkhead: Bulkhead{Concurrency: 9}}, []string{codeAbandoned}},
		{Policy{Workers: Workers{Max: 2}, Deadline: timed, Breaker: Breaker{Probes: 3}}, []string{codeProbesPermits}},
	} {
		var got []string
		for _, p := range c.policy.Validate() {
			got = append(got, p.Code)
			if !p.Warning || p.Fix == "" {
				t.Errorf("%+v", p)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v, want %v", c.policy, got, c.want)
		}
	}
	if ps := (Policy{Workers: Workers{Max: -1}}).Validate(); len(ps.Errors()) != 1 || ps.Errors()[0].Path != "workers.max" {
		t.Errorf("%v", ps)
	}
}
