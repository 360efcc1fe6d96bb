// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

func TestEverySourceOfTimeServesCallsDeadlinesAndRecovery(t *testing.T) {
	for _, source := range []ClockSource{"", StandardClock, TSCClock, CoarseClock} {
		t.Run(string(source), func(t *testing.T) {
			sys, err := Start(Options{Seed: 1, Clock: source})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = sys.Shutdown(context.Background()) }()
			r, err := Spawn(sys, "payments", func(ctx context.Context, n int) (int, error) {
				if n < 0 {
					<-ctx.Done()
					return 0, context.Cause(ctx)
				}
				return n, nil
			}, Policy{
				Deadline: Deadline{Attempt: 30 * time.Millisecond},
				Breaker:  Breaker{Consecutive: 2, OpenFor: time.Second, OpenJitter: 0.01, Probes: 1},
			})
			if err != nil {
				t.Fatal(err)
			}
			if got, err := r.Call(t.Context(), 7); got != 7 || err != nil {
				t.Fatalf("%d, %v", got, err)
			}
			least := 25 * time.Millisecond
			if source == CoarseClock {
				least = 10 * time.Millisecond // its ticks come late where processors are busy
			}
			for range 2 {
				before := sys.Now()
				_, err := r.Call(t.Context(), -1)
				if took := sys.Now().Sub(before); !errors.Is(err, context.DeadlineExceeded) || took < least {
					t.Errorf("%v after %v", err, took)
				}
			}
			_, err = r.Call(t.Context(), 1)
			if e, ok := errors.AsType[*CallError](err); !ok || !errors.Is(err, ErrOpen) || e.RetryAfter() > 1100*time.Millisecond {
				t.Fatalf("%v", err)
			}
			events := sys.Subscribe(16)
			for e := range events.C() { // the alarm moves it on
				if e.Kind == EventTransition && e.Transition.To == HalfOpen {
					break
				}
			}
			events.Close()
			if got, err := r.Call(t.Context(), 8); got != 8 || err != nil || r.State() != Closed {
				t.Errorf("%d, %v, %s", got, err, r.State())
			}
		})
	}
}

func TestSourceThatIsNoneIsAProblem(t *testing.T) {
	_, err := Start(Options{Clock: "sundial", ObserveEvery: -1})
	problems, ok := errors.AsType[fuseboard.Problems](err)
	if !ok || len(problems) != 2 || !strings.Contains(err.Error(), `clock = sundial`) && !strings.Contains(err.Error(), "sundial") {
		t.Errorf("%v", err)
	}
}

func TestCounterInVirtualTimeIsTheStandardClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said strings.Builder
		sys, err := Start(Options{Clock: TSCClock, Logger: slog.New(slog.NewTextHandler(&said, nil))})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if now := sys.Now(); now != fuseboard.Instant(time.Hour) {
			t.Errorf("after an hour it is %v", time.Duration(now))
		}
		if err := sys.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if !strings.Contains(said.String(), "asked=tsc used=standard") {
			t.Errorf("it said %q", said.String())
		}
	})
}
