// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

func inBypass(p Policy) Policy {
	p.Mode = BypassPolicy
	return p
}

func TestBypassCallsTheHandlerAsIfThereWereNoGuard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type key struct{}
		ctx := context.WithValue(t.Context(), key{}, 1)
		p := inBypass(Policy{Breaker: quickBreaker, Bulkhead: Bulkhead{Concurrency: 1}, Deadline: Deadline{Attempt: time.Second}, Retry: twice, Workers: Workers{Max: 1}})
		asked := false
		r := spawn(t, start(t), p, func(got context.Context, n int) (int, error) {
			if got != ctx {
				t.Errorf("another context: %v", got)
			}
			if n == 0 {
				panic("boom")
			}
			return sleeping(got, n)
		}, With[int, int]{Safe: func(int) bool { asked = true; return true }})
		for range 10 {
			if got, err := r.Call(ctx, -1); got != -1 || err != errDown { //nolint:errorlint // untouched
				t.Errorf("%d, %v", got, err)
			}
		}
		if got, err := r.Call(ctx, 5000); got != 5000 || err != nil { // longer than an attempt may take
			t.Errorf("%d, %v", got, err)
		}
		func() {
			defer func() {
				if recover() != "boom" {
					t.Error("the panic did not pass")
				}
			}()
			_, _ = r.Call(ctx, 0)
		}()
		if got, err := Do(ctx, r.Guard, func(got context.Context) (int, error) { return 1, got.Err() }); got != 1 || err != nil {
			t.Errorf("%d, %v", got, err)
		}
		first, again := r.Ask(ctx, 100), r.Ask(ctx, 200)
		_, err := r.Ask(ctx, 0).Wait(ctx)
		if broke, is := errors.AsType[*PanicError](err); !is || broke.Value != "boom" {
			t.Errorf("%v", err)
		}
		if err := r.Stop(t.Context()); err != nil { // it waits for what nobody waits for
			t.Error(err)
		}
		for f, want := range map[*Future[int]]int{first: 100, again: 200} {
			if got, err := f.Wait(t.Context()); got != want || err != nil {
				t.Errorf("%d, %v", got, err)
			}
		}
		want := r.Stats()
		if asked || want.Calls != 0 || want.Attempts != 0 || want.Window.Calls != 0 || want.Would != (Would{}) || want.State != Closed {
			t.Errorf("asked %v: %+v", asked, want)
		}
	})
}

func TestBypassOfAKeyMakesNoGuard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		k, err := SpawnKeyed(sys, "tenants", sleeping, inBypass(Policy{Bulkhead: Bulkhead{Concurrency: 1}}), KeyLimits{Max: 1})
		if err != nil {
			t.Fatal(err)
		}
		replies := make(chan Reply[int, int], 1)
		client, err := sys.SpawnActor("client", actor.PropsFromFunc(func(ctx actor.Context) {
			switch m := ctx.Message().(type) {
			case string:
				ctx.Request(k.PID(), k.Message(context.Background(), m, 3))
			case Reply[int, int]:
				replies <- m
			}
		}))
		if err != nil {
			t.Fatal(err)
		}
		for i := range 20 {
			key := strconv.Itoa(i)
			if got, err := k.Call(t.Context(), key, 1); got != 1 || err != nil {
				t.Errorf("%d, %v", got, err)
			}
			if got, err := k.Ask(t.Context(), key, 2).Wait(t.Context()); got != 2 || err != nil {
				t.Errorf("%d, %v", got, err)
			}
			sys.root.Send(client, key)
			if reply := <-replies; reply.Value != 3 || reply.Err != nil {
				t.Errorf("%+v", reply)
			}
		}
		if s := k.Stats(); s.Keys != 0 || s.Created != 0 || s.Calls != 0 || s.Refused != 0 || s.PolicyMode != BypassPolicy {
			t.Errorf("%+v", s)
		}
		f := k.Ask(t.Context(), "last", 1000)
		began := time.Now()
		if err := k.Stop(t.Context()); err != nil || time.Since(began) != time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		if got, err := f.Wait(t.Context()); got != 1000 || err != nil {
			t.Errorf("%d, %v", got, err)
		}
		_, err = k.Call(t.Context(), "a", 1)
		wantIs(t, err, ErrStopped)
		_, err = k.Ask(t.Context(), "a", 1).Wait(t.Context())
		wantIs(t, err, ErrStopped)
	})
}

func TestShadowRunsCallsWhoseKeyCanHaveNoGuard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		k, err := SpawnKeyed(sys, "tenants", sleeping, inShadow(Policy{Bulkhead: Bulkhead{Concurrency: 1}}), KeyLimits{Max: 1})
		if err != nil {
			t.Fatal(err)
		}
		f := k.Ask(t.Context(), "a", 1000)
		_ = k.Tell(t.Context(), "a", 1000) // its bulkhead would be full
		for _, key := range []string{"b", "", "c"} {
			if got, err := k.Call(t.Context(), key, 1); got != 1 || err != nil {
				t.Errorf("%q: %d, %v", key, got, err)
			}
		}
		if got, err := k.Ask(t.Context(), "d", 2).Wait(t.Context()); got != 2 || err != nil {
			t.Errorf("%d, %v", got, err)
		}
		if _, err := f.Wait(t.Context()); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if got, err := k.Call(t.Context(), "b", 1); got != 1 || err != nil { // which evicts a
			t.Errorf("%d, %v", got, err)
		}
		want := Would{Refused: Rejected{Bulkhead: 1}}
		if s := k.Stats(); s.Keys != 1 || s.Created != 2 || s.Calls != 3 || s.Would != want || s.WouldRefuse != 4 || s.Refused != 0 || s.Rejected != (Rejected{}) {
			t.Errorf("%+v", s)
		}
		if l := sys.Stats().Limits.Keys; l.Refused != 0 {
			t.Errorf("%+v", l)
		}
	})
}

func TestRefOfAForgottenKeyIsRefusedInAnyMode(t *testing.T) {
	sys := start(t)
	k, err := SpawnKeyed(sys, "tenants", echo, Policy{}, KeyLimits{Max: 1})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = k.Call(t.Context(), "a", 1)
	g, _ := k.Guard("a")
	r, err := Bind(g, "op", echo)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range policyModesInOrder {
		if err := sys.SetMode(m); err != nil {
			t.Fatal(err)
		}
		if got, err := r.Call(t.Context(), 2); got != 2 || err != nil {
			t.Errorf("%s: %d, %v", m, got, err)
		}
	}
	_ = sys.SetMode(EnforcePolicy)
	_, _ = k.Call(t.Context(), "b", 1)
	for _, m := range policyModesInOrder {
		if err := sys.SetMode(m); err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{second(r.Call(t.Context(), 2)), r.Tell(t.Context(), 2)} {
			wantIs(t, err, ErrStopped)
		}
	}
}

func TestBypassAndShadowAllocateNothing_Alloc(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates; run without -race")
	}
	bg := context.Background()
	for _, p := range []Policy{inBypass(fullPolicy), inShadow(fullPolicy)} {
		sys := start(t)
		r := spawn(t, sys, p, echo)
		k, err := SpawnKeyed(sys, "tenants", echo, p, KeyLimits{})
		if err != nil {
			t.Fatal(err)
		}
		work := func(context.Context) (int, error) { return 1, nil }
		for way, call := range map[string]func(){
			"call":  func() { _, _ = r.Call(bg, 1) },
			"keyed": func() { _, _ = k.Call(bg, "a", 1) },
			"do":    func() { _, _ = Do(bg, r.Guard, work) },
		} {
			if got := testing.AllocsPerRun(200, call); got != 0 && (way != "do" || got > 1) {
				t.Errorf("%s, %s: %v allocations", p.Mode, way, got)
			}
		}
	}
}
