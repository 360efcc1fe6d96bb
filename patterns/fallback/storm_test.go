// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Callers with functions that answer, decline, fail, panic and end their goroutine, while
// the policy changes: the slots are bounded throughout, all are back in the end, and every
// answer of the chain is counted once.
func TestStorm_SlotsAreNeverExceededAndNoneLeaks(t *testing.T) {
	const callers, each, most = 8, 2000, 3
	var running, peak, answered, given atomic.Int64
	c := made(t, Policy{Concurrency: most, Steps: []Step{{Use: Computed}}}, Sources[int, int]{
		Compute: func(ctx context.Context, req int, _ error) (int, error) {
			n := running.Add(1)
			defer running.Add(-1)
			for p := peak.Load(); n > p && !peak.CompareAndSwap(p, n); p = peak.Load() {
			}
			runtime.Gosched()
			switch req {
			case 0:
				panic(errMade)
			case 1:
				runtime.Goexit()
			case 2:
				return 0, ErrDeclined
			case 3:
				return 0, errMade
			}
			return req, ctx.Err()
		},
	})
	var all sync.WaitGroup
	for g := range callers {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(g), 7))
			for i := range each {
				once(&all, c, random.IntN(8), &answered, &given)
				if i%100 == 0 {
					if err := c.Reshape(Policy{Concurrency: 1 + random.IntN(most), Timeout: time.Minute, Steps: []Step{{Use: Computed}}}); err != nil {
						t.Error(err)
					}
					_ = c.View()
				}
			}
		})
	}
	all.Wait()
	v := c.View()
	var counted uint64
	for _, n := range v.Steps[0].Counts {
		counted += n
	}
	if v.Running != 0 || running.Load() != 0 || peak.Load() > most || counted != callers*each || v.Steps[0].Count(Answered) != uint64(given.Load()) {
		t.Errorf("%d run, at most %d did; %d counted, %d given: %+v", v.Running, peak.Load(), counted, given.Load(), v)
	}
}

// once makes one answer; one that ends its goroutine in another.
func once(all *sync.WaitGroup, c *Chain[int, int], req int, answered, given *atomic.Int64) {
	answer := func() {
		if v, g, err := c.Answer(context.Background(), req, failed); err == nil && v == req && g.Use == Computed {
			given.Add(1)
		}
		answered.Add(1)
	}
	if req == 1 {
		all.Go(answer)
		return
	}
	answer()
}

func TestStorm_NoTwoTakeOneSlot(t *testing.T) {
	var slots Slots
	var held, most atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100_000 {
				if slots.take(1) {
					if n := held.Add(1); n > most.Load() {
						most.Store(n)
					}
					held.Add(-1)
					slots.give()
				}
			}
		})
	}
	all.Wait()
	if most.Load() != 1 || slots.Running() != 0 {
		t.Errorf("%d held one slot, %d still do", most.Load(), slots.Running())
	}
}

func TestAStaticValueAllocatesNothing_Alloc(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates")
	}
	c := made(t, Policy{Steps: []Step{{On: []fuseboard.Class{"timeout"}}, {MaxAge: time.Minute}, {Value: `{"id": "a", "cents": 1}`, On: []fuseboard.Class{Refusal}}}},
		Sources[int, receipt]{Kept: func(int, time.Duration) (receipt, time.Duration, bool) { return receipt{}, 0, false }})
	ctx, refused := t.Context(), Fault{Refused: "breaker", Err: errCall}
	if n := testing.AllocsPerRun(1000, func() {
		if v, given, err := c.Answer(ctx, 1, refused); v.Cents != 1 || given.Step != 3 || err != nil {
			t.Errorf("%+v, %+v, %v", v, given, err)
		}
	}); n != 0 {
		t.Errorf("a value allocates %v times", n)
	}
	none := made(t, Policy{Steps: []Step{{On: []fuseboard.Class{"timeout"}}}}, Sources[int, receipt]{})
	if n := testing.AllocsPerRun(1000, func() {
		if _, _, err := none.Answer(ctx, 1, refused); !errors.Is(err, errCall) {
			t.Error(err)
		}
	}); n != 0 {
		t.Errorf("a refusal for which no step is meant allocates %v times", n)
	}
}

func TestALastGoodAnswerAllocatesNothing_Alloc(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates")
	}
	last := NewKept[receipt](10)
	last.Put(0, "a", receipt{Cents: 1})
	c := made(t, Policy{Steps: []Step{{MaxAge: time.Minute}}}, Sources[string, receipt]{
		Kept: func(req string, most time.Duration) (receipt, time.Duration, bool) { return last.Get(1, req, most) },
	})
	ctx := t.Context()
	if n := testing.AllocsPerRun(1000, func() {
		if v, _, err := c.Answer(ctx, "a", failed); v.Cents != 1 || err != nil {
			t.Errorf("%+v, %v", v, err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Whoever puts first: the younger answer stays.
func TestStorm_AnOlderAnswerNeverReplacesAYoungerOne(t *testing.T) {
	for i := range 20000 {
		k := NewKept[int](4)
		k.Put(0, "k", 0)
		var all sync.WaitGroup
		for at := 1; at <= 2; at++ {
			all.Go(func() { k.Put(fuseboard.Instant(at), "k", at) })
		}
		all.Wait()
		if v, _, _ := k.Get(2, "k", time.Hour); v != 2 {
			t.Fatalf("after %d: the answer of %d is kept, not that of 2", i, v)
		}
	}
}
