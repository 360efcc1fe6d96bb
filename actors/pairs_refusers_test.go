// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

// testbed is one guard with everything that an experiment with a pair of patterns needs.
type testbed struct {
	*testing.T
	pair
	diary
	outerRefuses bool
	policy       Policy
	hooks        With[string, quote]
	ref          *Ref[string, quote] // with the hooks
	bare         *Ref[string, quote] // without: what brings the guard into a state
	ctx          context.Context     // of the calls that are looked at
	load         atomic.Uint64       // of the host, as a float
	release      chan struct{}       // lets what hangs go on
	runs         atomic.Int64        // of the handler, but for those that bring the guard into a state
	during       func(ctx context.Context, run int) (quote, error)
}

// newTestbed makes the guard when policy and hooks are laid.
func newTestbed(t *testing.T, p pair, lay func(*testbed)) *testbed {
	x := &testbed{T: t, pair: p, ctx: t.Context(), release: make(chan struct{})}
	x.hooks = With[string, quote]{Safe: Always[string]}
	_, x.outerRefuses = refusersByName[p.outer]
	lay(x)
	sys := startWith(t, Options{Seed: 1, Host: func(fuseboard.Instant) shedding.Signals {
		return shedding.Signals{CPU: math.Float64frombits(x.load.Load())}
	}})
	g := protectAs(t, sys, x.policy)
	var err error
	if x.ref, err = Bind(g, "looked-at", x.handle, x.hooks); err != nil {
		t.Fatal(err)
	}
	if x.bare, err = Bind(g, "bare", x.prepare); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { close(x.release) })
	return x
}

func (x *testbed) handle(ctx context.Context, pair string) (quote, error) {
	run := int(x.runs.Add(1))
	if x.during != nil {
		return x.during(ctx, run)
	}
	return quote{Pair: pair}, nil
}

// prepare is the handler of calls that bring the guard into a state.
func (x *testbed) prepare(_ context.Context, what string) (quote, error) {
	switch what {
	case "hang":
		<-x.release
	case "throttled":
		return quote{}, context.DeadlineExceeded // a timeout, which the throttle counts
	case "fail":
		return quote{}, errDown
	}
	return quote{}, nil
}

// call is one that is looked at.
func (x *testbed) call(pair string) (quote, error) { return x.ref.Call(x.ctx, pair) }

// refusedBy tells who refused, the first attempt or a repetition.
func refusedBy(err error) string {
	e, is := errors.AsType[*CallError](err)
	if is && e.by == "" {
		e, is = errors.AsType[*CallError](e.Why)
	}
	if !is {
		return ""
	}
	return e.by
}

// refuser is a pattern that refuses calls in some state.
type refuser struct {
	by    string                    // what errors call it
	turn  int                       // when it is made ready, among others: what spends time or calls comes first
	lay   func(x *testbed)          // puts its section into the policy
	ready func(x *testbed)          // brings it into that state
	lift  func(x *testbed)          // brings it out of it
	shy   bool                      // it refuses most calls, not each
	count func(HedgeRefused) uint64 // of copies
}

var refusersByName = map[string]refuser{
	"total deadline": {
		by: "deadline", turn: 6,
		lay: func(x *testbed) { x.policy.Deadline.Reserve = 2 * time.Second },
		ready: func(x *testbed) {
			ctx, end := context.WithTimeout(x.Context(), time.Second) // no time but what is kept back
			x.Cleanup(end)
			x.ctx = ctx
		},
		lift: func(x *testbed) { x.ctx = x.Context() },
	},
	"shedding": {
		by: "shedding", turn: 5,
		lay:   func(x *testbed) { x.policy.Shedding = Shedding{CPU: 0.5} },
		ready: func(x *testbed) { x.press(0.99) },
		lift:  func(x *testbed) { x.press(0.1) },
		count: func(r HedgeRefused) uint64 { return r.Shedding },
	},
	"breaker": {
		by: "breaker", turn: 4,
		lay: func(x *testbed) {
			x.policy.Breaker = Breaker{Consecutive: 1000, OpenFor: time.Second, Probes: 1, ProbeTimeout: time.Hour}
			if x.inner == "breaker" && x.outerRefuses {
				x.policy.Breaker.Consecutive = 1
			}
		},
		ready: func(x *testbed) {
			if x.policy.Breaker.Consecutive > 1 {
				x.command(HoldOpen)
				return
			}
			// Half-open, its probe under way: one that is open refuses before all else, because
			// that needs no clock; see call.begin.
			_, _ = x.bare.Call(x.Context(), "fail")
			time.Sleep(2 * time.Second)
			_ = x.hang()
			if s := x.ref.State(); s != HalfOpen {
				x.Fatalf("the circuit is %s", s)
			}
		},
		lift:  func(x *testbed) { x.command(HoldClosed) },
		count: func(r HedgeRefused) uint64 { return r.Breaker },
	},
	"workers": {
		by: "workers", turn: 1,
		lay: func(x *testbed) { x.policy.Workers = Workers{Max: 8, MaxAbandoned: 1} },
		ready: func(x *testbed) {
			for by := "throttle"; by == "throttle"; { // which lets a few through
				ctx, leave := context.WithCancel(x.Context())
				time.AfterFunc(time.Second, leave)
				_, err := x.bare.Call(ctx, "hang")
				by = refusedBy(err)
			}
		},
		lift: func(x *testbed) {
			x.policy.Workers.MaxAbandoned = 8
			x.update()
		},
		count: func(r HedgeRefused) uint64 { return r.Workers },
	},
	"throttle": {
		by: "throttle", turn: 0, shy: true,
		lay: func(x *testbed) {
			x.policy.Throttle = Throttle{MinCalls: 1, Ratio: 1.1, MaxReject: 0.99, Window: 10 * time.Minute}
		},
		ready: func(x *testbed) {
			for range 200 {
				_, _ = x.bare.Call(x.Context(), "throttled")
			}
		},
		lift: func(x *testbed) {
			x.policy.Throttle = Throttle{}
			x.update()
		},
		count: func(r HedgeRefused) uint64 { return r.Throttle },
	},
	"rate": {
		by: "rate", turn: 3,
		lay: func(x *testbed) {
			x.policy.Rate = RateLimit{Limit: 1, Per: 24 * time.Hour, Burst: 12}
			switch {
			case x.inner == "bulkhead": // what fills that takes the last of it
				x.policy.Rate.Burst = 2
			case x.outer == "workers": // so does what is left behind
				x.policy.Rate.Burst = 1
			}
		},
		ready: func(x *testbed) {
			for range 5000 {
				if x.policy.Rate.Burst == 1 {
					return
				}
				if _, err := x.bare.Call(x.Context(), ""); refusedBy(err) == "rate" {
					return
				}
			}
			x.Fatal("the rate refuses nobody")
		},
		lift: func(x *testbed) {
			x.policy.Rate = RateLimit{}
			x.update()
		},
		count: func(r HedgeRefused) uint64 { return r.Rate },
	},
	"bulkhead": {
		by: "bulkhead", turn: 2,
		lay: func(x *testbed) {
			x.policy.Bulkhead = Bulkhead{Concurrency: 2}
			if x.outer == "workers" { // what is left behind fills it
				x.policy.Bulkhead.Concurrency = 1
			}
		},
		ready: func(x *testbed) {
			for by := "throttle"; by == "" || by == "throttle"; { // which lets a few through
				by = refusedBy(x.hang())
			}
		},
		lift: func(x *testbed) {
			x.policy.Bulkhead.Concurrency = 100
			x.update()
		},
		count: func(r HedgeRefused) uint64 { return r.Bulkhead },
	},
}

// press puts the host under pressure, or takes it away, and waits until that is noticed.
func (x *testbed) press(share float64) {
	x.load.Store(math.Float64bits(share))
	time.Sleep(time.Minute)
}

func (x *testbed) command(m Mode) {
	if err := x.ref.Command(x.Context(), Command{Mode: m, By: "test", Reason: "drill", TTL: 24 * time.Hour}); err != nil {
		x.Fatal(err)
	}
}

func (x *testbed) update() {
	if _, err := x.ref.Update(x.Context(), x.policy); err != nil {
		x.Fatal(err)
	}
}

// hang begins a call that goes on until the experiment ends. The error is that of one that was refused.
func (x *testbed) hang() error {
	refused := make(chan error, 1)
	go func() {
		_, err := x.bare.Call(context.Background(), "hang")
		refused <- err
	}()
	synctest.Wait()
	select {
	case err := <-refused:
		return err
	default:
		return nil
	}
}

// calls makes as many calls as one that is shy needs to refuse one, and returns who refused how many.
func (x *testbed) calls(pair string, shy bool) map[string]int {
	n := 1
	if shy {
		n = 50
	}
	by := map[string]int{}
	for range n {
		_, err := x.call(pair)
		by[refusedBy(err)]++
	}
	return by
}
