// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// What users' code may do to a guard at the worst moment.

func TestPolicyOfAGuardSharesNothingWithItsGiver(t *testing.T) {
	given := Policy{Breaker: Breaker{FailureRate: 0.5, MinCalls: 1000, Weights: map[fuseboard.Class]float64{"error": 1}}}
	r := spawn(t, start(t), given, fail)
	var wait sync.WaitGroup
	wait.Go(func() {
		for range 2000 {
			_, _ = r.Call(context.Background(), 1) // reads the weights
		}
	})
	for range 2000 {
		given.Breaker.Weights["error"] = 0.1
		p := r.Policy()
		p.Breaker.Weights["error"] = 0.2
	}
	wait.Wait()
	p := r.Policy()
	if p.Breaker.Weights["error"] != 1 {
		t.Errorf("a policy changed without an Update: %v", p.Breaker.Weights)
	}
	p.Breaker.Weights["error"] = 0.5
	if change, err := r.Update(t.Context(), p); err != nil || !slices.Equal(change.Changed, []string{"breaker.weights.error"}) {
		t.Errorf("%v, %v", change.Changed, err)
	}
}

func TestProducerOfAnActorMayUseTheSystem(t *testing.T) {
	sys := start(t)
	spawn(t, sys, Policy{}, echo)
	_, err := sys.SpawnActor("client", actor.PropsFromProducer(func() actor.Actor {
		if _, found := sys.Guard("payments"); !found || len(sys.Guards()) != 1 {
			t.Error("the guard is not found")
		}
		return actor.ReceiveFunc(func(actor.Context) {})
	}))
	if err != nil {
		t.Fatal(err)
	}
}

// sink is a log handler that does with each line what it is told.
type sink func(slog.Record)

func (s sink) Enabled(context.Context, slog.Level) bool      { return true }
func (s sink) Handle(_ context.Context, r slog.Record) error { s(r); return nil }
func (s sink) WithAttrs([]slog.Attr) slog.Handler            { return s }
func (s sink) WithGroup(string) slog.Handler                 { return s }
func logging(t *testing.T, write func(slog.Record)) *System {
	t.Helper()
	sys, err := Start(Options{Seed: 1, Logger: slog.New(sink(write))})
	if err != nil {
		t.Fatal(err)
	}
	return sys
}

func TestBlockedLogHandlerHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		sys := logging(t, func(slog.Record) { <-release })
		down := true
		r := spawn(t, sys, Policy{Breaker: quickBreaker}, sometimes(&down))
		for range 3 {
			_, _ = r.Call(t.Context(), 1)
		}
		time.Sleep(12 * time.Second)
		if r.State() != HalfOpen {
			t.Errorf("the circuit waits for a log line: %v", r.State())
		}
		if _, err := r.Update(t.Context(), Policy{}); err != nil {
			t.Error(err)
		}
		ctx, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		if err := sys.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		close(release)
	})
}

func TestPanickingLogHandlerBreaksNothing(t *testing.T) {
	sys := logging(t, func(slog.Record) { panic("sink") })
	r := spawn(t, sys, Policy{Breaker: quickBreaker, Retry: twice}, fail) // warns at once
	hold := Command{Mode: HoldOpen, Reason: "test", By: "test", TTL: time.Minute}
	for range 30 {
		if err := r.Command(t.Context(), hold); err != nil {
			t.Fatal(err)
		}
	}
	if err := sys.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestLogTellsWarningsTransitionsAndWhatItDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var lines []string // written by the journal's goroutine alone
		gate := make(chan struct{})
		sys := logging(t, func(r slog.Record) {
			<-gate
			line := r.Level.String() + " " + r.Message
			r.Attrs(func(a slog.Attr) bool { line += " " + a.String(); return true })
			lines = append(lines, line)
		})
		r := spawn(t, sys, Policy{Retry: twice, Breaker: quickBreaker}, fail)
		for range journalLines + 10 {
			sys.log.Info("filler")
		}
		close(gate)
		synctest.Wait() // there is room again
		for range 3 {
			_, _ = r.Call(t.Context(), 1)
		}
		if err := r.Command(t.Context(), Command{Mode: HoldOpen, Reason: "drill", By: "ann", TTL: time.Hour, Reset: true}); err != nil {
			t.Fatal(err)
		}
		if err := sys.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		all := strings.Join(lines, "\n")
		for _, want := range []string{
			"WARN policy dependency=payments path=retry code=retry-without-deadline",
			"WARN circuit dependency=payments transition=closed -> open: 3 failures in a row",
			"WARN circuit dependency=payments transition=open -> closed: command by ann: drill",
			"lines_dropped_before=",
		} {
			if !strings.Contains(all, want) {
				t.Errorf("no %q in the log", want)
			}
		}
	})
}

func TestPanickingHooksHarmOnlyTheirCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Policy{Deadline: Deadline{Total: time.Minute}, Retry: twice, Breaker: Breaker{Consecutive: 2}}
		r := spawn(t, start(t), p, fail, With[int, int]{Safe: func(int) bool { panic("safe") }})
		for _, call := range []func() error{
			func() error { return second(r.Call(t.Context(), 1)) },
			func() error { return second(r.Ask(t.Context(), 1).Wait(t.Context())) },
		} {
			err := call()
			wantIs(t, err, errDown)
			if _, ok := errors.AsType[*PanicError](err); !ok {
				t.Errorf("the panic is not told: %v", err)
			}
		}
		other, err := Spawn(r.sys, "other", func(_ context.Context, n int) (int, error) { return n, nil }, p, With[int, int]{
			Safe:     Always[int],
			Classify: func(int, error) fuseboard.Outcome { return fuseboard.Outcome{Kind: fuseboard.Failure} },
			Discard:  func(int) { panic("discard") },
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := other.Call(t.Context(), 7); got != 7 || err != nil {
			t.Errorf("a discard that panics cost the call its answer: %d, %v", got, err)
		}
		if s := other.Stats(); s.Failures != 2 || s.Attempts != 2 {
			t.Errorf("it counted against the dependency: %+v", s)
		}
	})
}

func TestForwardedMessagesOfLifeDoNotMoveAGuard(t *testing.T) {
	sys := start(t)
	r := spawn(t, sys, Policy{}, echo)
	for _, message := range []any{
		&actor.Stopped{}, &actor.Stopping{}, &actor.Started{}, &actor.Restarting{},
		&actor.Stop{}, &actor.Watch{}, &actor.Terminated{}, &actor.Failure{},
	} {
		got, err := sys.root.RequestFuture(r.PID(), message, time.Minute).Result()
		reply, ok := got.(Reply[any, any])
		if err != nil || !ok {
			t.Fatalf("%T: got %T, %v", message, got, err)
		}
		wantIs(t, reply.Err, ErrUnknownRequest)
	}
	if _, found := sys.Guard("payments"); !found || r.family.Cancelled() {
		t.Error("a forwarded message stopped the guard")
	}
	if got, err := r.Call(t.Context(), 3); got != 3 || err != nil {
		t.Error(err)
	}
}

func TestStoppedGuardSaysSoEvenWhenItsCircuitIsOpen(t *testing.T) {
	r := opened(t)
	if err := r.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := r.Call(t.Context(), 1)
	wantIs(t, err, ErrStopped)
	wantIs(t, r.Tell(t.Context(), 1), ErrStopped)
	if s := r.Stats(); s.Rejected.Stopped != 2 {
		t.Errorf("%+v", s.Rejected)
	}
}

func TestProtectDuringShutdownLeavesNoLivingGuard(t *testing.T) {
	for range 100 {
		sys := start(t)
		var wait sync.WaitGroup
		var made atomic.Pointer[Guard]
		wait.Go(func() {
			if g, err := Protect(sys, "late", Policy{}); err == nil {
				made.Store(g)
			} else if !errors.Is(err, ErrStopped) {
				t.Errorf("got %v", err)
			}
		})
		wait.Go(func() { _ = sys.Shutdown(context.Background()) })
		wait.Wait()
		if g := made.Load(); g != nil && !g.hasStopped() {
			t.Fatal("a guard outlived its System")
		}
	}
}

func TestShutdownNamesHandlersOfGuardsStoppedBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		release := make(chan struct{})
		r := spawn(t, sys, Policy{}, func(context.Context, int) (int, error) { <-release; return 0, nil })
		f := r.Ask(t.Context(), 1)
		synctest.Wait()
		sys.root.Stop(r.PID())
		<-r.done.wait()
		ctx, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		left, ok := errors.AsType[*AbandonedError](sys.Shutdown(ctx))
		if !ok || left.Guards[0] != (Abandoned{Dependency: "payments", Running: 1}) {
			t.Errorf("got %v", left)
		}
		close(release)
		_, _ = f.Wait(t.Context())
	})
}

func TestSecondShutdownWaitsForTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		r := spawn(t, sys, Policy{}, func(context.Context, int) (int, error) { time.Sleep(time.Minute); return 0, nil })
		f := r.Ask(t.Context(), 1)
		synctest.Wait()
		begin := time.Now()
		first := make(chan error, 1)
		go func() { first <- sys.Shutdown(context.Background()) }()
		synctest.Wait()
		hurried, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		wantIs(t, sys.Shutdown(hurried), context.DeadlineExceeded)
		if err := sys.Shutdown(t.Context()); err != nil || time.Since(begin).Round(time.Millisecond) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		if err := <-first; err != nil {
			t.Error(err)
		}
		_, _ = f.Wait(t.Context())
	})
}

func TestShutdownWaitsForUsersActors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		var stopped atomic.Bool
		_, err := sys.SpawnActor("client", actor.PropsFromFunc(func(ctx actor.Context) {
			if _, ok := ctx.Message().(*actor.Stopping); ok {
				time.Sleep(time.Second)
				stopped.Store(true)
			}
		}))
		if err != nil {
			t.Fatal(err)
		}
		if err := sys.Shutdown(t.Context()); err != nil || !stopped.Load() || len(sys.spawned) != 0 {
			t.Errorf("%v, stopped %v, %d remembered", err, stopped.Load(), len(sys.spawned))
		}
	})
}

func TestShutdownDuringTheSpawnOfAnActorWaitsForItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		down := make(chan error, 1)
		_, err := sys.SpawnActor("client", actor.PropsFromFunc(func(actor.Context) {}, actor.WithOnInit(func(actor.Context) {
			go func() { down <- sys.Shutdown(context.Background()) }()
			time.Sleep(50 * time.Millisecond)
		})))
		wantIs(t, err, ErrStopped)
		if err := <-down; err != nil || len(sys.spawned) != 0 {
			t.Errorf("%v, %d remembered", err, len(sys.spawned))
		}
	})
}

func TestForwardedStoppedDoesNotHideAUsersActor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		ended := make(chan struct{})
		pid, err := sys.SpawnActor("client", actor.PropsFromFunc(func(ctx actor.Context) {
			if _, ok := ctx.Message().(*actor.Stopping); ok {
				close(ended)
			}
		}))
		if err != nil {
			t.Fatal(err)
		}
		sys.root.Send(pid, &actor.Stopped{})
		synctest.Wait()
		begin := time.Now()
		if err := sys.Shutdown(context.Background()); err != nil || time.Since(begin).Round(time.Millisecond) != 0 {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		<-ended
	})
}

func TestActorThatNeverStopsIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		release := make(chan struct{})
		_, err := sys.SpawnActor("stubborn", actor.PropsFromFunc(func(ctx actor.Context) {
			if _, ok := ctx.Message().(*actor.Stopping); ok {
				<-release
			}
		}))
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		begin := time.Now()
		left, ok := errors.AsType[*AbandonedError](sys.Shutdown(context.Background()))
		if !ok || !slices.Equal(left.Actors, []string{"stubborn"}) || !strings.Contains(left.Error(), "stubborn") {
			t.Errorf("got %v", left)
		}
		if d := time.Since(begin); d > userGrace+time.Second {
			t.Errorf("waited %v for it", d)
		}
		close(release)
		time.Sleep(time.Second) // its end is a dead letter now, whose throttle keeps a goroutine for an instant
	})
}

// replies is a message of the actor library's self-answering kind.
type replies func() any

func (r replies) GetAutoResponse(actor.Context) any { return r() }

func TestSelfAnsweringMessageOfAUserDoesNotRunInTheGuardsTurn(t *testing.T) {
	sys := start(t)
	r := spawn(t, sys, Policy{}, echo)
	sys.root.Send(r.PID(), replies(func() any { panic("in the guard's turn") }))
	got, err := sys.root.RequestFuture(r.PID(), replies(func() any { return 1 }), time.Minute).Result()
	if reply, ok := got.(Reply[any, any]); err != nil || !ok || !errors.Is(reply.Err, ErrUnknownRequest) {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := sys.root.RequestFuture(r.PID(), &actor.Touch{}, time.Minute).Result(); err != nil {
		t.Errorf("touch: %v, %v", got, err)
	}
	if _, err := r.Update(t.Context(), Policy{Breaker: quickBreaker}); err != nil {
		t.Error(err)
	}
}

func TestLastLogLinesAreWrittenEvenWhenTimeIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lines := 0
		sys := logging(t, func(slog.Record) { lines++; time.Sleep(100 * time.Microsecond) })
		for range 500 {
			sys.log.Info("line")
		}
		over, end := context.WithCancel(t.Context())
		end()
		_ = sys.Shutdown(over)
		if lines < 500 {
			t.Errorf("%d of 500 lines", lines)
		}
	})
}

func TestChangeIsItsReadersOwn(t *testing.T) {
	sys := start(t)
	sub := sys.Subscribe(8)
	p := Policy{Breaker: Breaker{Weights: map[fuseboard.Class]float64{"error": 1}}}
	r := spawn(t, sys, p, echo)
	change, err := r.Update(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	<-sub.C() // started
	e := <-sub.C()
	change.After.Breaker.Weights["error"] = 4
	if e.Change.After.Breaker.Weights["error"] != 1 || r.Policy().Breaker.Weights["error"] != 1 {
		t.Error("a change shares its maps")
	}
	sub.Close()
}

func TestProbeThatWaitsInTheQueueCannotHideAMove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := quickBreaker
		b.ProbeTimeout = time.Second
		down, slow := true, make(chan struct{})
		sys := start(t)
		r := spawn(t, sys, Policy{Breaker: b, Bulkhead: Bulkhead{Concurrency: 1, Queue: 4, MaxWait: 30 * time.Second}},
			func(_ context.Context, n int) (int, error) {
				if n == 0 {
					<-slow
					return 0, nil
				}
				if down {
					return 0, errDown
				}
				return n, nil
			})
		for range 3 {
			_, _ = r.Call(t.Context(), 1)
		}
		if err := r.Command(t.Context(), Command{Mode: HoldClosed, Reason: "test", By: "test", TTL: time.Second}); err != nil {
			t.Fatal(err)
		}
		old := r.Ask(t.Context(), 0) // holds the only permit all the while
		down = false
		time.Sleep(12 * time.Second)
		if r.State() != HalfOpen {
			t.Fatalf("%v", r.State())
		}
		sub := sys.Subscribe(64)
		probe := r.Ask(t.Context(), 1) // takes the lease, waits for a permit
		time.Sleep(2 * time.Second)    // its lease ends meanwhile
		_, _ = r.Call(t.Context(), 2)
		time.Sleep(12 * time.Second)
		if r.State() != HalfOpen {
			t.Errorf("no timer for what the circuit has due: %v", r.State())
		}
		close(slow)
		_, _ = old.Wait(t.Context())
		_, _ = probe.Wait(t.Context())
		synctest.Wait()
		sub.Close()
		var last uint64
		for e := range sub.C() {
			last = e.Transition.Epoch
		}
		if last != r.Stats().Epoch {
			t.Errorf("events end at epoch %d, the circuit is at %d", last, r.Stats().Epoch)
		}
	})
}

func TestOldGuardCannotReachTheNextOfItsName(t *testing.T) {
	sys := start(t)
	old := spawn(t, sys, Policy{}, echo)
	if err := old.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	next := spawn(t, sys, Policy{}, echo)
	if old.PID().Id == next.PID().Id {
		t.Error("two guards share an address")
	}
	if err := old.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	_, err := old.Update(t.Context(), Policy{Breaker: quickBreaker})
	wantIs(t, err, ErrStopped)
	if got, err := next.Call(t.Context(), 2); got != 2 || err != nil || next.Policy().Breaker.On() {
		t.Errorf("%d, %v", got, err)
	}
}

func TestCountOfCallsNeverFalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r *Ref[int, int]
		var seen []uint64
		look := func() { seen = append(seen, r.Stats().Calls) }
		r = spawn(t, start(t), Policy{Deadline: Deadline{Total: time.Minute}, Retry: twice}, func(context.Context, int) (int, error) {
			look()
			return 0, errDown
		}, With[int, int]{Safe: func(int) bool { look(); return true }})
		for range 3 {
			_, _ = r.Call(t.Context(), 1)
			look()
		}
		if !slices.IsSorted(seen) || seen[len(seen)-1] != 3 {
			t.Errorf("saw %v", seen)
		}
		if s := r.Stats(); s.Attempts != 6 || s.Retries != 3 || s.Failures != 6 {
			t.Errorf("%+v", s)
		}
	})
}

func TestInnerFailureIsAFailureEvenWhenItsRetryWasRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		b := quickBreaker
		b.Consecutive = 1
		inner, err := Spawn(sys, "bank", fail, Policy{Deadline: Deadline{Total: time.Minute}, Breaker: b, Retry: twice}, With[int, int]{Safe: Always[int]})
		if err != nil {
			t.Fatal(err)
		}
		outer := spawn(t, sys, Policy{}, inner.Call)
		_, err = outer.Call(t.Context(), 1)
		wantIs(t, err, errDown)
		if s := outer.Stats(); s.Failures != 1 || s.Voids != 0 {
			t.Errorf("what failed below did not fail here: %+v", s)
		}
		_, err = outer.Call(t.Context(), 1) // now it is refused below
		wantIs(t, err, ErrOpen)
		if s := outer.Stats(); s.Failures != 1 || s.Voids != 1 {
			t.Errorf("%+v", s)
		}
		again, err := Spawn(sys, "third", outer.Call, Policy{})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = again.Call(t.Context(), 1) // and two guards above
		if s := again.Stats(); s.Voids != 1 {
			t.Errorf("%+v", s)
		}
	})
}

func TestRetryAfterIsToldWhereverItComesFrom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		r := spawn(t, sys, Policy{}, func(context.Context, int) (int, error) { return 0, throttled{} })
		_, err := r.Call(t.Context(), 1)
		if got := callError(t, err).RetryAfter(); got != 7*time.Second {
			t.Errorf("the dependency asked for 7s, told %v", got)
		}
		p := Policy{Deadline: Deadline{Total: time.Minute}, Retry: twice, Breaker: quickBreaker}
		p.Breaker.Consecutive = 1
		tripping, err := Spawn(sys, "tripping", fail, p, With[int, int]{Safe: Always[int]})
		if err != nil {
			t.Fatal(err)
		}
		_, err = tripping.Call(t.Context(), 1)
		if e := callError(t, err); e.RetryAfter() < 8*time.Second || e.RejectedBy() != "" {
			t.Errorf("told %v by %q", e.RetryAfter(), e.RejectedBy())
		}
	})
}

func TestCallersOwnCauseIsNotTakenForARefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 2, MaxWait: time.Minute}}, hang)
		ctx, cancel := context.WithCancelCause(t.Context())
		running := r.Ask(ctx, 1)
		synctest.Wait()
		for i, cause := range []error{ErrFull, ErrStopped, ErrLate, ErrOpen, context.DeadlineExceeded} {
			leaving, leave := context.WithCancelCause(t.Context())
			queued := r.Ask(leaving, 1)
			synctest.Wait()
			leave(cause)
			_, err := queued.Wait(t.Context())
			wantIs(t, err, cause)
			if e := callError(t, err); e.RejectedBy() != "" {
				t.Errorf("%v: refused by %s", cause, e.RejectedBy())
			}
			if s := r.Stats(); s.Left != uint64(i+1) || s.Rejected != (Rejected{}) {
				t.Errorf("%v: %+v", cause, s)
			}
		}
		cancel(nil)
		_, _ = running.Wait(t.Context())
	})
}

func TestDeadlineIsOnlyBlamedForWhatItEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := errors.New("driver: i/o timeout")
		p := Policy{
			Deadline: Deadline{Total: 10 * time.Second, Attempt: 100 * time.Millisecond},
			Retry:    Retry{Attempts: 3, Backoff: Backoff{Base: 2 * time.Second, Jitter: supervision.NoJitter}},
		}
		r := spawn(t, start(t), p, func(context.Context, int) (int, error) {
			time.Sleep(time.Millisecond)
			return 0, driver
		}, With[int, int]{Safe: Always[int], Classify: func(int, error) fuseboard.Outcome {
			return fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassTimeout}
		}})
		time.AfterFunc(time.Second, func() { // during the backoff, so that the next attempt is refused
			_ = r.Command(t.Context(), Command{Mode: HoldOpen, Reason: "test", By: "test", TTL: time.Minute})
		})
		_, err := r.Call(t.Context(), 1)
		wantIs(t, err, driver)
		wantIs(t, err, ErrOpen)
		if errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the attempt took 1ms of its 100ms: %v", err)
		}
	})
}

func TestTransitionOfTheLastCallIsToldBeforeTheStop(t *testing.T) {
	for range 50 {
		sys := start(t)
		sub := sys.Subscribe(8)
		b := quickBreaker
		b.Consecutive = 1
		r := spawn(t, sys, Policy{Breaker: b}, fail)
		f := r.Ask(t.Context(), 1)
		if err := r.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err := f.Wait(t.Context())
		sub.Close()
		var kinds []EventKind
		for e := range sub.C() {
			kinds = append(kinds, e.Kind)
		}
		if want := []EventKind{EventStarted, EventTransition, EventStopped}; errors.Is(err, errDown) && !slices.Equal(kinds, want) {
			t.Fatalf("told %v", kinds)
		}
	}
}

func TestUpdateThatTurnsSectionsOffSaysWhatThatCosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Breaker: quickBreaker, Deadline: Deadline{Total: time.Minute}, Retry: Retry{Attempts: 2, Budget: Budget{Window: 5 * time.Second}}}, fail)
		change, err := r.Update(t.Context(), Policy{Breaker: quickBreaker, Deadline: Deadline{Total: time.Minute}, Retry: Retry{Attempts: 2}})
		if err != nil || len(change.Lost) != 1 || !strings.Contains(change.Lost[0], "retry.budget.window") {
			t.Errorf("%q, %v", change.Lost, err)
		}
		for range 3 {
			_, _ = r.Call(t.Context(), 1)
		}
		change, err = r.Update(t.Context(), Policy{})
		if err != nil || len(change.Lost) != 1 || !strings.Contains(change.Lost[0], "state (open)") || r.State() != Closed {
			t.Errorf("%q, %v, %v", change.Lost, err, r.State())
		}
	})
}
