// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/fallback"
)

// stormOf is a storm of calls over whatever may answer them: callers that leave, hooks and stages that break,
// policies that change, guards of keys that are forgotten, a stop in the middle.
type stormOf struct {
	t        *testing.T
	asked    atomic.Int64
	answered atomic.Int64
	broken   atomic.Int64 // calls that did not come back to their caller's function
	degraded atomic.Int64
	kept     atomic.Int64
}

// stormy are requests that break one hook each, now and then.
type stormy struct {
	key    string
	breaks string
	how    string
}

var stormyPlaces = []string{"key", "fallback", "handler", "call", "protection", "inner", "safe"}

func (s *stormy) at(place string) {
	if s.breaks == place {
		breakage(s.how)
	}
}

func drawStormy(rng *rand.Rand) *stormy {
	s := &stormy{key: fmt.Sprint("k", rng.IntN(6)), how: "panic"}
	if rng.IntN(4) == 0 {
		s.breaks = stormyPlaces[rng.IntN(len(stormyPlaces))]
		if rng.IntN(2) == 0 && s.breaks != "key" { // see TestAKeyHookThatEndsItsGoroutineLeavesNothingBehind
			s.how = "goexit"
		}
	}
	return s
}

func stormyHandler(ctx context.Context, s *stormy) (int, error) {
	s.at("handler")
	switch rand.IntN(6) {
	case 0:
		return 0, errDown
	case 1:
		return -1, nil // a failure without an error
	case 2:
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(time.Duration(rand.IntN(3000)) * time.Microsecond):
		}
	}
	return 1, nil
}

func stormyHooks() With[*stormy, int] {
	around := func(place string, at Seam) Stage[*stormy, int] {
		return Stage[*stormy, int]{Name: place, At: at, Around: func(ctx context.Context, s *stormy, next Handler[*stormy, int]) (int, error) {
			n, err := next(ctx, s)
			s.at(place)
			return n, err
		}}
	}
	return With[*stormy, int]{
		Key:  func(s *stormy) (string, bool) { s.at("key"); return s.key, s.key != "k0" },
		Safe: func(s *stormy) bool { s.at("safe"); return true },
		Classify: func(n int, _ error) (out fuseboard.Outcome) {
			if rand.IntN(100) == 0 {
				panic("classify")
			}
			if n < 0 {
				return fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassError}
			}
			return out
		},
		Fallback: func(_ context.Context, s *stormy, _ error) (int, error) {
			s.at("fallback")
			if rand.IntN(3) == 0 {
				return 0, fallback.ErrDeclined
			}
			return 2, nil
		},
		Discard: func(int) {},
		Stages:  []Stage[*stormy, int]{around("call", AroundCall), around("protection", AroundProtection), around("inner", AroundHandler)},
	}
}

// stormyPolicies are put in force one after the other.
func stormyPolicies() []Policy {
	base := Policy{
		Bulkhead: Bulkhead{Concurrency: 4, Queue: 8, MaxWait: 5 * time.Millisecond}, Deadline: Deadline{Total: 50 * time.Millisecond, Attempt: 10 * time.Millisecond},
		Retry:   Retry{Attempts: 2, Backoff: Backoff{Base: time.Millisecond, Max: time.Millisecond}, Budget: Budget{MinPerSecond: 1000}},
		Breaker: Breaker{FailureRate: 0.9, MinCalls: 50, OpenFor: 5 * time.Millisecond},
	}
	cached, both, other := base, base, base
	cached.Cache = Cache{TTL: 2 * time.Millisecond, StaleWhileRevalidate: 2 * time.Millisecond, StaleIfError: 50 * time.Millisecond}
	both.Cache = Cache{TTL: time.Millisecond, MaxEntries: 2, NegativeTTL: time.Millisecond, NegativeOn: []fuseboard.Class{"error", "panicked"}}
	both.Fallback = Fallback{Steps: []FallbackStep{{MaxAge: time.Second}, {Use: fallback.Computed}, {Value: "3"}}, Concurrency: 2, MaxKeys: 2}
	other.Cache = Cache{TTL: time.Millisecond, Coalesce: 1}
	other.Fallback = Fallback{Steps: []FallbackStep{{Use: fallback.Computed}}, Concurrency: 1}
	workers := both
	workers.Workers = Workers{Max: 4}
	workers.Hedge = Hedge{After: time.Millisecond}
	return []Policy{base, cached, both, other, workers}
}

// one makes a call by some way and counts how it was answered. Whatever breaks ends a goroutine of its own.
func (s *stormOf) one(rng *rand.Rand, way int, ask func(context.Context, *stormy) (int, error)) {
	ctx, leave := context.WithTimeout(context.Background(), time.Duration(rng.IntN(8000))*time.Microsecond)
	if rng.IntN(2) == 0 {
		leave()
		ctx, leave = context.WithCancel(context.Background())
		if rng.IntN(3) == 0 {
			time.AfterFunc(time.Duration(rng.IntN(2000))*time.Microsecond, leave)
		}
	}
	var info Info
	req := drawStormy(rng)
	s.asked.Add(1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer leave()
		returned := false
		defer func() {
			_ = recover()
			s.answered.Add(1)
			if !returned {
				s.broken.Add(1)
				if req.breaks == "" {
					s.t.Errorf("way %d: nothing broke, and the call did not come back", way)
				}
			}
		}()
		_, err := ask(WithInfo(ctx, &info), req)
		returned = true
		if err != nil && (info.Source != "" || info.Degraded) {
			s.t.Errorf("way %d: %v with %+v", way, err, info)
		}
		if info.Degraded {
			s.degraded.Add(1)
		}
		if info.Source == FromCache || info.Source == FromStale {
			s.kept.Add(1)
		}
	}()
	<-done
}

// run makes n calls from each of some goroutines, by every way.
func (s *stormOf) run(n int, ways ...func(context.Context, *stormy) (int, error)) {
	var all sync.WaitGroup
	for g := range 6 {
		all.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(g), 7))
			for i := range n {
				way := i % len(ways)
				s.one(rng, way, ways[way])
			}
		})
	}
	all.Wait()
	if s.asked.Load() != s.answered.Load() {
		s.t.Errorf("%d asked, %d answered", s.asked.Load(), s.answered.Load())
	}
	s.t.Logf("%d calls: %d broken, %d degraded, %d of the cache", s.asked.Load(), s.broken.Load(), s.degraded.Load(), s.kept.Load())
}

func waysOf(r *Ref[*stormy, int]) []func(context.Context, *stormy) (int, error) {
	return []func(context.Context, *stormy) (int, error){
		r.Call,
		func(ctx context.Context, s *stormy) (int, error) { return r.Ask(ctx, s).Wait(context.Background()) },
		func(ctx context.Context, s *stormy) (int, error) {
			got, err := r.sys.root.RequestFuture(r.PID(), r.Message(ctx, s), time.Minute).Result()
			reply, is := got.(Reply[*stormy, int])
			if !is { // the actor is gone: the library has answered
				return 0, errors.Join(err, ErrStopped)
			}
			return reply.Value, reply.Err
		},
	}
}

// wantNothingLeft waits until the guard is quiet, and looks for what is still taken.
func wantNothingLeft(t *testing.T, g *Guard) {
	t.Helper()
	time.Sleep(time.Minute) // refreshes behind stale answers, copies that have lost
	synctest.Wait()
	s := g.Stats()
	if left := fmt.Sprint(s.Gate.InUse, s.Gate.Waiting, g.posted.count(), s.Fallback.Running, s.Cache.Running, s.Overdue); left != "0 0 0 0 0 0" {
		t.Errorf("%s: in use, waiting, posted, steps, loads, overdue: %s", g.name, left)
	}
}

func stormLength() int {
	if testing.Short() {
		return 100
	}
	return 400
}

// Whatever happens around calls, each is answered once and nothing stays taken.
func TestStorm_AnswersLeaveNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		policies := stormyPolicies()
		r, err := Spawn(sys, "payments", stormyHandler, policies[2], stormyHooks())
		if err != nil {
			t.Fatal(err)
		}
		over := make(chan struct{})
		var changes sync.WaitGroup
		changes.Go(func() {
			for i := 0; !isClosed(over); i++ {
				if _, err := r.Update(context.Background(), policies[i%len(policies)]); err != nil {
					t.Error(err)
				}
				if err := sys.SetMode(policyModesInOrder[(i/7)%3]); err != nil {
					t.Error(err)
				}
				time.Sleep(time.Millisecond)
			}
		})
		s := &stormOf{t: t}
		s.run(stormLength(), waysOf(r)...)
		close(over)
		changes.Wait()
		wantNothingLeft(t, r.Guard)
	})
}

// The guards of keys are forgotten while their caches load and refresh: no key stays kept.
func TestStorm_KeysAreForgottenWithWhatTheyAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		policies := stormyPolicies()
		k, err := SpawnKeyed(start(t), "tenants", stormyHandler, policies[2], KeyLimits{Max: 3}, stormyHooks())
		if err != nil {
			t.Fatal(err)
		}
		over := make(chan struct{})
		var changes sync.WaitGroup
		changes.Go(func() {
			for i := 0; !isClosed(over); i++ {
				if _, err := k.Update(context.Background(), policies[i%len(policies)]); err != nil {
					t.Error(err)
				}
				time.Sleep(time.Millisecond)
			}
		})
		s := &stormOf{t: t}
		s.run(stormLength(),
			func(ctx context.Context, r *stormy) (int, error) { return k.Call(ctx, r.key, r) },
			func(ctx context.Context, r *stormy) (int, error) {
				return k.Ask(ctx, r.key, r).Wait(context.Background())
			},
		)
		close(over)
		changes.Wait()
		for _, key := range []string{"k0", "k1", "k2", "k3", "k4", "k5"} {
			g, found := k.Guard(key)
			if !found {
				continue
			}
			wantNothingLeft(t, g)
			if n := g.key.kept.Load(); n != 0 {
				t.Errorf("%s is kept %d times", key, n)
			}
		}
	})
}

// A stop in the middle: every call is answered, and when it is over nothing runs any more.
func TestStorm_AStopInTheMiddleAnswersAll(t *testing.T) {
	for _, shutdown := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			sys := start(t)
			r, err := Spawn(sys, "payments", stormyHandler, stormyPolicies()[2], stormyHooks())
			if err != nil {
				t.Fatal(err)
			}
			var stops sync.WaitGroup
			stops.Go(func() {
				time.Sleep(20 * time.Millisecond)
				if shutdown {
					err = sys.Shutdown(context.Background())
				} else {
					err = r.Stop(context.Background())
				}
				if err != nil {
					t.Error(err)
				}
			})
			s := &stormOf{t: t}
			ways := waysOf(r)
			if shutdown {
				ways = ways[:2]
			}
			s.run(stormLength(), ways...)
			stops.Wait()
			wantNothingLeft(t, r.Guard)
		})
	}
}
