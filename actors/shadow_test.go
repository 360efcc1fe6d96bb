// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
)

// sleeping takes as many milliseconds as it is asked to, whatever its context says;
// a negative number fails after as many.
func sleeping(_ context.Context, ms int) (int, error) {
	time.Sleep(time.Duration(max(ms, -ms)) * time.Millisecond)
	if ms < 0 {
		return ms, errDown
	}
	return ms, nil
}

func TestShadowGivesTheCallerWhatTheHandlerGave(t *testing.T) {
	type key struct{}
	ctx := context.WithValue(t.Context(), key{}, 1)
	var none context.Context // a service may get away with it
	p := inShadow(fullPolicy)
	p.Workers = Workers{Max: 2}
	sys := start(t)
	r := spawn(t, sys, p, func(got context.Context, n int) (int, error) {
		if n >= 0 && got != ctx {
			t.Errorf("another context: %v", got)
		}
		switch n {
		case 1:
			return n, fmt.Errorf("wrapped: %w", io.ErrUnexpectedEOF)
		case 2:
			panic("boom")
		case 3:
			panic(io.EOF)
		}
		return n * n, nil
	})
	if got, err := r.Call(ctx, 5); got != 25 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
	if got, err := r.Call(ctx, 1); got != 1 || err == nil || errors.As(err, new(*CallError)) {
		t.Errorf("%d, %v", got, err)
	}
	if got, err := r.Call(none, -4); got != 16 || err != nil {
		t.Errorf("without a context: %d, %v", got, err)
	}
	for n, want := range map[int]any{2: "boom", 3: io.EOF} {
		func() {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("panicked with %v", got)
				}
			}()
			_, _ = r.Call(ctx, n)
		}()
		_, err := r.Ask(ctx, n).Wait(t.Context())
		broke, is := errors.AsType[*PanicError](err)
		if e := callError(t, err); !is || broke.Value != want || e.Attempts != 1 || len(broke.Stack) == 0 {
			t.Errorf("%v", err)
		}
	}
	s := r.Stats()
	if s.Calls != 7 || s.Successes != 2 || s.Failures != 5 || s.Window.Calls != 7 || s.Gate.InUse != 0 || s.Overdue != 0 || s.Would != (Would{}) {
		t.Errorf("%+v", s)
	}
}

func TestShadowRefusesNothingAndCountsWhatWouldHaveBeen(t *testing.T) {
	for name, c := range map[string]struct {
		policy Policy
		with   With[int, int]
		live   func(t *testing.T, r *Ref[int, int])
		want   Would
	}{
		"an open circuit": {Policy{Breaker: quickBreaker}, With[int, int]{}, func(t *testing.T, r *Ref[int, int]) {
			for range 3 {
				_, _ = r.Call(t.Context(), -1)
			}
			for range 5 {
				_, _ = r.Call(t.Context(), 1)
			}
			if r.State() != Open {
				t.Errorf("the circuit is %s", r.State())
			}
			time.Sleep(10 * time.Second)
			_, _ = r.Call(t.Context(), 1) // the probe
			if r.State() != Closed {
				t.Errorf("the circuit is %s", r.State())
			}
			_, _ = r.Call(t.Context(), 1)
		}, Would{Refused: Rejected{Breaker: 5}}},
		"a full bulkhead": {Policy{Bulkhead: Bulkhead{Concurrency: 2, Queue: 1}}, With[int, int]{}, func(t *testing.T, r *Ref[int, int]) {
			for range 6 {
				_ = r.Tell(t.Context(), 100)
			}
			synctest.Wait()
			if d := r.Stats().Gate; d.InUse != 6 || d.Waiting != 0 || d.Limit != 2 {
				t.Errorf("%+v", d)
			}
			time.Sleep(time.Second)
			_, _ = r.Call(t.Context(), 1)
		}, Would{Refused: Rejected{Bulkhead: 3}, Waited: 1}},
		"a suspended gate": {Policy{Bulkhead: Bulkhead{Concurrency: 2, Queue: 1}}, With[int, int]{}, func(t *testing.T, r *Ref[int, int]) {
			r.gate.Suspend()
			_, _ = r.Call(t.Context(), 1)
			r.gate.Resume()
		}, Would{Refused: Rejected{Bulkhead: 1}}},
		"a spent deadline": {Policy{Deadline: Deadline{Reserve: time.Second}}, With[int, int]{}, func(t *testing.T, r *Ref[int, int]) {
			ctx, end := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer end()
			_, _ = r.Call(ctx, 1)
		}, Would{Refused: Rejected{Deadline: 1}}},
		"attempts and calls that take too long": {Policy{Deadline: Deadline{Attempt: 50 * time.Millisecond, Total: 80 * time.Millisecond}}, With[int, int]{}, func(t *testing.T, r *Ref[int, int]) {
			for _, ms := range []int{10, 60, 100, -60} {
				_, _ = r.Call(t.Context(), ms)
			}
			ctx, end := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer end()
			_, _ = r.Call(ctx, 30) // its caller's own deadline
			if s := r.Stats(); s.Failures != 3 || s.Successes != 2 {
				t.Errorf("%+v", s)
			}
		}, Would{CutShort: 3}},
		"failures that are safe to repeat": {Policy{Retry: Retry{Attempts: 2, Budget: Budget{MinPerSecond: 1, Ratio: 0.01, Window: 3 * time.Second}}}, With[int, int]{Safe: func(n int) bool { return n != -7 }}, func(t *testing.T, r *Ref[int, int]) {
			for _, ms := range []int{1, -7, -1, -1, -1, -1} { // the last one has no budget left
				if got, _ := r.Call(t.Context(), ms); got != ms {
					t.Errorf("%d for %d", got, ms)
				}
			}
			if s := r.Stats(); s.Attempts != 6 || s.Retries != 0 {
				t.Errorf("%+v", s)
			}
		}, Would{Repeated: 3}},
		"too much work left behind": {Policy{Workers: Workers{Max: 4, MaxAbandoned: 1}, Deadline: Deadline{Attempt: 10 * time.Millisecond}}, With[int, int]{}, func(t *testing.T, r *Ref[int, int]) {
			p := r.Policy()
			p.Mode = EnforcePolicy
			if _, err := r.Update(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			_, _ = r.Call(t.Context(), 1000)
			p.Mode = ShadowPolicy
			if _, err := r.Update(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			_, _ = r.Call(t.Context(), 1)
			time.Sleep(time.Second)
			_, _ = r.Call(t.Context(), 1)
		}, Would{Refused: Rejected{Workers: 1}}},
		"what Classify calls a failure": {Policy{Breaker: quickBreaker}, With[int, int]{Classify: func(n int, _ error) fuseboard.Outcome {
			if n == 4 {
				return fuseboard.Outcome{Kind: fuseboard.Failure}
			}
			if n == 5 {
				panic("classify")
			}
			return fuseboard.Outcome{}
		}}, func(t *testing.T, r *Ref[int, int]) {
			for _, n := range []int{4, 5, 4, 1} {
				if got, err := r.Call(t.Context(), n); got != n || err != nil {
					t.Errorf("%d, %v", got, err)
				}
			}
		}, Would{Refused: Rejected{Breaker: 1}}},
		"too many panics": {Policy{Panics: Panics{Max: 1, Within: time.Minute, Hold: time.Minute}}, With[int, int]{Classify: func(n int, _ error) fuseboard.Outcome {
			if n == 1 {
				panic("classify")
			}
			return fuseboard.Outcome{}
		}}, func(t *testing.T, r *Ref[int, int]) {
			_, _ = r.Call(t.Context(), 1)
			_, _ = r.Call(t.Context(), 2)
		}, Would{Refused: Rejected{Breaker: 1}}},
		"nothing": {fullPolicy, With[int, int]{}, func(t *testing.T, r *Ref[int, int]) {
			ctx, leave := context.WithCancel(t.Context())
			leave()
			_, _ = r.Call(ctx, 1) // its caller had left
			_, _ = r.Call(t.Context(), 1)
		}, Would{}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := spawn(t, start(t), inShadow(c.policy), sleeping, c.with)
				c.live(t, r)
				s := r.Stats()
				if s.Would != c.want {
					t.Errorf("%+v, want %+v", s.Would, c.want)
				}
				if s.Rejected != (Rejected{}) || s.Left != 0 || s.Calls != s.Attempts-s.Retries || s.Gate.InUse != 0 {
					t.Errorf("%+v", s)
				}
			})
		})
	}
}

func TestShadowRefusesWhatHasStoppedOrHasNoHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, m := range []PolicyMode{ShadowPolicy, BypassPolicy} {
			sys := start(t)
			if err := sys.SetMode(m); err != nil {
				t.Fatal(err)
			}
			broke := false
			r, err := Rebuild(sys, "db", func(context.Context) (Handler[int, int], error) {
				if broke {
					time.Sleep(10 * time.Second)
				}
				return func(_ context.Context, n int) (int, error) {
					if n == 0 {
						return 0, Broken(errDown)
					}
					return n, nil
				}, nil
			}, Policy{})
			if err != nil || r.Ready(t.Context()) != nil {
				t.Fatal(err)
			}
			if got, err := r.Call(t.Context(), 1); got != 1 || err != nil {
				t.Errorf("%s: %d, %v", m, got, err)
			}
			broke = true
			_, _ = r.Call(t.Context(), 0)
			for _, err := range []error{second(r.Call(t.Context(), 1)), second(r.Ask(t.Context(), 1).Wait(t.Context()))} {
				wantIs(t, err, ErrRestarting)
			}
			time.Sleep(2 * time.Minute)
			if got, err := r.Call(t.Context(), 2); got != 2 || err != nil {
				t.Errorf("%s, rebuilt: %d, %v", m, got, err)
			}
			if err := r.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
			work := func(context.Context) (int, error) { return 1, nil }
			for _, err := range []error{second(r.Call(t.Context(), 1)), second(r.Ask(t.Context(), 1).Wait(t.Context())), r.Tell(t.Context(), 1), second(Do(t.Context(), r.Guard, work))} {
				wantIs(t, err, ErrStopped)
			}
			if s := r.Stats(); s.Would != (Would{}) || s.Gate.InUse != 0 || s.Rejected.Stopped != 4 {
				t.Errorf("%s: %+v", m, s)
			}
		}
	})
}

func TestStopWaitsForWhatRunsInShadow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), inShadow(Policy{Bulkhead: Bulkhead{Concurrency: 1}}), sleeping)
		go func() { _, _ = r.Call(t.Context(), 1000) }()
		f := r.Ask(t.Context(), 2000)
		synctest.Wait()
		began := time.Now()
		if err := r.Stop(t.Context()); err != nil || time.Since(began) != 2*time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		if got, err := f.Wait(t.Context()); got != 2000 || err != nil {
			t.Errorf("%d, %v", got, err)
		}
	})
}

func TestReturnToEnforceDrainsWhatShadowLetIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		r := spawn(t, sys, Policy{Bulkhead: Bulkhead{Concurrency: 2}}, sleeping)
		if err := sys.SetMode(ShadowPolicy); err != nil {
			t.Fatal(err)
		}
		for i := range 4 {
			_ = r.Tell(t.Context(), 1000*(i+1))
		}
		if err := sys.SetMode(EnforcePolicy); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
		for _, full := range []bool{true, true, true, false, false} {
			if _, err := r.Call(t.Context(), 0); errors.Is(err, ErrFull) != full {
				t.Errorf("%v with %+v", err, r.Stats().Gate)
			}
			time.Sleep(time.Second)
		}
	})
}

func TestMessagesAreLetThroughInShadowAndInBypass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, m := range []PolicyMode{ShadowPolicy, BypassPolicy} {
			sys := start(t)
			r := spawn(t, sys, Policy{Mode: m, Breaker: quickBreaker, Bulkhead: Bulkhead{Concurrency: 1}, Deadline: Deadline{Attempt: time.Millisecond}}, func(ctx context.Context, n int) (int, error) {
				if n == -9 {
					panic("boom")
				}
				return sleeping(ctx, n)
			})
			replies := make(chan Reply[int, int], 100)
			client, err := sys.SpawnActor("client", actor.PropsFromFunc(func(ctx actor.Context) {
				switch msg := ctx.Message().(type) {
				case int:
					ctx.Request(r.PID(), r.Message(context.Background(), msg))
				case Reply[int, int]:
					replies <- msg
				}
			}))
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range []int{-1, -2, -3, -9, 50, 60, 70} {
				sys.root.Send(client, n)
				time.Sleep(5 * time.Millisecond)
			}
			time.Sleep(time.Second)
			for range 7 {
				msg := <-replies
				if msg.Request == -9 {
					if broke, is := errors.AsType[*PanicError](msg.Err); !is || broke.Value != "boom" {
						t.Errorf("%s: %v", m, msg.Err)
					}
				} else if msg.Value != msg.Request || (msg.Err != nil) != (msg.Request < 0) || msg.Err != nil && msg.Err != errDown { //nolint:errorlint // untouched
					t.Errorf("%s: %+v", m, msg)
				}
			}
			s := r.Stats()
			if m == BypassPolicy && s.Calls != 0 || m == ShadowPolicy && (s.Calls != 7 || s.Would.Refused.sum() != 4 || s.Gate.InUse != 0) {
				t.Errorf("%s: %+v", m, s)
			}
			if err := sys.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
}
