// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

// observed starts a System that keeps what its observer is told.
func observed(t *testing.T, o Options) (*System, func() []CallInfo) {
	var (
		mu  sync.Mutex
		all []CallInfo
	)
	o.Observe = func(_ context.Context, c CallInfo) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, c)
	}
	return startWith(t, o), func() []CallInfo {
		mu.Lock()
		defer mu.Unlock()
		seen := all
		all = nil
		return seen
	}
}

func TestObserverIsToldHowEachCallEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys, seen := observed(t, Options{Seed: 1})
		r := spawn(t, sys, Policy{Retry: twice, Breaker: quickBreaker, Bulkhead: Bulkhead{Concurrency: 1, Queue: 1, MaxWait: time.Minute}}, takes,
			With[int, int]{Safe: Always[int]})
		left, leave := context.WithCancel(t.Context())
		for what, c := range []struct {
			do   func()
			want CallInfo
		}{
			{func() { _, _ = r.Call(t.Context(), 10) }, CallInfo{Attempts: 1, Outcome: fuseboard.Outcome{Kind: fuseboard.Success, Elapsed: 10 * time.Millisecond}, Elapsed: 10 * time.Millisecond}},
			{func() { _, _ = r.Call(t.Context(), -10) }, CallInfo{Attempts: 2, Outcome: fuseboard.Outcome{Kind: fuseboard.Failure, Class: "error", Elapsed: 10 * time.Millisecond}, Elapsed: 120 * time.Millisecond}},
			{func() {
				busy := r.Ask(t.Context(), 1000)
				time.AfterFunc(30*time.Millisecond, leave)
				_, _ = r.Call(left, 1)
				defer func() { _, _ = busy.Wait(t.Context()) }()
			}, CallInfo{Outcome: fuseboard.Outcome{Kind: fuseboard.Void, Class: "cancelled"}, Elapsed: 30 * time.Millisecond, Waited: 30 * time.Millisecond}},
			{func() { _, _ = r.Call(t.Context(), -1) }, CallInfo{Attempts: 2, Outcome: fuseboard.Outcome{Kind: fuseboard.Failure, Class: "error", Elapsed: time.Millisecond}, Elapsed: 102 * time.Millisecond}},
			{func() { _, _ = r.Call(t.Context(), -1) }, CallInfo{Attempts: 1, Outcome: fuseboard.Outcome{Kind: fuseboard.Failure, Class: "error", Elapsed: time.Millisecond}, Elapsed: time.Millisecond}},
			{func() { _, _ = r.Call(t.Context(), 1) }, CallInfo{RejectedBy: "breaker", Outcome: fuseboard.Outcome{Kind: fuseboard.Rejected}}},
		} {
			c.do()
			got := seen()
			if len(got) == 0 {
				t.Fatalf("%d: told of nothing", what)
			}
			c.want.Dependency, c.want.Err = "payments", got[0].Err
			if got[0] != c.want {
				t.Errorf("%d: got  %+v\nwant %+v", what, got[0], c.want)
			}
		}
	})
}

func TestObserverIsToldOfEveryWayInOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys, seen := observed(t, Options{Seed: 1})
		r := spawn(t, sys, Policy{}, takes)
		k := keyed(t, sys, Policy{}, KeyLimits{Max: 1, Idle: time.Minute}, takes)
		once := func(what, key, op, by string, do func()) {
			t.Helper()
			do()
			synctest.Wait()
			if got := seen(); len(got) != 1 || got[0].Key != key || got[0].Op != op || got[0].RejectedBy != by {
				t.Errorf("%s: told of %+v", what, got)
			}
		}
		ctx := t.Context()
		once("call", "", "", "", func() { _, _ = r.Call(ctx, 1) })
		once("do", "", "", "", func() { _, _ = Do(ctx, r.Guard, func(context.Context) (int, error) { return 1, nil }) })
		once("ask", "", "", "", func() { _, _ = r.Ask(ctx, 1).Wait(ctx) })
		once("tell", "", "", "", func() { _ = r.Tell(ctx, 1); time.Sleep(time.Second) })
		once("message", "", "", "", func() { sys.root.Send(r.PID(), r.Message(ctx, 1)); time.Sleep(time.Second) })
		once("call of a key", "a", "", "", func() { _, _ = k.Call(ctx, "a", 1) })
		once("ask of a key", "a", "", "", func() { _, _ = k.Ask(ctx, "a", 1).Wait(ctx) })
		once("message of a key", "a", "", "", func() { sys.root.Send(k.PID(), k.Message(ctx, "a", 1)); time.Sleep(time.Second) })
		once("what is no key", "", "", "keys", func() { _, _ = k.Call(ctx, "", 1) })
		g, _ := k.Guard("a")
		bound, err := Bind(g, "get", takes)
		if err != nil {
			t.Fatal(err)
		}
		once("call of a ref of a key", "a", "get", "", func() { _, _ = bound.Call(ctx, 1) })
		_ = k.Tell(ctx, "a", 10_000) // in use: it cannot go
		once("key without a place", "b", "", "keys", func() { _, _ = k.Call(ctx, "b", 1) })
		once("ask of a key without a place", "b", "", "keys", func() { _, _ = k.Ask(ctx, "b", 1).Wait(ctx) })
		time.Sleep(time.Hour)
		seen()
		once("key that was forgotten", "a", "get", "system", func() { _, _ = bound.Call(ctx, 1) })
		goexit, err := Bind(r.Guard, "goexit", func(context.Context, int) (int, error) { runtime.Goexit(); return 0, nil })
		if err != nil {
			t.Fatal(err)
		}
		once("goroutine that ends", "", "goexit", "", func() { go func() { _, _ = goexit.Call(ctx, 1) }() })
		once("asked goroutine that ends", "", "goexit", "", func() { _, _ = goexit.Ask(ctx, 1).Wait(ctx) })
		if err := r.Stop(ctx); err != nil {
			t.Fatal(err)
		}
		once("stopped", "", "", "system", func() { _, _ = r.Call(ctx, 1) })
	})
}

func TestObserverIsToldOfOneInSoMany(t *testing.T) {
	sys, seen := observed(t, Options{ObserveEvery: 3})
	r := spawn(t, sys, Policy{}, echo)
	for i := range 8 {
		_, _ = r.Call(t.Context(), i)
	}
	if got := seen(); len(got) != 3 {
		t.Errorf("told of %d of 8 calls, want 3", len(got))
	}
	_, err := Start(Options{ObserveEvery: -1, ObservePerSecond: -1, Limits: Limits{Goroutines: -1}})
	ps := problemsIn(t, err)
	for _, path := range []string{"observe_every", "observe_per_second"} {
		if len(ps) != 3 || !slices.ContainsFunc(ps, func(p fuseboard.Problem) bool { return p.Path == path }) {
			t.Errorf("%s: %v", path, ps)
		}
	}
}

func TestObserverIsToldOfNoMoreThanSoManyASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys, seen := observed(t, Options{Seed: 1, ObservePerSecond: 10})
		r := spawn(t, sys, Policy{Breaker: quickBreaker}, takes)
		told := func(what string, want, calls int, call func()) {
			t.Helper()
			for range calls {
				call()
			}
			if got := len(seen()); got != want {
				t.Errorf("%s: told of %d of %d calls, want %d", what, got, calls, want)
			}
		}
		instant := func() { _, _ = r.Call(t.Context(), 0) }
		told("at the beginning, at once", 10, 1000, instant)
		time.Sleep(99 * time.Millisecond)
		told("just before the next", 0, 1000, instant)
		time.Sleep(time.Millisecond)
		told("the next", 1, 1000, instant)
		told("a minute, evenly", 600, 6000, func() { _, _ = r.Call(t.Context(), 10) })
		time.Sleep(time.Minute)
		told("after a quiet minute no more than after a quiet second", 10, 1000, instant)
		for range 3 {
			_, _ = r.Call(t.Context(), -1)
		}
		seen()
		time.Sleep(time.Second)
		if r.State() != Open {
			t.Fatal("the circuit is not open")
		}
		told("refusals, for which no clock is read", 10, 1000, instant)
	})
}

func TestBothBoundsOfTheObserverHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys, seen := observed(t, Options{Seed: 1, ObserveEvery: 5, ObservePerSecond: 10})
		r := spawn(t, sys, Policy{}, takes)
		for range 10_000 { // 1000 a second: 10 s
			_, _ = r.Call(t.Context(), 1)
		}
		if got := len(seen()); got < 95 || got > 110 { // 10 at the beginning, then 10 a second
			t.Errorf("told of %d calls in 10 s of many, want about 105", got)
		}
		time.Sleep(time.Minute)
		for range 100 { // 10 a second: one in five is less than the bound
			_, _ = r.Call(t.Context(), 100)
		}
		if got := len(seen()); got != 20 {
			t.Errorf("told of %d of 100 calls, want 20", got)
		}
	})
}

// TestPickerPicksExactlyOneInSoManyAndNeverMoreASecond: whoever calls at the same time.
func TestPickerPicksExactlyOneInSoManyAndNeverMoreASecond(t *testing.T) {
	const callers, calls = 4, 5000
	for _, c := range []struct{ every, perSecond, want int }{
		{7, 0, (callers*calls + 6) / 7}, {1, 30, 30}, {7, 30, 30}, {callers * calls, 30, 1}, {1, 0, callers * calls},
	} {
		var p picker
		p.init(nil, c.every, c.perSecond)
		var picked atomic.Int64
		var wait sync.WaitGroup
		for range callers {
			wait.Go(func() {
				for range calls {
					if p.chosen(1) { // all at one instant
						picked.Add(1)
					}
				}
			})
		}
		wait.Wait()
		if got := picked.Load(); got != int64(c.want) {
			t.Errorf("%+v: %d are picked", c, got)
		}
	}
}

func BenchmarkPicker(b *testing.B) {
	for name, perSecond := range map[string]int{"counted": 0, "bounded": 100} {
		b.Run(name, func(b *testing.B) {
			var p picker
			p.init(fuseboard.NewClock(), 100, perSecond)
			b.RunParallel(func(pb *testing.PB) {
				for n := fuseboard.Instant(1); pb.Next(); n += 100 {
					_ = p.chosen(n)
				}
			})
		})
	}
}

func TestObserverThatPanicsIsLoggedAndHarmsNoCall(t *testing.T) {
	var log bytes.Buffer
	sys, err := Start(Options{
		Logger:  slog.New(slog.NewTextHandler(&log, nil)),
		Observe: func(context.Context, CallInfo) { panic("my mistake") },
	})
	if err != nil {
		t.Fatal(err)
	}
	r := spawn(t, sys, Policy{Bulkhead: Bulkhead{Concurrency: 1}}, echo)
	if got, err := r.Call(t.Context(), 3); got != 3 || err != nil {
		t.Error(got, err)
	}
	if got, err := r.Ask(t.Context(), 4).Wait(t.Context()); got != 4 || err != nil {
		t.Error(got, err)
	}
	if err := sys.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "my mistake") {
		t.Errorf("not logged: %s", log.String())
	}
}

func TestObserverThatEndsItsGoroutineLosesNoAnswer(t *testing.T) {
	sys := startWith(t, Options{Observe: func(context.Context, CallInfo) { runtime.Goexit() }})
	r := spawn(t, sys, Policy{Bulkhead: Bulkhead{Concurrency: 1}}, echo)
	if _, err := r.Ask(t.Context(), 1).Wait(t.Context()); !errors.Is(err, ErrGoexit) {
		t.Errorf("answered with %v", err)
	}
	reply, err := sys.ask(t.Context(), r.PID(), r.Message(t.Context(), 2))
	if got, ok := reply.(Reply[int, int]); !ok || err != nil || got.Value != 2 {
		t.Errorf("answered with %v, %v", reply, err)
	}
	if in := r.Stats().Gate.InUse; in != 0 {
		t.Errorf("%d permits are lost", in)
	}
}

func TestObservedCallAllocatesNothingMore_Alloc(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates; run without -race")
	}
	n := 0
	for _, o := range []Options{{}, {Observe: func(context.Context, CallInfo) { n++ }}, {Observe: func(context.Context, CallInfo) { n++ }, ObserveEvery: 10}, {Observe: func(context.Context, CallInfo) { n++ }, ObserveEvery: 2, ObservePerSecond: 100}} {
		r := spawn(t, startWith(t, o), fullPolicy, echo)
		if got := testing.AllocsPerRun(200, func() { _, _ = r.Call(context.Background(), 1) }); got != 1 {
			t.Errorf("%v allocations", got)
		}
	}
	if n == 0 {
		t.Error("nobody was told")
	}
}

func TestObserverIsToldOfCallsInShadowAndNotInBypass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys, seen := observed(t, Options{Seed: 1, Mode: ShadowPolicy})
		r := spawn(t, sys, Policy{Deadline: Deadline{Attempt: 5 * time.Millisecond}}, takes)
		k := keyed(t, sys, Policy{}, KeyLimits{Max: 1}, takes)
		all := func() {
			_, _ = r.Call(t.Context(), 10)
			_, _ = r.Ask(t.Context(), 10).Wait(t.Context())
			sys.root.Send(r.PID(), r.Message(t.Context(), 10))
			_, _ = Do(t.Context(), r.Guard, func(ctx context.Context) (int, error) { return takes(ctx, 10) })
			_, _ = k.Call(t.Context(), "a", 10)
			_, _ = k.Ask(t.Context(), "a", 10).Wait(t.Context())
			time.Sleep(time.Second)
		}
		all()
		told := seen()
		if len(told) != 6 {
			t.Errorf("told of %d calls in shadow, want 6: %+v", len(told), told)
		}
		for _, c := range told {
			if c.Attempts != 1 || c.Elapsed != 10*time.Millisecond || c.Err != nil {
				t.Errorf("told of %+v", c)
			}
		}
		if err := sys.SetMode(BypassPolicy); err != nil {
			t.Fatal(err)
		}
		all()
		if told := seen(); len(told) != 0 {
			t.Errorf("told of calls in bypass: %+v", told)
		}
	})
}
