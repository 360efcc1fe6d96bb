// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

func ctxOf(p fuseboard.Priority, tenant string) context.Context {
	return fuseboard.WithMeta(context.Background(), fuseboard.Meta{Priority: p, Tenant: tenant})
}

// contexts are those of four callers, each met by other cases of waiting.
var contexts = []context.Context{
	context.Background(), ctxOf(fuseboard.Sheddable, ""), ctxOf(fuseboard.Normal, "globex"), ctxOf(fuseboard.Sheddable, "globex"),
}

var sheddableOnly = []fuseboard.Priority{fuseboard.Sheddable}

// withEnter are all ways in, and Enter.
func withEnter() map[string]func(*bottleneck, context.Context, int) {
	ways := maps.Clone(waysIn)
	ways["enter"] = func(b *bottleneck, ctx context.Context, n int) {
		go func() {
			entry, err := b.ref.Enter(ctx)
			if err != nil {
				return
			}
			defer entry.Done(&err)
			_, err = b.handle(entry.Context(), n)
		}()
	}
	return ways
}

// makeKey sees to it that the key "acme" has a guard.
func (b *bottleneck) makeKey() {
	_, _ = b.keyed.Call(context.Background(), "acme", 1)
}

func TestEveryWayInHasTheCasesOfItsContext(t *testing.T) {
	p := Policy{
		Deadline: Deadline{Total: 2 * time.Second},
		Cases: []Case{
			{Priorities: sheddableOnly, Deadline: Deadline{Total: 300 * time.Millisecond, Attempt: 250 * time.Millisecond}},
			{Tenant: "globex", Deadline: Deadline{Total: 5 * time.Second}},
			{Tenant: "globex", Priorities: sheddableOnly, Deadline: Deadline{Attempt: 100 * time.Millisecond}},
		},
	}
	isolated := p
	isolated.Workers = Workers{Max: 1}
	for kind, p := range map[string]Policy{"plain": p, "isolated": isolated} {
		for way, send := range withEnter() {
			if kind == "isolated" && way == "enter" {
				continue // it takes none
			}
			t.Run(kind+" "+way, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					b := newBottleneck(t, p)
					b.makeKey()
					var left []time.Duration
					b.next = func(ctx context.Context, _ int) {
						at, _ := ctx.Deadline()
						left = append(left, time.Until(at))
					}
					for i, ctx := range contexts {
						send(b, ctx, i+1)
						synctest.Wait()
					}
					if want := []time.Duration{2 * time.Second, 250 * time.Millisecond, 5 * time.Second, 100 * time.Millisecond}; !slices.Equal(left, want) {
						t.Errorf("handlers have %v, want %v", left, want)
					}
				})
			})
		}
	}
}

func TestEveryWayInWaitsAsLongAsItsCasesSay(t *testing.T) {
	waiting := Bulkhead{Concurrency: 1, Queue: 16, MaxWait: 50 * time.Millisecond}
	cases := []Case{
		{Priorities: sheddableOnly, MaxWait: 5 * time.Millisecond},
		{Tenant: "globex", MaxWait: time.Second},
	}
	unsaid := Bulkhead{Concurrency: 1, Queue: 16}
	for name, k := range map[string]struct {
		policy Policy
		waits  [4]time.Duration // of the contexts
	}{
		"given":    {Policy{Bulkhead: waiting, Cases: cases}, [4]time.Duration{50 * time.Millisecond, 5 * time.Millisecond, time.Second, time.Second}},
		"default":  {Policy{Bulkhead: unsaid, Cases: cases}, [4]time.Duration{100 * time.Millisecond, 5 * time.Millisecond, time.Second, time.Second}},
		"a fifth":  {Policy{Bulkhead: unsaid, Cases: cases, Deadline: Deadline{Total: 250 * time.Millisecond}}, [4]time.Duration{50 * time.Millisecond, 5 * time.Millisecond, 250 * time.Millisecond, 250 * time.Millisecond}},
		"no cases": {Policy{Bulkhead: waiting}, [4]time.Duration{50 * time.Millisecond, 50 * time.Millisecond, 50 * time.Millisecond, 50 * time.Millisecond}},
	} {
		for way, send := range withEnter() {
			t.Run(name+" "+way, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					b := newBottleneck(t, k.policy)
					b.makeKey()
					hold, g := waysIn["do"], b.ref.Guard
					if strings.HasPrefix(way, "keyed") {
						hold = waysIn["keyed do"]
						g, _ = b.keyed.Guard("acme")
					}
					for i, ctx := range contexts {
						hold(b, t.Context(), 0)
						synctest.Wait()
						refused := g.Stats().Rejected.sum()
						send(b, ctx, i+1)
						time.Sleep(k.waits[i] - 1)
						synctest.Wait()
						if got := g.Stats(); got.Gate.Waiting != 1 || got.Rejected.sum() != refused {
							t.Errorf("context %d: waits less than %s", i, k.waits[i])
						}
						time.Sleep(time.Nanosecond)
						synctest.Wait()
						if got := g.Stats(); got.Gate.Waiting != 0 || got.Rejected.sum() != refused+1 {
							t.Errorf("context %d: waits more than %s", i, k.waits[i])
						}
						close(b.release)
						b.release = make(chan struct{})
						synctest.Wait()
					}
				})
			})
		}
	}
}

func TestWhoWaitedAsLongAsACaseSaysIsToldSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBottleneck(t, Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 4}, Cases: []Case{{Priorities: sheddableOnly, MaxWait: 5 * time.Millisecond}}})
		waysIn["do"](b, t.Context(), 0)
		synctest.Wait()
		for ctx, want := range map[context.Context]string{
			ctxAt(fuseboard.Sheddable): "payments: refused by bulkhead: mailbox: waited too long: no permit of 1 came free in time (max_wait of a case: 5ms); call less, or raise bulkhead.concurrency",
			t.Context():                "payments: refused by bulkhead: mailbox: waited too long: no permit of 1 came free in time (bulkhead.max_wait: the smaller of 100ms and a fifth of what the deadline leaves); call less, or raise bulkhead.concurrency",
		} {
			if _, err := b.ref.Call(ctx, 1); !errors.Is(err, ErrLate) || strings.SplitN(err.Error(), "no permit", 2)[1] != strings.SplitN(want, "no permit", 2)[1] {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		}
		close(b.release)
	})
}

// The first attempt fails and each next one has the cases of its number.
func TestEachAttemptHasTheCasesOfItsNumber(t *testing.T) {
	p := Policy{
		Deadline: Deadline{Total: time.Minute, Attempt: 800 * time.Millisecond},
		Retry:    Retry{Attempts: 2, Backoff: Backoff{Base: 100 * time.Millisecond, Jitter: supervision.NoJitter}},
		Cases: []Case{
			{Attempt: 2, Deadline: Deadline{Attempt: 400 * time.Millisecond}, Retry: Retry{Attempts: 4, Backoff: Backoff{Kind: supervision.Constant, Base: 300 * time.Millisecond}}},
			{Attempt: 4, Deadline: Deadline{Attempt: 50 * time.Millisecond}},
		},
	}
	isolated := p
	isolated.Workers = Workers{Max: 1}
	const want = "[800ms 400ms 400ms 50ms] after [0s 100ms 400ms 700ms], 4 attempts"
	for kind, p := range map[string]Policy{"plain": p, "isolated": isolated} {
		for way, send := range waysIn {
			t.Run(kind+" "+way, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					b := newBottleneck(t, p)
					b.makeKey()
					var left, after []time.Duration
					var began time.Time
					fails := func(ctx context.Context, _ int) (int, error) {
						at, _ := ctx.Deadline()
						left, after = append(left, time.Until(at)), append(after, time.Since(began))
						return 0, syscall.ECONNREFUSED // it is always safe to repeat
					}
					b.ref.handle, b.keyed.handle = fails, fails
					began = time.Now()
					if strings.HasSuffix(way, "do") {
						g := b.ref.Guard
						if strings.HasPrefix(way, "keyed") {
							g, _ = b.keyed.Guard("acme")
						}
						_, _ = Do(t.Context(), g, func(ctx context.Context) (int, error) { return fails(ctx, 0) })
					} else {
						send(b, t.Context(), 1)
					}
					time.Sleep(5 * time.Second)
					synctest.Wait() // for who ran the attempts
					if got := fmt.Sprintf("%v after %v, %d attempts", left, after, len(left)); got != want {
						t.Errorf("got  %s\nwant %s", got, want)
					}
				})
			})
		}
	}
}

// In shadow nothing is cut short; what would be is what the cases of the call say.
func TestShadowForetellsByTheCasesOfTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Policy{
			Mode: ShadowPolicy, Deadline: Deadline{Total: 2 * time.Second}, Retry: Retry{Attempts: 2},
			Cases: []Case{{Priorities: sheddableOnly, Deadline: Deadline{Total: 300 * time.Millisecond}, Retry: Retry{Attempts: 1}}},
		}
		r := spawn(t, start(t), p, func(_ context.Context, n int) (int, error) {
			time.Sleep(time.Second)
			if n == 1 {
				return 0, syscall.ECONNREFUSED
			}
			return n, nil
		})
		for i, want := range []Would{{}, {CutShort: 1}} {
			if _, err := r.Call(contexts[i], 0); err != nil || r.Stats().Would != want {
				t.Errorf("call %d: %v, %+v", i, err, r.Stats().Would)
			}
		}
		_, _ = r.Call(contexts[0], 1)
		if would := r.Stats().Would; would.Repeated != 1 {
			t.Errorf("%+v", would)
		}
		_, _ = r.Call(contexts[1], 1)
		if would := r.Stats().Would; would.Repeated != 1 {
			t.Errorf("a call that its case never repeats would be: %+v", would)
		}
	})
}

// A table may change while calls are under way: these finish on the one that they began with.
func TestCallsUnderWayFinishOnTheCasesTheyBeganWith(t *testing.T) {
	for _, way := range []string{"call", "ask", "message"} {
		t.Run(way, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := Policy{
					Deadline: Deadline{Total: time.Minute, Attempt: 10 * time.Second}, Retry: Retry{Attempts: 3, Backoff: Backoff{Base: time.Second, Jitter: supervision.NoJitter}},
					Cases: []Case{{Tenant: "acme", Deadline: Deadline{Attempt: 3 * time.Second}}, {Attempt: 2, Deadline: Deadline{Attempt: 2 * time.Second}}},
				}
				b := newBottleneck(t, p)
				var left []time.Duration
				b.ref.handle = func(ctx context.Context, _ int) (int, error) {
					at, _ := ctx.Deadline()
					left = append(left, time.Until(at))
					return 0, syscall.ECONNREFUSED
				}
				waysIn[way](b, ctxOf(fuseboard.Normal, "acme"), 1)
				time.Sleep(500 * time.Millisecond) // it backs off
				next := p.clone()
				next.Cases[0].Deadline.Attempt, next.Cases[1].Retry.Attempts = 4*time.Second, 2
				next.Cases = append(next.Cases, Case{Attempt: 2, Deadline: Deadline{Attempt: 5 * time.Second}})
				change, err := b.ref.Update(t.Context(), next)
				if want := []string{"cases[0].deadline.attempt", "cases[1].retry.attempts", "cases[2]"}; err != nil || !slices.Equal(change.Changed, want) || change.Lost != nil {
					t.Errorf("%v: %+v", err, change)
				}
				change.After.Cases[0].Tenant, next.Cases[1].Attempt = "spoilt", 9 // all of it is the caller's own
				time.Sleep(10 * time.Second)
				waysIn[way](b, ctxOf(fuseboard.Normal, "acme"), 1)
				time.Sleep(10 * time.Second)
				synctest.Wait() // for who ran the attempts
				if want := []time.Duration{3 * time.Second, 2 * time.Second, 2 * time.Second, 4 * time.Second, 5 * time.Second}; !slices.Equal(left, want) {
					t.Errorf("attempts have %v, want %v", left, want)
				}
			})
		})
	}
}

// The budget is one account, also where only a case repeats.
func TestCaseThatAloneRepeatsHasTheGuardsBudget(t *testing.T) {
	r := spawn(t, start(t), Policy{
		Deadline: Deadline{Total: time.Minute},
		Cases:    []Case{{Tenant: "acme", Retry: Retry{Attempts: 2, Backoff: Backoff{Base: 1}}}},
	}, func(context.Context, int) (int, error) { return 0, syscall.ECONNREFUSED })
	if got := r.Warnings(); len(got) != 1 || got[0].Code != codeRetrySafe {
		t.Errorf("%v", got)
	}
	if left := r.Stats().BudgetLeft; left != 100 {
		t.Errorf("%d repetitions are left", left)
	}
	for range 3 {
		_, _ = r.Call(t.Context(), 1)
		_, _ = r.Call(ctxOf(fuseboard.Normal, "acme"), 1)
	}
	if s := r.Stats(); s.Attempts != 9 || s.Retries != 3 || s.BudgetLeft != 97 {
		t.Errorf("%+v", s)
	}
}

func TestCasesAllocateNothing_Alloc(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates; run without -race")
	}
	p := fullPolicy
	p.Bulkhead.MaxWait = 5 * time.Millisecond
	varied := p
	varied.Cases = []Case{
		{Priorities: sheddableOnly, Deadline: Deadline{Total: 600 * time.Millisecond}, MaxWait: time.Millisecond},
		{Tenant: "globex", Deadline: Deadline{Attempt: 500 * time.Millisecond}},
		{Attempt: 2, Deadline: Deadline{Attempt: 400 * time.Millisecond}},
	}
	isolated := varied
	isolated.Workers = Workers{Max: 4}
	early := earlier(t)
	sys := start(t)
	ref := func(name string, p Policy) *Ref[int, int] {
		r, err := Spawn(sys, name, echo, p)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	winding, err := Spawn(sys, "winding", echo, varied, With[int, int]{Meta: true})
	if err != nil {
		t.Fatal(err)
	}
	plainly, err := Spawn(sys, "plainly", echo, p, With[int, int]{Meta: true})
	if err != nil {
		t.Fatal(err)
	}
	for name, pair := range map[string][2]*Ref[int, int]{
		"straight": {ref("plain", p), ref("varied", varied)}, "winding": {plainly, winding},
		"isolated": {ref("pooled", func() Policy { q := isolated; q.Cases = nil; return q }()), ref("pooled-varied", isolated)},
	} {
		for _, ctx := range append(contexts, early) {
			count := func(r *Ref[int, int]) float64 { return testing.AllocsPerRun(200, func() { _, _ = r.Call(ctx, 1) }) }
			if without, with := count(pair[0]), count(pair[1]); with != without {
				t.Errorf("%s, %v: %v allocations with cases, %v without", name, ctx, with, without)
			}
		}
	}
}
