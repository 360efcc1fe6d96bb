// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"testing"
	"time"
)

// What the experiments of single pairs are made of.

func alwaysFails(context.Context, int) (quote, error) { return quote{}, errDown }

func untilItsTimeIsOver(ctx context.Context, _ int) (quote, error) {
	<-ctx.Done()
	return quote{}, ctx.Err()
}

// runsTake fails after each of the times, and then answers; what is cut short fails.
// The last run answers after its time.
func runsTake(times ...time.Duration) func(context.Context, int) (quote, error) {
	return func(ctx context.Context, run int) (quote, error) {
		select {
		case <-time.After(times[min(run, len(times))-1]):
		case <-ctx.Done():
			return quote{}, ctx.Err()
		}
		if run < len(times) {
			return quote{}, errDown
		}
		return quote{}, nil
	}
}

func (x *testbed) cached() { x.policy.Cache, x.hooks.Key = Cache{TTL: time.Hour}, byPair }

// rescued has a fallback that answers when before has returned.
func (x *testbed) rescued(before func()) {
	x.hooks.Fallback = func(context.Context, string, error) (quote, error) {
		if before != nil {
			before()
		}
		x.note("fallback")
		return quote{Pair: "none"}, nil
	}
}

func (x *testbed) hedges() {
	x.policy.Workers, x.policy.Hedge = Workers{Max: 8}, Hedge{After: time.Second}
}

// note1 puts a stage that is noted to each of the seams.
func (x *testbed) note1(seams ...Seam) {
	for _, at := range seams {
		x.hooks.Stages = append(x.hooks.Stages, x.stage(at.String()[:1], at))
	}
}

func (x *testbed) mustCall(pair string) {
	x.Helper()
	if _, err := x.call(pair); err != nil {
		x.Error(err)
	}
}

func (x *testbed) twice(pair string) { x.mustCall(pair); x.mustCall(pair) }

func (x *testbed) want(noted string, runs int64) {
	x.Helper()
	if got := x.take(); got != noted || x.runs.Load() != runs {
		x.Errorf("noted %q after %d runs of the handler, want %q after %d", got, x.runs.Load(), noted, runs)
	}
}

// passedOnce: the handler runs twice for one call, and fails.
func passedOnce(t *testing.T, p pair, want string) {
	x := newTestbed(t, p, func(x *testbed) {
		if p.outer == "hedge" || p.inner == "hedge" {
			x.hedges()
		} else {
			x.policy.Retry = twice
		}
		switch p.outer {
		case "cache":
			x.cached()
		case "fallback":
			x.rescued(nil)
		case "stage call":
			x.note1(AroundCall)
		case "stage protection":
			x.note1(AroundProtection)
		default:
			x.note1(AroundHandler)
		}
	})
	x.during = func(_ context.Context, run int) (quote, error) {
		if x.policy.Hedge.On() {
			time.Sleep([]time.Duration{3 * time.Second, time.Second}[run-1]) // the copy ends first
		}
		return quote{}, errDown
	}
	_, err := x.call("A")
	if (err == nil) != (p.outer == "fallback") {
		t.Error(err)
	}
	x.want(want, 2)
	if s := x.ref.Stats(); p.outer == "cache" && (s.Cache.Loads != 1 || s.Cache.Misses != 1 || s.Cache.Failures != 1) {
		t.Errorf("%+v", s.Cache)
	}
}

// hasTimeOfItsOwn: a stage that waits longer than an attempt may take costs no attempt.
func hasTimeOfItsOwn(t *testing.T, outer string, at Seam) {
	x := newTestbed(t, pair{outer, "attempt deadline"}, func(x *testbed) {
		x.policy.Deadline.Attempt = time.Second
		x.hooks.Stages = []Stage[string, quote]{{Name: "s", At: at, Around: func(ctx context.Context, pair string, next Handler[string, quote]) (quote, error) {
			time.Sleep(5 * time.Second)
			if _, ok := ctx.Deadline(); ok || ctx.Err() != nil {
				x.Error("the stage has the limit of an attempt")
			}
			return next(ctx, pair)
		}}}
	})
	x.during = runsTake(900 * ms)
	x.mustCall("A")
}

// waitsBefore: a wait of 5 seconds costs nothing of the limit of the attempt.
func waitsBefore(t *testing.T, outer string, lay, ready func(*testbed)) {
	x := newTestbed(t, pair{outer, "attempt deadline"}, func(x *testbed) { lay(x); x.policy.Deadline.Attempt = time.Second })
	ready(x)
	x.during = runsTake(900 * ms)
	begin := time.Now()
	x.mustCall("A")
	wantTook(t, begin, 5900*ms)
}
