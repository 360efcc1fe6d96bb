// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

var failed = Fault{Class: fuseboard.ClassError, Err: errCall}

// made returns a chain whose policy must be right.
func made[Req, Resp any](t testing.TB, p Policy, s Sources[Req, Resp]) *Chain[Req, Resp] {
	t.Helper()
	c, err := New(p, s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestACallerThatLeftGetsNoFallback(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	runs := 0
	c := made(t, Policy{Steps: []Step{{Use: Computed}, {Value: `1`}}}, Sources[int, int]{
		Compute: func(context.Context, int, error) (int, error) { runs++; leave(); return 0, errMade },
	})
	if _, given, err := c.Answer(t.Context(), 0, Fault{Class: fuseboard.ClassCancelled, Err: errCall}); err != errCall || given != (Given{}) { //nolint:errorlint // it must be this very one
		t.Errorf("%+v, %v", given, err)
	}
	if _, given, err := c.Answer(ctx, 0, failed); err != errCall || given != (Given{}) || runs != 1 { //nolint:errorlint // it must be this very one
		t.Errorf("who left during a step got %+v, %v", given, err)
	}
	if _, given, err := c.Answer(ctx, 0, failed); err != errCall || given != (Given{}) || runs != 1 { //nolint:errorlint // it must be this very one
		t.Errorf("who had left got %+v, %v", given, err)
	}
}

func TestWhoseDeadlineIsOverStillGetsWhatTakesNoTime(t *testing.T) {
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	c := made(t, Policy{Steps: []Step{{Use: Computed}, {Value: `1`}}}, Sources[int, int]{
		Compute: func(context.Context, int, error) (int, error) { t.Error("it was run"); return 0, nil },
	})
	if v, given, err := c.Answer(ctx, 0, failed); v != 1 || given.Step != 2 || err != nil {
		t.Errorf("%d, %+v, %v", v, given, err)
	}
}

func TestP14_AFallbackChangesNothingOfTheFailure(t *testing.T) {
	cause := &refusal{by: ""} // a failure, as a guard tells it
	c := made(t, Policy{Steps: []Step{{Guard: "eu"}, {Use: Computed}}}, Sources[int, int]{
		Guard: func(string) (func(context.Context, int) (int, error), error) {
			return func(context.Context, int) (int, error) { return 0, &refusal{by: "breaker"} }, nil
		},
		Compute: func(context.Context, int, error) (int, error) { return 0, context.DeadlineExceeded },
	})
	_, _, err := c.Answer(t.Context(), 0, Fault{Err: cause})
	if got, ok := errors.AsType[fuseboard.Rejection](err); !ok || got != cause {
		t.Errorf("the refusal of the fallback is taken for that of the call: %v", got)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		t.Error("the timeout of the fallback is taken for that of the call")
	}
	if told, ok := errors.AsType[*Error](err); !ok || !errors.Is(told.Steps[1], context.DeadlineExceeded) {
		t.Errorf("the step's error is lost: %v", err)
	}
}

type refusal struct{ by string }

func (r *refusal) Error() string           { return "refused by " + r.by }
func (r *refusal) RejectedBy() string      { return r.by }
func (*refusal) RetryAfter() time.Duration { return 0 }

func TestP20_EveryFallbackIsTold(t *testing.T) {
	s := Sources[int, string]{
		Kept: func(int, time.Duration) (string, time.Duration, bool) { return "kept", time.Second, true },
		Guard: func(string) (func(context.Context, int) (string, error), error) {
			return func(context.Context, int) (string, error) { return "eu's", nil }, nil
		},
		Compute: func(context.Context, int, error) (string, error) { return "computed", nil },
	}
	for want, step := range map[Given]Step{
		{Step: 1, Use: Value}:                      {Value: `"static"`},
		{Step: 1, Use: LastGood, Age: time.Second}: {MaxAge: time.Minute},
		{Step: 1, Use: Computed}:                   {},
		{Step: 1, Use: Guard, Guard: "eu"}:         {Guard: "eu"},
	} {
		if _, given, err := made(t, Policy{Steps: []Step{step}}, s).Answer(t.Context(), 0, failed); given != want || err != nil {
			t.Errorf("%+v: given %+v, %v", step, given, err)
		}
	}
}

func TestP20_AFallbackIsNeverKept(t *testing.T) {
	last := NewKept[string](10)
	c := made(t, Policy{Steps: []Step{{Use: LastGood}, {Use: Computed}}}, Sources[int, string]{
		Kept: func(req int, most time.Duration) (string, time.Duration, bool) {
			return last.Get(0, fmt.Sprint(req), most)
		},
		Compute: func(context.Context, int, error) (string, error) { return "computed", nil },
	})
	for range 2 {
		if v, given, err := c.Answer(t.Context(), 1, failed); v != "computed" || given.Step != 2 || err != nil || last.Len() != 0 {
			t.Errorf("%q, %+v, %v, %d kept", v, given, err, last.Len())
		}
	}
}

func TestASlotIsHeldUntilTheStepEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		c := made(t, Policy{Concurrency: 1, Timeout: time.Second, Steps: []Step{{Use: Computed}, {Value: `9`}}}, Sources[int, int]{
			Compute: func(context.Context, int, error) (int, error) { <-release; return 1, nil }, // ignores its context
		})
		var wait sync.WaitGroup
		wait.Go(func() {
			if v, _, err := c.Answer(t.Context(), 0, failed); v != 1 || err != nil {
				t.Errorf("%d, %v", v, err)
			}
		})
		time.Sleep(time.Minute)
		if v, given, err := c.Answer(t.Context(), 0, failed); v != 9 || given.Step != 2 || err != nil || c.View().Running != 1 {
			t.Errorf("%d, %+v, %v, %d run", v, given, err, c.View().Running)
		}
		if n := c.View().Steps[0].Count(Full); n != 1 {
			t.Errorf("passed over %d times", n)
		}
		close(release)
		wait.Wait()
		if c.View().Running != 0 {
			t.Error("the slot was not given back")
		}
	})
}

func TestGoexitGivesTheSlotBack(t *testing.T) {
	c := made(t, Policy{Concurrency: 1}, Sources[int, int]{
		Compute: func(_ context.Context, req int, _ error) (int, error) {
			if req == 0 {
				(&testing.T{}).SkipNow()
			}
			return req, nil
		},
	})
	var wait sync.WaitGroup
	wait.Go(func() { _, _, _ = c.Answer(context.Background(), 0, failed) })
	wait.Wait()
	if v := c.View(); v.Running != 0 || v.Steps[0].Count(Failed) != 1 {
		t.Errorf("%+v", v)
	}
	if v, _, err := c.Answer(t.Context(), 7, failed); v != 7 || err != nil {
		t.Errorf("%d, %v", v, err)
	}
}

func TestAPanicIsTheErrorOfItsStep(t *testing.T) {
	c := made(t, Policy{Concurrency: 1}, Sources[int, int]{
		Compute: func(context.Context, int, error) (int, error) { panic(errMade) },
	})
	_, _, err := c.Answer(t.Context(), 0, failed)
	missed, ok := errors.AsType[*Error](err)
	if !ok || len(missed.Steps) != 1 {
		t.Fatal(err)
	}
	p, ok := errors.AsType[*PanicError](missed.Steps[0])
	if !ok || !strings.Contains(string(p.Stack), "TestAPanicIsTheErrorOfItsStep") || !errors.Is(p, errMade) {
		t.Errorf("%v", missed)
	}
}

func TestAnErrorIsForAnEngineerOnCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := made(t, Policy{Timeout: 2 * time.Second, Steps: []Step{
			{Value: `1`, On: []fuseboard.Class{"timeout", "breaker"}}, {MaxAge: time.Minute}, {Use: Computed}, {Guard: "eu"}, {Guard: "us"}, {Guard: "self"},
		}}, Sources[int, int]{
			Name:    "self",
			Compute: func(context.Context, int, error) (int, error) { return 0, ErrDeclined },
			Kept:    func(int, time.Duration) (int, time.Duration, bool) { return 0, 0, false },
			Guard: func(name string) (func(context.Context, int) (int, error), error) {
				return func(ctx context.Context, _ int) (int, error) {
					if name == "us" {
						<-ctx.Done()
						return 0, ctx.Err()
					}
					return 0, &refusal{by: "breaker"}
				}, nil
			},
		})
		const want = "the call's (no fallback: 1 value: only for timeout, breaker; 2 last-good: nothing is kept that is at most 1m old; " +
			"3 computed: declined; 4 guard eu: refused by breaker; 5 guard us: no answer within 2s (fallback.timeout): context deadline exceeded; " +
			"6 guard self: passed over, it is on the way of this call already)"
		if _, _, err := c.Answer(t.Context(), 0, failed); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	})
}

func TestWhereNoStepIsMeantTheCauseIsUntouched(t *testing.T) {
	c := made(t, Policy{Steps: []Step{{Value: `1`, On: []fuseboard.Class{"timeout"}}}}, Sources[int, int]{})
	if _, _, err := c.Answer(t.Context(), 0, Fault{Refused: "breaker", Err: errCall}); err != errCall { //nolint:errorlint // it must be this very one
		t.Error(err)
	}
	off := made(t, Policy{}, Sources[int, int]{})
	var none context.Context                                             // must not panic
	if _, _, err := off.Answer(t.Context(), 0, failed); err != errCall { //nolint:errorlint // it must be this very one
		t.Error(err)
	}
	if _, _, err := off.Answer(none, 0, Fault{}); err == nil {
		t.Error("no answer, and no error")
	}
}
