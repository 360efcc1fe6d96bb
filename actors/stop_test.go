// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard/supervision"
)

func TestStopLetsQueuedAndRunningCallsFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 4, MaxWait: time.Minute}}, func(_ context.Context, n int) (int, error) {
			time.Sleep(time.Second)
			return n, nil
		})
		var futures []*Future[int]
		for n := range 3 {
			futures = append(futures, r.Ask(t.Context(), n))
		}
		synctest.Wait()
		begin := time.Now()
		if err := r.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(begin); d != 3*time.Second {
			t.Errorf("drained in %v, want 3s", d)
		}
		for n, f := range futures {
			if got, err := f.Wait(t.Context()); got != n || err != nil {
				t.Errorf("call %d: %d, %v", n, got, err)
			}
		}
		_, err := r.Call(t.Context(), 1)
		wantIs(t, err, ErrStopped)
		if e := callError(t, err); e.RejectedBy() != "system" {
			t.Errorf("rejected by %q", e.RejectedBy())
		}
		if err := r.Stop(t.Context()); err != nil {
			t.Errorf("second stop: %v", err)
		}
	})
}

func TestStopCancelsWhatIsLeftAndAnswersTheQueued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 4, MaxWait: time.Minute}, Breaker: quickBreaker}, hang)
		running, queued := r.Ask(t.Context(), 1), r.Ask(t.Context(), 2)
		synctest.Wait()
		ctx, end := context.WithTimeout(t.Context(), 3*time.Second)
		defer end()
		if err := r.Stop(ctx); err != nil {
			t.Fatalf("the handler honours its context, yet: %v", err)
		}
		_, err := running.Wait(t.Context())
		wantIs(t, err, context.Canceled)
		wantIs(t, err, ErrStopped)
		_, err = queued.Wait(t.Context())
		wantIs(t, err, ErrStopped)
		if s := r.Stats(); s.Failures != 0 || s.Voids != 1 {
			t.Errorf("our own stop counted against the dependency: %+v", s)
		}
	})
}

func TestStopReportsHandlersThatIgnoreTheirContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		r := spawn(t, start(t), Policy{}, func(context.Context, int) (int, error) { <-release; return 0, nil })
		var wait sync.WaitGroup
		for n := range 3 {
			wait.Go(func() { _, _ = r.Call(t.Context(), n) })
		}
		synctest.Wait()
		ctx, end := context.WithTimeoutCause(t.Context(), time.Second, errors.New("rollout"))
		defer end()
		begin := time.Now()
		err := r.Stop(ctx)
		left, ok := errors.AsType[*AbandonedError](err)
		if !ok || len(left.Guards) != 1 || left.Guards[0] != (Abandoned{"payments", 3}) {
			t.Fatalf("got %v", err)
		}
		if d := time.Since(begin); d != time.Second+cancelGrace {
			t.Errorf("took %v", d)
		}
		if left.Cause.Error() != "rollout" {
			t.Errorf("cause %v", left.Cause)
		}
		close(release)
		wait.Wait()
	})
}

func TestStopWakesCallsThatBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Policy{Deadline: Deadline{Total: time.Hour}, Retry: Retry{Attempts: 2, Backoff: Backoff{Base: time.Minute, Max: time.Minute, Jitter: supervision.NoJitter}}}
		r := spawn(t, start(t), p, fail, With[int, int]{Safe: Always[int]})
		f := r.Ask(t.Context(), 1)
		synctest.Wait()
		begin := time.Now()
		if err := r.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err := f.Wait(t.Context())
		wantIs(t, err, errDown)
		wantIs(t, err, ErrStopped)
		if d := time.Since(begin); d != 0 {
			t.Errorf("slept on for %v", d)
		}
	})
}

func TestPoisonAndStopOfThePIDKeepTheirMeaning(t *testing.T) {
	for _, way := range []string{"poison", "stop"} {
		t.Run(way, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sys := start(t)
				r := spawn(t, sys, Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 4, MaxWait: time.Minute}}, func(ctx context.Context, n int) (int, error) {
					select {
					case <-time.After(time.Second):
						return n, nil
					case <-ctx.Done():
						return 0, ctx.Err()
					}
				})
				running, queued := r.Ask(t.Context(), 1), r.Ask(t.Context(), 2)
				synctest.Wait()
				if way == "poison" {
					sys.root.Poison(r.PID())
				} else {
					sys.root.Stop(r.PID())
				}
				<-r.done.wait()
				_, err1 := running.Wait(t.Context())
				_, err2 := queued.Wait(t.Context())
				if way == "poison" && (err1 != nil || err2 != nil) {
					t.Errorf("poison lost calls: %v, %v", err1, err2)
				}
				if way == "stop" {
					wantIs(t, err1, context.Canceled)
					wantIs(t, err2, ErrStopped)
				}
				if _, found := sys.Guard("payments"); found {
					t.Error("a stopped guard is still listed")
				}
			})
		})
	}
}

func TestShutdownStopsAllGuardsAtOnceAndIsFinal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		for _, name := range []string{"b", "a"} {
			r, err := Spawn(sys, name, hang, Policy{})
			if err != nil {
				t.Fatal(err)
			}
			r.Ask(t.Context(), 1)
		}
		stubborn, err := Spawn(sys, "stubborn", func(context.Context, int) (int, error) { time.Sleep(time.Hour); return 0, nil }, Policy{})
		if err != nil {
			t.Fatal(err)
		}
		f := stubborn.Ask(t.Context(), 1)
		synctest.Wait()
		sub := sys.Subscribe(16)
		ctx, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		err = sys.Shutdown(ctx)
		left, ok := errors.AsType[*AbandonedError](err)
		if !ok || len(left.Guards) != 1 || left.Guards[0].Dependency != "stubborn" {
			t.Fatalf("got %v", err)
		}
		stopped := 0
		for e := range sub.C() {
			if e.Kind == EventStopped {
				stopped++
			}
		}
		if stopped != 3 {
			t.Errorf("%d guards said that they stopped", stopped)
		}
		_, late := Protect(sys, "late", Policy{})
		wantIs(t, late, ErrStopped)
		_, late = sys.SpawnActor("late", actor.PropsFromFunc(func(actor.Context) {}))
		wantIs(t, late, ErrStopped)
		if again := sys.Shutdown(t.Context()); again != err || len(sys.Guards()) != 0 { //nolint:errorlint // the same
			t.Errorf("second shutdown: %v, %d guards", again, len(sys.Guards()))
		}
		_, _ = f.Wait(t.Context())
	})
}

func TestNameIsFreeAgainAfterAStop(t *testing.T) {
	sys := start(t)
	for range 3 {
		g, err := Protect(sys, "payments", Policy{})
		if err != nil {
			t.Fatal(err)
		}
		if err := g.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestControlOfAStoppedGuardIsAnswered(t *testing.T) {
	sys := start(t)
	g, err := Protect(sys, "payments", Policy{})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err = g.Update(t.Context(), Policy{Breaker: quickBreaker})
	wantIs(t, err, ErrStopped)
	wantIs(t, g.Command(t.Context(), Command{Mode: HoldOpen, Reason: "test", By: "me", TTL: time.Minute}), ErrStopped)
	_, err = Bind(g, "op", echo)
	wantIs(t, err, ErrStopped)
}
