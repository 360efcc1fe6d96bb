// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/deadline"
	"github.com/fuseboard/fuseboard/supervision"
)

func TestCallReturnsTheHandlersAnswer(t *testing.T) {
	r := spawn(t, start(t), Policy{}, echo)
	got, err := r.Call(t.Context(), 7)
	if got != 7 || err != nil {
		t.Fatalf("got %d, %v", got, err)
	}
}

func TestFailureIsWrappedWithItsCallAndKeepsItsCause(t *testing.T) {
	sys := start(t)
	g, err := Protect(sys, "payments", Policy{Breaker: quickBreaker})
	if err != nil {
		t.Fatal(err)
	}
	charge, err := Bind(g, "charge", fail)
	if err != nil {
		t.Fatal(err)
	}
	_, err = charge.Call(t.Context(), 1)
	wantIs(t, err, errDown)
	e := callError(t, err)
	if e.Dependency != "payments" || e.Op != "charge" || e.Attempts != 1 || e.RejectedBy() != "" {
		t.Errorf("got %+v", e)
	}
	if want := "payments.charge: failed: dependency down"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

func TestSafeFailureIsRepeatedAfterTheBackoffHoldingNoPermit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inUse := make(chan int, 1)
		var r *Ref[int, int]
		p := Policy{Retry: twice, Bulkhead: Bulkhead{Concurrency: 1}, Deadline: Deadline{Total: time.Minute}}
		attempts := 0
		r = spawn(t, start(t), p, func(context.Context, int) (int, error) {
			attempts++
			if attempts == 1 {
				time.AfterFunc(50*time.Millisecond, func() { inUse <- r.Stats().Gate.InUse })
				return 0, errDown
			}
			return 42, nil
		}, With[int, int]{Safe: Always[int]})
		begin := time.Now()
		got, err := r.Call(t.Context(), 1)
		if got != 42 || err != nil || attempts != 2 {
			t.Fatalf("got %d, %v after %d attempts", got, err, attempts)
		}
		if d := time.Since(begin); d != 100*time.Millisecond {
			t.Errorf("backed off %v, want 100ms", d)
		}
		if n := <-inUse; n != 0 {
			t.Errorf("%d permits in use during the backoff", n)
		}
		if s := r.Stats(); s.Retries != 1 || s.Attempts != 2 || s.Calls != 1 || s.Failures != 1 || s.Successes != 1 {
			t.Errorf("stats %+v", s)
		}
	})
}

func TestUnsafeFailureIsNotRepeatedUnlessItWasRefusedOnTheWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		var fault error
		r := spawn(t, start(t), Policy{Retry: twice, Deadline: Deadline{Total: time.Minute}}, func(context.Context, int) (int, error) {
			attempts++
			return 0, fault
		}, With[int, int]{Classify: func(_ int, err error) fuseboard.Outcome {
			if errors.Is(err, errNotSent) {
				return fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassRefused}
			}
			return fuseboard.Outcome{}
		}})
		fault = errDown
		_, err := r.Call(t.Context(), 1)
		wantIs(t, err, supervision.ErrUnsafe)
		if attempts != 1 {
			t.Errorf("a request that may have been done was sent %d times", attempts)
		}
		attempts, fault = 0, errNotSent
		_, err = r.Call(t.Context(), 1)
		wantIs(t, err, supervision.ErrAttempts)
		if attempts != 2 {
			t.Errorf("a request that was never sent was tried %d times, want 2", attempts)
		}
	})
}

var errNotSent = errors.New("not sent")

func TestRepetitionThatCannotFitTheDeadlineIsNotMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Policy{Retry: Retry{Attempts: 3, Backoff: Backoff{Base: time.Second, Jitter: supervision.NoJitter}}, Deadline: Deadline{Total: 500 * time.Millisecond}}
		r := spawn(t, start(t), p, fail, With[int, int]{Safe: Always[int]})
		begin := time.Now()
		_, err := r.Call(t.Context(), 1)
		wantIs(t, err, errDown)
		wantIs(t, err, supervision.ErrNoTime)
		if d := time.Since(begin); d != 0 {
			t.Errorf("waited %v for nothing", d)
		}
	})
}

func TestRetryBudgetBoundsRepetitions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Policy{Deadline: Deadline{Total: time.Minute}, Retry: Retry{
			Attempts: 2,
			Backoff:  Backoff{Base: time.Millisecond, Jitter: supervision.NoJitter},
			Budget:   Budget{Ratio: 0.1, MinPerSecond: 1, Window: 10 * time.Second},
		}}
		r := spawn(t, start(t), p, fail, With[int, int]{Safe: Always[int]})
		refused := 0
		for range 100 {
			if _, err := r.Call(t.Context(), 1); errors.Is(err, supervision.ErrBudget) {
				refused++
			}
		}
		// 10 % of 100 calls and 1/s over 10 s: at most 20 repetitions.
		if s := r.Stats(); s.Retries > 20 || s.Retries < 15 || refused != 100-int(s.Retries) {
			t.Errorf("%d repetitions, %d refused by the budget", s.Retries, refused)
		}
	})
}

func TestAttemptDeadlineEndsAHangingHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Deadline: Deadline{Total: 2 * time.Second, Attempt: 800 * time.Millisecond}}, hang)
		begin := time.Now()
		_, err := r.Call(t.Context(), 1)
		if d := time.Since(begin); d != 800*time.Millisecond {
			t.Errorf("returned after %v", d)
		}
		wantIs(t, err, context.DeadlineExceeded)
		limit, ok := errors.AsType[*deadline.Error](err)
		if !ok || limit.Scope != deadline.Attempt || limit.Limit != 800*time.Millisecond {
			t.Errorf("got %v", err)
		}
		if !callError(t, err).Timeout() {
			t.Error("Timeout() is false")
		}
	})
}

func TestCallersDeadlineIsAFailureOfTheDependencyButItsLeavingIsVoid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Deadline: Deadline{Total: time.Minute}, Breaker: quickBreaker}, hang)
		ctx, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		_, err := r.Call(ctx, 1)
		wantIs(t, err, context.DeadlineExceeded)
		if s := r.Stats(); s.Failures != 1 {
			t.Errorf("a dependency that let the caller's deadline pass has not failed: %+v", s)
		}
		leaving, leave := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, leave)
		_, err = r.Call(leaving, 1)
		wantIs(t, err, context.Canceled)
		if s := r.Stats(); s.Failures != 1 || s.Voids != 1 {
			t.Errorf("a caller that left is evidence: %+v", s)
		}
	})
}

func TestSpentDeadlineIsRefusedBeforeTheDependencyIsTouched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		touched := false
		p := Policy{Deadline: Deadline{Total: time.Second, Reserve: 50 * time.Millisecond}}
		r := spawn(t, start(t), p, func(context.Context, int) (int, error) { touched = true; return 0, nil })
		ctx, end := context.WithTimeout(t.Context(), 40*time.Millisecond)
		defer end()
		_, err := r.Call(ctx, 1)
		wantIs(t, err, context.DeadlineExceeded)
		if e := callError(t, err); e.RejectedBy() != "deadline" || touched {
			t.Errorf("rejected by %q, touched %v", e.RejectedBy(), touched)
		}
	})
}

func TestCircuitOpensRefusesWithItsNumbersAndRecoversWithoutTraffic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := true
		r := spawn(t, start(t), Policy{Breaker: quickBreaker}, sometimes(&down))
		for range 3 {
			_, err := r.Call(t.Context(), 1)
			wantIs(t, err, errDown)
		}
		_, err := r.Call(t.Context(), 1)
		wantIs(t, err, ErrOpen)
		e := callError(t, err)
		if e.Attempts != 0 || e.RejectedBy() != "breaker" {
			t.Errorf("%+v", e)
		}
		if wait := e.RetryAfter(); wait < 8*time.Second || wait > 12*time.Second {
			t.Errorf("retry after %v, want about 10s", wait)
		}
		if text := err.Error(); !strings.Contains(text, "3 failures in a row") || !strings.Contains(text, "again in") {
			t.Errorf("message tells too little: %s", text)
		}
		time.Sleep(e.RetryAfter())
		synctest.Wait()
		if r.State() != HalfOpen {
			t.Fatalf("still %v without traffic", r.State())
		}
		down = false
		if _, err := r.Call(t.Context(), 1); err != nil || r.State() != Closed {
			t.Errorf("probe: %v, state %v", err, r.State())
		}
	})
}

func TestOverdueCircuitIsMovedByACallerWhenTheGuardIsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := true
		r := spawn(t, start(t), Policy{Breaker: quickBreaker}, sometimes(&down))
		release := r.block()
		defer release()
		for range 3 {
			_, _ = r.Call(t.Context(), 1)
		}
		r.alarm.stop()
		time.Sleep(time.Minute)
		if r.State() != Open {
			t.Fatalf("the guard was to be late, yet the circuit is %v", r.State())
		}
		down = false
		ok := 0
		for range 64 {
			if _, err := r.Call(t.Context(), 1); err == nil {
				ok++
			}
		}
		if ok < 32 || r.State() != Closed {
			t.Errorf("%d of 64 calls got through, state %v", ok, r.State())
		}
	})
}

// block keeps the guard busy in its Receive, so that it arms no timer, until
// the function it returns is called.
func (g *Guard) block() (release func()) {
	answer := make(chan changed) // nobody reads: the guard waits
	g.sys.root.Send(g.PID(), &update{policy: g.Policy(), answer: answer})
	synctest.Wait()
	return func() { <-answer }
}

func TestWhatTheClassifierCallsASuccessIsPassedAsItIs(t *testing.T) {
	errNoRows := errors.New("no rows")
	r := spawn(t, start(t), Policy{Breaker: quickBreaker}, func(context.Context, int) (int, error) { return 3, errNoRows },
		With[int, int]{Classify: func(int, error) fuseboard.Outcome { return fuseboard.Outcome{Kind: fuseboard.Success} }})
	for range 5 {
		if got, err := r.Call(t.Context(), 1); got != 3 || err != errNoRows { //nolint:errorlint // it must come bare
			t.Fatalf("got %d, %v", got, err)
		}
	}
}

func TestAnswerThatIsAFailureIsRepeatedDiscardedAndAtLastReturned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var discarded []int
		answers := 0
		r := spawn(t, start(t), Policy{Retry: twice, Deadline: Deadline{Total: time.Minute}},
			func(context.Context, int) (int, error) { answers++; return 500 + answers, nil },
			With[int, int]{
				Safe:     Always[int],
				Classify: func(int, error) fuseboard.Outcome { return fuseboard.Outcome{Kind: fuseboard.Failure, Class: "server"} },
				Discard:  func(n int) { discarded = append(discarded, n) },
			})
		got, err := r.Call(t.Context(), 1)
		if got != 502 || err != nil || len(discarded) != 1 || discarded[0] != 501 {
			t.Errorf("got %d, %v; discarded %v", got, err, discarded)
		}
	})
}

func TestDoRunsAFunctionUnderTheGuard(t *testing.T) {
	sys := start(t)
	g, err := Protect(sys, "ledger", Policy{Breaker: quickBreaker})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Do(t.Context(), g, func(context.Context) (string, error) { return "done", nil })
	if got != "done" || err != nil {
		t.Fatalf("got %q, %v", got, err)
	}
	_, err = Do(t.Context(), g, func(context.Context) (int, error) { return 0, errDown })
	wantIs(t, err, errDown)
	if s := g.Stats(); s.Successes != 1 || s.Failures != 1 {
		t.Errorf("%+v", s)
	}
}

func TestPanicIsThatCallsFailureWithItsStack(t *testing.T) {
	r := spawn(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 1}}, func(_ context.Context, n int) (int, error) {
		if n == 13 {
			panic(errDown)
		}
		return n, nil
	})
	_, err := r.Call(t.Context(), 13)
	p, ok := errors.AsType[*PanicError](err)
	if !ok || !strings.Contains(string(p.Stack), "TestPanicIsThatCallsFailure") {
		t.Fatalf("got %v", err)
	}
	wantIs(t, err, errDown)
	if got, err := r.Call(t.Context(), 1); got != 1 || err != nil {
		t.Errorf("one poisoned request stopped the healthy ones: %v", err)
	}
}

func TestGoexitOfACallGivesThePermitBack(t *testing.T) {
	r := spawn(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 1}, Breaker: quickBreaker}, func(_ context.Context, n int) (int, error) {
		runtime.Goexit()
		return n, nil
	})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = r.Call(context.Background(), 1)
		t.Error("Goexit was swallowed")
	}()
	<-ended
	if s := r.Stats(); s.Gate.InUse != 0 || s.Failures != 1 {
		t.Errorf("%+v", s)
	}
	_, err := r.Ask(t.Context(), 1).Wait(t.Context())
	wantIs(t, err, ErrGoexit)
}

func TestRefusalInsideTheHandlerIsVoidHereAndNotRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		inner, err := Spawn(sys, "bank", fail, Policy{Breaker: quickBreaker})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			_, _ = inner.Call(t.Context(), 1)
		}
		outer := spawn(t, sys, Policy{Retry: twice, Deadline: Deadline{Total: time.Minute}, Breaker: quickBreaker}, inner.Call, With[int, int]{Safe: Always[int]})
		for range 5 {
			_, err := outer.Call(t.Context(), 1)
			wantIs(t, err, ErrOpen)
			if e := callError(t, err); e.Dependency != "payments" || e.RejectedBy() != "" || e.Attempts != 1 {
				t.Fatalf("%+v", e)
			}
		}
		if s := outer.Stats(); s.State != Closed || s.Voids != 5 || s.Failures != 0 {
			t.Errorf("another dependency's refusal counted here: %+v", s)
		}
	})
}
