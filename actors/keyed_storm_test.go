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
	"time"
)

// Everything at once, and a Shutdown in the middle of it: each call is answered,
// all is given back, the sums agree with what the handler saw.
func TestKeyedStormGivesEverythingBack(t *testing.T) {
	sys, err := Start(Options{Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	var ran atomic.Uint64
	p := Policy{Breaker: Breaker{Consecutive: 3, OpenFor: time.Millisecond, MaxOpen: time.Millisecond, Probes: 1}, Bulkhead: Bulkhead{Concurrency: 2, Queue: 2}}
	k := keyed(t, sys, p, KeyLimits{Max: 20, Idle: time.Second}, func(ctx context.Context, n int) (int, error) {
		ran.Add(1)
		return failing(ctx, n)
	})
	ctx := context.Background()
	var storm sync.WaitGroup
	var answered, begun atomic.Uint64
	for w := range 8 {
		storm.Go(func() {
			dice := rand.New(rand.NewPCG(uint64(w), 1))
			for i := range 2000 {
				key, n := keyNumber(dice.IntN(60)), dice.IntN(8)-2
				switch dice.IntN(20) {
				case 0:
					_ = k.Command(ctx, key, Command{Mode: HoldOpen, Reason: "r", By: "b", TTL: time.Millisecond})
				case 1:
					_ = k.Command(ctx, key, enforce(true))
				case 2:
					if i%50 == 0 {
						q := p
						q.Breaker.MinCalls = 1 + dice.IntN(9)
						_, _ = k.Update(ctx, q)
					}
				case 3:
					if g, found := k.Guard(key); found {
						_, _ = Do(ctx, g, func(context.Context) (int, error) { ran.Add(1); return 1, nil })
						_ = g.Explain()
						_ = g.Command(ctx, enforce(false))
					}
				case 4:
					begun.Add(1)
					if _, err := k.Ask(ctx, key, n).Wait(ctx); err == nil || errors.As(err, new(*CallError)) {
						answered.Add(1)
					}
				case 5:
					_ = k.Stats()
					for range k.All() {
						break
					}
				default:
					begun.Add(1)
					if _, err := k.Call(ctx, key, n); err == nil || errors.As(err, new(*CallError)) {
						answered.Add(1)
					}
				}
				if w == 0 && i == 1900 {
					storm.Go(func() {
						if err := sys.Shutdown(ctx); err != nil {
							t.Error(err)
						}
					})
				}
			}
		})
	}
	storm.Wait()
	if begun.Load() != answered.Load() {
		t.Errorf("%d calls, %d answers", begun.Load(), answered.Load())
	}
	s := k.Stats()
	if s.Attempts != ran.Load() || s.Keys > 20 || s.Created != uint64(s.Keys)+s.EvictedForRoom+s.EvictedIdle {
		t.Errorf("the handler ran %d times; %+v", ran.Load(), s)
	}
	for _, e := range k.entries() {
		if d := e.guard.gate.Depth(); d.InUse+d.Waiting > 0 {
			t.Errorf("%s: %+v", e.key, d)
		}
	}
}

// An Update and new keys at the same time: when it has returned no key has the old policy.
func TestUpdateStormMissesNoKey(t *testing.T) {
	k := keyed(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 1}}, KeyLimits{Max: 500}, echo)
	var flood sync.WaitGroup
	var over atomic.Bool
	for w := range 3 {
		flood.Go(func() {
			for i := w; !over.Load(); i += 3 {
				_, _ = k.Call(context.Background(), keyNumber(i), 1)
				runtime.Gosched()
			}
		})
	}
	for want := 2; want < 60; want++ {
		change, err := k.Update(context.Background(), Policy{Bulkhead: Bulkhead{Concurrency: want}})
		if err != nil || change.Version != uint64(want) {
			t.Fatalf("%+v, %v", change, err)
		}
		for key, g := range k.All() {
			if s := g.Stats(); s.PolicyVersion != change.Version || s.Gate.Limit != want {
				t.Fatalf("%s after update %d: %+v", key, want, s)
			}
		}
	}
	over.Store(true)
	flood.Wait()
}
