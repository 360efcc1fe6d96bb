// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestStorm_OperationsFindTheirCasesWhileTheTableChanges: a call has the cases of its operation of
// one policy or of the next one, never those of another operation.
func TestStorm_OperationsFindTheirCasesWhileTheTableChanges(t *testing.T) {
	const callers, calls = 4, 400
	ops := []string{"charge", "status", "refund", "audit"}
	// In policy v the time of operation i is i hours and v minutes; audit is named by every second policy.
	policy := func(v int) (p Policy) {
		p.Deadline.Total = time.Duration(len(ops)-1)*time.Hour + time.Duration(v)*time.Minute
		for i := range ops[:len(ops)-v%2] {
			at := (i + v) % (len(ops) - v%2) // blocks change their places
			p.Cases = append(p.Cases, Case{Operations: ops[at : at+1], Deadline: Deadline{Total: time.Duration(at)*time.Hour + time.Duration(v)*time.Minute}})
		}
		return p
	}
	g := protectAs(t, start(t), policy(1))
	var wrong atomic.Int64
	var wait, updates sync.WaitGroup
	over := make(chan struct{})
	updates.Go(func() {
		for v := 2; !isClosed(over); v++ {
			if _, err := g.Update(context.Background(), policy(1+v%30)); err != nil {
				t.Error(err)
			}
			runtime.Gosched()
		}
	})
	for i, op := range ops {
		r := bindTo(t, g, op, till)
		for c := range callers {
			wait.Go(func() {
				for n := range calls {
					ask := r.Call
					if (n+c)%3 == 0 {
						ask = func(ctx context.Context, n int) (time.Duration, error) { return r.Ask(ctx, n).Wait(ctx) }
					}
					left, err := ask(context.Background(), n)
					if least := time.Duration(i)*time.Hour + 50*time.Second; err != nil || left < least || left > least+31*time.Minute {
						wrong.Add(1)
						t.Errorf("%s: %s, %v", op, left, err)
						return
					}
				}
			})
		}
	}
	wait.Wait()
	close(over)
	updates.Wait()
	if s := g.Stats(); wrong.Load() == 0 && s.Calls != uint64(len(ops)*callers*calls) {
		t.Errorf("%d calls", s.Calls)
	}
}

// To find the cases of an operation allocates nothing, whether it is named or not, also where a
// table is new.
func TestCasesOfOperationsAllocateNothing_Alloc(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates; run without -race")
	}
	p := fullPolicy
	p.Cases = []Case{
		{Operations: []string{"charge", "refund"}, Deadline: Deadline{Total: 600 * time.Millisecond}},
		{Operations: []string{"status"}, Attempt: 2, Deadline: Deadline{Attempt: 400 * time.Millisecond}},
	}
	sys := start(t)
	for way, with := range map[string]With[int, int]{"straight": {}, "winding": {Meta: true}} {
		count := func(p Policy, op string) float64 {
			r, err := Spawn(sys, fmt.Sprint(way, len(p.Cases), op), echo, p, with)
			if err != nil {
				t.Fatal(err)
			}
			if op != "" {
				r = bindTo(t, r.Guard, op, echo, with)
			}
			return testing.AllocsPerRun(200, func() { _, _ = r.Call(context.Background(), 1) })
		}
		for _, op := range someOperations {
			if without, with := count(fullPolicy, op), count(p, op); with != without {
				t.Errorf("%s, %q: %v allocations with cases, %v without", way, op, with, without)
			}
		}
	}
	a, b, o := compile(p, 1), compile(p, 2), &operation{name: "charge"}
	for _, plan := range []*plan{a, b} {
		plan.of(context.Background(), o) // makes the plan
	}
	if n := testing.AllocsPerRun(200, func() { a.of(context.Background(), o); b.of(context.Background(), o) }); n != 0 {
		t.Errorf("%v allocations where tables take turns", n)
	}
}
