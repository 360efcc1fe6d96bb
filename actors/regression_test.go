// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// The pitfalls below were found in the peers; each stands with a thread where it hurt.

// resilience4j#935, OmniRoute#13836: a probe that never settles.
func TestP1_HungProbeDoesNotStickHalfOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mode := "fail"
		release := make(chan struct{})
		r := spawn(t, start(t), Policy{Breaker: quickBreaker}, func(_ context.Context, n int) (int, error) {
			switch mode {
			case "fail":
				return 0, errDown
			case "hang":
				<-release
			}
			return n, nil
		})
		for range 3 {
			_, _ = r.Call(t.Context(), 1)
		}
		time.Sleep(12 * time.Second) // half-open
		mode = "hang"
		hung := r.Ask(t.Context(), 1)
		synctest.Wait()
		mode = "well"
		_, err := r.Call(t.Context(), 1)
		wantIs(t, err, ErrOpen)      // the one probe is out
		time.Sleep(20 * time.Second) // its lease ends after 5s, then open, then half-open again
		if _, err := r.Call(t.Context(), 1); err != nil || r.State() != Closed {
			t.Errorf("stuck: %v, %v", err, r.State())
		}
		close(release)
		if _, err := hung.Wait(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// resilience4j#1432, Polly#216: more calls than probes at open → half-open.
func TestP2_OnlyTheProbesReachAHalfOpenDependency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, peak atomic.Int64
		down := true
		b := quickBreaker
		b.Probes = 2
		r := spawn(t, start(t), Policy{Breaker: b}, func(ctx context.Context, n int) (int, error) {
			if down {
				return 0, errDown
			}
			if now := running.Add(1); now > peak.Load() {
				peak.Store(now)
			}
			defer running.Add(-1)
			switch n % 4 { // whatever a probe does
			case 0:
				panic("probe")
			case 1:
				runtime.Goexit()
			case 2:
				<-ctx.Done()
			}
			time.Sleep(time.Second)
			return n, ctx.Err()
		})
		for range 3 {
			_, _ = r.Call(t.Context(), 1)
		}
		down = false
		for round := range 20 {
			time.Sleep(12 * time.Second)
			var wait sync.WaitGroup
			for n := range 64 {
				wait.Go(func() {
					ctx, end := context.WithTimeout(t.Context(), time.Second) // well within the lease
					defer end()
					_, _ = r.Call(ctx, n+round)
				})
			}
			wait.Wait()
			if r.State() == Closed {
				break
			}
		}
		if peak.Load() > 2 {
			t.Errorf("%d probes at once, want at most 2", peak.Load())
		}
	})
}

// Polly#217: a result of an older state must change nothing.
func TestP3_LateResultOfAnOlderStateChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan error)
		r := spawn(t, start(t), Policy{Breaker: quickBreaker}, func(_ context.Context, n int) (int, error) {
			if n == 0 {
				return 0, <-release
			}
			return 0, errDown
		})
		late := r.Ask(t.Context(), 0)
		synctest.Wait()
		for range 3 {
			_, _ = r.Call(t.Context(), 1)
		}
		time.Sleep(12 * time.Second)
		epoch := r.Stats().Epoch
		release <- nil // a success of the first closed state
		_, _ = late.Wait(t.Context())
		if s := r.Stats(); s.State != HalfOpen || s.Epoch != epoch || s.Window.Calls != 0 {
			t.Errorf("%+v", s)
		}
	})
}

// Polly v8: a cancelled probe closes the circuit.
func TestP4_CancelledProbeIsNeitherSuccessNorFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Breaker: quickBreaker}, func(ctx context.Context, n int) (int, error) {
			if n == 0 {
				return 0, errDown
			}
			return hang(ctx, n)
		})
		for range 3 {
			_, _ = r.Call(t.Context(), 0)
		}
		time.Sleep(12 * time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		probe := r.Ask(ctx, 1)
		synctest.Wait()
		cancel()
		_, err := probe.Wait(t.Context())
		wantIs(t, err, context.Canceled)
		if s := r.Stats(); s.State != HalfOpen || s.Window.Calls != 0 {
			t.Fatalf("%+v", s)
		}
		_, _ = r.Call(t.Context(), 0) // the lease is free again
		if r.State() != Open {
			t.Errorf("the next probe was not taken: %v", r.State())
		}
	})
}

// resilience4j#332, hystrix-go PR#67, failsafe-go 0.9.2: permits lost for ever.
func TestP5_AllPermitsAreBackAfterAnyStorm(t *testing.T) {
	const permits = 4
	sys := start(t)
	var running, peak atomic.Int64
	p := Policy{
		Deadline: Deadline{Total: 200 * time.Millisecond, Attempt: 50 * time.Millisecond},
		Retry:    Retry{Attempts: 3, Backoff: Backoff{Base: 100 * time.Microsecond}},
		Breaker:  Breaker{FailureRate: 0.9, MinCalls: 50, OpenFor: time.Millisecond, Probes: 2, Window: Window{Calls: 100}},
		Bulkhead: Bulkhead{Concurrency: permits, Queue: 16, MaxWait: 5 * time.Millisecond},
	}
	r := spawn(t, sys, p, func(ctx context.Context, n int) (int, error) {
		now := running.Add(1)
		for p := peak.Load(); now > p && !peak.CompareAndSwap(p, now); p = peak.Load() {
		}
		defer running.Add(-1)
		switch n % 16 {
		case 0:
			panic(n)
		case 1:
			runtime.Goexit()
		case 2:
			return hang(ctx, n)
		case 3, 4:
			return 0, errDown
		}
		return n, nil
	}, With[int, int]{Safe: Always[int], Classify: func(n int, _ error) fuseboard.Outcome {
		if n%64 == 63 {
			panic("classifier")
		}
		return fuseboard.Outcome{}
	}})
	var wait sync.WaitGroup
	for w := range 16 {
		wait.Go(func() { storm(r, rand.New(rand.NewPCG(uint64(w), 7)), w) })
	}
	wait.Wait()
	if err := r.idle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := r.Stats().Gate; d.InUse != 0 || d.Waiting != 0 || peak.Load() > 2*permits {
		t.Errorf("left %+v, peak %d", d, peak.Load())
	}
	if err := r.Command(t.Context(), Command{Mode: HoldClosed, Reason: "test", By: "test", TTL: time.Minute, Reset: true}); err != nil {
		t.Fatal(err)
	}
	if got, err := r.Call(t.Context(), 5); got != 5 || err != nil {
		t.Errorf("after the storm: %d, %v", got, err)
	}
}

// storm does 150 random things to a guard.
func storm(r *Ref[int, int], rng *rand.Rand, w int) {
	bg := context.Background()
	for range 150 {
		n := rng.IntN(1 << 20)
		ctx, cancel := context.WithCancel(bg)
		switch rng.IntN(8) {
		case 0:
			ended := make(chan struct{})
			go func() { defer close(ended); _, _ = r.Call(ctx, n) }()
			cancel()
			<-ended
		case 1:
			f := r.Ask(ctx, n)
			cancel()
			_, _ = f.Wait(bg)
		case 2:
			_ = r.Tell(bg, n)
		case 3:
			p := r.Policy()
			p.Bulkhead.Concurrency = 4 << rng.IntN(2) // 4 or 8
			_, _ = r.Update(bg, p)
		case 4:
			if w%8 == 0 {
				_ = r.Command(bg, Command{Mode: HoldOpen, Reason: "storm", By: "test", TTL: time.Millisecond})
			}
		default:
			ended := make(chan struct{}) // a goroutine of its own: the handler may end it
			go func() { defer close(ended); _, _ = r.Call(ctx, n) }()
			<-ended
		}
		cancel()
	}
}

// resilience4j#905: the permit was free while the work still ran.
func TestP6_PermitStaysTakenUntilTheWorkReallyEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		r := spawn(t, start(t), Policy{Deadline: Deadline{Attempt: time.Second}, Bulkhead: Bulkhead{Concurrency: 1}}, func(context.Context, int) (int, error) {
			<-release // deaf to its context
			return 0, nil
		})
		f := r.Ask(t.Context(), 1)
		time.Sleep(time.Minute)
		_, err := r.Call(t.Context(), 2)
		wantIs(t, err, ErrFull)
		close(release)
		_, _ = f.Wait(t.Context())
		if d := r.Stats().Gate; d.InUse != 0 {
			t.Errorf("%+v", d)
		}
	})
}

// resilience4j#1379, failsafe-go#134: goroutines and timers left behind.
func TestP7_AnIdleGuardHasNoGoroutineAndCallsLeaveNone(t *testing.T) {
	sys := start(t)
	before := runtime.NumGoroutine()
	p := Policy{Deadline: Deadline{Total: time.Minute, Attempt: time.Second}, Retry: Retry{Attempts: 2}, Breaker: quickBreaker, Bulkhead: Bulkhead{Concurrency: 4, Queue: 4}}
	r := spawn(t, sys, p, func(ctx context.Context, n int) (int, error) {
		child, cancel := context.WithCancel(ctx)
		defer cancel()
		return n, child.Err()
	})
	for n := range 100 {
		if _, err := r.Call(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Ask(t.Context(), n).Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.idle(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 100 { // the last runner and the guard's last turn may still be ending
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
	}
	if now, kept := runtime.NumGoroutine(), sys.hands.running.count(); now > before+kept {
		t.Errorf("%d goroutines more than before, of which the System keeps %d", now-before, kept)
	}
}

// sony/gobreaker#37: a callback under the lock deadlocks.
func TestP8_SubscriberMayCallTheGuardItHearsOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		sub := sys.Subscribe(8)
		down := true
		r := spawn(t, sys, Policy{Breaker: quickBreaker}, sometimes(&down))
		heard := make(chan error, 1)
		go func() {
			for e := range sub.C() {
				if e.Kind == EventTransition {
					_, _ = r.Call(t.Context(), 1)
					_, err := r.Update(t.Context(), Policy{})
					heard <- err
					return
				}
			}
		}()
		for range 3 {
			_, _ = r.Call(t.Context(), 1)
		}
		if err := <-heard; err != nil {
			t.Error(err)
		}
		sub.Close()
	})
}

// resilience4j#614, virtrigaud PR#70: an open circuit's refusal was retried.
func TestP14_RefusalOfTheOwnCircuitIsNotRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		p := Policy{Deadline: Deadline{Total: time.Minute}, Breaker: quickBreaker, Retry: Retry{Attempts: 5, Backoff: Backoff{Base: time.Second, Jitter: supervision.NoJitter}}}
		r := spawn(t, start(t), p, func(context.Context, int) (int, error) { attempts++; return 0, errDown }, With[int, int]{Safe: Always[int]})
		first := time.Now()
		_, err := r.Call(t.Context(), 1)
		if d := time.Since(first); d != 3*time.Second {
			t.Errorf("took %v, want two backoffs of 1s and 2s and no wait for an open circuit", d)
		}
		wantIs(t, err, errDown) // the last real failure …
		wantIs(t, err, ErrOpen) // … with the refusal beside it
		if attempts != 3 {
			t.Errorf("%d attempts reached the dependency, the third opened the circuit", attempts)
		}
		begin := time.Now()
		_, err = r.Call(t.Context(), 1)
		if e := callError(t, err); e.Attempts != 0 || time.Since(begin) != 0 {
			t.Errorf("%+v after %v", e, time.Since(begin))
		}
	})
}

// sentinel-golang#408, resilience4j#646: transitions raced.
func TestP17_ConcurrentTripsMakeOneTransition(t *testing.T) {
	sys := start(t)
	sub := sys.Subscribe(1024)
	b := quickBreaker
	b.OpenFor = time.Hour
	r := spawn(t, sys, Policy{Breaker: b}, fail)
	var wait sync.WaitGroup
	for range 64 {
		wait.Go(func() {
			for range 20 {
				_, _ = r.Call(context.Background(), 1)
			}
		})
	}
	wait.Wait()
	if err := r.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	sub.Close()
	transitions := 0
	for e := range sub.C() {
		if e.Kind == EventTransition {
			transitions++
		}
	}
	if transitions != 1 || r.Stats().Epoch != 2 {
		t.Errorf("%d transitions, epoch %d", transitions, r.Stats().Epoch)
	}
}

func TestAfterTheTripNoQueuedCallReachesTheHandler(t *testing.T) {
	for _, callers := range []int{1, 64} {
		synctest.Test(t, func(t *testing.T) {
			handled := 0
			release := make(chan struct{})
			b := quickBreaker
			b.Consecutive = 1
			r := spawn(t, start(t), Policy{Breaker: b, Bulkhead: Bulkhead{Concurrency: 1, Queue: 64, MaxWait: time.Minute}}, func(context.Context, int) (int, error) {
				handled++
				<-release
				return 0, errDown
			})
			first := r.Ask(t.Context(), 0)
			synctest.Wait()
			var open atomic.Int64
			var wait sync.WaitGroup
			for n := range callers {
				wait.Go(func() {
					var err error
					if n%2 == 0 {
						_, err = r.Call(t.Context(), n)
					} else {
						_, err = r.Ask(t.Context(), n).Wait(t.Context())
					}
					if errors.Is(err, ErrOpen) {
						open.Add(1)
					}
				})
			}
			synctest.Wait()
			begin := time.Now()
			close(release)
			wait.Wait()
			_, _ = first.Wait(t.Context())
			if handled != 1 || int(open.Load()) != callers || time.Since(begin) != 0 {
				t.Errorf("%d callers: %d handled, %d refused as open after %v", callers, handled, open.Load(), time.Since(begin))
			}
		})
	}
}

func TestReentrantCallEndsWithTheWaitAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r *Ref[int, int]
		r = spawn(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 1}}, func(ctx context.Context, n int) (int, error) {
			return r.Call(ctx, n) // takes a second permit of one
		})
		begin := time.Now()
		_, err := r.Call(t.Context(), 1)
		wantIs(t, err, ErrLate)
		if d := time.Since(begin); d != 100*time.Millisecond {
			t.Errorf("hung for %v, want the default wait of 100ms", d)
		}
	})
}

func TestQueuedCallWaitsAFifthOfWhatItsDeadlineLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		r := spawn(t, start(t), Policy{Deadline: Deadline{Total: 300 * time.Millisecond}, Bulkhead: Bulkhead{Concurrency: 1, Queue: 1}}, func(context.Context, int) (int, error) {
			<-release
			return 0, nil
		})
		f := r.Ask(t.Context(), 0)
		synctest.Wait()
		begin := time.Now()
		_, err := r.Call(t.Context(), 1)
		wantIs(t, err, ErrLate)
		if d := time.Since(begin); d != 60*time.Millisecond {
			t.Errorf("waited %v, want 60ms", d)
		}
		close(release)
		_, _ = f.Wait(t.Context())
	})
}

func TestSlownessIsTheHandlersTimeNotTheQueues(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Policy{
			Deadline: Deadline{Total: time.Minute}, Breaker: Breaker{SlowRate: 0.1, SlowAfter: 300 * time.Millisecond, MinCalls: 5},
			Bulkhead: Bulkhead{Concurrency: 1, Queue: 64, MaxWait: time.Minute},
		}
		r := spawn(t, start(t), p, func(_ context.Context, n int) (int, error) {
			time.Sleep(time.Duration(n) * time.Millisecond)
			return n, nil
		})
		load := func(ms int) {
			var wait sync.WaitGroup
			for range 20 { // most wait far longer than they run
				wait.Go(func() { _, _ = r.Call(t.Context(), ms) })
			}
			wait.Wait()
		}
		load(200)
		if s := r.Stats(); s.Window.Slow != 0 || s.State != Closed {
			t.Errorf("%+v", s.Window)
		}
		load(300)
		if r.State() != Open {
			t.Errorf("slow calls did not open: %+v", r.Stats().Window)
		}
	})
}

func TestThrottlingDependencyIsLeftAloneAsLongAsItAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		p := Policy{Deadline: Deadline{Total: time.Minute}, Retry: Retry{Attempts: 2, Backoff: Backoff{Base: time.Millisecond, Jitter: supervision.NoJitter}}}
		r := spawn(t, start(t), p, func(context.Context, int) (int, error) {
			if attempts++; attempts == 1 {
				return 0, throttled{}
			}
			return 1, nil
		}, With[int, int]{Safe: Always[int]})
		begin := time.Now()
		if _, err := r.Call(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(begin); d < 7*time.Second || d > 10*time.Second {
			t.Errorf("repeated after %v, asked for 7s", d)
		}
	})
}

type throttled struct{}

func (throttled) Error() string             { return "429" }
func (throttled) RetryAfter() time.Duration { return 7 * time.Second }

func TestHandlerOfACallRunsOnItsCallersGoroutine(t *testing.T) {
	stack := func() string { return string(debug.Stack()) }
	r, err := Spawn(start(t), "payments", func(context.Context, string) (string, error) { return stack(), nil }, Policy{Bulkhead: Bulkhead{Concurrency: 1}})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := r.Call(t.Context(), ""); !strings.Contains(got, "TestHandlerOfACallRunsOnItsCallersGoroutine(") {
		t.Errorf("Call ran elsewhere:\n%s", got)
	}
	if got, _ := r.Ask(t.Context(), "").Wait(t.Context()); strings.Contains(got, "TestHandlerOfACallRunsOnItsCallersGoroutine(") {
		t.Errorf("Ask ran on the caller's goroutine:\n%s", got)
	}
}

func TestPoliciesActInTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := quickBreaker
		b.Consecutive = 1
		r := spawn(t, start(t), Policy{Deadline: Deadline{Total: time.Minute}, Breaker: b, Bulkhead: Bulkhead{Concurrency: 1}}, func(ctx context.Context, n int) (int, error) {
			if n == 0 {
				return hang(ctx, n)
			}
			return 0, errDown
		})
		past, end := context.WithTimeout(t.Context(), -time.Second)
		defer end()
		leave, left := context.WithCancel(t.Context())
		full := r.Ask(leave, 0)
		synctest.Wait()

		_, err := r.Call(past, 1) // the deadline before the bulkhead
		if e := callError(t, err); e.RejectedBy() != "deadline" {
			t.Errorf("refused by %s", e.RejectedBy())
		}
		_, err = r.Call(t.Context(), 1) // a closed circuit lets it on to the bulkhead
		wantIs(t, err, ErrFull)
		if err := r.Command(t.Context(), Command{Mode: HoldOpen, Reason: "test", By: "test", TTL: time.Hour}); err != nil {
			t.Fatal(err)
		}
		_, err = r.Call(t.Context(), 1) // the breaker before the bulkhead
		wantIs(t, err, ErrOpen)
		_, err = r.Call(past, 1) // and, open, before all
		wantIs(t, err, ErrOpen)
		left()
		_, _ = full.Wait(t.Context())
	})
}

func TestQueuedCallsAreAnsweredAtOnceWhenTheCircuitIsHeldOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 4, MaxWait: time.Minute}}, hang)
		ctx, leave := context.WithCancel(t.Context())
		running := r.Ask(ctx, 1) // keeps the permit: only a flush can answer the others
		queued := []*Future[int]{r.Ask(t.Context(), 2), r.Ask(t.Context(), 3)}
		synctest.Wait()
		begin := time.Now()
		if err := r.Command(t.Context(), Command{Mode: HoldOpen, Reason: "test", By: "test", TTL: time.Hour}); err != nil {
			t.Fatal(err)
		}
		for _, f := range queued {
			_, err := f.Wait(t.Context())
			wantIs(t, err, ErrOpen)
		}
		if d := time.Since(begin); d != 0 {
			t.Errorf("waited %v", d)
		}
		leave()
		_, _ = running.Wait(t.Context())
	})
}

func TestCallThatGetsItsPermitTooLateDoesNotRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Deadline: Deadline{Total: time.Second}, Bulkhead: Bulkhead{Concurrency: 1}}, echo)
		var c call
		if err := c.begin(t.Context(), r.op); err != nil {
			t.Fatal(err)
		}
		if err := c.admit(); err != nil || !r.gate.TryEnter() {
			t.Fatal(err)
		}
		time.Sleep(time.Second) // between the grant and its use
		c.now = r.clock.Now()
		if e := callError(t, c.start()); e.RejectedBy() != "deadline" || c.attempts != 0 {
			t.Errorf("refused by %q after %d attempts", e.RejectedBy(), c.attempts)
		}
		if d := r.Stats().Gate; d.InUse != 0 {
			t.Errorf("the permit is not back: %+v", d)
		}
	})
}
