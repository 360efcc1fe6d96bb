// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard/supervision"
)

// wares are answers that must each come to somebody once: to a caller, or to Discard.
type wares struct {
	mu    sync.Mutex
	made  int
	given map[int]int
}

func (w *wares) make() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.made++
	return w.made
}

func (w *wares) give(n int) {
	if n == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.given[n]++
}

// lost are those that came to nobody, or to more than one.
func (w *wares) lost() (none, twice int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for n := 1; n <= w.made; n++ {
		switch w.given[n] {
		case 0:
			none++
		case 1:
		default:
			twice++
		}
	}
	return none, twice
}

// takeWare asks for a ware.
func (d deed) takeWare(r *Ref[*deed, int], w *wares) {
	time.Sleep(time.Duration(d.start) * time.Millisecond)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if d.cancel > 0 {
		time.AfterFunc(time.Duration(d.cancel)*time.Millisecond, cancel)
	}
	got, err := 0, error(nil)
	switch d.way {
	case "ask":
		got, err = r.Ask(ctx, &d).Wait(context.Background())
	case "message":
		reply, failed := r.sys.root.RequestFuture(r.PID(), r.Message(ctx, &d), time.Hour).Result()
		if said, is := reply.(Reply[*deed, int]); is && failed == nil {
			got, err = said.Value, said.Err
		}
	default:
		got, err = r.Call(ctx, &d)
	}
	if err == nil {
		w.give(got)
	}
}

var drawHedgedPolicy = rapid.Custom(func(t *rapid.T) Policy {
	p := Policy{
		Deadline: Deadline{Attempt: 20 * time.Millisecond, Total: 50 * time.Millisecond},
		Hedge: Hedge{
			After:  rapid.SampledFrom([]time.Duration{ms, 5 * ms, 10*ms + 1, 19 * ms}).Draw(t, "after"),
			Copies: rapid.IntRange(1, 3).Draw(t, "copies"),
		},
		Retry:    Retry{Attempts: rapid.IntRange(1, 2).Draw(t, "attempts"), Backoff: Backoff{Base: time.Millisecond, Jitter: supervision.NoJitter}},
		Bulkhead: Bulkhead{Concurrency: rapid.IntRange(2, 8).Draw(t, "permits"), Queue: 8},
		Workers:  Workers{Max: rapid.IntRange(1, 8).Draw(t, "max"), Idle: 10 * time.Millisecond, MaxAbandoned: rapid.IntRange(1, 4).Draw(t, "abandoned")},
	}
	if rapid.Bool().Draw(t, "breaker") {
		p.Breaker = Breaker{Consecutive: 5, OpenFor: 10 * time.Millisecond, Probes: 1}
	}
	if rapid.Bool().Draw(t, "rate") {
		p.Rate = RateLimit{Limit: 20, Per: 100 * time.Millisecond, Queue: 5}
	}
	if rapid.Bool().Draw(t, "adaptive") {
		p.Deadline.Adaptive = AdaptiveAttempt{Min: 2 * ms, MinCalls: 3}
	}
	if rapid.Bool().Draw(t, "quantile") {
		p.Hedge.Quantile, p.Hedge.MinCalls = 0.5, 3
	}
	return p
})

func TestStorm_HedgedCallsLoseNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		deeds := rapid.SliceOfN(drawDeed, 1, 40).Draw(rt, "deeds")
		for i := range deeds {
			if deeds[i].way == "do" {
				deeds[i].way = "message"
			}
		}
		policy, next := drawHedgedPolicy.Draw(rt, "policy"), drawHedgedPolicy.Draw(rt, "next policy")
		if rapid.Bool().Draw(rt, "turned off") {
			next.Hedge = Hedge{}
		}
		updateAt := rapid.SampledFrom([]int{0, 10, 50}).Draw(rt, "update")
		stopAt := rapid.SampledFrom([]int{0, 60, 1000}).Draw(rt, "stop")
		synctest.Test(t, func(t *testing.T) { blowHedged(t, rt, deeds, policy, next, updateAt, stopAt) })
	})
}

func blowHedged(t *testing.T, rt *rapid.T, deeds []deed, policy, next Policy, updateAt, stopAt int) {
	sys, err := Start(Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	goods := &wares{given: map[int]int{}}
	var runs atomic.Int64
	r, err := Spawn(sys, "payments", func(ctx context.Context, d *deed) (int, error) {
		runs.Add(1)
		if _, err := d.work(ctx); err != nil {
			return 0, err
		}
		return goods.make(), nil
	}, policy, With[*deed, int]{Safe: Always[*deed], Discard: goods.give})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for _, d := range deeds {
		all.Go(func() { d.takeWare(r, goods) })
	}
	if updateAt > 0 {
		time.Sleep(time.Duration(updateAt) * time.Millisecond)
		if _, err := r.Update(t.Context(), next); err != nil {
			rt.Error(err)
		}
	}
	if stopAt > 0 {
		time.Sleep(time.Duration(stopAt) * time.Millisecond)
		now, end := context.WithCancel(t.Context())
		end()
		_ = r.Stop(now)
	}
	all.Wait()
	time.Sleep(time.Second) // work that ignores everything ends, idle goroutines end
	synctest.Wait()
	s := r.Stats()
	answered := s.Calls == uint64(len(deeds)) || stopAt > 0 // a message to who has stopped reaches nobody
	if s.Gate.InUse != 0 || s.Gate.Waiting != 0 || s.Overdue != 0 || !answered {
		rt.Errorf("left behind: %+v", s)
	}
	if s.Attempts != uint64(runs.Load()) || s.AttemptLatency.Count() != s.Attempts {
		rt.Errorf("%d handlers ran, %d attempts, %d timed", runs.Load(), s.Attempts, s.AttemptLatency.Count())
	}
	if s.Calls != s.Attempts-s.Retries-s.Hedge.Ended+s.Left+s.Rejected.sum() || s.Hedge.Ended != s.Hedge.Sent {
		rt.Errorf("the numbers do not add up: %+v", s)
	}
	if h := s.Hedge; h.Won > h.Sent || h.Lost > h.Sent+uint64(len(deeds))*2 || s.Voids < h.Lost {
		rt.Errorf("%+v", h)
	}
	if crew := r.pool.Load().Crew(); crew.Running != 0 || crew.Idle != 0 {
		rt.Errorf("left in the pool: %+v", crew)
	}
	if none, twice := goods.lost(); none != 0 || twice != 0 {
		rt.Errorf("of %d answers %d came to nobody and %d to two", goods.made, none, twice)
	}
	if err := sys.Shutdown(t.Context()); err != nil {
		rt.Error(err)
	}
}

// TestStorm_HedgesOnRealProcessors lets copies and first attempts meet at any instruction.
func TestStorm_HedgesOnRealProcessors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		goods := &wares{given: map[int]int{}}
		p := Policy{
			Deadline: Deadline{Attempt: 3 * ms}, Hedge: Hedge{After: 100 * time.Microsecond, Copies: 2},
			Retry:    Retry{Attempts: 1, Budget: Budget{MinPerSecond: 10_000, Ratio: 1}},
			Bulkhead: Bulkhead{Concurrency: 12, Queue: 100}, Workers: Workers{Max: 12, MaxAbandoned: 12},
			Breaker: Breaker{FailureRate: 0.9},
		}
		r := spawn(t, start(t), p, func(ctx context.Context, n int) (int, error) {
			switch n % 4 {
			case 0: // ends with the moment in which its copy is due
				time.Sleep(100 * time.Microsecond)
			case 1:
				<-ctx.Done()
				return 0, ctx.Err()
			case 2:
				time.Sleep(time.Duration(n%5) * 50 * time.Microsecond)
				if n%3 == 0 {
					return 0, errors.New("down")
				}
			default:
				for range n % 100 {
					runtime.Gosched()
				}
			}
			return goods.make(), nil
		}, With[int, int]{Safe: Always[int], Discard: goods.give})
		// Which copies win is the scheduler's choice: a round in which none did (one in some hundred
		// where the processors are taken) proves less, so that another follows.
		rounds := uint64(0)
		for calm := true; calm && rounds < 20; rounds++ {
			hailOnHedges(r, goods, rounds)
			s := r.Stats().Hedge
			calm = s.Sent == 0 || s.Won == 0 || s.Lost == 0
		}
		time.Sleep(time.Second)
		wantTaken(t, r.Guard, 0, 0)
		if none, twice := goods.lost(); none != 0 || twice != 0 {
			t.Errorf("of %d answers %d came to nobody and %d to two", goods.made, none, twice)
		}
		if s := r.Stats(); s.Hedge.Sent == 0 || s.Hedge.Won == 0 || s.Hedge.Lost == 0 || s.Calls != 1600*rounds {
			t.Errorf("a calm: %+v", s)
		}
	})
}

// hailOnHedges makes 1600 calls from 16 goroutines, some of which leave early.
func hailOnHedges(r *Ref[int, int], goods *wares, round uint64) {
	var all sync.WaitGroup
	for i := range uint64(16) {
		all.Go(func() {
			dice := rand.New(rand.NewPCG(1+round, i))
			for range 100 {
				ctx, cancel := context.WithCancel(context.Background())
				if dice.IntN(4) == 0 {
					time.AfterFunc(time.Duration(dice.IntN(400))*time.Microsecond, cancel)
				}
				if got, err := r.Call(ctx, dice.IntN(1000)); err == nil {
					goods.give(got)
				}
				cancel()
			}
		})
	}
	all.Wait()
}
