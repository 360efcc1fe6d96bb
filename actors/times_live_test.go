// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/deadline"
)

// adapting has an attempt limit of twice what attempts take, once it knows ten of them.
var adapting = Policy{Deadline: Deadline{Attempt: 2 * time.Second, Adaptive: AdaptiveAttempt{Quantile: 0.9, MinCalls: 10}}}

// taking sleeps for so many milliseconds, or as long as its context lets it.
func taking(ctx context.Context, milliseconds int) (int, error) {
	select {
	case <-time.After(time.Duration(milliseconds) * ms):
		return milliseconds, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// about reports whether d is as long as want, as far as a live quantile can tell.
func about(d, want time.Duration) bool { return math.Abs(float64(d-want)) <= 0.05*float64(want) }

// waysToTake are all ways in, for a handler that takes so many milliseconds.
var waysToTake = map[string]func(r *Ref[int, int], n int) error{
	"straight": func(r *Ref[int, int], n int) error { _, err := r.Call(context.Background(), n); return err },
	"straight, with a deadline": func(r *Ref[int, int], n int) error {
		ctx, end := context.WithTimeout(context.Background(), time.Hour)
		defer end()
		_, err := r.Call(ctx, n)
		return err
	},
	"do": func(r *Ref[int, int], n int) error {
		_, err := Do(context.Background(), r.Guard, func(ctx context.Context) (int, error) { return taking(ctx, n) })
		return err
	},
	"entry": func(r *Ref[int, int], n int) error {
		e, err := r.Guard.Enter(context.Background())
		if err != nil {
			return err
		}
		_, err = taking(e.Context(), n)
		return e.End(err)
	},
	"ask": func(r *Ref[int, int], n int) error {
		_, err := r.Ask(context.Background(), n).Wait(context.Background())
		return err
	},
	"message": func(r *Ref[int, int], n int) error {
		got, err := r.sys.root.RequestFuture(r.PID(), r.Message(context.Background(), n), time.Hour).Result()
		if err != nil {
			return err
		}
		return got.(Reply[int, int]).Err
	},
}

func TestAttemptLimitFollowsWhatAttemptsTakeInEveryWayIn(t *testing.T) {
	for name, call := range waysToTake {
		for isolated, p := range map[string]Policy{"": adapting, " on workers": withWorkers(adapting), " with cases": withCase(adapting)} {
			if name == "entry" && isolated == " on workers" {
				continue // it needs a function
			}
			t.Run(name+isolated, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r := spawn(t, start(t), p, taking)
					if s := r.Stats(); s.AttemptLimit != 2*time.Second {
						t.Errorf("%v before anything is known", s.AttemptLimit)
					}
					for range 10 {
						if err := call(r, 40); err != nil {
							t.Fatal(err)
						}
					}
					limit := r.Stats().AttemptLimit
					if !about(limit, 80*ms) {
						t.Errorf("%v after ten attempts of 40ms", limit)
					}
					begin := time.Now()
					err := call(r, 100_000)
					wantTook(t, begin, limit)
					wantIs(t, err, context.DeadlineExceeded)
					told, ok := errors.AsType[*deadline.Error](err)
					if !ok || told.Scope != deadline.Adapted || told.Limit != limit || !strings.Contains(err.Error(), "deadline.adaptive") {
						t.Errorf("%v", err)
					}
					if s := r.Stats(); s.Failures != 1 || s.Successes != 10 {
						t.Errorf("%+v", s)
					}
				})
			})
		}
	}
}

func withWorkers(p Policy) Policy {
	p.Workers = Workers{Max: 4}
	return p
}

func withCase(p Policy) Policy {
	p.Cases = []Case{{Priorities: []fuseboard.Priority{fuseboard.Critical}, Deadline: Deadline{Attempt: 60 * ms}}}
	return p
}

func TestAttemptOfACaseIsItsCeiling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), withCase(adapting), taking)
		for range 10 {
			_, _ = r.Call(t.Context(), 40)
		}
		begin := time.Now()
		_, err := r.Call(fuseboard.WithPriority(t.Context(), fuseboard.Critical), 100_000)
		wantTook(t, begin, 60*ms)
		if told, ok := errors.AsType[*deadline.Error](err); !ok || told.Scope != deadline.Attempt {
			t.Errorf("%v", err)
		}
		for range 50 { // they bring the limit down for those, too
			_, _ = r.Call(t.Context(), 5)
			time.Sleep(time.Second)
		}
		begin = time.Now()
		_, _ = r.Call(fuseboard.WithPriority(t.Context(), fuseboard.Critical), 100_000)
		if took := time.Since(begin); !about(took, 10*ms) {
			t.Errorf("%v", took)
		}
	})
	if problems := (Policy{Cases: []Case{{Deadline: Deadline{Adaptive: AdaptiveAttempt{Factor: 2}}}}}).Validate(); !hasProblem(problems, "cases[0].deadline.adaptive", codeOfTheGuard) {
		t.Errorf("%v", problems)
	}
}

func hasProblem(all Problems, path, code string) bool {
	return slices.ContainsFunc(all, func(p fuseboard.Problem) bool { return p.Path == path && p.Code == code })
}

func TestTimeoutsRaiseTheAttemptLimitAndVoidsDoNotMoveIt(t *testing.T) {
	for name, p := range map[string]Policy{"straight": adapting, "workers": withWorkers(adapting)} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := spawn(t, start(t), p, taking)
				for range 200 {
					_, _ = r.Call(t.Context(), 40)
				}
				before := r.Stats().AttemptLimit
				for range 200 { // callers that leave
					ctx, end := context.WithCancel(t.Context())
					time.AfterFunc(10*ms, end)
					_, _ = r.Call(ctx, 1000)
				}
				if after := r.Stats().AttemptLimit; after != before {
					t.Errorf("voids moved the limit from %v to %v", before, after)
				}
				slower, failed := 0, 0
				for time.Duration(slower)*130*ms < 30*time.Second { // three times as slow, for a window
					if _, err := r.Call(t.Context(), 120); err != nil {
						failed++
					}
					slower++
				}
				limit := r.Stats().AttemptLimit
				if limit <= 130*ms || limit > 2*time.Second {
					t.Errorf("%v after a window of 120ms", limit)
				}
				if _, err := r.Call(t.Context(), 120); err != nil {
					t.Errorf("still: %v; %d of %d failed", err, failed, slower)
				}
			})
		})
	}
}

func TestUpdateSaysWhatTheAttemptLimitLoses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), adapting, taking)
		for range 10 {
			_, _ = r.Call(t.Context(), 40)
		}
		known := r.Stats().AttemptLimit
		p := adapting
		p.Deadline.Adaptive.Factor = 4
		change, err := r.Update(t.Context(), p)
		if err != nil || len(change.Lost) > 0 || r.Stats().AttemptLimit != 2*known {
			t.Errorf("%+v, %v; %v", change.Lost, err, r.Stats().AttemptLimit)
		}
		p.Deadline.Adaptive = AdaptiveAttempt{}
		change, err = r.Update(t.Context(), p)
		if err != nil || len(change.Lost) != 1 || r.Stats().AttemptLimit != 2*time.Second || r.live.Load() != nil {
			t.Errorf("%+v, %v; %v", change.Lost, err, r.Stats().AttemptLimit)
		}
	})
}

// tailed is how long a call of a dependency takes that is mostly quick: a lognormal body with
// a median of 20ms, and 2.5% of the calls in a Pareto tail from 100ms on.
func tailed(r *rand.Rand) time.Duration {
	if r.Float64() < 0.025 {
		return time.Duration(float64(100*ms) * math.Pow(1-r.Float64(), -1/1.2))
	}
	return time.Duration(float64(20*ms) * math.Exp(0.4*r.NormFloat64()))
}

// tailOf makes many calls of such a dependency, and tells the 99th percentile of how long they
// took, and how many handlers ran for each call.
func tailOf(t *testing.T, p Policy, seed uint64) (p99 time.Duration, load float64) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		dice := rand.New(rand.NewPCG(1, seed))
		r := spawn(t, start(t), p, func(ctx context.Context, _ int) (int, error) {
			mu.Lock()
			d := min(tailed(dice), 3*time.Second)
			mu.Unlock()
			return taking(ctx, int(d/ms))
		}, With[int, int]{Safe: Always[int]})
		var took []time.Duration
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				for n := range 600 {
					begin := time.Now()
					if _, err := r.Call(t.Context(), 0); err != nil {
						t.Error(err)
					}
					if n >= 50 { // something is known then
						mu.Lock()
						took = append(took, time.Since(begin))
						mu.Unlock()
					}
				}
			})
		}
		all.Wait()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		s := r.Stats()
		if s.Gate.InUse != 0 || s.Calls != 16*600 {
			t.Errorf("%+v", s)
		}
		slices.Sort(took)
		p99, load = took[len(took)*99/100], float64(s.Attempts)/float64(s.Calls)
	})
	return p99, load
}

func TestQuantileHedgingCutsTheTailForLittleLoad(t *testing.T) {
	plain := Policy{Deadline: Deadline{Attempt: 5 * time.Second}, Workers: Workers{Max: 64}}
	hedging := plain
	hedging.Hedge = Hedge{Quantile: 0.96}
	for seed := range uint64(5) {
		without, alone := tailOf(t, plain, seed)
		with, load := tailOf(t, hedging, seed)
		t.Logf("seed %d: p99 %v without copies, %v with, for %.3f times the load", seed, without, with, load)
		if alone != 1 || with > without*6/10 || load > 1.05 {
			t.Errorf("seed %d: p99 %v, and %v with copies, for %.3f times the load", seed, without, with, load)
		}
	}
}
