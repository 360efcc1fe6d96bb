// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

// ownExperiments are those of pairs that are like no other.
var ownExperiments = map[pair]func(*testing.T){
	// What stands around the protected call, among itself.
	{"stage call", "cache"}: func(t *testing.T) { // it sees hits
		x := newTestbed(t, pair{"stage call", "cache"}, func(x *testbed) { x.cached(); x.note1(AroundCall) })
		x.twice("A")
		x.want("c( c) c( c)", 1)
	},
	{"stage call", "fallback"}: func(t *testing.T) { // it sees the answer, and no failure
		x := newTestbed(t, pair{"stage call", "fallback"}, func(x *testbed) { x.rescued(nil); x.note1(AroundCall) })
		x.during = alwaysFails
		x.mustCall("A")
		x.want("c( fallback c)", 1)
	},
	{"stage call", "stage protection"}: func(t *testing.T) {
		x := newTestbed(t, pair{"stage call", "stage protection"}, func(x *testbed) { x.note1(AroundProtection, AroundCall) })
		x.mustCall("A")
		x.want("c( p( p) c)", 1)
	},
	{"stage call", "stage handler"}: func(t *testing.T) {
		x := newTestbed(t, pair{"stage call", "stage handler"}, func(x *testbed) { x.note1(AroundHandler, AroundCall) })
		x.mustCall("A")
		x.want("c( h( h) c)", 1)
	},
	{"stage protection", "stage handler"}: func(t *testing.T) {
		x := newTestbed(t, pair{"stage protection", "stage handler"}, func(x *testbed) { x.note1(AroundHandler, AroundProtection) })
		x.mustCall("A")
		x.want("p( h( h) p)", 1)
	},
	{"cache", "fallback"}: func(t *testing.T) { // P20: its answer is not kept
		x := newTestbed(t, pair{"cache", "fallback"}, func(x *testbed) { x.cached(); x.rescued(nil) })
		x.during = alwaysFails
		x.twice("A")
		x.want("fallback fallback", 2)
		x.during = nil
		x.twice("A")
		x.want("", 3)
	},
	{"cache", "stage protection"}: func(t *testing.T) { // once a load
		x := newTestbed(t, pair{"cache", "stage protection"}, func(x *testbed) { x.cached(); x.note1(AroundProtection) })
		x.twice("A")
		x.want("p( p)", 1)
	},
	{"cache", "stage handler"}: func(t *testing.T) {
		x := newTestbed(t, pair{"cache", "stage handler"}, func(x *testbed) { x.cached(); x.note1(AroundHandler) })
		x.twice("A")
		x.want("h( h)", 1)
	},
	{"fallback", "stage protection"}: func(t *testing.T) { // which sees the failure before
		x := newTestbed(t, pair{"fallback", "stage protection"}, func(x *testbed) { x.rescued(nil); x.note1(AroundProtection) })
		x.during = alwaysFails
		x.mustCall("A")
		x.want("p( !p) fallback", 1)
	},
	{"fallback", "stage handler"}: func(t *testing.T) {
		x := newTestbed(t, pair{"fallback", "stage handler"}, func(x *testbed) { x.rescued(nil); x.note1(AroundHandler) })
		x.during = alwaysFails
		x.mustCall("A")
		x.want("h( !h) fallback", 1)
	},

	// All attempts of a call, and all copies, are one passage of what stands around them.
	{"stage call", "retry"}:       func(t *testing.T) { passedOnce(t, pair{"stage call", "retry"}, "c( !c)") },
	{"stage protection", "retry"}: func(t *testing.T) { passedOnce(t, pair{"stage protection", "retry"}, "p( !p)") },
	{"cache", "retry"}:            func(t *testing.T) { passedOnce(t, pair{"cache", "retry"}, "") },
	{"fallback", "retry"}:         func(t *testing.T) { passedOnce(t, pair{"fallback", "retry"}, "fallback") }, // P14
	{"stage call", "hedge"}:       func(t *testing.T) { passedOnce(t, pair{"stage call", "hedge"}, "c( !c)") },
	{"stage protection", "hedge"}: func(t *testing.T) { passedOnce(t, pair{"stage protection", "hedge"}, "p( !p)") },
	{"cache", "hedge"}:            func(t *testing.T) { passedOnce(t, pair{"cache", "hedge"}, "") },
	{"fallback", "hedge"}:         func(t *testing.T) { passedOnce(t, pair{"fallback", "hedge"}, "fallback") },
	{"retry", "stage handler"}:    func(t *testing.T) { passedOnce(t, pair{"retry", "stage handler"}, "h( !h) h( !h)") },
	{"hedge", "stage handler"}:    func(t *testing.T) { passedOnce(t, pair{"hedge", "stage handler"}, "h( h( !h) !h)") },

	// What stands around has time of its own, whatever an attempt may take.
	{"stage call", "attempt deadline"}:       func(t *testing.T) { hasTimeOfItsOwn(t, "stage call", AroundCall) },
	{"stage protection", "attempt deadline"}: func(t *testing.T) { hasTimeOfItsOwn(t, "stage protection", AroundProtection) },
	{"cache", "attempt deadline"}: func(t *testing.T) { // which is a failure that a stale answer covers
		x := newTestbed(t, pair{"cache", "attempt deadline"}, func(x *testbed) {
			x.cached()
			x.policy.Cache.TTL, x.policy.Cache.StaleIfError, x.policy.Deadline.Attempt = time.Minute, time.Hour, time.Second
		})
		x.mustCall("A")
		time.Sleep(2 * time.Minute)
		x.during = untilItsTimeIsOver
		begin := time.Now()
		x.mustCall("A")
		wantTook(t, begin, time.Second)
		if s := x.ref.Stats().Cache; s.StaleOnError != 1 {
			t.Errorf("%+v", s)
		}
	},
	{"fallback", "attempt deadline"}: func(t *testing.T) { // it is asked when that is over, and has its own
		x := newTestbed(t, pair{"fallback", "attempt deadline"}, func(x *testbed) {
			x.rescued(func() { time.Sleep(900 * ms) })
			x.policy.Deadline.Attempt = 500 * ms
		})
		x.during = untilItsTimeIsOver
		begin := time.Now()
		x.mustCall("A")
		wantTook(t, begin, 1400*ms)
	},

	// The total deadline bounds all that is made for a call.
	{"total deadline", "retry"}: func(t *testing.T) { // no repetition is begun that it leaves no time for
		x := newTestbed(t, pair{"total deadline", "retry"}, func(x *testbed) { x.policy.Retry, x.policy.Deadline.Total = slowly, time.Minute })
		x.during = alwaysFails
		begin := time.Now()
		_, err := x.call("A")
		wantTook(t, begin, 0)
		if e := callError(t, err); e.Attempts != 1 || e.Why == nil {
			t.Error(err)
		}
	},
	{"total deadline", "hedge"}: func(t *testing.T) { // a copy has what is left of it
		x := newTestbed(t, pair{"total deadline", "hedge"}, func(x *testbed) {
			x.hedges()
			x.policy.Deadline.Total = 1500 * ms
		})
		x.during = untilItsTimeIsOver
		begin := time.Now()
		_, err := x.call("A")
		wantTook(t, begin, 1500*ms)
		if e := callError(t, err); x.runs.Load() != 2 || e.Class() != fuseboard.ClassTimeout {
			t.Errorf("%d runs, %v", x.runs.Load(), err)
		}
	},
	{"total deadline", "attempt deadline"}: func(t *testing.T) { // it is not begun anew with each attempt
		x := newTestbed(t, pair{"total deadline", "attempt deadline"}, func(x *testbed) {
			x.policy.Retry, x.policy.Deadline = twice, Deadline{Total: 1500 * ms, Attempt: time.Second}
		})
		x.during = untilItsTimeIsOver
		begin := time.Now()
		_, err := x.call("A")
		wantTook(t, begin, 1500*ms)
		if e := callError(t, err); e.Attempts != 2 {
			t.Error(err)
		}
	},

	{"retry", "hedge"}: func(t *testing.T) { // each attempt has copies, and waits for them alone
		x := newTestbed(t, pair{"retry", "hedge"}, func(x *testbed) { x.hedges(); x.policy.Retry = twice })
		x.during = runsTake(800*ms, 700*ms)
		begin := time.Now()
		x.mustCall("A")
		wantTook(t, begin, 1600*ms)
		if s := x.ref.Stats().Hedge; s.Sent != 0 || x.runs.Load() != 2 {
			t.Errorf("two attempts that are quick, and a copy: %+v", s)
		}
		x.runs.Store(0)
		x.during = runsTake(2*time.Second, 2*time.Second, 900*ms)
		if _, info, err := quoted(t, x.ref, "A"); err != nil || info.Attempts != 2 || x.runs.Load() != 3 {
			t.Errorf("both of the first attempt failed: %+v %v", info, err)
		}
	},

	// The limit of an attempt begins with its permit, and is that of one run.
	{"retry", "attempt deadline"}: func(t *testing.T) {
		x := newTestbed(t, pair{"retry", "attempt deadline"}, func(x *testbed) { x.policy.Retry, x.policy.Deadline.Attempt = twice, time.Second })
		x.during = runsTake(900*ms, 900*ms)
		x.mustCall("A")
	},
	{"hedge", "attempt deadline"}: func(t *testing.T) {
		x := newTestbed(t, pair{"hedge", "attempt deadline"}, func(x *testbed) { x.hedges(); x.policy.Deadline.Attempt = 1500 * ms })
		x.during = runsTake(time.Hour, 1400*ms)
		begin := time.Now()
		x.mustCall("A")
		wantTook(t, begin, 2400*ms)
	},
	{"breaker", "attempt deadline"}: func(t *testing.T) { // it hears of what was cut short
		x := newTestbed(t, pair{"breaker", "attempt deadline"}, func(x *testbed) {
			x.policy.Breaker, x.policy.Deadline.Attempt = Breaker{Consecutive: 1, OpenFor: time.Hour}, time.Second
		})
		x.during = untilItsTimeIsOver
		_, _ = x.call("A")
		if s := x.ref.Stats(); s.State != Open || s.Failures != 1 {
			t.Errorf("%s, %d failures", s.State, s.Failures)
		}
	},
	{"throttle", "attempt deadline"}: func(t *testing.T) {
		x := newTestbed(t, pair{"throttle", "attempt deadline"}, func(x *testbed) {
			refusersByName["throttle"].lay(x)
			x.policy.Deadline.Attempt = time.Second
		})
		x.during = untilItsTimeIsOver
		if by := x.calls("A", true); by["throttle"] == 0 {
			t.Errorf("refused %v", by)
		}
	},
	{"rate", "attempt deadline"}: func(t *testing.T) {
		waitsBefore(t, "rate", func(x *testbed) {
			x.policy.Rate = RateLimit{Limit: 1, Per: 5 * time.Second, Burst: 1, Queue: 1, MaxWait: time.Minute}
		},
			func(x *testbed) { _, _ = x.bare.Call(x.Context(), "") })
	},
	{"bulkhead", "attempt deadline"}: func(t *testing.T) {
		waitsBefore(t, "bulkhead", func(x *testbed) { x.policy.Bulkhead = Bulkhead{Concurrency: 1, Queue: 1, MaxWait: time.Minute} },
			func(x *testbed) {
				_ = x.hang()
				time.AfterFunc(5*time.Second, func() { x.release <- struct{}{} })
			})
	},
	{"attempt deadline", "stage handler"}: func(t *testing.T) { // which has to keep to it
		x := newTestbed(t, pair{"attempt deadline", "stage handler"}, func(x *testbed) {
			x.policy.Deadline.Attempt = time.Second
			x.hooks.Stages = []Stage[string, quote]{{Name: "h", At: AroundHandler, Around: func(ctx context.Context, pair string, next Handler[string, quote]) (quote, error) {
				if at, ok := ctx.Deadline(); !ok || time.Until(at) != time.Second {
					x.Errorf("the stage has until %s, %t", at, ok)
				}
				<-ctx.Done()
				return next(ctx, pair)
			}}}
		})
		x.during = untilItsTimeIsOver
		begin := time.Now()
		_, err := x.call("A")
		wantTook(t, begin, time.Second)
		if e := callError(t, err); e.Class() != fuseboard.ClassTimeout {
			t.Error(err)
		}
	},
}
