// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard/supervision"
)

// timedByName gives operations times of their own: the guard's 2s, charge 5s, of acme 7s, status and refund
// 300ms.
var timedByName = Policy{
	Deadline: Deadline{Total: 2 * time.Second},
	Cases: []Case{
		{Operations: []string{"charge"}, Deadline: Deadline{Total: 5 * time.Second}},
		{Operations: []string{"charge"}, Tenant: "acme", Deadline: Deadline{Total: 7 * time.Second}},
		{Operations: []string{"status", "refund"}, Deadline: Deadline{Total: 300 * time.Millisecond}},
	},
}

// wantTimes are the times of operations under timedByName, for nobody and for acme; the last is that of none.
var wantTimes = []struct {
	op         string
	left, acme time.Duration
}{
	{"charge", 5 * time.Second, 7 * time.Second},
	{"status", 300 * time.Millisecond, 300 * time.Millisecond},
	{"refund", 300 * time.Millisecond, 300 * time.Millisecond},
	{"audit", 2 * time.Second, 2 * time.Second},
	{"", 2 * time.Second, 2 * time.Second},
}

// till is a handler that tells how long it may take, to the nanosecond.
func till(ctx context.Context, _ int) (time.Duration, error) {
	at, _ := ctx.Deadline()
	return time.Until(at), nil
}

// waysOfOperation are all ways in for calls of a ref.
var waysOfOperation = map[string]func(ctx context.Context, r *Ref[int, time.Duration]) (time.Duration, error){
	"call": func(ctx context.Context, r *Ref[int, time.Duration]) (time.Duration, error) { return r.Call(ctx, 1) },
	"ask": func(ctx context.Context, r *Ref[int, time.Duration]) (time.Duration, error) {
		return r.Ask(ctx, 1).Wait(context.Background())
	},
	"message": func(ctx context.Context, r *Ref[int, time.Duration]) (time.Duration, error) {
		got, err := r.sys.root.RequestFuture(r.PID(), r.Message(ctx, 1), time.Minute).Result()
		if err != nil {
			return 0, err
		}
		reply := got.(Reply[int, time.Duration])
		return reply.Value, reply.Err
	},
	"asked while nobody is free": func(ctx context.Context, r *Ref[int, time.Duration]) (time.Duration, error) {
		entry, err := r.Enter(ctx) // the only permit
		if err != nil {
			return 0, err
		}
		f := r.Ask(ctx, 1)
		_ = entry.End(nil)
		return f.Wait(context.Background())
	},
}

func TestEveryWayInHasTheCasesOfItsOperation(t *testing.T) {
	narrowed, isolated := timedByName, timedByName
	narrowed.Bulkhead = narrow
	isolated.Workers = Workers{Max: 1}
	for kind, p := range map[string]Policy{"plain": timedByName, "narrow": narrowed, "isolated": isolated} {
		for way, call := range waysOfOperation {
			if way == "asked while nobody is free" && kind != "narrow" {
				continue
			}
			for _, winding := range []bool{false, true} {
				t.Run(fmt.Sprint(kind, " ", way, " ", winding), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						r := spawn(t, start(t), p, till, With[int, time.Duration]{Meta: winding})
						for _, want := range wantTimes {
							ref := r
							if want.op != "" {
								ref = bindTo(t, r.Guard, want.op, till, With[int, time.Duration]{Meta: winding})
							}
							for ctx, left := range map[context.Context]time.Duration{context.Background(): want.left, ctxOf(0, "acme"): want.acme} {
								if got, err := call(ctx, ref); got != left || err != nil {
									t.Errorf("%q has %s (%v), want %s", want.op, got, err, left)
								}
							}
						}
					})
				})
			}
		}
	}
}

// Work without an operation has only cases that name none, whatever else is bound.
func TestWorkWithoutAnOperationHasNoCaseThatNamesOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := timedByName.clone()
		p.Cases = append(p.Cases, Case{Tenant: "acme", Deadline: Deadline{Attempt: time.Second}})
		r := spawn(t, start(t), p, till)
		bindTo(t, r.Guard, "charge", till)
		for ctx, want := range map[context.Context]time.Duration{context.Background(): 2 * time.Second, ctxOf(0, "acme"): time.Second} {
			left, err := Do(ctx, r.Guard, func(ctx context.Context) (time.Duration, error) { return till(ctx, 1) })
			if left != want || err != nil {
				t.Errorf("Do has %s, %v", left, err)
			}
			entry, err := r.Enter(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if left, _ = till(entry.Context(), 1); left != want {
				t.Errorf("Enter has %s", left)
			}
			_ = entry.End(nil)
		}
	})
}

// The guard of each key has the table of its Keyring; what is bound to it has its own name, and what
// SpawnKeyed has bound has none.
func TestOperationOfAKeyHasItsCases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, err := SpawnKeyed(start(t), "tenants", till, timedByName, KeyLimits{})
		if err != nil {
			t.Fatal(err)
		}
		if left, err := k.Call(t.Context(), "acme", 1); left != 2*time.Second || err != nil {
			t.Errorf("%s, %v", left, err)
		}
		g, _ := k.Guard("acme")
		charge := bindTo(t, g, "charge", till)
		for way, call := range waysOfOperation {
			if way == "message" || way == "asked while nobody is free" { // the guard of a key has no address; it is not narrow
				continue
			}
			if left, err := call(t.Context(), charge); left != 5*time.Second || err != nil {
				t.Errorf("%s: %s, %v", way, left, err)
			}
		}
	})
}

// A forwarded request, and one that another guard answers instead, has the cases of its operation there.
func TestRequestThatGoesOnHasTheCasesOfItsOperation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		to := existing(t, sys, func(ctx actor.Context) { ctx.Respond(time.Duration(1)) })
		var left time.Duration
		noted := func(ctx context.Context, n int) (time.Duration, error) {
			left, _ = till(ctx, n)
			return Forward[int, time.Duration](sys, to)(ctx, n)
		}
		r := spawn(t, sys, timedByName, noted)
		if _, err := bindTo(t, r.Guard, "status", noted).Call(t.Context(), 1); left != 300*time.Millisecond || err != nil {
			t.Errorf("forwarded with %s, %v", left, err)
		}
		spare, err := Protect(sys, "spare", timedByName)
		if err != nil {
			t.Fatal(err)
		}
		refund := bindTo(t, spare, "refund", till)
		bindTo(t, spare, "charge", till)
		down := func(context.Context, int) (time.Duration, error) { return 0, errDown }
		p := Policy{Fallback: Fallback{Steps: []FallbackStep{{Use: UseGuard, Guard: "spare"}}, Timeout: time.Minute}}
		first, err := Protect(sys, "first", p)
		if err != nil {
			t.Fatal(err)
		}
		if left, err := bindTo(t, first, "charge", down).Call(t.Context(), 1); left != 5*time.Second || err != nil {
			t.Errorf("the other guard has %s, %v", left, err)
		}
		instead := bindTo(t, r.Guard, "charge", down, With[int, time.Duration]{Fallback: Instead(refund)})
		if left, err := instead.Call(t.Context(), 1); left != 300*time.Millisecond || err != nil {
			t.Errorf("the other ref has %s, %v", left, err)
		}
	})
}

// Repetitions, copies and the words of a shadow are those of the operation as well.
func TestAttemptsOfAnOperationHaveItsCases(t *testing.T) {
	p := Policy{
		Deadline: Deadline{Total: time.Minute, Attempt: 800 * time.Millisecond},
		Retry:    Retry{Attempts: 2, Backoff: Backoff{Base: 100 * time.Millisecond, Jitter: supervision.NoJitter}},
		Cases: []Case{
			{Operations: []string{"charge"}, Retry: Retry{Attempts: 1}},
			{Operations: []string{"status"}, Retry: Retry{Attempts: 3, Backoff: Backoff{Kind: supervision.Constant}}},
			{Operations: []string{"status"}, Attempt: 2, Deadline: Deadline{Attempt: 50 * time.Millisecond}},
		},
	}
	isolated := p
	isolated.Workers = Workers{Max: 1}
	for kind, p := range map[string]Policy{"plain": p, "isolated": isolated} {
		for way, call := range waysOfOperation {
			if way == "asked while nobody is free" {
				continue
			}
			t.Run(kind+" "+way, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var tries []string
					began := time.Now()
					fails := func(ctx context.Context, n int) (time.Duration, error) {
						left, _ := till(ctx, n)
						tries = append(tries, fmt.Sprint(time.Since(began), " ", left))
						return 0, syscall.ECONNREFUSED // it is always safe to repeat
					}
					r := spawn(t, start(t), p, fails)
					for op, want := range map[string][]string{
						"charge": {"0s 800ms"}, "status": {"0s 800ms", "100ms 50ms", "200ms 50ms"}, "audit": {"0s 800ms", "100ms 800ms"},
					} {
						ref := bindTo(t, r.Guard, op, fails)
						tries, began = nil, time.Now()
						if _, err := call(t.Context(), ref); err == nil || !slices.Equal(tries, want) {
							t.Errorf("%s: %q (%v), want %q", op, tries, err, want)
						}
					}
				})
			})
		}
	}
}

func TestCopyOfAnAttemptHasTheCasesOfItsOperation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := hedged
		p.Cases = []Case{{Operations: []string{"charge"}, Deadline: Deadline{Attempt: 400 * ms}}}
		var mu sync.Mutex // a copy runs beside its attempt
		var left []time.Duration
		slow := func(ctx context.Context, n int) (int, error) {
			at, _ := ctx.Deadline()
			mu.Lock()
			left = append(left, time.Until(at))
			mu.Unlock()
			time.Sleep(200 * ms)
			return n, nil
		}
		r := spawn(t, start(t), p, slow)
		charge := bindTo(t, r.Guard, "charge", slow, With[int, int]{Safe: Always[int]})
		_, err := charge.Call(t.Context(), 1)
		time.Sleep(time.Second)
		mu.Lock()
		defer mu.Unlock()
		if err != nil || !slices.Equal(left, []time.Duration{400 * ms, 400 * ms}) {
			t.Errorf("%v, %v", left, err)
		}
	})
}

func TestShadowForetellsByTheCasesOfTheOperation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := timedByName.clone()
		p.Mode = ShadowPolicy
		r := spawn(t, start(t), p, func(context.Context, int) (int, error) { time.Sleep(time.Second); return 0, nil })
		slow := func(context.Context, int) (int, error) { time.Sleep(time.Second); return 0, nil }
		for _, k := range []struct {
			op  string
			cut uint64
		}{{"charge", 0}, {"status", 1}, {"audit", 1}, {"refund", 2}} {
			if _, err := bindTo(t, r.Guard, k.op, slow).Call(t.Context(), 0); err != nil || r.Stats().Would.CutShort != k.cut {
				t.Errorf("%s: %v, %+v", k.op, err, r.Stats().Would)
			}
		}
	})
}

// What an operation remembers of one table says nothing of the next one, nor of that of another guard.
func TestOperationFindsItsCasesInEachTableAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), timedByName, till)
		charge, status := bindTo(t, r.Guard, "charge", till), bindTo(t, r.Guard, "status", till)
		swapped := timedByName.clone()
		swapped.Cases[0].Operations, swapped.Cases[2].Operations = swapped.Cases[2].Operations, swapped.Cases[0].Operations
		none := Policy{Deadline: Deadline{Total: time.Minute}}
		unnamed := none
		unnamed.Cases = []Case{{Tenant: "acme", Deadline: Deadline{Total: time.Second}}}
		for i, k := range []struct {
			p    Policy
			left [2]time.Duration
		}{
			{timedByName, [2]time.Duration{5 * time.Second, 300 * time.Millisecond}},
			{swapped, [2]time.Duration{300 * time.Millisecond, 5 * time.Second}},
			{none, [2]time.Duration{time.Minute, time.Minute}},
			{unnamed, [2]time.Duration{time.Minute, time.Minute}},
			{timedByName, [2]time.Duration{5 * time.Second, 300 * time.Millisecond}},
		} {
			if _, err := r.Update(t.Context(), k.p); err != nil {
				t.Fatal(err)
			}
			for j, ref := range []*Ref[int, time.Duration]{charge, status} {
				for range 2 {
					if left, err := ref.Call(t.Context(), 1); left != k.left[j] || err != nil {
						t.Errorf("policy %d, operation %d: %s, %v", i, j, left, err)
					}
				}
			}
		}
	})
}

func TestCaseOfAnOperationCostsWhatItSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Rate: RateLimit{Limit: 10, Per: time.Hour, Burst: 10}, Cases: []Case{{Operations: []string{"charge"}, Cost: 6}}}, echo)
		charge := bindTo(t, r.Guard, "charge", echo)
		_, first := charge.Call(t.Context(), 1)
		_, second := charge.Call(t.Context(), 1)
		_, third := r.Call(t.Context(), 1)
		if first != nil || second == nil || third != nil {
			t.Errorf("%v; %v; %v", first, second, third)
		}
		wantIs(t, second, ErrRate)
	})
}

// It waits as long as the case of its operation says, and is told so.
func TestOperationWaitsAsLongAsItsCaseSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{
			Bulkhead: Bulkhead{Concurrency: 1, Queue: 4, MaxWait: 50 * ms},
			Cases:    []Case{{Operations: []string{"charge"}, MaxWait: 2 * time.Second}, {Operations: []string{"status"}, MaxWait: 5 * ms}},
		}, echo)
		entry, err := r.Enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for op, wait := range map[string]time.Duration{"charge": 2 * time.Second, "status": 5 * ms, "audit": 50 * ms} {
			begin := time.Now()
			_, err := bindTo(t, r.Guard, op, echo).Call(t.Context(), 1)
			wantIs(t, err, ErrLate)
			wantTook(t, begin, wait)
		}
		_ = entry.End(nil)
	})
}
