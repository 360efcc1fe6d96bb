// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/patterns/deadline"
)

// stubborn takes as many seconds as it is asked to, whatever its context says.
func stubborn(_ context.Context, seconds int) (int, error) {
	time.Sleep(time.Duration(seconds) * time.Second)
	return seconds, nil
}

// fourWorkers leaves a handler after a second.
var fourWorkers = Policy{Deadline: Deadline{Attempt: time.Second}, Workers: Workers{Max: 4, MaxAbandoned: 4}}

// wantTaken checks how many permits are taken, and by how many overdue handlers.
func wantTaken(t *testing.T, g *Guard, inUse, overdue int) {
	t.Helper()
	synctest.Wait()
	if s := g.Stats(); s.Gate.InUse != inUse || s.Overdue != overdue {
		t.Errorf("%d permits in use, %d overdue; want %d and %d", s.Gate.InUse, s.Overdue, inUse, overdue)
	}
}

func TestCallerLeavesAHangingHandlerAtExactlyItsDeadline(t *testing.T) {
	limited := func(d time.Duration) func(context.Context) (context.Context, func()) {
		return func(ctx context.Context) (context.Context, func()) {
			ctx, end := context.WithTimeout(ctx, d)
			return ctx, end
		}
	}
	unlimited := func(ctx context.Context) (context.Context, func()) { return ctx, func() {} }
	for name, c := range map[string]struct {
		deadline Deadline
		caller   func(context.Context) (context.Context, func())
		scope    deadline.Scope
		leaves   time.Duration
	}{
		"attempt":          {Deadline{Attempt: time.Second}, unlimited, deadline.Attempt, time.Second},
		"total":            {Deadline{Total: 2 * time.Second}, unlimited, deadline.Total, 2 * time.Second},
		"caller":           {Deadline{Total: 2 * time.Second}, limited(time.Second), deadline.Caller, time.Second},
		"caller, no other": {Deadline{}, limited(time.Second), deadline.Caller, time.Second},
		"reserve":          {Deadline{Reserve: time.Second}, limited(3 * time.Second), deadline.Reserved, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := spawn(t, start(t), Policy{Deadline: c.deadline, Workers: Workers{Max: 4}}, stubborn)
				ctx, end := c.caller(t.Context())
				defer end()
				begin := time.Now()
				_, err := r.Call(ctx, 5)
				if d := time.Since(begin); d != c.leaves {
					t.Errorf("left after %v, want %v", d, c.leaves)
				}
				wantIs(t, err, context.DeadlineExceeded)
				told, ok := errors.AsType[*deadline.Error](err)
				if !ok || told.Scope != c.scope || told.Elapsed != c.leaves || told.Err != nil {
					t.Errorf("%v", err)
				}
				if e := callError(t, err); e.Attempts != 1 || e.RejectedBy() != "" || !e.Timeout() {
					t.Errorf("%+v", e)
				}
				if s := r.Stats(); s.Failures != 1 || s.Attempts != 1 {
					t.Errorf("%+v", s)
				}
				wantTaken(t, r.Guard, 1, 1)
				time.Sleep(5*time.Second - c.leaves)
				wantTaken(t, r.Guard, 0, 0)
				if s := r.Stats(); s.Attempts != 1 || s.Calls != 1 {
					t.Errorf("the late result counted: %+v", s)
				}
			})
		})
	}
}

func TestCallerLeavesWhenItIsCancelledAndThatIsVoid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), fourWorkers, stubborn)
		ctx, cancel := context.WithCancelCause(t.Context())
		closed := errors.New("the user closed the page")
		time.AfterFunc(300*time.Millisecond, func() { cancel(closed) })
		begin := time.Now()
		_, err := r.Call(ctx, 5)
		wantIs(t, err, closed)
		if d := time.Since(begin); d != 300*time.Millisecond {
			t.Errorf("left after %v", d)
		}
		if s := r.Stats(); s.Voids != 1 || s.Failures != 0 {
			t.Errorf("%+v", s)
		}
		wantTaken(t, r.Guard, 1, 1)
		if o := r.Explain().Overdue; len(o) != 1 || o[0].By != 0 {
			t.Errorf("%+v", o)
		}
		time.Sleep(5 * time.Second)
		wantTaken(t, r.Guard, 0, 0)
	})
}

// inEachWay runs a call of each way in, and returns its error.
func inEachWay(t *testing.T, p Policy, h Handler[int, int], check func(t *testing.T, r *Ref[int, int], call func() error)) {
	for name, way := range map[string]func(*Ref[int, int]) error{
		"call": func(r *Ref[int, int]) error { _, err := r.Call(r.sysContext(), 5); return err },
		"do": func(r *Ref[int, int]) error {
			_, err := Do(r.sysContext(), r.Guard, func(ctx context.Context) (int, error) { return h(ctx, 5) })
			return err
		},
		"ask": func(r *Ref[int, int]) error { _, err := r.Ask(r.sysContext(), 5).Wait(r.sysContext()); return err },
		"message": func(r *Ref[int, int]) error {
			got, err := r.sys.root.RequestFuture(r.PID(), r.Message(r.sysContext(), 5), time.Minute).Result()
			if err != nil {
				return err
			}
			return got.(Reply[int, int]).Err
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := spawn(t, start(t), p, h)
				check(t, r, func() error { return way(r) })
			})
		})
	}
}

// sysContext stands for the context of a caller who never leaves.
func (*Ref[Req, Resp]) sysContext() context.Context { return context.Background() }

func TestEveryWayInLeavesAHangingHandler(t *testing.T) {
	inEachWay(t, fourWorkers, stubborn, func(t *testing.T, r *Ref[int, int], call func() error) {
		begin := time.Now()
		wantIs(t, call(), context.DeadlineExceeded)
		if d := time.Since(begin); d != time.Second {
			t.Errorf("answered after %v", d)
		}
		wantTaken(t, r.Guard, 1, 1)
		time.Sleep(4 * time.Second)
		wantTaken(t, r.Guard, 0, 0)
	})
}

func TestPanicAndGoexitOfAPooledHandlerAreTheCallsFailure(t *testing.T) {
	for _, c := range []struct {
		name string
		fall func()
		want error
	}{{"panic", func() { panic(errDown) }, errDown}, {"goexit", runtime.Goexit, ErrGoexit}} {
		t.Run(c.name, func(t *testing.T) {
			inEachWay(t, fourWorkers, func(context.Context, int) (int, error) { c.fall(); return 0, nil },
				func(t *testing.T, r *Ref[int, int], call func() error) {
					for range 5 {
						wantIs(t, call(), c.want)
						wantTaken(t, r.Guard, 0, 0)
					}
					if s := r.Stats(); s.Failures != 5 {
						t.Errorf("%+v", s)
					}
				})
		})
	}
}

func TestLateResultIsDiscardedOnceAndCountsNowhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var discarded []int
		r := spawn(t, start(t), fourWorkers, stubborn, With[int, int]{Discard: func(n int) {
			mu.Lock()
			defer mu.Unlock()
			discarded = append(discarded, n)
		}})
		for n := range 5 { // the first two are in time, by a hair
			_, _ = r.Call(t.Context(), n)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		slices.Sort(discarded)
		if s := r.Stats(); s.Attempts != 5 || s.Successes+uint64(len(discarded)) != 5 || len(discarded) < 3 {
			t.Errorf("%v discarded; %+v", discarded, s)
		}
		if len(slices.Compact(discarded)) != len(discarded) {
			t.Errorf("discarded twice: %v", discarded)
		}
	})
}

func TestLatePanicAndGoexitGiveEverythingBack(t *testing.T) {
	for _, discard := range []func(int){nil, func(int) { panic("Discard") }, func(int) { runtime.Goexit() }} {
		synctest.Test(t, func(t *testing.T) {
			r := spawn(t, start(t), fourWorkers, func(_ context.Context, n int) (int, error) {
				time.Sleep(2 * time.Second)
				switch n {
				case 0:
					panic(errDown)
				case 1:
					runtime.Goexit()
				}
				return n, nil
			}, With[int, int]{Discard: discard})
			for n := range 6 {
				_, err := r.Call(t.Context(), n%3)
				wantIs(t, err, context.DeadlineExceeded)
			}
			time.Sleep(2 * time.Second)
			wantTaken(t, r.Guard, 0, 0)
			if s := r.Stats(); s.Failures != 6 || s.Attempts != 6 {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestRetryAfterATimeoutTakesAPermitOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := fourWorkers
		p.Retry = twice
		var runs, discarded atomic.Int64
		r := spawn(t, start(t), p, func(ctx context.Context, n int) (int, error) {
			if runs.Add(1) == 1 {
				time.Sleep(5 * time.Second)
				return 1, nil
			}
			return 2, nil
		}, With[int, int]{Safe: Always[int], Discard: func(int) { discarded.Add(1) }})
		begin := time.Now()
		got, err := r.Call(t.Context(), 0)
		if got != 2 || err != nil || time.Since(begin) != 1100*time.Millisecond {
			t.Errorf("%d, %v after %v", got, err, time.Since(begin))
		}
		wantTaken(t, r.Guard, 1, 1)
		if discarded.Load() != 0 {
			t.Error("an attempt that gave no answer was discarded")
		}
		time.Sleep(5 * time.Second)
		wantTaken(t, r.Guard, 0, 0)
		if s := r.Stats(); discarded.Load() != 1 || s.Attempts != 2 || s.Failures != 1 || s.Successes != 1 {
			t.Errorf("discarded %d, %+v", discarded.Load(), s)
		}
	})
}

func TestProbeThatHangsFailsWhenItsCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := fourWorkers
		p.Breaker = quickBreaker // one probe
		hangs := false
		r := spawn(t, start(t), p, func(ctx context.Context, n int) (int, error) {
			if hangs {
				return stubborn(ctx, n)
			}
			return 0, errDown
		})
		for range 3 {
			_, _ = r.Call(t.Context(), 1)
		}
		time.Sleep(12 * time.Second)
		hangs = true
		_, err := r.Call(t.Context(), 30)
		wantIs(t, err, context.DeadlineExceeded)
		if r.State() != Open {
			t.Errorf("%v after a probe that was left", r.State())
		}
		time.Sleep(12 * time.Second)
		if got, err := r.Call(t.Context(), 0); err != nil || r.State() != Closed {
			t.Errorf("%d, %v: the permit of the hanging probe holds nothing but itself: %v", got, err, r.State())
		}
		wantTaken(t, r.Guard, 1, 1)
		time.Sleep(time.Minute)
		if r.State() != Closed {
			t.Error("the late result of a probe moved the circuit")
		}
	})
}

func TestContextThatAHandlerKeepsEndsWithItsAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := make(chan context.Context, 1)
		r := spawn(t, start(t), fourWorkers, func(ctx context.Context, look int) (int, error) {
			if look == 1 {
				ctx.Done()
			}
			kept <- ctx
			return 0, nil
		})
		for look := range 2 {
			_, _ = r.Call(t.Context(), look)
			first := <-kept
			_, _ = r.Call(t.Context(), look)
			if second := <-kept; first == second || first.Err() != context.Canceled || second.Err() != context.Canceled {
				t.Errorf("look %d: %v, %v", look, first.Err(), second.Err())
			}
		}
	})
}

func TestContextOfAHandlerThatWasLeftTellsWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type seen struct{ err, cause error }
		got := make(chan seen, 1)
		r := spawn(t, start(t), fourWorkers, func(ctx context.Context, look int) (int, error) {
			if look == 1 {
				<-ctx.Done()
			}
			time.Sleep(2 * time.Second)
			got <- seen{ctx.Err(), context.Cause(ctx)}
			return 0, nil
		})
		for look := range 2 {
			_, _ = r.Call(t.Context(), look)
			s := <-got
			if _, ok := errors.AsType[*deadline.Error](s.cause); !ok || s.err != context.DeadlineExceeded {
				t.Errorf("look %d: %v, because %v", look, s.err, s.cause)
			}
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Millisecond, func() { cancel(errDown) })
		_, _ = r.Call(ctx, 1)
		if s := <-got; s.err != context.Canceled || s.cause != errDown {
			t.Errorf("%v, because %v", s.err, s.cause)
		}
	})
}
