// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

func TestRateRefusesAndSaysExactlyWhenToComeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Rate: RateLimit{Limit: 10, Burst: 2}}, echo)
		for range 2 {
			if _, err := r.Call(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
		}
		_, err := r.Call(t.Context(), 1)
		wantIs(t, err, ErrRate)
		e := callError(t, err)
		if e.RejectedBy() != "rate" || e.RetryAfter() != 100*time.Millisecond {
			t.Errorf("refused by %q, again in %s: %v", e.RejectedBy(), e.RetryAfter(), err)
		}
		time.Sleep(e.RetryAfter() - 1)
		if _, err := r.Call(t.Context(), 1); err == nil {
			t.Error("let in a nanosecond before the instant that was told")
		}
		time.Sleep(1)
		if _, err := r.Call(t.Context(), 1); err != nil {
			t.Errorf("not let in at the instant that was told: %v", err)
		}
		if n := r.Stats().Rejected.Rate; n != 2 {
			t.Errorf("%d are counted as refused by the rate", n)
		}
	})
}

func TestARefusalOfTheRateIsSharedUntilItsInstant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Rate: RateLimit{Limit: 10, Burst: 1}}, echo)
		_, _ = r.Call(t.Context(), 1)
		_, first := r.Call(t.Context(), 1)
		time.Sleep(30 * time.Millisecond)
		_, second := r.Call(t.Context(), 1)
		if callError(t, first) != callError(t, second) {
			t.Error("the same refusal was made twice")
		}
		if e := callError(t, second); e.RetryAfter() != 70*time.Millisecond {
			t.Errorf("after 30ms it says again in %s", e.RetryAfter())
		}
	})
}

// inEveryWay brings n requests to a guard, one after the other at one instant, by every way.
func inEveryWay(t *testing.T, policy Policy, n int, check func(t *testing.T, took []time.Duration, errs []error, r *Ref[int, int])) {
	t.Helper()
	ways := map[string]func(ctx context.Context, r *Ref[int, int]) error{
		"call":    func(ctx context.Context, r *Ref[int, int]) error { _, err := r.Call(ctx, 1); return err },
		"ask":     func(ctx context.Context, r *Ref[int, int]) error { _, err := r.Ask(ctx, 1).Wait(ctx); return err },
		"message": func(ctx context.Context, r *Ref[int, int]) error { return sendAndWait(ctx, r) },
		"do": func(ctx context.Context, r *Ref[int, int]) error {
			_, err := Do(ctx, r.Guard, func(context.Context) (int, error) { return 1, nil })
			return err
		},
		"entry": func(ctx context.Context, r *Ref[int, int]) error {
			e, err := r.Enter(ctx)
			if err == nil {
				err = e.End(nil)
			}
			return err
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := spawn(t, start(t), policy, echo)
				took, errs := make([]time.Duration, n), make([]error, n)
				var all sync.WaitGroup
				begin := time.Now()
				for i := range n {
					all.Go(func() {
						errs[i] = way(t.Context(), r)
						took[i] = time.Since(begin)
					})
					synctest.Wait()
				}
				all.Wait()
				check(t, took, errs, r)
			})
		})
	}
}

func sendAndWait(ctx context.Context, r *Ref[int, int]) error {
	got, err := r.sys.root.RequestFuture(r.PID(), r.Message(ctx, 1), time.Hour).Result()
	if err != nil {
		return err
	}
	return got.(Reply[int, int]).Err //nolint:errcheck // nothing else comes
}

func TestWhoMayQueueForTheRateHasItsTurnInOrderWhateverItsWay(t *testing.T) {
	policy := Policy{Rate: RateLimit{Limit: 10, Burst: 1, Queue: 3, MaxWait: time.Second}}
	inEveryWay(t, policy, 5, func(t *testing.T, took []time.Duration, errs []error, r *Ref[int, int]) {
		for i := range 4 {
			if want := time.Duration(i) * 100 * time.Millisecond; errs[i] != nil || took[i] != want {
				t.Errorf("request %d: %v after %s, want after %s", i, errs[i], took[i], want)
			}
		}
		e := callError(t, errs[4])
		if !errors.Is(e, ratelimit.ErrQueueFull) || !errors.Is(e, ErrRate) || took[4] != 0 {
			t.Errorf("the fifth: %v after %s", e, took[4])
		}
		if s := r.Stats(); s.Rejected.Rate != 1 || s.Successes != 4 || s.Calls != 5 {
			t.Errorf("%+v", s)
		}
	})
}

func TestWhoLeavesTheQueueOfTheRateGivesItsTurnBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Rate: RateLimit{Limit: 10, Burst: 1, Queue: 3, MaxWait: time.Second}}, echo)
		_, _ = r.Call(t.Context(), 1)
		ctx, leave := context.WithTimeoutCause(t.Context(), 50*time.Millisecond, errDown)
		defer leave()
		_, err := r.Call(ctx, 1)
		if e := callError(t, err); e.RejectedBy() != "rate" { // it can't have its turn in time
			t.Errorf("a call whose deadline is before its turn: %v", err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(50*time.Millisecond, func() { cancel(errDown) })
		_, err = r.Call(ctx, 1)
		wantIs(t, err, errDown)
		begin := time.Now()
		if _, err := r.Call(t.Context(), 1); err != nil || time.Since(begin) != 50*time.Millisecond {
			t.Errorf("after one that left: %v after %s", err, time.Since(begin))
		}
		if s := r.Stats(); s.Left != 1 {
			t.Errorf("%d have left", s.Left)
		}
	})
}

func TestStopEndsTheWaitForTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Rate: RateLimit{Limit: 1, Per: time.Minute, Burst: 1, Queue: 3, MaxWait: time.Hour}}, echo)
		_, _ = r.Call(t.Context(), 1)
		asked := r.Ask(t.Context(), 2)
		errs := make(chan error, 1)
		go func() { _, err := r.Call(t.Context(), 1); errs <- err }()
		synctest.Wait()
		if err := r.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		wantIs(t, <-errs, ErrStopped)
		_, err := asked.Wait(t.Context())
		wantIs(t, err, ErrStopped)
	})
}

// At ten times the limit, with a gate that refuses half of what the limit lets through,
// the dependency gets what the limit allows.
func TestARefusalOfTheGateGivesTheTokenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit, seconds = 100, 20
		var begun atomic.Int64
		r := spawn(t, start(t), Policy{
			Rate: RateLimit{Limit: limit}, Bulkhead: Bulkhead{Concurrency: 2},
		}, func(context.Context, int) (int, error) {
			if begun.Add(1)%20 < 2 { // now and then both permits are taken for a while
				time.Sleep(55 * time.Millisecond)
			}
			return 0, nil
		})
		var all sync.WaitGroup
		for range 10 * limit * seconds {
			all.Go(func() { _, _ = r.Call(t.Context(), 1) })
			time.Sleep(time.Second / (10 * limit))
		}
		all.Wait()
		s, ran := r.Stats(), begun.Load()
		if ran < limit*seconds*98/100 || ran > limit*seconds+limit/10 {
			t.Errorf("%d of %d ran; %+v", ran, limit*seconds, s.Rejected)
		}
		if s.Rejected.Bulkhead == 0 || s.Rejected.Rate == 0 {
			t.Errorf("one of them refused nobody: %+v", s.Rejected)
		}
	})
}

func TestEveryAttemptTakesOfTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Rate: RateLimit{Limit: 1, Per: time.Hour, Burst: 2}, Retry: Retry{Attempts: 3, Backoff: Backoff{Base: 1}}},
			fail, With[int, int]{Safe: Always[int]})
		_, err := r.Call(t.Context(), 1)
		e := callError(t, err)
		if e.Attempts != 2 || !errors.Is(e.Why, ErrRate) || e.RejectedBy() != "" {
			t.Errorf("%d attempts, not repeated because %v; by %q", e.Attempts, e.Why, e.RejectedBy())
		}
	})
}

func TestACallTakesWhatItCosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		policy := Policy{
			Rate:  RateLimit{Limit: 10, Per: time.Hour, Burst: 10},
			Cases: []Case{{Priorities: []fuseboard.Priority{fuseboard.Sheddable}, Cost: 2}},
		}
		r := spawn(t, start(t), policy, echo, With[int, int]{Cost: func(n int) int {
			if n == 0 {
				panic("no idea")
			}
			return n
		}})
		sheddable := fuseboard.WithPriority(t.Context(), fuseboard.Sheddable)
		for i, call := range []struct {
			ctx  context.Context
			cost int
			left int
		}{{t.Context(), 3, 7}, {sheddable, 2, 3}, {t.Context(), 0, 2}, {t.Context(), -5, 1}} {
			if _, err := r.Call(call.ctx, call.cost); err != nil {
				t.Fatalf("call %d: %v", i, err)
			}
			if left := r.loadOf().rate.Peek(r.clock.Now()).Left; left != call.left {
				t.Errorf("after call %d there are %d left, want %d", i, left, call.left)
			}
		}
		_, err := r.Call(t.Context(), 11)
		if e := callError(t, err); e.RejectedBy() != "rate" || e.RetryAfter() != 0 {
			t.Errorf("more than may ever come: %v", err)
		}
	})
}

func TestTenantsHaveTheirOwnRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Rate: RateLimit{Limit: 3, Per: time.Hour, Burst: 3, PerTenant: ratelimit.PerKey{Limit: 2, Burst: 2}}}, echo)
		of := func(tenant string) context.Context {
			return fuseboard.WithMeta(t.Context(), fuseboard.Meta{Tenant: tenant})
		}
		for i, want := range []struct {
			tenant string
			ok     bool
		}{{"a", true}, {"a", true}, {"a", false}, {"b", true}, {"b", false}} { // b's second: the whole is spent
			_, err := r.Call(of(want.tenant), 1)
			if (err == nil) != want.ok {
				t.Errorf("call %d of %s: %v", i, want.tenant, err)
			}
		}
		if left := r.loadOf().tenants.Left(r.clock.Now(), "b"); left != 1 {
			t.Errorf("who was refused by the whole has %d left of its own, want 1", left)
		}
	})
}

func TestA429DrainsTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Rate: RateLimit{Limit: 100, Burst: 50}}, func(_ context.Context, n int) (int, error) { return n, nil },
			With[int, int]{Classify: func(n int, _ error) fuseboard.Outcome {
				if n == 429 {
					return fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassThrottled, RetryAfter: 3 * time.Second}
				}
				return fuseboard.Outcome{}
			}})
		if n, err := r.Call(t.Context(), 429); n != 429 || err != nil {
			t.Fatal(n, err)
		}
		_, err := r.Call(t.Context(), 200)
		if e := callError(t, err); e.RejectedBy() != "rate" || e.RetryAfter() != 3*time.Second {
			t.Errorf("after a 429: %v", err)
		}
		time.Sleep(3 * time.Second)
		if _, err := r.Call(t.Context(), 200); err != nil {
			t.Errorf("after its Retry-After: %v", err)
		}
	})
}

func TestThrottleKeepsCallsFromADependencyThatRefusesThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const capacity, seconds = 50, 60
		taken, arrived, window := 0, 0, time.Now()
		r := spawn(t, start(t), Policy{Throttle: Throttle{Ratio: 2, Window: 10 * time.Second}},
			func(context.Context, int) (int, error) {
				arrived++
				if now := time.Now(); now.Sub(window) >= time.Second {
					window, taken = now, 0
				}
				if taken++; taken > capacity {
					return 0, askedToWait{}
				}
				return 0, nil
			}, With[int, int]{Classify: func(_ int, err error) fuseboard.Outcome {
				if err != nil {
					return fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassThrottled}
				}
				return fuseboard.Outcome{}
			}})
		for range 10 * capacity * seconds {
			_, _ = r.Call(t.Context(), 1)
			time.Sleep(time.Second / (10 * capacity))
		}
		if most := 3 * capacity * seconds; arrived > most || arrived < capacity*seconds {
			t.Errorf("%d calls of %d reached a dependency that takes %d", arrived, 10*capacity*seconds, capacity*seconds)
		}
		_, err := r.Call(t.Context(), 1)
		for range 50 {
			if err != nil && errors.Is(err, ErrThrottled) {
				break
			}
			_, err = r.Call(t.Context(), 1)
		}
		if e := callError(t, err); e.RejectedBy() != "throttle" || r.Stats().Rejected.Throttle == 0 {
			t.Errorf("%v, %+v", err, r.Stats().Rejected)
		}
	})
}

func TestSheddingRefusesByPriorityWhileTheHostIsUnderPressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var cpu atomic.Value // read by the sampler
		cpu.Store(0.0)
		sys := startWith(t, Options{
			Seed: 1, Shedding: Shedding{CPU: 0.8, Smoothing: time.Millisecond, HoldFor: time.Second, Every: 100 * time.Millisecond},
			Host: func(fuseboard.Instant) shedding.Signals {
				return shedding.Signals{CPU: cpu.Load().(float64), Memory: shedding.Unknown, GC: shedding.Unknown, RunQueue: shedding.Unknown}
			},
		})
		r := spawn(t, sys, Policy{}, echo)
		admitted := func() (list []bool) {
			for _, p := range rising {
				_, err := r.Call(fuseboard.WithPriority(t.Context(), p), 1)
				list = append(list, err == nil)
				if err != nil {
					wantIs(t, err, ErrShed)
					if e := callError(t, err); e.RejectedBy() != "shedding" {
						t.Errorf("refused by %q", e.RejectedBy())
					}
				}
			}
			return list
		}
		for _, step := range []struct {
			cpu  float64
			want int // how many priorities are shed
		}{{0.5, 0}, {0.85, 1}, {0.93, 2}, {0.99, 3}, {0.5, 0}} {
			cpu.Store(step.cpu)
			time.Sleep(5 * time.Second)
			for i, ok := range admitted() {
				if ok != (i >= step.want) {
					t.Errorf("at %.0f %% cpu, %s: admitted %t", step.cpu*100, rising[i], ok)
				}
			}
		}
		if n := r.Stats().Rejected.Shedding; n != 6 {
			t.Errorf("%d are counted as shed", n)
		}
	})
}

func TestSamplersEndWithTheLastGuardThatObeysThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := startWith(t, Options{Seed: 1, Host: func(fuseboard.Instant) shedding.Signals { return shedding.Signals{} }})
		sheds := Policy{Shedding: Shedding{CPU: 0.8}}
		a, err := Protect(sys, "a", sheds)
		if err != nil {
			t.Fatal(err)
		}
		k := keyed(t, sys, sheds, KeyLimits{Max: 4}, echo)
		_, _ = k.Call(t.Context(), "k", 1)
		if n := len(sys.pressure.all); n != 1 || a.loadOf().shed == nil {
			t.Fatalf("%d samplers for one policy", n)
		}
		if _, err := a.Update(t.Context(), Policy{Shedding: Shedding{CPU: 0.7}}); err != nil {
			t.Fatal(err)
		}
		if n := len(sys.pressure.all); n != 2 {
			t.Errorf("%d samplers for two policies", n)
		}
		if _, err := k.Update(t.Context(), Policy{}); err != nil {
			t.Fatal(err)
		}
		if n := len(sys.pressure.all); n != 1 {
			t.Errorf("%d samplers after one is not obeyed any more", n)
		}
		if err := a.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(sys.pressure.all); n != 0 {
			t.Errorf("%d samplers for nobody", n)
		}
	})
}

func TestAdaptiveMovesThePermitsOfTheGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{
			Bulkhead: Bulkhead{Concurrency: 8, Queue: 4}, Adaptive: Adaptive{Min: 2, Max: 64, Window: 100 * time.Millisecond},
		}, func(context.Context, int) (int, error) { time.Sleep(10 * time.Millisecond); return 0, nil })
		if d := r.Stats().Gate; d.Limit != 8 || d.Queue != 4 {
			t.Errorf("begins with %+v", d)
		}
		drive := func(seconds int) {
			var all sync.WaitGroup
			end := time.Now().Add(time.Duration(seconds) * time.Second)
			for range 80 {
				all.Go(func() {
					for time.Now().Before(end) {
						if _, err := r.Call(t.Context(), 1); err != nil {
							time.Sleep(10 * time.Millisecond)
						}
					}
				})
			}
			all.Wait()
		}
		drive(20)
		grown := r.Stats().Gate.Limit
		if grown <= 32 || grown > 64 {
			t.Errorf("a dependency that is never slower has %d permits", grown)
		}
		change, err := r.Update(t.Context(), Policy{Adaptive: Adaptive{Min: 2, Max: 16}})
		if err != nil || r.Stats().Gate.Limit != 16 {
			t.Errorf("after max 16: %d permits, %v, %v", r.Stats().Gate.Limit, change.Lost, err)
		}
		if change, err = r.Update(t.Context(), Policy{Bulkhead: Bulkhead{Concurrency: 5}}); err != nil || r.Stats().Gate.Limit != 5 || len(change.Lost) != 1 {
			t.Errorf("after adaptive is off: %d permits, lost %v, %v", r.Stats().Gate.Limit, change.Lost, err)
		}
	})
}

func TestShadowCountsWhatTheLoadWouldRefuse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Mode: ShadowPolicy, Rate: RateLimit{Limit: 10, Burst: 1, Queue: 1}}, echo)
		for range 4 {
			if _, err := r.Call(t.Context(), 1); err != nil {
				t.Error(err)
			}
		}
		if w := r.Stats().Would; w.Refused.Rate != 2 || w.Waited != 1 || r.Stats().Successes != 4 {
			t.Errorf("%+v", w)
		}
	})
}

func TestUpdateKeepsWhatIsSpentOfTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Rate: RateLimit{Limit: 10, Per: time.Hour, Burst: 10}}, echo)
		for range 10 {
			_, _ = r.Call(t.Context(), 1)
		}
		change, err := r.Update(t.Context(), Policy{Rate: RateLimit{Limit: 20, Per: time.Hour, Burst: 20}})
		if err != nil || len(change.Lost) != 0 {
			t.Fatal(change.Lost, err)
		}
		if _, err := r.Call(t.Context(), 1); err == nil {
			t.Error("a new limit has forgotten what was spent")
		}
		if change, err = r.Update(t.Context(), Policy{Deadline: Deadline{Total: time.Second}}); err != nil || len(change.Lost) != 1 {
			t.Errorf("after rate is off: lost %v, %v", change.Lost, err)
		}
	})
}
