// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

// sheet is an answer that is not all there: whoever has it reads on.
type sheet struct {
	number int
	ctx    context.Context
	held   Held
	kept   bool
	closed bool
}

// sheets answers with sheets that live until their attempt is ended. A negative
// request is answered with a sheet that is a failure.
func sheets(ctx context.Context, n int) (*sheet, error) {
	if n == 0 {
		return nil, errDown
	}
	return &sheet{number: n, ctx: ctx}, nil
}

// holds are the hooks for sheets. What is discarded is told with whether its context was alive.
func holds(discarded *[]error) With[int, *sheet] {
	return With[int, *sheet]{
		Safe: Always[int],
		Hold: func(p *sheet, h Held) *sheet {
			p.held, p.kept = h, true
			return p
		},
		Discard: func(p *sheet) {
			if p != nil {
				p.closed = true
				*discarded = append(*discarded, p.ctx.Err())
			}
		},
		Classify: func(p *sheet, err error) fuseboard.Outcome {
			if err == nil && p.number < 0 {
				return fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassThrottled}
			}
			return fuseboard.Outcome{}
		},
	}
}

var reading = Policy{
	Bulkhead: Bulkhead{Concurrency: 1}, Deadline: Deadline{Total: time.Minute, Attempt: 10 * time.Second},
	Breaker: Breaker{Consecutive: 5},
}

func TestHeldAnswerKeepsPermitContextAndOutcomeUntilItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), reading, sheets, holds(new([]error)))
		p, err := r.Call(t.Context(), 1)
		if err != nil || !p.kept || p.ctx.Err() != nil {
			t.Fatalf("%+v, %v", p, err)
		}
		if s := r.Stats(); s.Gate.InUse != 1 || s.Calls != 0 || s.Window.Calls != 0 {
			t.Errorf("held: %+v", s)
		}
		if _, err := r.Call(t.Context(), 2); !errors.Is(err, ErrFull) {
			t.Errorf("beside it: %v", err)
		}
		time.Sleep(3 * time.Second)
		p.held.End(nil)
		p.held.End(errDown) // too late to say anything
		if s := r.Stats(); s.Gate.InUse != 0 || s.Successes != 1 || s.Failures != 0 || s.Window.Calls != 1 {
			t.Errorf("ended: %+v", s)
		}
		if took := r.Stats().CallLatency.Sum(); took != 0 {
			t.Errorf("what the caller does with the answer is not the dependency's time, but %v", took)
		}
		if !errors.Is(p.ctx.Err(), context.Canceled) {
			t.Errorf("its context: %v", p.ctx.Err())
		}
	})
}

func TestHeldAnswerThatBreaksOffIsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		r := spawn(t, sys, reading, sheets, holds(new([]error)))
		ctx, leave := context.WithCancel(t.Context())
		for _, c := range []struct {
			what   string
			end    func(*sheet)
			expect func(Stats) uint64
		}{
			{"broken", func(p *sheet) { p.held.End(errDown) }, func(s Stats) uint64 { return s.Failures }},
			{"too slow", func(p *sheet) { <-p.ctx.Done(); p.held.End(context.Cause(p.ctx)) }, func(s Stats) uint64 { return s.Failures }},
			{"left", func(p *sheet) { leave(); p.held.End(context.Canceled) }, func(s Stats) uint64 { return s.Voids }},
		} {
			before := c.expect(r.Stats())
			p, err := r.Call(ctx, 1)
			if err != nil {
				t.Fatal(err)
			}
			c.end(p)
			if after := c.expect(r.Stats()); after != before+1 {
				t.Errorf("%s: %+v", c.what, r.Stats())
			}
		}
		if failed := r.Stats().Failed; failed != 2 {
			t.Errorf("%d calls failed", failed)
		}
		if d := r.Stats().Window.Consecutive; d != 2 {
			t.Errorf("%v failures in a row", d)
		}
	})
}

func TestAnswerThatIsRepeatedIsDiscardedAliveAndHoldsNothingWhileTheCallWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var discarded []error
		policy := reading
		policy.Retry = twice
		r := spawn(t, start(t), policy, sheets, holds(&discarded))
		go func() {
			time.Sleep(50 * time.Millisecond)
			if s := r.Stats(); s.Gate.InUse != 0 || s.Failures != 1 || len(discarded) != 1 || discarded[0] != nil {
				t.Errorf("during the backoff: %+v, discarded %v", s, discarded)
			}
		}()
		p, err := r.Call(t.Context(), -1)
		if err != nil || !p.kept || p.closed || p.ctx.Err() != nil {
			t.Fatalf("the last answer: %+v, %v", p, err)
		}
		if s := r.Stats(); s.Gate.InUse != 1 || s.Failures != 2 || s.Retries != 1 {
			t.Errorf("its failure is known at once: %+v", s)
		}
		p.held.End(nil)
		if s := r.Stats(); s.Gate.InUse != 0 || s.Attempts != 2 {
			t.Errorf("ended: %+v", s)
		}
	})
}

func TestDiscardedAnswerWhoseRepetitionNeverCameIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var discarded []error
		policy := reading
		policy.Retry = twice
		r := spawn(t, start(t), policy, sheets, holds(&discarded))
		ctx, leave := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, leave)
		p, err := r.Call(ctx, -1)
		const want = "payments: failed: the answer was a failure (throttled), and was discarded for a repetition (not repeated: context canceled)"
		if p != nil || err == nil || err.Error() != want || len(discarded) != 1 {
			t.Errorf("%+v, %v, discarded %v", p, err, discarded)
		}
	})
}

func TestSettledAnswerMayGoOnAndItsEndSaysNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), reading, sheets, holds(new([]error)))
		p, err := r.Call(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		p.held.Settle()
		p.held.Settle()
		if s := r.Stats(); s.Successes != 1 || s.Gate.InUse != 1 {
			t.Errorf("settled: %+v", s)
		}
		p.held.End(errDown)
		p.held.Settle()
		if s := r.Stats(); s.Successes != 1 || s.Failures != 0 || s.Gate.InUse != 0 {
			t.Errorf("ended: %+v", s)
		}
	})
}

func TestZeroHeldIsOver(*testing.T) {
	var none Held
	none.Settle()
	none.End(nil)
}

func TestHeldAnswersComeByEveryWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, policy := range []Policy{reading, {Workers: fourWorkers.Workers, Deadline: reading.Deadline}} {
			sys, err := Start(Options{Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			r, err := Spawn(sys, "sheets", sheets, policy, holds(new([]error)))
			if err != nil {
				t.Fatal(err)
			}
			asked, err := r.Ask(t.Context(), 1).Wait(t.Context())
			wantHeld(t, r, asked, err)
			called, err := r.Call(t.Context(), 1)
			wantHeld(t, r, called, err)
			reply, err := sys.actors.Root.RequestFuture(r.PID(), r.Message(t.Context(), 1), time.Minute).Result()
			if err != nil {
				t.Fatal(err)
			}
			said, _ := reply.(Reply[int, *sheet])
			wantHeld(t, r, said.Value, said.Err)
			if err := sys.Shutdown(context.Background()); err != nil {
				t.Error(err)
			}
		}
	})
}

func wantHeld(t *testing.T, r *Ref[int, *sheet], p *sheet, err error) {
	t.Helper()
	if err != nil || !p.kept || p.ctx.Err() != nil {
		t.Fatalf("%+v, %v", p, err)
	}
	if n := r.Stats().Gate.InUse; n != 1 {
		t.Errorf("%d permits are taken", n)
	}
	before := r.Stats().Successes
	p.held.End(nil)
	if s := r.Stats(); s.Gate.InUse != 0 || s.Successes != before+1 || p.ctx.Err() == nil {
		t.Errorf("ended: %+v, %v", s, p.ctx.Err())
	}
}

func TestStopWaitsForHeldAnswersAndCancelsThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		r := spawn(t, sys, reading, sheets, holds(new([]error)))
		p, err := r.Call(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			<-p.ctx.Done()
			p.held.End(p.ctx.Err())
		}()
		ctx, over := context.WithTimeout(t.Context(), time.Second)
		defer over()
		_ = r.Stop(ctx)
		if s := r.Stats(); s.Gate.InUse != 0 || s.Voids != 1 {
			t.Errorf("stopped: %+v", s)
		}
	})
}

func TestKeyIsNotForgottenWhileAnAnswerIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, err := SpawnKeyed(start(t), "tenants", sheets, reading, KeyLimits{Max: 1}, holds(new([]error)))
		if err != nil {
			t.Fatal(err)
		}
		p, err := k.Call(t.Context(), "a", 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.Call(t.Context(), "b", 1); !errors.Is(err, ErrTooManyKeys) {
			t.Errorf("another key: %v", err)
		}
		p.held.End(nil)
		q, err := k.Call(t.Context(), "b", 1)
		if err != nil {
			t.Fatal(err)
		}
		q.held.End(nil)
	})
}

func TestHoldThatPanicsEndsTheAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		with := holds(new([]error))
		with.Hold = func(*sheet, Held) *sheet { panic("hold") }
		r := spawn(t, start(t), reading, sheets, with)
		p, err := r.Call(t.Context(), 1)
		if s := r.Stats(); p == nil || err != nil || s.Gate.InUse != 0 || s.Successes != 1 {
			t.Errorf("%+v, %v, %+v", p, err, s)
		}
	})
}

// TestStormOfHeldAnswersGivesEveryPermitBackOnce ends answers from many goroutines,
// twice each, while their holdings are used again.
func TestStormOfHeldAnswersGivesEveryPermitBackOnce(t *testing.T) {
	policy := Policy{Bulkhead: Bulkhead{Concurrency: 4, Queue: 100, MaxWait: time.Minute}, Deadline: Deadline{Total: time.Minute}}
	r := spawn(t, start(t), policy, sheets, holds(new([]error)))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				p, err := r.Call(context.Background(), 1)
				if err != nil {
					t.Error(err)
					return
				}
				all.Go(func() { p.held.End(nil); p.held.Settle() })
				all.Go(func() { p.held.Settle(); p.held.End(errDown) })
			}
		})
	}
	all.Wait()
	if s := r.Stats(); s.Gate.InUse != 0 || s.Calls != 1600 || s.Successes+s.Failures != 1600 {
		t.Errorf("%+v", s)
	}
}

func TestHandlerIsToldItsAttemptAndItsChain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		var told []fuseboard.Meta
		inner := spawn(t, sys, Policy{Retry: twice, Deadline: Deadline{Total: time.Minute}}, func(ctx context.Context, _ int) (int, error) {
			told = append(told, fuseboard.MetaOf(ctx))
			return 0, errDown
		}, With[int, int]{Safe: Always[int], Meta: true})
		outer, err := Spawn(sys, "checkout", inner.Call, Policy{Workers: fourWorkers.Workers}, With[int, int]{Meta: true})
		if err != nil {
			t.Fatal(err)
		}
		_, err = outer.Call(fuseboard.WithMeta(t.Context(), fuseboard.Meta{Tenant: "acme"}), 1)
		wantIs(t, err, errDown)
		for i, m := range told {
			if m.Tenant != "acme" || m.Attempt != i+1 || len(m.Chain) != 2 || m.Chain[0] != "checkout" || m.Chain[1] != "payments" {
				t.Errorf("attempt %d was told %+v", i+1, m)
			}
		}
		if len(told) != 2 {
			t.Errorf("%d attempts", len(told))
		}
	})
}

func TestAllocHeldAnswer(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates, run without it")
	}
	answer := &sheet{number: 1}
	r := spawn(t, start(t), reading, func(context.Context, int) (*sheet, error) { return answer, nil }, With[int, *sheet]{
		Hold: func(p *sheet, h Held) *sheet { p.held = h; return p },
	})
	ctx := t.Context()
	n := testing.AllocsPerRun(200, func() {
		p, _ := r.Call(ctx, 1)
		p.held.End(nil)
	})
	if n > 1 {
		t.Errorf("a held call allocates %v times, want the context alone", n)
	}
}

func TestHeldAnswerInShadowHoldsWhatItsPolicyWouldHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		policy := reading
		policy.Mode = ShadowPolicy
		r := spawn(t, start(t), policy, sheets, holds(new([]error)))
		first, err := r.Call(t.Context(), 1)
		if err != nil || !first.kept || first.ctx.Err() != nil {
			t.Fatalf("%+v, %v", first, err)
		}
		second, err := r.Call(t.Context(), 2) // the only permit is taken by the first
		if err != nil || !second.kept {
			t.Fatalf("%+v, %v", second, err)
		}
		if s := r.Stats(); s.Gate.InUse != 2 || s.Would.Refused.Bulkhead != 1 || s.Calls != 0 {
			t.Errorf("both held: %+v", s)
		}
		first.held.End(errDown)
		second.held.End(errDown) // counts nowhere in the circuit: it would not have been made
		if s := r.Stats(); s.Gate.InUse != 0 || s.Failed != 2 || s.Window.Calls != 1 || s.Window.Failures != 1 {
			t.Errorf("ended: %+v", s)
		}
		late, err := r.Call(t.Context(), 3)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(policy.Deadline.Attempt + time.Second)
		if late.ctx.Err() != nil {
			t.Error("shadow has cut it")
		}
		late.held.End(nil)
		if s := r.Stats(); s.Would.CutShort != 1 || s.Window.Consecutive != 2 || s.Gate.InUse != 0 {
			t.Errorf("too late: %+v", s)
		}
		bad, err := r.Call(t.Context(), -1) // a failure would be repeated, and hold nothing
		if s := r.Stats(); err != nil || bad.kept || s.Gate.InUse != 0 {
			t.Errorf("%+v, %v, %+v", bad, err, s)
		}
	})
}

// Answers that are held for longer than the window reaches are in it all the same when
// they end: else it would hold nothing but those that break off.
func TestHeldAnswerIsInTheWindowInWhichItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		policy := Policy{Breaker: Breaker{FailureRate: 0.5, MinCalls: 2, Window: Window{Span: 10 * time.Second}}}
		w := holds(new([]error))
		w.Classify = nil
		w.Glance = func(*sheet) (fine, whole bool) { return true, false }
		r := spawn(t, start(t), policy, sheets, w)
		var held []*sheet
		for range 20 {
			p, err := r.Call(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			held = append(held, p)
		}
		time.Sleep(time.Minute)
		for i, p := range held {
			if i < 18 {
				p.held.End(nil)
			} else {
				p.held.End(errDown)
			}
		}
		if s := r.Stats(); s.State != Closed || s.Window.Calls != 20 || s.Window.Failures != 2 {
			t.Errorf("two of twenty broke off: %v, %+v", s.State, s.Window)
		}
		if took := r.Stats().CallLatency.Sum(); took != 2*time.Minute {
			t.Errorf("the time of those that did not break off is the reader's, but %v", took)
		}
	})
}

func TestKeyOfAHeldAnswerIsIdleFromItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := holds(new([]error))
		w.Classify = nil
		w.Glance = func(*sheet) (fine, whole bool) { return true, false }
		k, err := SpawnKeyed(start(t), "sheets", sheets, Policy{}, KeyLimits{Idle: time.Minute}, w)
		if err != nil {
			t.Fatal(err)
		}
		p, err := k.Call(t.Context(), "a", 1)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		p.held.End(nil)
		time.Sleep(50 * time.Second)
		if s := k.Stats(); s.Keys != 1 {
			t.Errorf("forgotten 50 seconds after its last answer ended: %d keys", s.Keys)
		}
	})
}
