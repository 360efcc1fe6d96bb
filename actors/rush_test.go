// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/lane"
	"github.com/fuseboard/fuseboard/supervision"
)

func TestRushIsSoManyClashesOfOneSecond(t *testing.T) {
	const second = fuseboard.Instant(1 << secondBits)
	for _, first := range []fuseboard.Instant{0, second, 6*second + second/2} {
		var r rush
		for range crowded - 1 {
			if r.clash(first) {
				t.Fatal("crowded too early")
			}
		}
		if r.clash(first + second) {
			t.Error("clashes of two seconds are added up")
		}
		crowds := 0
		for range 10 * crowded {
			if r.clash(first + 2*second) {
				crowds++
			}
		}
		if crowds != 1 {
			t.Errorf("crowded %d times in one second", crowds)
		}
	}
}

// A guard is spread while it is called and asked: nothing is counted twice or lost, and no
// number that never falls does.
func TestStorm_NothingIsLostWhileAGuardIsSpread(t *testing.T) {
	defer lane.Force(4)()
	policy := Policy{
		Breaker: Breaker{FailureRate: 0.9, MinCalls: 100, Window: supervision.Window{Span: time.Hour}},
		Retry:   Retry{Attempts: 2, Budget: supervision.Budget{Window: time.Minute}},
	}
	works := func(_ context.Context, n int) (int, error) { return n, nil }
	const people, calls = 4, 500
	for range 10 {
		sys := start(t)
		k := keyed(t, sys, policy, KeyLimits{Max: 8, Idle: time.Hour}, works)
		r := spawn(t, sys, policy, works)
		if _, err := k.Call(t.Context(), "a", 1); err != nil {
			t.Fatal(err)
		}
		e := k.entries()[0]
		var all, beside sync.WaitGroup
		var over atomic.Bool
		for range people {
			all.Go(func() {
				for i := range calls {
					_, one := r.Call(t.Context(), i)
					_, other := k.Call(t.Context(), "a", i)
					if one != nil || other != nil {
						t.Error(one, other)
					}
				}
			})
		}
		beside.Go(func() {
			for was := uint64(0); !over.Load(); {
				s := r.Stats()
				if s.Successes < was || s.CallLatency.Count() > people*calls || s.Window.Calls > people*calls {
					t.Errorf("after %d: %d successes, %d latencies, %d in the window", was, s.Successes, s.CallLatency.Count(), s.Window.Calls)
				}
				was = s.Successes
			}
		})
		for range crowded {
			r.Guard.clashed(1)
			e.guard.clashed(1)
		}
		all.Wait()
		over.Store(true)
		beside.Wait()
		if !r.Guard.rush.spread.Load() || !e.guard.rush.spread.Load() {
			t.Fatal("not spread")
		}
		s, ks := r.Stats(), k.Stats()
		booked, _, _ := r.Guard.spent.Balance(sys.clock.Now())
		if s.Successes != people*calls || s.CallLatency.Count() != people*calls || s.Window.Calls != people*calls || booked != people*calls {
			t.Errorf("%d calls: %d successes, %d latencies, %d in the window, %d booked",
				people*calls, s.Successes, s.CallLatency.Count(), s.Window.Calls, booked)
		}
		if ks.Successes != people*calls+1 || ks.CallLatency.Count() != people*calls+1 {
			t.Errorf("%d calls of a key: %d successes, %d latencies", people*calls+1, ks.Successes, ks.CallLatency.Count())
		}
	}
}
