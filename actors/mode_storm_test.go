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

	"github.com/asynkron/protoactor-go/actor"
)

// TestStorm_ModesFlipWhileCallsRun: whatever the modes of a System and its policies do
// meanwhile, every request is answered once, all permits, goroutines and keys come
// back, and each call is counted once or, bypassed, not at all.
func TestStorm_ModesFlipWhileCallsRun(t *testing.T) {
	const callers, rounds = 6, 300
	sys := start(t)
	p := Policy{
		Breaker: Breaker{FailureRate: 0.4, MinCalls: 5, OpenFor: time.Millisecond}, Bulkhead: Bulkhead{Concurrency: 3, Queue: 2, MaxWait: time.Millisecond},
		Retry: Retry{Attempts: 2, Backoff: Backoff{Base: 10 * time.Microsecond}, Budget: Budget{MinPerSecond: 1000}}, Deadline: Deadline{Attempt: 5 * time.Millisecond},
	}
	var ran, asked, answered atomic.Int64
	handle := func(_ context.Context, n int) (int, error) {
		ran.Add(1)
		switch n % 7 {
		case 0:
			runtime.Gosched()
		case 1:
			return n, errDown
		case 2:
			panic("boom")
		}
		return n, nil
	}
	r := spawn(t, sys, p, handle, With[int, int]{Safe: Always[int]})
	k, err := SpawnKeyed(sys, "tenants", handle, p, KeyLimits{Max: 2}, With[int, int]{Safe: Always[int]})
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	var flips, wait sync.WaitGroup
	flips.Go(func() { flipModes(t, sys, r, k, p, over) })
	client, err := sys.SpawnActor("client", actor.PropsFromFunc(func(ctx actor.Context) {
		switch m := ctx.Message().(type) {
		case int:
			if m%2 == 0 {
				ctx.Request(r.PID(), r.Message(context.Background(), m))
			} else {
				ctx.Request(k.PID(), k.Message(context.Background(), keyOf(m), m))
			}
		case Reply[int, int]:
			answered.Add(1)
			wait.Done()
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	for c := range callers {
		wait.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(c), 3))
			for round := range rounds {
				if round%10 == 0 { // also where the machine is busy and who flips seldom runs
					flipOnce(t, sys, r, k, p, rng)
				}
				oneWay(t, sys, r, k, client, rng, &wait, &asked, &answered)
			}
		})
	}
	wait.Wait()
	close(over)
	flips.Wait()
	if asked.Load() != answered.Load() {
		t.Errorf("%d asked, %d answered", asked.Load(), answered.Load())
	}
	if err := r.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	s, ks := r.Stats(), k.Stats()
	if s.Gate.InUse != 0 || s.Gate.Waiting != 0 || r.posted.count() != 0 || k.head.posted.count() != 0 || ks.InUse != 0 {
		t.Errorf("not all is back: %+v, %+v", s, ks)
	}
	if shade := r.shade.Load(); shade == nil || shade.over.Depth().InUse != 0 {
		t.Error("permits of overruns are left")
	}
	for what, sum := range map[string][3]uint64{
		"guard":   {s.Calls + s.Retries, s.Attempts + s.Left + s.Rejected.sum(), s.Would.Refused.sum()},
		"keyring": {ks.Calls + ks.Retries, ks.Attempts + ks.Left + ks.Rejected.sum(), ks.Would.Refused.sum()},
	} {
		if sum[0] != sum[1] || sum[2] > sum[0] {
			t.Errorf("%s: %v", what, sum)
		}
	}
	if counted := s.Attempts + ks.Attempts; counted > uint64(ran.Load()) || counted == 0 || s.Would == (Would{}) || ks.Would == (Would{}) {
		t.Errorf("%d counted of %d, %+v, %+v", counted, ran.Load(), s.Would, ks.Would)
	}
	t.Logf("%d ran, %d counted, %+v", ran.Load(), s.Attempts+ks.Attempts, s.Would)
}

func keyOf(n int) string { return string(rune('a' + n%4)) }

func flipModes(t *testing.T, sys *System, r *Ref[int, int], k *Keyed[int, int], p Policy, over <-chan struct{}) {
	rng := rand.New(rand.NewPCG(1, 2))
	for !isClosed(over) {
		flipOnce(t, sys, r, k, p, rng)
		runtime.Gosched()
	}
}

func flipOnce(t *testing.T, sys *System, r *Ref[int, int], k *Keyed[int, int], p Policy, rng *rand.Rand) {
	m := policyModesInOrder[rng.IntN(3)]
	p.Mode = m
	var err error
	switch rng.IntN(6) {
	case 0:
		_, err = r.Update(context.Background(), p)
	case 1:
		_, err = k.Update(context.Background(), p)
	default:
		err = sys.SetMode(m)
	}
	if err != nil {
		t.Error(err)
	}
}

// oneWay makes a request by one of the ways in.
func oneWay(t *testing.T, sys *System, r *Ref[int, int], k *Keyed[int, int], client *actor.PID, rng *rand.Rand, wait *sync.WaitGroup, asked, answered *atomic.Int64) {
	asked.Add(1)
	n, ctx := rng.IntN(1000), context.Background()
	var err error
	defer func() {
		if v := recover(); v != nil && v != "boom" {
			t.Error(v)
		}
		if errors.Is(err, ErrStopped) || errors.Is(err, errUnbound) {
			t.Error(err)
		}
	}()
	way := rng.IntN(7)
	if way == 6 {
		wait.Add(1)
		sys.root.Send(client, n)
		return
	}
	answered.Add(1)
	switch way {
	case 0:
		_, err = r.Call(ctx, n)
	case 1:
		_, err = r.Ask(ctx, n).Wait(ctx)
	case 2:
		err = r.Tell(ctx, n)
	case 3:
		_, err = Do(ctx, r.Guard, func(ctx context.Context) (int, error) { return r.handle(ctx, n) })
	case 4:
		_, err = k.Call(ctx, keyOf(n), n)
	case 5:
		_, err = k.Ask(ctx, keyOf(n), n).Wait(ctx)
	}
}
