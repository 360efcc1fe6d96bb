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
)

// TestStorm_KeysOfHedgedCallsComeAndGo lets keys be forgotten while losers of theirs run.
func TestStorm_KeysOfHedgedCallsComeAndGo(t *testing.T) {
	for seed := range uint64(30) {
		synctest.Test(t, func(t *testing.T) {
			dice := rand.New(rand.NewPCG(7, seed))
			var mu sync.Mutex
			n := func(k int) int { mu.Lock(); defer mu.Unlock(); return dice.IntN(k) }
			goods := &wares{given: map[int]int{}}
			sys, err := Start(Options{Seed: 1, Limits: Limits{Goroutines: 20}})
			if err != nil {
				t.Fatal(err)
			}
			p := Policy{
				Deadline: Deadline{Attempt: 60 * ms, Adaptive: AdaptiveAttempt{MinCalls: 3, Min: 5 * ms}},
				Hedge:    Hedge{After: 5 * ms, Copies: 2, Quantile: 0.5, MinCalls: 3},
				Retry:    Retry{Attempts: 2, Budget: Budget{MinPerSecond: 10_000, Ratio: 1}},
				Bulkhead: Bulkhead{Concurrency: 4, Queue: 4}, Workers: Workers{Max: 4, MaxAbandoned: 3, Idle: 20 * ms},
				Breaker: Breaker{Consecutive: 4, OpenFor: 10 * ms},
				Rate:    RateLimit{Limit: 40, Per: 100 * ms, Queue: 5},
			}
			var runs atomic.Int64
			k, err := SpawnKeyed(sys, "p", func(ctx context.Context, _ int) (int, error) {
				runs.Add(1)
				switch n(6) {
				case 0:
					time.Sleep(time.Duration(n(200)) * ms)
				case 1:
					return 0, errors.New("down")
				case 2:
					panic("x")
				case 3:
					<-ctx.Done()
					return 0, ctx.Err()
				default:
					time.Sleep(time.Duration(n(20)) * ms)
				}
				return goods.make(), nil
			}, p, KeyLimits{Max: 3, Idle: time.Second}, With[int, int]{Safe: Always[int], Discard: goods.give})
			if err != nil {
				t.Fatal(err)
			}
			var all sync.WaitGroup
			for i := range 60 {
				all.Go(func() {
					time.Sleep(time.Duration(n(400)) * ms)
					ctx, cancel := context.WithCancel(context.Background())
					defer cancel()
					if n(4) == 0 {
						time.AfterFunc(time.Duration(n(30))*ms, cancel)
					}
					got, err := k.Call(ctx, fmt.Sprint(i%9), 1)
					if err == nil {
						goods.give(got)
					}
				})
			}
			all.Wait()
			time.Sleep(10 * time.Second)
			synctest.Wait()
			s := k.Stats()
			if s.InUse != 0 || s.Gate.InUse != 0 || s.Overdue != 0 {
				t.Errorf("%+v", s)
			}
			if s.Attempts != uint64(runs.Load()) {
				t.Errorf("%d runs, %d attempts", runs.Load(), s.Attempts)
			}
			if s.Calls != s.Attempts-s.Retries-s.Hedge.Ended+s.Left+s.Rejected.sum() || s.Hedge.Ended != s.Hedge.Sent {
				t.Errorf("numbers: %+v", s)
			}
			if none, twice := goods.lost(); none != 0 || twice != 0 {
				t.Errorf("%d none, %d twice of %d", none, twice, goods.made)
			}
			u := sys.Stats().Limits
			if u.Goroutines.Used != 0 {
				t.Errorf("%+v", u)
			}
			if err := sys.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			if u := sys.Stats().Limits; u.WindowBytes.Used != 0 || u.Keys.Used != 0 || u.Goroutines.Used != 0 {
				t.Errorf("%+v", u)
			}
		})
	}
}
