// SPDX-License-Identifier: Apache-2.0

package hedge

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

const ms = time.Millisecond

// sleep is work that heeds its context.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

func closed(t *testing.T, h *Hedger) {
	t.Helper()
	if err := h.Close(t.Context()); err != nil || h.View().Running != 0 {
		t.Error(err, h.View())
	}
}

func TestLosersAreCancelledWithErrLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Policy{After: 10 * ms})
		var cause error
		start := time.Now()
		got, err := Do(t.Context(), h, Options[int]{Safe: true}, func(ctx context.Context, which int) (int, error) {
			if which == 0 {
				<-ctx.Done()
				cause = context.Cause(ctx)
				return 0, cause
			}
			return which, sleep(ctx, ms)
		})
		if got != 1 || err != nil || time.Since(start) != 11*ms {
			t.Errorf("%d, %v after %s", got, err, time.Since(start))
		}
		closed(t, h)
		if !errors.Is(cause, ErrLost) {
			t.Errorf("the loser's context ended by %v", cause)
		}
	})
}

func TestAFailureSendsNoCopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Policy{After: 10 * ms, Copies: 3})
		start := time.Now()
		_, err := Do(t.Context(), h, Options[int]{Safe: true}, func(context.Context, int) (int, error) { return 0, errBroken })
		if !errors.Is(err, errBroken) || time.Since(start) != 0 || h.View().Copies != 0 {
			t.Errorf("%v after %s, %s", err, time.Since(start), h.View())
		}
		closed(t, h)
	})
}

func TestACallFailsWhenAllThatRunHaveFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Policy{After: 10 * ms, Copies: 3})
		start := time.Now()
		_, err := Do(t.Context(), h, Options[int]{Safe: true}, func(ctx context.Context, which int) (int, error) {
			time.Sleep(15 * ms) // the first until 15ms, the second until 25ms; a third has begun at 20ms
			if which == 0 {
				return 0, errBroken
			}
			return 0, errors.New("another")
		})
		if !errors.Is(err, errBroken) || time.Since(start) != 45*ms || h.View().Copies != 3 {
			t.Errorf("%v after %s, %s", err, time.Since(start), h.View())
		}
		closed(t, h)
	})
}

func TestACallerLeavesAtTheEndOfItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Policy{After: 10 * ms})
		left := errors.New("left")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 15*ms, left)
		defer cancel()
		start, discarded := time.Now(), make(chan int, 2)
		_, err := Do(ctx, h, Options[int]{Safe: true, Discard: func(n int) { discarded <- n }}, func(ctx context.Context, which int) (int, error) {
			time.Sleep(100 * ms) // whatever becomes of its context
			if !errors.Is(context.Cause(ctx), left) {
				t.Error(context.Cause(ctx))
			}
			return which, nil
		})
		if !errors.Is(err, left) || time.Since(start) != 15*ms || h.View().Running != 2 {
			t.Errorf("%v after %s, %s", err, time.Since(start), h.View())
		}
		closed(t, h)
		if first, second := <-discarded, <-discarded; first != 0 || second != 1 || time.Since(start) != 110*ms {
			t.Error(first, second, time.Since(start))
		}
		if _, err := Do(ctx, New(Policy{After: ms}), Options[int]{}, func(context.Context, int) (int, error) {
			t.Error("a call of who has left already was made")
			return 0, nil
		}); !errors.Is(err, left) {
			t.Error(err)
		}
	})
}

// Whether the copies' ends or its own reach the caller first, it is told its own.
func TestACallerThatLeavesIsToldItsCauseWhateverCopiesSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, left := New(Policy{After: time.Hour}), errors.New("left")
		for range 100 {
			ctx, cancel := context.WithTimeoutCause(t.Context(), ms, left)
			_, err := Do(ctx, h, Options[int]{}, func(ctx context.Context, _ int) (int, error) {
				<-ctx.Done()
				return 0, errBroken
			})
			if cancel(); !errors.Is(err, left) {
				t.Fatal(err)
			}
		}
		closed(t, h)
	})
}

func TestNoCopyIsSentOnceTheRaceIsOver(t *testing.T) {
	h := New(Policy{After: ms})
	r := &race[int]{h: h, options: Options[int]{Clock: h.clock}, over: make(chan struct{}), winner: undecided}
	r.leave()
	if r.send(t.Context()) || h.View().Running != 0 {
		t.Error("a copy is sent for nobody")
	}
}

func TestOnlyASafeCallGetsCopies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Policy{After: ms})
		_, err := Do(t.Context(), h, Options[int]{}, func(ctx context.Context, _ int) (int, error) { return 0, sleep(ctx, time.Second) })
		if v := h.View(); v.Copies != 0 || err != nil {
			t.Error(v, err)
		}
		closed(t, h)
	})
}

func TestARefusedCopyIsNotSentAndTheCallGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, clock := New(Policy{After: 10 * ms, Copies: 3}), fuseboard.NewClock()
		time.Sleep(time.Hour)
		began := clock.Now()
		asked := 0
		allow := func(now fuseboard.Instant) bool {
			if asked++; now != began.Add(time.Duration(asked)*10*ms) {
				t.Errorf("asked at %d", now)
			}
			return asked < 2
		}
		_, err := Do(t.Context(), h, Options[int]{Safe: true, Clock: clock, Allow: allow}, func(ctx context.Context, _ int) (int, error) { return 0, sleep(ctx, time.Second) })
		if v := h.View(); err != nil || v.Copies != 1 || v.Refused != 1 || asked != 2 {
			t.Error(err, v, asked)
		}
		closed(t, h)
	})
}

func TestCloseWaitsForLosers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, start := New(Policy{After: 10 * ms}), time.Now()
		_, _ = Do(t.Context(), h, Options[int]{Safe: true}, func(_ context.Context, which int) (int, error) {
			if which == 0 {
				time.Sleep(time.Minute) // deaf
			}
			return which, nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := h.Close(ctx); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "1 copies still run") {
			t.Error(err)
		}
		if _, err := Do(t.Context(), h, Options[int]{Safe: true}, func(context.Context, int) (int, error) { return 0, nil }); !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
		two := make(chan error, 1)
		go func() { two <- h.Close(t.Context()) }()
		if a, b := h.Close(t.Context()), <-two; a != nil || b != nil || time.Since(start) != time.Minute {
			t.Error(a, b, time.Since(start))
		}
		if v := h.View(); v.Calls != 1 {
			t.Error(v)
		}
	})
}

func TestAClosedHedgerSendsNoMoreCopiesOfACallUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Policy{After: 10 * ms})
		go func() {
			time.Sleep(5 * ms)
			closed(t, h)
		}()
		n, err := Do(t.Context(), h, Options[int]{Safe: true}, func(ctx context.Context, which int) (int, error) { return which, sleep(ctx, time.Second) })
		if n != 0 || err != nil || h.View().Copies != 0 {
			t.Error(n, err, h.View())
		}
	})
}

func TestAPanicAndAGoexitAreFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Policy{After: 10 * ms})
		do := func(f func(which int)) (int, error) {
			return Do(t.Context(), h, Options[int]{Safe: true}, func(_ context.Context, which int) (int, error) {
				f(which)
				return which, nil
			})
		}
		_, err := do(func(int) { panic(errBroken) })
		broke, ok := errors.AsType[*PanicError](err)
		if !ok || !errors.Is(err, errBroken) || !strings.Contains(string(broke.Stack), "do_test.go") || err.Error() != "hedge: the copy panicked: broken" {
			t.Error(err)
		}
		if _, err = do(func(int) { runtime.Goexit() }); !errors.Is(err, ErrGoexit) {
			t.Error(err)
		}
		n, err := do(func(which int) { // the first one's panic is not the call's
			if which == 0 {
				time.Sleep(11 * ms)
				panic(3)
			}
			time.Sleep(5 * ms)
		})
		if n != 1 || err != nil || h.View().Panics != 3 {
			t.Error(n, err, h.View())
		}
		closed(t, h)
	})
}

func TestADiscardThatPanicsIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Policy{After: 10 * ms})
		for _, broken := range []func(int){func(int) { panic("broken") }, func(int) { runtime.Goexit() }} {
			_, _ = Do(t.Context(), h, Options[int]{Safe: true, Discard: broken}, func(context.Context, int) (int, error) {
				time.Sleep(20 * ms)
				return 0, nil
			})
		}
		closed(t, h)
		if v := h.View(); v.Panics != 2 {
			t.Error(v)
		}
	})
}

// Whatever panics in Allow panics in the caller, and leaves nothing behind.
func TestAPanicOfAllowCancelsWhatRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Policy{After: 10 * ms})
		discarded := 0
		options := Options[int]{
			Safe:    true,
			Allow:   func(fuseboard.Instant) bool { panic("broken") },
			Discard: func(n int) { discarded += n },
		}
		func() {
			defer func() {
				if recover() != "broken" {
					t.Error("it is not the caller's")
				}
			}()
			_, _ = Do(t.Context(), h, options, func(ctx context.Context, _ int) (int, error) {
				_ = sleep(ctx, time.Hour)
				return 7, nil
			})
		}()
		start := time.Now()
		if closed(t, h); time.Since(start) != 0 || discarded != 7 {
			t.Error(time.Since(start), discarded)
		}
	})
}
