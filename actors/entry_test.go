// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

func enterFor(t testing.TB, ctx context.Context, g *Guard) *Entry { //nolint:revive // as in the call
	t.Helper()
	e, err := g.Enter(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return &e
}

func TestEntryHoldsItsPermitUntilItIsEndedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := protectAs(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 1}})
		first := enterFor(t, t.Context(), g)
		if _, err := g.Enter(t.Context()); !errors.Is(err, ErrFull) {
			t.Errorf("a second one: %v", err)
		}
		for range 3 {
			if err := first.End(nil); err != nil {
				t.Error(err)
			}
		}
		second := enterFor(t, t.Context(), g)
		if d := g.Stats().Gate.InUse; d != 1 {
			t.Errorf("%d permits are in use", d)
		}
		_ = second.End(errDown)
		s := g.Stats()
		if s.Successes != 1 || s.Failures != 1 || s.Failed != 1 || s.Rejected.Bulkhead != 1 || s.Gate.InUse != 0 {
			t.Errorf("%+v", s)
		}
	})
}

func TestEntryWaitsForAPermitAsACallDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := protectAs(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 1, MaxWait: time.Minute}})
		first, came := enterFor(t, t.Context(), g), time.Now()
		time.AfterFunc(time.Second, func() { _ = first.End(nil) })
		second := enterFor(t, t.Context(), g)
		if waited := time.Since(came); waited != time.Second {
			t.Errorf("waited %s", waited)
		}
		_ = second.End(nil)
	})
}

func TestEntryHasTheDeadlineOfAnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := protectAs(t, start(t), Policy{Deadline: Deadline{Total: time.Minute, Attempt: time.Second}})
		e := enterFor(t, t.Context(), g)
		at, ok := e.Deadline()
		ctx := e.Context()
		if in, also := ctx.Deadline(); !ok || !also || time.Until(at) != time.Second || !in.Equal(at) || e.Context() != ctx {
			t.Errorf("until %s, %v; its context until %s", at, ok, in)
		}
		<-ctx.Done()
		err := e.End(ctx.Err())
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "attempt") {
			t.Errorf("%v", err)
		}
		if s := g.Stats(); s.Failures != 1 {
			t.Errorf("%+v", s)
		}
	})
}

func TestContextOfAnEndedEntryHasEnded(t *testing.T) {
	g := protectAs(t, start(t), Policy{Deadline: Deadline{Total: time.Minute}})
	e := enterFor(t, t.Context(), g)
	ctx := e.Context()
	_ = e.End(nil)
	var zero Entry
	for what, ctx := range map[string]context.Context{"taken before": ctx, "taken after": e.Context(), "of none": zero.Context()} {
		if !errors.Is(ctx.Err(), context.Canceled) {
			t.Errorf("%s: %v", what, ctx.Err())
		}
	}
	if _, ok := zero.Deadline(); ok || zero.End(errDown) != errDown { //nolint:errorlint // as it is
		t.Error("the zero Entry does something")
	}
}

func TestEntryOfAnotherGoroutineDoesNotOutliveAStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := protectAs(t, start(t), Policy{})
		e := enterFor(t, t.Context(), g)
		ctx := e.Context()
		go func() {
			<-ctx.Done()
			if err := e.End(ctx.Err()); !errors.Is(err, ErrStopped) {
				t.Errorf("%v", err)
			}
		}()
		brief, over := context.WithTimeout(t.Context(), time.Second)
		defer over()
		_ = g.Stop(brief)
		synctest.Wait()
		if _, err := g.Enter(t.Context()); !errors.Is(err, ErrStopped) {
			t.Errorf("after the stop: %v", err)
		}
	})
}

func TestEndAsTakesTheCallersWordForTheOutcome(t *testing.T) {
	g := protectAs(t, start(t), Policy{Breaker: Breaker{Consecutive: 2, OpenFor: time.Hour}})
	for range 2 {
		e := enterFor(t, t.Context(), g)
		if err := e.EndAs(fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassThrottled}, nil); err != nil {
			t.Error(err)
		}
	}
	if _, err := g.Enter(t.Context()); !errors.Is(err, ErrOpen) {
		t.Errorf("%v", err)
	}
}

func TestDoneTurnsAPanicIntoTheFailureOfItsCallAlone(t *testing.T) {
	sys := start(t)
	g := protectAs(t, sys, Policy{})
	err := func() (err error) {
		e := enterFor(t, t.Context(), g)
		defer e.Done(&err)
		panic("boom")
	}()
	if p, is := errors.AsType[*PanicError](err); !is || p.Value != "boom" || g.Stats().Failures != 1 {
		t.Errorf("%v, %+v", err, g.Stats())
	}
	_, err = g.Update(t.Context(), Policy{Mode: BypassPolicy})
	for what, before := range map[string]func(*Entry){"bypass": func(*Entry) {}, "ended": func(e *Entry) { _ = e.End(nil) }} {
		func() {
			defer func() {
				if v := recover(); v != "boom" {
					t.Errorf("%s: the panic became %v", what, v)
				}
			}()
			e := enterFor(t, t.Context(), g)
			defer e.Done(&err)
			before(e)
			panic("boom")
		}()
	}
}

func TestEnterRefusesWhatItCannotDo(t *testing.T) {
	sys := start(t)
	var none *Guard
	if _, err := none.Enter(t.Context()); err == nil {
		t.Error("a nil guard lets in")
	}
	g := protectAs(t, sys, Policy{Workers: Workers{Max: 1}})
	if _, err := g.Enter(t.Context()); err != errNeedsFunction { //nolint:errorlint // the very one
		t.Errorf("with workers: %v", err)
	}
	var without context.Context
	if _, err := g.Enter(without); err == nil {
		t.Error("a nil context is taken")
	}
	if s := g.Stats(); s.Gate.InUse != 0 || s.Attempts != 0 {
		t.Errorf("%+v", s)
	}
}

func TestEntryOfAKeyKeepsItsGuard(t *testing.T) {
	sys := start(t)
	k, err := SpawnKeyed(sys, "tenants", echo, Policy{}, KeyLimits{Max: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Call(t.Context(), "a", 1); err != nil {
		t.Fatal(err)
	}
	g, _ := k.Guard("a")
	e := enterFor(t, t.Context(), g)
	if _, err := k.Call(t.Context(), "b", 1); !errors.Is(err, ErrTooManyKeys) {
		t.Errorf("the key is forgotten while its entry is under way: %v", err)
	}
	_ = e.End(nil)
	if _, err := k.Call(t.Context(), "b", 1); err != nil {
		t.Error(err)
	}
}

func TestEntryAllocatesNothingButItsContext_Alloc(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates; run without -race")
	}
	g, open, none := protectAs(t, start(t), fullPolicy), opened(t), context.Background()
	for what, c := range map[string]struct {
		want float64
		call func()
	}{
		"without its context": {0, func() { e, _ := g.Enter(none); _, _ = e.Deadline(); _ = e.End(nil) }},
		"deferred":            {0, func() { _ = func() (err error) { e, err := g.Enter(none); defer e.Done(&err); return err }() }},
		"with its context":    {1, func() { e, _ := g.Enter(none); _ = e.Context(); _ = e.End(nil) }},
		"refused":             {0, func() { _, _ = open.Enter(none) }},
	} {
		if got := testing.AllocsPerRun(200, c.call); got != c.want {
			t.Errorf("%s: %v allocations, want %v", what, got, c.want)
		}
	}
}

func protectAs(t testing.TB, sys *System, p Policy) *Guard {
	t.Helper()
	g, err := Protect(sys, "payments", p)
	if err != nil {
		t.Fatal(err)
	}
	return g
}
