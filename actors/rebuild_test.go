// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
)

// driver is a handler with a life of its own, built and broken as a test likes.
type driver struct {
	builds   atomic.Int32
	fails    atomic.Int32 // so many of the next builds fail
	contexts []context.Context
	mu       sync.Mutex
}

var (
	errRefused = errors.New("dial refused")
	errTorn    = errors.New("connection torn")
)

// build returns a handler that answers with its generation and obeys its request.
func (d *driver) build(ctx context.Context) (Handler[string, int], error) {
	n := int(d.builds.Add(1))
	if d.fails.Add(-1) >= 0 {
		return nil, errRefused
	}
	d.mu.Lock()
	d.contexts = append(d.contexts, ctx)
	d.mu.Unlock()
	return func(_ context.Context, req string) (int, error) {
		switch req {
		case "tear":
			return n, Broken(errTorn)
		case "panic":
			panic("boom")
		case "goexit":
			runtime.Goexit()
		case "fail":
			return n, errDown
		case "slow", "slow tear":
			<-time.After(time.Second)
			if req == "slow tear" {
				return n, Broken(errTorn)
			}
		}
		return n, nil
	}, nil
}

func (d *driver) context(i int) context.Context {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.contexts[i]
}

var steady = Restart{Max: 3, Within: time.Minute, Backoff: Backoff{Base: time.Second, Jitter: twice.Backoff.Jitter, Max: 10 * time.Second}}

// rebuild makes a guard of the driver and waits until it is ready.
func rebuild(t *testing.T, under Parent, d *driver, p Policy) *Ref[string, int] {
	t.Helper()
	r, err := Rebuild(under, "db", d.build, p)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestFirstFaultOfAGenerationDirectsARebuild(t *testing.T) {
	for _, how := range []string{"tear", "panic", "goexit"} {
		for _, way := range []string{"call", "ask", "message"} {
			synctest.Test(t, func(t *testing.T) {
				d := &driver{}
				r := rebuild(t, start(t), d, Policy{Restart: steady})
				use(t, r, way, how)
				synctest.Wait()
				_, err := r.Call(t.Context(), "")
				wantIs(t, err, ErrRestarting)
				e := callError(t, err)
				if e.RetryAfter() != time.Second || e.RejectedBy() != "restart" || e.Attempts != 0 {
					t.Errorf("%s %s: %v, again in %v", way, how, err, e.RetryAfter())
				}
				if d.context(0).Err() == nil {
					t.Errorf("%s %s: the context of the broken generation goes on", way, how)
				}
				time.Sleep(time.Second)
				synctest.Wait()
				if got, err := r.Call(t.Context(), ""); got != 2 || err != nil {
					t.Errorf("%s %s: generation %d, %v", way, how, got, err)
				}
				if s := r.Stats(); s.Failures != 1 || s.Rejected.Restart != 1 || s.Calls != 3 || d.context(1).Err() != nil {
					t.Errorf("%s %s: %+v", way, how, s)
				}
			})
		}
	}
}

// Callers are told when to come again from the very fault on, before the guard has
// had its turn.
func TestCallRightAfterAFaultIsToldWhenToComeAgain(t *testing.T) {
	d := &driver{}
	r := rebuild(t, start(t), d, Policy{Restart: steady})
	_, _ = r.Call(t.Context(), "tear")
	_, err := r.Call(t.Context(), "")
	if e := callError(t, err); e.RetryAfter() <= 0 || !errors.Is(err, ErrRestarting) {
		t.Errorf("again in %v: %v", e.RetryAfter(), err)
	}
}

// use sends one request in one of the three ways, and waits for its end.
func use(t *testing.T, r *Ref[string, int], way, req string) {
	t.Helper()
	var ended sync.WaitGroup
	switch way {
	case "call":
		ended.Go(func() { _, _ = r.Call(t.Context(), req) })
	case "ask":
		_, _ = r.Ask(t.Context(), req).Wait(t.Context())
	case "message":
		_ = replyOf[string, int](t, messaged(t.Context(), r, req))
	}
	ended.Wait()
}

func TestFailureThatIsNotBrokenIsNoFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &driver{}
		r := rebuild(t, start(t), d, Policy{Restart: steady})
		_, err := r.Call(t.Context(), "fail")
		wantIs(t, err, errDown)
		time.Sleep(time.Minute)
		if got, err := r.Call(t.Context(), ""); got != 1 || err != nil {
			t.Errorf("generation %d, %v", got, err)
		}
	})
}

func TestCallsOnAStaleGenerationFinishAndKeepTheirPermits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &driver{}
		r := rebuild(t, start(t), d, Policy{Restart: steady, Bulkhead: Bulkhead{Concurrency: 8}})
		var wait sync.WaitGroup
		answers := make([]int, 3)
		errs := make([]error, 3)
		for i, req := range []string{"slow", "slow tear", "slow tear"} {
			wait.Go(func() { answers[i], errs[i] = r.Call(t.Context(), req) })
		}
		synctest.Wait()
		_, err := r.Call(t.Context(), "tear")
		wantIs(t, err, errTorn)
		if n := r.Stats().Gate.InUse; n != 3 {
			t.Errorf("%d permits in use, want those of the three", n)
		}
		wait.Wait() // two more faults, of a generation that has been left
		if answers[0] != 1 || errs[0] != nil || !errors.Is(errs[1], errTorn) || !errors.Is(errs[2], errTorn) {
			t.Errorf("%v %v", answers, errs)
		}
		time.Sleep(time.Minute)
		if n := d.builds.Load(); n != 2 {
			t.Errorf("%d builds, want one for the first fault", n)
		}
	})
}

func TestBuildsThatFailAreRepeatedAfterTheBackoffAndToldInEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		sub := sys.Subscribe(100)
		d := &driver{}
		d.fails.Store(2)
		begin := time.Now()
		r, err := Rebuild(sys, "db", d.build, Policy{Restart: steady})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		_, err = r.Call(t.Context(), "")
		wantIs(t, err, ErrRestarting)
		if !strings.Contains(err.Error(), "db: refused by restart: the handler is being rebuilt: generation 1: build failed: dial refused; again in 1s") {
			t.Error(err)
		}
		short, over := context.WithTimeout(t.Context(), time.Second/2)
		defer over()
		err = r.Ready(short)
		if wantIs(t, err, context.DeadlineExceeded); !errors.Is(err, ErrRestarting) || !strings.Contains(err.Error(), "dial refused") {
			t.Error(err)
		}
		if err := r.Ready(t.Context()); err != nil || time.Since(begin) != 3*time.Second {
			t.Errorf("ready after %v: %v", time.Since(begin), err)
		}
		synctest.Wait()
		sub.Close()
		var told []string
		for e := range sub.C() {
			told = append(told, fmt.Sprintf("%v %s %d %s %v", time.Duration(e.At), e.Kind, e.Generation, e.Reason, time.Duration(e.Until)))
		}
		want := []string{
			"0s started 0  0s", "0s rebuilding 1 build failed: dial refused 1s",
			"1s rebuilding 1 build failed: dial refused 3s", "3s rebuilt 1  0s",
		}
		if !slices.Equal(told, want) {
			t.Errorf("told %q", told)
		}
	})
}

func TestBuildThatHangsPanicsOrReturnsNothingIsAFailedBuild(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		builds := 0
		r, err := Rebuild(sys, "db", func(ctx context.Context) (Handler[string, int], error) {
			switch builds++; builds {
			case 1:
				panic("no config")
			case 2:
				runtime.Goexit()
			case 3:
				<-ctx.Done()
				return nil, context.Cause(ctx)
			case 4:
				return nil, nil
			}
			return func(context.Context, string) (int, error) { return builds, nil }, nil
		}, Policy{Restart: Restart{Timeout: 5 * time.Second, Backoff: steady.Backoff}})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"panicked: no config", "ended its goroutine", "restart.timeout of 5s is over", "neither a handler nor an error"} {
			synctest.Wait()
			gap := r.generations.now.Load()
			for gap.until == 0 { // a build is under way
				time.Sleep(time.Second)
				gap = r.generations.now.Load()
			}
			if !strings.Contains(gap.refusal.Error(), want) {
				t.Errorf("%v, want %s", gap.refusal, want)
			}
			time.Sleep(gap.until.Sub(sys.Now()))
		}
		if err := r.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, err := r.Call(t.Context(), ""); got != 5 || err != nil {
			t.Errorf("%d, %v", got, err)
		}
	})
}

func TestRestartPolicyChangesWhileTheHandlerIsRebuilt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &driver{}
		r := rebuild(t, start(t), d, Policy{Restart: steady})
		p := r.Policy()
		p.Restart.Backoff.Base = 4 * time.Second
		if _, err := r.Update(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		_, _ = r.Call(t.Context(), "tear")
		synctest.Wait()
		_, err := r.Call(t.Context(), "")
		if e := callError(t, err); e.RetryAfter() != 4*time.Second {
			t.Errorf("again in %v", e.RetryAfter())
		}
	})
}

func TestStopEndsABuildAndTheGeneration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		d := &driver{}
		r := rebuild(t, sys, d, Policy{Restart: steady})
		if err := r.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		wantIs(t, context.Cause(d.context(0)), ErrStopped)
		wantIs(t, r.Ready(t.Context()), ErrStopped)
		_, err := r.Call(t.Context(), "")
		wantIs(t, err, ErrStopped)

		hanging, err := Rebuild(sys, "queue", func(ctx context.Context) (Handler[string, int], error) {
			<-ctx.Done()
			return nil, context.Cause(ctx)
		}, Policy{Restart: Restart{Timeout: 10 * time.Minute}})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := hanging.Stop(t.Context()); err != nil {
			t.Errorf("a build that honours its context was left behind: %v", err)
		}
	})
}

func TestRestartOfTheGuardBuildsItsHandlerAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		d := &driver{}
		r := rebuild(t, sys, d, Policy{Restart: steady})
		restarter{sys}.restart(r.PID())
		if err := r.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got, err := r.Call(t.Context(), ""); got != 2 || err != nil || d.context(0).Err() == nil || d.context(1).Err() != nil {
			t.Errorf("generation %d, %v", got, err)
		}
	})
}

func TestSpentRestartBudgetOfAHandlerGoesUpToItsGroupAndThenToTheSystem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		eu, err := sys.Group("eu", GroupPolicy{Restart: Restart{Max: 1, Backoff: Backoff{Base: 5 * time.Second, Max: time.Minute, Jitter: twice.Backoff.Jitter}}})
		if err != nil {
			t.Fatal(err)
		}
		sub := sys.Subscribe(100)
		d := &driver{}
		d.fails.Store(7)
		p := steady
		p.Max = 2
		r, err := Rebuild(eu, "db", d.build, Policy{Restart: p})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, err := r.Call(t.Context(), ""); got != 8 || err != nil {
			t.Errorf("%d, %v", got, err)
		}
		sub.Close()
		var told []string
		for e := range sub.C() {
			if e.Dependency != "db" {
				continue
			}
			switch at := time.Duration(e.At).Truncate(time.Second); e.Kind {
			case EventRebuilding:
				told = append(told, fmt.Sprintf("%v rebuilding", at))
			case EventEscalated:
				x := e.Escalation
				told = append(told, fmt.Sprintf("%v %s escalated: handler %v, spent %v, answered by %q, kept %v", at, e.Group, x.Handler, x.Spent, x.AnsweredBy, x.Kept))
			}
		}
		want := []string{
			"0s rebuilding", "1s rebuilding", "3s rebuilding", `3s eu escalated: handler true, spent [], answered by "eu", kept false`,
			"8s rebuilding", "9s rebuilding", "11s rebuilding", `11s eu escalated: handler true, spent [eu], answered by "", kept false`,
			"11s rebuilding", // the System's own backoff begins at 100ms
		}
		if !slices.Equal(told, want) {
			t.Errorf("told %s", strings.Join(told, "\n"))
		}
	})
}

func TestExplainTellsOfAHandlerThatIsRebuilt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &driver{}
		r := rebuild(t, start(t), d, Policy{Restart: steady})
		if text := r.Explain().String(); !strings.Contains(text, "generation 1 is ready") || !strings.Contains(text, "backoff.base 1s") {
			t.Error(text)
		}
		_, _ = r.Call(t.Context(), "tear")
		synctest.Wait()
		e := r.Explain()
		_, err := r.Call(t.Context(), "")
		if v := e.Verdict; v.RefusedBy != callError(t, err).RejectedBy() || v.RetryAfter != time.Second || !strings.Contains(err.Error(), v.Why) {
			t.Errorf("%+v, but %v", v, err)
		}
		if !strings.Contains(strings.Join(strings.Fields(e.String()), " "), "the next build begins in 1s") {
			t.Error(e)
		}
	})
}

func TestRebuildRefusesWhatItCannotUse(t *testing.T) {
	sys := start(t)
	_, err := Rebuild[int, int](sys, "db", nil, Policy{})
	if p, ok := errors.AsType[fuseboard.Problem](err); !ok || p.Path != "build" {
		t.Errorf("%v", err)
	}
	_, err = Rebuild(sys, "db", (&driver{}).build, Policy{Restart: Restart{Max: -1, Timeout: time.Hour}})
	if ps, ok := errors.AsType[Problems](err); !ok || len(ps.Errors()) != 2 || ps[0].Path != "restart.max" {
		t.Errorf("%v", err)
	}
	if Broken(nil) != nil {
		t.Error("nil is not nil")
	}
	var guard *Guard
	if guard.Ready(t.Context()) == nil {
		t.Error("a guard that nobody made is ready")
	}
}

func TestStorm_FaultsBuildsAndStopsLeaveNothing(t *testing.T) {
	for range 30 {
		synctest.Test(t, func(t *testing.T) {
			sys := start(t)
			d := &driver{}
			p := Policy{Restart: Restart{Max: 1000, Backoff: Backoff{Base: 10 * time.Millisecond, Max: 50 * time.Millisecond}}, Bulkhead: Bulkhead{Concurrency: 4, Queue: 8}}
			r := rebuild(t, sys, d, p)
			var wait sync.WaitGroup
			for w := range 8 {
				wait.Go(func() {
					for i := range 40 {
						req := []string{"", "slow", "tear", "panic", "fail"}[(w+i)%5]
						switch (w + i) % 3 {
						case 0:
							_, _ = r.Call(t.Context(), req)
						case 1:
							_, _ = r.Ask(t.Context(), req).Wait(t.Context())
						case 2:
							_ = replyOf[string, int](t, messaged(t.Context(), r, req))
						}
						time.Sleep(time.Duration(w+1) * time.Millisecond)
						d.fails.Store(int32(i % 3))
					}
				})
			}
			wait.Wait()
			if err := r.Ready(t.Context()); err != nil {
				t.Error(err)
			}
			if s := r.Stats(); s.Gate.InUse != 0 || s.Gate.Waiting != 0 || s.Calls != 8*40 {
				t.Errorf("%+v", s)
			}
			d.mu.Lock()
			open := 0
			for _, ctx := range d.contexts {
				if ctx.Err() == nil {
					open++
				}
			}
			d.mu.Unlock()
			if open != 1 {
				t.Errorf("%d generations of %d are open", open, len(d.contexts))
			}
		})
	}
}

func TestTooManyPanicsHoldTheCircuitOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, way := range []string{"call", "ask", "message"} {
			sys := start(t)
			r := spawn(t, sys, Policy{Panics: Panics{Max: 3, Within: 10 * time.Second, Hold: time.Minute}}, func(_ context.Context, n string) (int, error) {
				panic(n)
			})
			for range 4 { // too far apart
				use(t, r, way, "boom")
				time.Sleep(6 * time.Second)
			}
			use(t, r, way, "boom")
			if m := r.circuit.Mode(); m != Enforce {
				t.Errorf("%s: %v", way, m)
			}
			use(t, r, way, "boom")
			_, err := r.Call(t.Context(), "")
			wantIs(t, err, ErrOpen)
			if !strings.Contains(err.Error(), "panics") || !strings.Contains(err.Error(), "3 handlers panicked within 10s") {
				t.Error(err)
			}
			time.Sleep(time.Minute)
			synctest.Wait()
			if m := r.circuit.Mode(); m != Enforce {
				t.Errorf("%s: %v after the hold", way, m)
			}
			command := Command{Mode: HoldClosed, Reason: "known", By: "ann", TTL: time.Hour}
			if err := r.Command(t.Context(), command); err != nil {
				t.Fatal(err)
			}
			for range 5 {
				use(t, r, way, "boom")
			}
			if m := r.circuit.Mode(); m != HoldClosed {
				t.Errorf("%s: an operator's command was overruled: %v", way, m)
			}
			if err := sys.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
}

var _ actor.SupervisorStrategy = (*receiver)(nil)
