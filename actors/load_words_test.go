// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

// asks answers every request with the outcome that a dependency gives which has enough.
func asks(after time.Duration) With[int, int] {
	return With[int, int]{Classify: func(int, error) fuseboard.Outcome {
		return fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassThrottled, RetryAfter: after}
	}}
}

func wantWords(t *testing.T, err error, words ...string) {
	t.Helper()
	for _, w := range words {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("%q is not in: %v", w, err)
		}
	}
}

func TestARefusalOfTheRateSaysWhichLimitHolds(t *testing.T) {
	limited := "refused by rate: rate limit reached: "
	for name, one := range map[string]struct {
		rate  RateLimit
		calls int
		words []string
	}{
		"bucket": {RateLimit{Limit: 100}, 11, []string{limited + "rate is 100 per 1s, at most 10 at once; call less, or raise rate.limit, or set rate.queue to let calls wait; again in 10ms"}},
		"window": {RateLimit{Limit: 2, Kind: ratelimit.SlidingLog, Per: 24 * time.Hour}, 3, []string{limited + "rate is 2 per 24h; call less, or raise rate.limit; again in 24h"}},
		"soon":   {RateLimit{Limit: 3, Burst: 1}, 2, []string{"again in 334ms"}},
		"fast":   {RateLimit{Limit: 1_000_000, Burst: 1}, 2, []string{"again in 1µs"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := spawn(t, start(t), Policy{Rate: one.rate}, echo)
				var err error
				for range one.calls {
					_, err = r.Call(t.Context(), 1)
				}
				wantIs(t, err, ErrRate)
				wantWords(t, err, one.words...)
			})
		})
	}
}

func TestARefusalInADrainSaysThatTheDependencyAskedForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Rate: RateLimit{Limit: 10}}, fail, asks(20*time.Second))
		_, _ = r.Call(t.Context(), 1)
		_, err := r.Call(t.Context(), 1)
		wantIs(t, err, ErrRate)
		wantWords(t, err, "the dependency asked for a pause, which holds for all its calls (rate.throttled: drain); again in 20s")
	})
}

func TestARefusalOfAnAdaptedRateSaysWhatItIsNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Policy{Rate: RateLimit{Limit: 100, Burst: 10, Throttled: ratelimit.IgnoreThrottling, Adaptive: AdaptiveRate{Floor: 10, Ceiling: 100, Backoff: 0.33}}}
		r := spawn(t, start(t), p, fail, asks(0))
		_, _ = r.Call(t.Context(), 1)
		var err error
		for range 20 {
			_, err = r.Call(t.Context(), 1)
		}
		wantIs(t, err, ErrRate)
		wantWords(t, err, "rate is 33 per 1s, adapted from 100, at most 3 at once; call less, or set rate.queue")
	})
}

func TestACallThatCostsTooMuchIsToldSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dear := With[int, int]{Cost: func(int) int { return 3 }}
		for _, one := range []struct {
			rate  RateLimit
			words string
		}{
			{RateLimit{Limit: 10, Burst: 2}, "rate.burst lets at most 2 units through at once; let the call cost less, or raise it"},
			{RateLimit{Limit: 2, Kind: ratelimit.FixedWindow}, "rate.limit lets at most 2 units through at once"},
			{RateLimit{Limit: 10, Kind: ratelimit.Smooth}, "rate.kind smooth lets at most 1 unit through at once; let the call cost less, or take kind token-bucket"},
			{RateLimit{PerTenant: PerTenant{Limit: 5, Burst: 1}}, "rate.per_tenant.burst lets at most 1 unit through at once"},
		} {
			r := spawn(t, start(t), Policy{Rate: one.rate}, echo, dear)
			_, err := r.Call(t.Context(), 1)
			wantIs(t, err, ErrRate)
			wantIs(t, err, ratelimit.ErrNever)
			wantWords(t, err, one.words)
		}
	})
}

func TestLowerPrioritiesAreToldToComeLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calm atomic.Bool
		sys := startWith(t, Options{Shedding: Shedding{Memory: 0.8}, Host: func(fuseboard.Instant) shedding.Signals {
			if calm.Load() {
				return shedding.Signals{Memory: 0.1}
			}
			return shedding.Signals{Memory: 0.99}
		}})
		r := spawn(t, sys, Policy{}, echo)
		time.Sleep(30*time.Second + time.Nanosecond) // all but critical calls are shed
		wait := map[fuseboard.Priority]time.Duration{}
		for _, p := range []fuseboard.Priority{fuseboard.High, fuseboard.Normal, fuseboard.Sheddable, fuseboard.High} {
			_, err := r.Call(at(t, p), 1)
			wantIs(t, err, ErrShed)
			wait[p] = callError(t, err).RetryAfter()
		}
		hold := shedding.Policy{Memory: 0.8}.WithDefaults().HoldFor
		if wait[fuseboard.Normal]-wait[fuseboard.High] != hold || wait[fuseboard.Sheddable]-wait[fuseboard.Normal] != hold {
			t.Errorf("each lower priority should be shed for another %s: %v", hold, wait)
		}
		calm.Store(true)
		time.Sleep(4 * time.Second)
		_, err := r.Call(at(t, fuseboard.Sheddable), 1)
		wantWords(t, err, "memory was ", "and all is calm since")
	})
}

func TestARefusalOfTheGateNamesWhatBoundsThePermits(t *testing.T) {
	for name, one := range map[string]struct {
		policy Policy
		calls  int
		words  string
	}{
		"adaptive": {Policy{Adaptive: Adaptive{Initial: 4}}, 4, "the gate is full: no permit of the adaptive limit (4 to 200) is free and there is no queue; call less, or raise adaptive.max (if the limit stands there)"},
		"workers":  {Policy{Adaptive: Adaptive{Initial: 4}, Workers: Workers{Max: 6}}, 4, "no permit of the adaptive limit (4 to 6) is free and there is no queue; call less, or raise workers.max"},
		"quota":    {Policy{Bulkhead: Bulkhead{Concurrency: 2, Queue: 2, Quota: PriorityQuota{Sheddable: 0.5}}}, 1, "no permit of 2 came free in time, but for those that bulkhead.quota keeps for higher priorities"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := spawn(t, start(t), one.policy, hang)
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan error)
				for range one.calls {
					go func() { _, err := r.Call(ctx, 1); done <- err }()
				}
				synctest.Wait()
				_, err := r.Call(at(t, fuseboard.Sheddable), 1)
				if !errors.Is(err, ErrFull) && !errors.Is(err, ErrLate) {
					t.Error(err)
				}
				wantWords(t, err, one.words)
				cancel()
				for range one.calls {
					<-done
				}
			})
		})
	}
}
