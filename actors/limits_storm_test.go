// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// whirl is guards and keyrings under narrow limits, used in every way at once.
type whirl struct {
	testing.TB
	sys     *System
	refs    []*Ref[int, int]
	rings   []*Keyed[int, int]
	sizes   []Policy
	limited atomic.Int64
	broken  atomic.Int64 // limits that were exceeded
}

func newWhirl(t testing.TB) *whirl {
	w := &whirl{TB: t, sys: under(t, Limits{Goroutines: 6, Queued: 3, Keys: 12, WindowBytes: 11_000})}
	for i, calls := range []int{10, 40, 100} {
		p := sized(calls)
		p.Bulkhead = Bulkhead{Concurrency: 2, Queue: 3, MaxWait: time.Millisecond}
		p.Retry = Retry{Attempts: 2, Backoff: Backoff{Base: time.Millisecond, Max: time.Millisecond}}
		if i == 1 {
			p.Deadline.Attempt = time.Millisecond
			p.Workers = Workers{Max: 2, MaxAbandoned: 2, Idle: time.Millisecond}
		}
		w.sizes = append(w.sizes, p)
	}
	for i, name := range []string{"plain", "pooled", "changing"} {
		r, err := Spawn(w.sys, name, w.handle, w.sizes[i], With[int, int]{Safe: Always[int]})
		if err != nil {
			t.Fatal(err)
		}
		w.refs = append(w.refs, r)
	}
	for i, name := range []string{"hosts", "tenants"} {
		k, err := SpawnKeyed(w.sys, name, w.handle, w.sizes[i], KeyLimits{Max: 10, Idle: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		w.rings = append(w.rings, k)
	}
	return w
}

// handle returns, fails, panics, or hangs for a moment.
func (w *whirl) handle(ctx context.Context, n int) (int, error) {
	switch n % 7 {
	case 0:
		return 0, errDown
	case 1:
		panic("poisoned")
	case 2, 3:
		timer := time.NewTimer(time.Duration(n%5) * 400 * time.Microsecond)
		defer timer.Stop()
		<-timer.C
	}
	return n, ctx.Err()
}

func (w *whirl) note(err error) {
	if errors.Is(err, ErrLimit) {
		w.limited.Add(1)
	}
	s := w.sys.Stats().Limits
	for _, u := range []LimitUse{s.Goroutines, s.Queued, s.Keys, s.WindowBytes} {
		if u.Used > u.Limit || u.Used < 0 {
			w.broken.Add(1)
		}
	}
}

func (w *whirl) step(r *rand.Rand) {
	ctx, end := context.WithTimeout(context.Background(), time.Duration(1+r.IntN(4000))*time.Microsecond)
	defer end()
	ref, k, n := w.refs[r.IntN(3)], w.rings[r.IntN(2)], r.IntN(1000)
	switch r.IntN(10) {
	case 0, 1:
		_, err := ref.Call(ctx, n)
		w.note(err)
	case 2:
		_, err := ref.Ask(ctx, n).Wait(context.Background())
		w.note(err)
	case 3:
		w.note(ref.Tell(context.Background(), n))
	case 4:
		answer, _ := w.sys.actors.Root.RequestFuture(ref.PID(), ref.Message(ctx, n), time.Second).Result()
		reply, _ := answer.(Reply[int, int])
		w.note(reply.Err)
	case 5, 6:
		_, err := k.Call(ctx, keyNumber(r.IntN(30)), n)
		w.note(err)
	case 7:
		w.note(k.Tell(context.Background(), keyNumber(r.IntN(30)), n))
	case 8:
		if r.IntN(8) > 0 {
			return
		}
		_, err := w.refs[2].Update(context.Background(), w.sizes[r.IntN(3)])
		w.note(err)
	case 9:
		if r.IntN(8) > 0 {
			return
		}
		_, err := k.Update(context.Background(), w.sizes[r.IntN(3)])
		w.note(err)
	}
}

func TestStorm_NoLimitIsExceededAndAllComesBack(t *testing.T) {
	w := newWhirl(t) // when the System has shut down nothing is used: see under
	steps := 400
	if soaking() {
		steps = 20_000
	}
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 3))
			for range steps {
				w.step(r)
			}
		})
	}
	all.Wait()
	s := w.sys.Stats().Limits
	t.Logf("%d refused by limits; %+v", w.limited.Load(), s)
	if w.broken.Load() > 0 || w.limited.Load() == 0 {
		t.Errorf("exceeded %d times", w.broken.Load())
	}
	var keys int
	bytes := w.refs[0].plan.Load().weight + w.refs[1].plan.Load().weight + w.refs[2].plan.Load().weight
	for _, k := range w.rings {
		keys += k.Len()
		bytes += int64(1+k.Len()) * k.head.plan.Load().weight
	}
	if s := w.sys.Stats().Limits; s.Keys.Used != int64(keys) || s.WindowBytes.Used != bytes {
		t.Errorf("%d keys and %d bytes are there: %+v", keys, bytes, s)
	}
}

func TestRefusalForALimitAllocatesNothing_Alloc(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates; run without -race")
	}
	early := earlier(t)
	sys := under(t, Limits{Queued: 1, Goroutines: 1, Keys: 1})
	full := spawn(t, sys, Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 1}}, echo)
	pooled, err := Spawn(sys, "pooled", echo, Policy{Workers: Workers{Max: 1}})
	if err != nil {
		t.Fatal(err)
	}
	k := ring(t, sys, "tenants", Policy{Breaker: quickBreaker})
	open(t, k, "a")
	full.gate.TryEnter()
	sys.limits.queued.quota.Take(1)
	sys.limits.goroutines.quota.Take(1)
	for what, call := range map[string]func(){
		"queued":     func() { _, _ = full.Call(early, 1) },
		"goroutines": func() { _, _ = pooled.Call(early, 1) },
		"keys":       func() { _, _ = k.Call(early, "b", 1) },
	} {
		if got := testing.AllocsPerRun(200, call); got != 0 {
			t.Errorf("%s: %v allocations", what, got)
		}
	}
	if l := sys.Stats().Limits; l.Queued.Refused < 200 || l.Goroutines.Refused < 200 || l.Keys.Refused < 200 {
		t.Errorf("%+v", l)
	}
	full.gate.Leave()
	sys.limits.queued.quota.Give(1)
	sys.limits.goroutines.quota.Give(1)
}

func BenchmarkRefusedForALimit(b *testing.B) {
	early := earlier(b)
	sys := under(b, Limits{Queued: 1})
	r := spawn(b, sys, Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 1}}, echo)
	r.gate.TryEnter()
	defer r.gate.Leave()
	sys.limits.queued.quota.Take(1)
	defer sys.limits.queued.quota.Give(1)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = r.Call(early, 1)
	}
}
