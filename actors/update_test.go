// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/adaptive"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
	"github.com/fuseboard/fuseboard/patterns/shedding"
	"github.com/fuseboard/fuseboard/supervision"
)

// loaded is a policy in which no field has its default.
func loaded() Policy {
	return Policy{
		Deadline: Deadline{Total: 30 * time.Second, Attempt: 20 * time.Second, Reserve: 10 * time.Millisecond},
		Retry: Retry{
			Attempts:      2,
			Backoff:       Backoff{Base: 20 * time.Millisecond, Max: time.Second, Factor: 3, Jitter: supervision.NoJitter},
			Budget:        Budget{Ratio: 0.5, MinPerSecond: 5, Window: 20 * time.Second},
			Only:          []fuseboard.Class{fuseboard.ClassError, fuseboard.ClassTimeout},
			MaxRetryAfter: 5 * time.Second, Innermost: true,
		},
		Breaker: Breaker{
			FailureRate: 0.9, SlowRate: 0.8, SlowAfter: 10 * time.Second, Consecutive: 3, MinCalls: 15, Window: Window{Calls: 30},
			OpenFor: 15 * time.Second, OpenGrowth: 3, MaxOpen: time.Minute, OpenJitter: 0.2,
			Probes: 4, ProbeRate: 0.8, ProbeTimeout: 25 * time.Second, Ramp: 40 * time.Second,
			Weights: map[fuseboard.Class]float64{fuseboard.ClassThrottled: 0.25},
		},
		Bulkhead: Bulkhead{
			Concurrency: 2, Queue: 5, MaxWait: 4 * time.Second, Target: time.Second, Interval: time.Minute,
			Quota: PriorityQuota{Critical: 1, High: 1, Normal: 1, Sheddable: 1},
		},
		Workers:  Workers{Max: 4, Idle: 5 * time.Second, MaxAbandoned: 3},
		Throttle: Throttle{Ratio: 3, Window: time.Minute, MaxReject: 0.5, MinCalls: 1000},
		Rate: RateLimit{
			Limit: 50_000, Per: 2 * time.Second, Burst: 1000, Queue: 10, MaxWait: 4 * time.Second,
			Throttled: ratelimit.IgnoreThrottling, MaxDrain: 5 * time.Second, Fallback: 0.5,
			Adaptive:  ratelimit.Adaptive{Floor: 1000, Ceiling: 90_000, Backoff: 0.7, Step: 100, Every: 3 * time.Second},
			PerTenant: ratelimit.PerKey{Limit: 40_000, Burst: 500, Keys: 100},
		},
		Shedding: Shedding{
			CPU: 0.98, Memory: 0.97, RunQueue: time.Second, GC: 0.48, Steps: shedding.Steps{Normal: 0.5, High: 0.9},
			Margin: 0.1, HoldFor: time.Second, Smoothing: 2 * time.Second, Every: time.Minute,
		},
		Panics: Panics{Max: 7, Within: 2 * time.Minute, Hold: 3 * time.Minute},
		Restart: Restart{
			Max: 4, Within: 20 * time.Second, Timeout: 8 * time.Second,
			Backoff: Backoff{Base: 30 * time.Millisecond, Max: 2 * time.Second, Factor: 3, Jitter: supervision.NoJitter},
		},
	}
}

// edits change each field of loaded by itself. A field without an edit fails the test.
var edits = []struct {
	path  string
	edit  func(*Policy)
	also  string        // another path that changes with it
	grows int           // permits
	lost  string        // of the sections that follow the load
	from  func(*Policy) // what the policy before has beside loaded
}{
	{path: "mode", edit: func(p *Policy) { p.Mode = ShadowPolicy }},
	{path: "cache.ttl", edit: func(p *Policy) { p.Cache.TTL = 0 }, from: answersElse},
	{path: "cache.stale_while_revalidate", edit: func(p *Policy) { p.Cache.StaleWhileRevalidate = 0 }, from: answersElse},
	{path: "cache.stale_if_error", edit: func(p *Policy) { p.Cache.StaleIfError = 0 }, from: answersElse},
	{path: "cache.negative_ttl", edit: func(p *Policy) { p.Cache.NegativeTTL = time.Second }, from: answersElse},
	{path: "cache.negative_on", edit: func(p *Policy) { p.Cache.NegativeOn = nil }, from: answersElse},
	{path: "cache.max_entries", edit: func(p *Policy) { p.Cache.MaxEntries = 0 }, from: answersElse},
	{path: "cache.jitter", edit: func(p *Policy) { p.Cache.Jitter = 0 }, from: answersElse},
	{path: "cache.coalesce", edit: func(p *Policy) { p.Cache.Coalesce = CoalesceOn }, from: answersElse},
	{path: "cache.abandon_after", edit: func(p *Policy) { p.Cache.AbandonAfter = 0 }, from: answersElse},
	{path: "cache.max_refreshes", edit: func(p *Policy) { p.Cache.MaxRefreshes = 0 }, from: answersElse},
	{path: "fallback.steps", edit: answersLocked, from: answersElse},
	{path: "fallback.timeout", edit: func(p *Policy) { p.Fallback.Timeout = 0 }, from: answersElse},
	{path: "fallback.concurrency", edit: func(p *Policy) { p.Fallback.Concurrency = 0 }, from: answersElse},
	{path: "fallback.max_keys", edit: func(p *Policy) { p.Fallback.MaxKeys = 0 }, from: answersElse},
	{path: "deadline.total", edit: func(p *Policy) { p.Deadline.Total = 25 * time.Second }},
	{path: "deadline.attempt", edit: func(p *Policy) { p.Deadline.Attempt = 15 * time.Second }},
	{path: "deadline.reserve", edit: func(p *Policy) { p.Deadline.Reserve = 0 }},
	{path: "deadline.adaptive.quantile", edit: func(p *Policy) { p.Deadline.Adaptive.Quantile = 0 }, from: goesByTimes},
	{path: "deadline.adaptive.factor", edit: func(p *Policy) { p.Deadline.Adaptive.Factor = 0 }, from: goesByTimes},
	{path: "deadline.adaptive.min", edit: func(p *Policy) { p.Deadline.Adaptive.Min = 0 }, from: goesByTimes},
	{
		path: "deadline.adaptive.window", edit: func(p *Policy) { p.Deadline.Adaptive.Window = 0 }, from: goesByTimes,
		lost: "what the adaptive attempt limit has learnt, because deadline.adaptive.window is another",
	},
	{path: "deadline.adaptive.min_calls", edit: func(p *Policy) { p.Deadline.Adaptive.MinCalls = 0 }, from: goesByTimes},
	{path: "hedge.after", edit: func(p *Policy) { p.Hedge.After = 50 * time.Minute }, from: goesByTimes},
	{path: "hedge.quantile", edit: func(p *Policy) { p.Hedge.Quantile = 0.95 }, from: goesByTimes},
	{path: "hedge.min", edit: func(p *Policy) { p.Hedge.Min = 0 }, from: goesByTimes},
	{path: "hedge.max", edit: func(p *Policy) { p.Hedge.Max = 0 }, from: goesByTimes},
	{path: "hedge.copies", edit: func(p *Policy) { p.Hedge.Copies = 0 }, from: goesByTimes},
	{path: "hedge.window", edit: func(p *Policy) { p.Hedge.Window = 0 }, from: goesByTimes}, // too little is known to be lost
	{path: "hedge.min_calls", edit: func(p *Policy) { p.Hedge.MinCalls = 0 }, from: goesByTimes},
	{path: "retry.attempts", edit: func(p *Policy) { p.Retry.Attempts = 0 }},
	{path: "retry.backoff.kind", edit: func(p *Policy) { p.Retry.Backoff.Kind = supervision.Linear }},
	{path: "retry.backoff.base", edit: func(p *Policy) { p.Retry.Backoff.Base = 0 }},
	{path: "retry.backoff.max", edit: func(p *Policy) { p.Retry.Backoff.Max = 0 }},
	{path: "retry.backoff.factor", edit: func(p *Policy) { p.Retry.Backoff.Factor = 0 }},
	{path: "retry.backoff.jitter", edit: func(p *Policy) { p.Retry.Backoff.Jitter = supervision.FullJitter }},
	{path: "retry.budget.ratio", edit: func(p *Policy) { p.Retry.Budget.Ratio = 0 }},
	{path: "retry.budget.min_per_second", edit: func(p *Policy) { p.Retry.Budget.MinPerSecond = 1 }},
	{path: "retry.budget.window", edit: func(p *Policy) { p.Retry.Budget.Window = 0 }},
	{path: "retry.budget.weights", edit: func(p *Policy) { p.Retry.Budget.Weights = map[fuseboard.Class]float64{fuseboard.ClassTimeout: 2} }},
	{path: "retry.classes", edit: func(p *Policy) {
		p.Retry.Classes = map[fuseboard.Class]ClassRetry{fuseboard.ClassTimeout: {Attempts: 9}}
	}},
	{path: "retry.only", edit: func(p *Policy) { p.Retry.Only = nil }},
	{path: "retry.innermost", edit: func(p *Policy) { p.Retry.Innermost = false }},
	{path: "retry.max_retry_after", edit: func(p *Policy) { p.Retry.MaxRetryAfter = 0 }},
	{path: "breaker.failure_rate", edit: func(p *Policy) { p.Breaker.FailureRate = 0 }},
	{path: "breaker.slow_rate", edit: func(p *Policy) { p.Breaker.SlowRate = 0.7 }},
	{path: "breaker.slow_after", edit: func(p *Policy) { p.Breaker.SlowAfter = 5 * time.Second }},
	{path: "breaker.consecutive", edit: func(p *Policy) { p.Breaker.Consecutive = 4 }},
	{path: "breaker.min_calls", edit: func(p *Policy) { p.Breaker.MinCalls = 0 }},
	{path: "breaker.window.calls", edit: func(p *Policy) { p.Breaker.Window.Calls = 40 }},
	{path: "breaker.window.span", edit: func(p *Policy) { p.Breaker.Window = Window{Span: time.Minute} }, also: "breaker.window.calls"},
	{path: "breaker.open_for", edit: func(p *Policy) { p.Breaker.OpenFor = 0 }},
	{path: "breaker.open_growth", edit: func(p *Policy) { p.Breaker.OpenGrowth = 0 }},
	{path: "breaker.max_open", edit: func(p *Policy) { p.Breaker.MaxOpen = 15 * time.Second }},
	{path: "breaker.open_jitter", edit: func(p *Policy) { p.Breaker.OpenJitter = 0 }},
	{path: "breaker.probes", edit: func(p *Policy) { p.Breaker.Probes = 9 }},
	{path: "breaker.probe_rate", edit: func(p *Policy) { p.Breaker.ProbeRate = 0 }},
	{path: "breaker.probe_timeout", edit: func(p *Policy) { p.Breaker.ProbeTimeout = 0 }},
	{path: "breaker.ramp", edit: func(p *Policy) { p.Breaker.Ramp = 0 }},
	{path: "fleet.mode", from: inFleet, edit: func(p *Policy) { p.Fleet.Mode = FleetFollow }},
	{path: "fleet.failure_rate", from: inFleet, edit: func(p *Policy) { p.Fleet.FailureRate = 0.4 }},
	{path: "fleet.min_calls", from: inFleet, edit: func(p *Policy) { p.Fleet.MinCalls = 30 }},
	{path: "fleet.window", from: inFleet, edit: func(p *Policy) { p.Fleet.Window = 20 * time.Second }},
	{path: "fleet.hold", from: inFleet, edit: func(p *Policy) { p.Fleet.Hold = 20 * time.Second }},
	{path: "fleet.ramp", from: inFleet, edit: func(p *Policy) { p.Fleet.Ramp = 20 * time.Second }},
	{path: "fleet.probes_per_second", from: inFleet, edit: func(p *Policy) { p.Fleet.ProbesPerSecond = 1 }},
	{path: "breaker.weights", edit: func(p *Policy) { p.Breaker.Weights[fuseboard.ClassTimeout] = 2 }},
	{path: "throttle.ratio", edit: func(p *Policy) { p.Throttle.Ratio = 0 }},
	{
		path: "throttle.window", edit: func(p *Policy) { p.Throttle.Window = 0 },
		lost: "what the throttle has counted, because throttle.window is another",
	},
	{path: "throttle.max_reject", edit: func(p *Policy) { p.Throttle.MaxReject = 0 }},
	{path: "throttle.min_calls", edit: func(p *Policy) { p.Throttle.MinCalls = 500 }},
	{
		path: "rate.kind", edit: func(p *Policy) { p.Rate.Kind = ratelimit.SlidingLog },
		lost: "of the rate limit, when units came: those missing in the bucket count as spent now",
	},
	{path: "rate.limit", edit: func(p *Policy) { p.Rate.Limit = 60_000 }},
	{path: "rate.per", edit: func(p *Policy) { p.Rate.Per = 0 }},
	{path: "rate.burst", edit: func(p *Policy) { p.Rate.Burst = 0 }},
	{path: "rate.queue", edit: func(p *Policy) { p.Rate.Queue = 20 }},
	{path: "rate.max_wait", edit: func(p *Policy) { p.Rate.MaxWait = 0 }},
	{path: "rate.warm_up", edit: func(p *Policy) { p.Rate.WarmUp = time.Second }, also: "rate.cold_factor"},
	{path: "rate.cold_factor", edit: func(p *Policy) { p.Rate.ColdFactor = 0 }, from: func(p *Policy) { p.Rate.WarmUp, p.Rate.ColdFactor = time.Second, 2 }},
	{path: "rate.throttled", edit: func(p *Policy) { p.Rate.Throttled = ratelimit.DrainBucket }},
	{path: "rate.max_drain", edit: func(p *Policy) { p.Rate.MaxDrain = 0 }},
	{path: "rate.adaptive.floor", edit: func(p *Policy) { p.Rate.Adaptive.Floor = 0 }},
	{path: "rate.adaptive.ceiling", edit: func(p *Policy) { p.Rate.Adaptive.Ceiling = 0 }},
	{path: "rate.adaptive.backoff", edit: func(p *Policy) { p.Rate.Adaptive.Backoff = 0 }},
	{path: "rate.adaptive.step", edit: func(p *Policy) { p.Rate.Adaptive.Step = 0 }},
	{path: "rate.adaptive.every", edit: func(p *Policy) { p.Rate.Adaptive.Every = 0 }},
	{path: "rate.per_tenant.limit", edit: func(p *Policy) { p.Rate.PerTenant.Limit = 30_000 }},
	{path: "rate.per_tenant.burst", edit: func(p *Policy) { p.Rate.PerTenant.Burst = 400 }},
	{path: "rate.per_tenant.keys", edit: func(p *Policy) { p.Rate.PerTenant.Keys = 10 }},
	{path: "rate.fallback", edit: func(p *Policy) { p.Rate.Fallback = 0 }},
	{path: "adaptive.kind", edit: func(p *Policy) { p.Adaptive.Kind = adaptive.KindVegas }, from: adapts},
	{path: "adaptive.min", edit: func(p *Policy) { p.Adaptive.Min = 1 }, from: adapts},
	{path: "adaptive.max", edit: func(p *Policy) { p.Adaptive.Max = 9 }, from: adapts},
	{path: "adaptive.initial", edit: func(p *Policy) { p.Adaptive.Initial = 3 }, from: adapts}, // it has begun
	{path: "adaptive.window", edit: func(p *Policy) { p.Adaptive.Window = 0 }, from: adapts},
	{path: "adaptive.min_samples", edit: func(p *Policy) { p.Adaptive.MinSamples = 0 }, from: adapts},
	{path: "adaptive.smoothing", edit: func(p *Policy) { p.Adaptive.Smoothing = 0 }, from: adapts},
	{path: "adaptive.tolerance", edit: func(p *Policy) { p.Adaptive.Tolerance = 0 }, from: adapts},
	{path: "adaptive.queue_size", edit: func(p *Policy) { p.Adaptive.QueueSize = 0 }, from: adapts},
	{path: "adaptive.long_window", edit: func(p *Policy) { p.Adaptive.LongWindow = 0 }, from: adapts},
	{path: "adaptive.backoff_ratio", edit: func(p *Policy) { p.Adaptive.BackoffRatio = 0 }, from: adapts},
	{path: "adaptive.timeout", edit: func(p *Policy) { p.Adaptive.Timeout = 0 }, from: adapts},
	{path: "adaptive.drop_rate", edit: func(p *Policy) { p.Adaptive.DropRate = 0 }, from: adapts},
	{path: "adaptive.probe", edit: func(p *Policy) { p.Adaptive.Probe = 0 }, from: adapts},
	{path: "adaptive.published", edit: func(p *Policy) { p.Adaptive.Published = true }, from: adapts},
	{path: "shedding.cpu", edit: func(p *Policy) { p.Shedding.CPU = 0 }},
	{path: "shedding.memory", edit: func(p *Policy) { p.Shedding.Memory = 0 }},
	{path: "shedding.run_queue", edit: func(p *Policy) { p.Shedding.RunQueue = 0 }},
	{path: "shedding.gc", edit: func(p *Policy) { p.Shedding.GC = 0 }},
	{path: "shedding.steps.normal", edit: func(p *Policy) { p.Shedding.Steps.Normal = 0 }},
	{path: "shedding.steps.high", edit: func(p *Policy) { p.Shedding.Steps.High = 0 }},
	{path: "shedding.margin", edit: func(p *Policy) { p.Shedding.Margin = 0 }},
	{path: "shedding.hold_for", edit: func(p *Policy) { p.Shedding.HoldFor = 0 }},
	{path: "shedding.smoothing", edit: func(p *Policy) { p.Shedding.Smoothing = 0 }},
	{path: "shedding.every", edit: func(p *Policy) { p.Shedding.Every = 0 }},
	{path: "cases", edit: func(p *Policy) { p.Cases = []Case{{Tenant: "acme", Cost: 3}} }},
	{path: "bulkhead.concurrency", edit: func(p *Policy) { p.Bulkhead.Concurrency = 3 }, grows: 1},
	{path: "bulkhead.queue", edit: func(p *Policy) { p.Bulkhead.Queue = 1 }},
	{path: "bulkhead.max_wait", edit: func(p *Policy) { p.Bulkhead.MaxWait = time.Millisecond }},
	{path: "bulkhead.order", edit: func(p *Policy) { p.Bulkhead.Order = LIFO }},
	{path: "bulkhead.target", edit: func(p *Policy) { p.Bulkhead.Target = time.Millisecond }},
	{path: "bulkhead.interval", edit: func(p *Policy) { p.Bulkhead.Interval = time.Second }},
	{path: "bulkhead.quota.critical", edit: func(p *Policy) { p.Bulkhead.Quota.Critical = 0.9 }},
	{path: "bulkhead.quota.high", edit: func(p *Policy) { p.Bulkhead.Quota.High = 0.8 }},
	{path: "bulkhead.quota.normal", edit: func(p *Policy) { p.Bulkhead.Quota.Normal = 0.5 }},
	{path: "bulkhead.quota.sheddable", edit: func(p *Policy) { p.Bulkhead.Quota.Sheddable = 0.2 }},
	{path: "bulkhead.fair", edit: func(p *Policy) { p.Bulkhead.Fair = true }},
	{path: "bulkhead.estimate", edit: func(p *Policy) { p.Bulkhead.Estimate = true }},
	{path: "workers.max", edit: func(p *Policy) { p.Workers.Max = 5 }},
	{path: "workers.idle", edit: func(p *Policy) { p.Workers.Idle = 0 }},
	{path: "workers.max_abandoned", edit: func(p *Policy) { p.Workers.MaxAbandoned = 0 }},
	{path: "panics.max", edit: func(p *Policy) { p.Panics.Max = 0 }},
	{path: "panics.within", edit: func(p *Policy) { p.Panics.Within = 0 }},
	{path: "panics.hold", edit: func(p *Policy) { p.Panics.Hold = 0 }},
	{path: "restart.max", edit: func(p *Policy) { p.Restart.Max = 0 }},
	{path: "restart.within", edit: func(p *Policy) { p.Restart.Within = 0 }},
	{path: "restart.backoff.kind", edit: func(p *Policy) { p.Restart.Backoff.Kind = supervision.Linear }},
	{path: "restart.backoff.base", edit: func(p *Policy) { p.Restart.Backoff.Base = 0 }},
	{path: "restart.backoff.max", edit: func(p *Policy) { p.Restart.Backoff.Max = 0 }},
	{path: "restart.backoff.factor", edit: func(p *Policy) { p.Restart.Backoff.Factor = 0 }},
	{path: "restart.backoff.jitter", edit: func(p *Policy) { p.Restart.Backoff.Jitter = supervision.FullJitter }},
	{path: "restart.timeout", edit: func(p *Policy) { p.Restart.Timeout = 0 }},
}

// adapts turns the adaptive limit on, at two permits.
func adapts(p *Policy) {
	p.Adaptive = Adaptive{
		Min: 2, Max: 8, Initial: 2, Window: time.Minute, MinSamples: 50, Smoothing: 0.5, Tolerance: 2, QueueSize: 2,
		LongWindow: 100, BackoffRatio: 0.8, Timeout: time.Second, DropRate: 0.1, Probe: 10,
	}
	p.Workers.Max, p.Workers.MaxAbandoned = 8, 4
}

// answersElse turns the cache on, whose operation has no keys here, and a fallback that answers nobody.
func answersElse(p *Policy) {
	p.Cache = Cache{
		TTL: time.Minute, StaleWhileRevalidate: time.Minute, StaleIfError: time.Hour, NegativeTTL: 10 * time.Second,
		NegativeOn: []fuseboard.Class{"conflict"}, MaxEntries: 10, Jitter: 0.5, Coalesce: CoalesceOff,
		AbandonAfter: time.Minute, MaxRefreshes: 2,
	}
	p.Fallback = Fallback{
		Steps:   []FallbackStep{{Use: UseComputed, On: []fuseboard.Class{"conflict"}}},
		Timeout: 2 * time.Second, Concurrency: 3, MaxKeys: 7,
	}
}

func answersLocked(p *Policy) {
	p.Fallback.Steps = []FallbackStep{{Use: UseComputed, On: []fuseboard.Class{"locked"}}}
}

// goesByTimes turns hedging on, whose copies are never due here, and an adaptive attempt limit.
func goesByTimes(p *Policy) {
	p.Hedge = Hedge{After: time.Hour, Quantile: 0.99, Min: 5 * time.Millisecond, Max: time.Hour, Copies: 2, Window: time.Minute, MinCalls: 1000}
	p.Deadline.Adaptive = AdaptiveAttempt{Quantile: 0.9, Factor: 3, Min: time.Second, Window: time.Minute, MinCalls: 1000}
}

// crowd is a guard under load: calls of all three ways that the test holds in
// their handler and lets go.
type crowd struct {
	*testing.T
	*Ref[string, string]
	sys     *System
	release chan struct{} // each receive lets one handler go
	answers chan string   // of those that have been answered
	sent    int
}

func newCrowd(t *testing.T, p Policy) *crowd {
	return newCrowdIn(t, startWith(t, Options{Seed: 1, Host: busyHost(0)}), "payments", p)
}

func newCrowdIn(t *testing.T, sys *System, name string, p Policy) *crowd {
	c := &crowd{T: t, sys: sys, release: make(chan struct{}), answers: make(chan string, 1000)}
	var err error
	c.Ref, err = Spawn(sys, name, func(ctx context.Context, what string) (string, error) {
		if what == "fail" {
			return "", errDown
		}
		if what == "hold" {
			select {
			case <-c.release:
			case <-ctx.Done():
				return "", ctx.Err()
			}
		}
		return what, nil
	}, p, With[string, string]{Safe: Always[string]})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// send makes a request by the next of the three ways.
func (c *crowd) send(what string) {
	c.sent++
	answer := func(_ string, err error) {
		word := "ok"
		if err != nil {
			word = err.Error()
		}
		c.answers <- word
	}
	ctx := context.Background()
	switch c.sent % 3 {
	case 0:
		go func() { answer(c.Call(ctx, what)) }()
	case 1:
		go func() { answer(c.Ask(ctx, what).Wait(ctx)) }()
	default:
		message := c.Message(ctx, what)
		go func() {
			got, err := c.sys.root.RequestFuture(c.PID(), message, 24*time.Hour).Result()
			if reply, isReply := got.(Reply[string, string]); isReply {
				answer(reply.Value, reply.Err)
				return
			}
			c.answers <- fmt.Sprintf("%T %v", got, err)
		}()
	}
	synctest.Wait()
}

func (c *crowd) sendAll(what string, n int) {
	for range n {
		c.send(what)
	}
}

// letGo lets everything go and returns the answers by how often they came.
func (c *crowd) letGo() map[string]int {
	c.Helper()
	close(c.release)
	time.Sleep(10 * time.Second)
	synctest.Wait()
	words := map[string]int{}
	for range len(c.answers) {
		words[<-c.answers]++
	}
	total := 0
	for _, n := range words {
		total += n
	}
	if d := c.Stats().Gate; total != c.sent || d.InUse != 0 || d.Waiting != 0 || c.posted.count() != 0 {
		c.Errorf("%d requests, %d answers; %+v, %d posted", c.sent, total, d, c.posted.count())
	}
	return words
}

// footing is all of a guard that an Update may not touch without saying so.
type footing struct {
	circuit supervision.Snapshot
	inUse   int
	waiting int
	calls   int // in the budget's account
	repeats int
}

func (c *crowd) footing() footing {
	now := c.sys.Now()
	s := footing{circuit: c.circuit.Snapshot(now)}
	s.calls, s.repeats, _ = c.spent.Balance(now)
	d := c.gate.Depth()
	s.inUse, s.waiting = d.InUse, d.Waiting
	return s
}

func (c *crowd) update(p Policy) Change {
	c.Helper()
	change, err := c.Update(context.Background(), p)
	if err != nil {
		c.Fatal(err)
	}
	synctest.Wait()
	return change
}

func (c *crowd) command(m Mode) {
	c.Helper()
	if err := c.Command(context.Background(), Command{Mode: m, Reason: "drill", By: "ann", TTL: 10 * time.Minute}); err != nil {
		c.Fatal(err)
	}
	synctest.Wait()
}

// trip opens the circuit; its repetition makes each failure two.
func (c *crowd) trip() {
	c.sendAll("fail", 2)
	time.Sleep(time.Second)
	synctest.Wait()
	if c.State() != Open {
		c.Fatalf("not open: %+v", c.Stats())
	}
}

// situations are the states of a guard under load in which policies change.
var situations = []struct {
	name  string
	reach func(*crowd)
}{
	{"closed", func(c *crowd) {
		c.sendAll("ok", 5)
		c.send("fail")
		time.Sleep(time.Second)
		c.sendAll("hold", 5)
	}},
	{"open", func(c *crowd) { c.send("hold"); c.trip() }},
	{"half-open", func(c *crowd) { c.trip(); time.Sleep(20 * time.Second); c.sendAll("hold", 4) }},
	{"ramping", func(c *crowd) {
		c.trip()
		time.Sleep(20 * time.Second)
		c.sendAll("ok", 4)
		time.Sleep(30 * time.Second)
		c.send("ok")
		c.sendAll("hold", 5)
	}},
	{"held-open", func(c *crowd) { c.sendAll("ok", 4); c.sendAll("hold", 2); c.command(HoldOpen) }},
	{"held-closed", func(c *crowd) { c.trip(); c.command(HoldClosed); c.sendAll("ok", 4); c.sendAll("hold", 4) }},
	{"off", func(c *crowd) { c.sendAll("ok", 4); c.command(Off); c.sendAll("hold", 4) }},
	{"shadow", func(c *crowd) { c.command(Shadow); c.trip(); c.sendAll("hold", 4) }},
}

func inEachSituation(t *testing.T, check func(*crowd, string)) {
	inEachSituationOf(t, loaded(), check)
}

func inEachSituationOf(t *testing.T, p Policy, check func(*crowd, string)) {
	for _, at := range situations {
		t.Run(at.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCrowd(t, p.clone())
				at.reach(c)
				synctest.Wait()
				check(c, at.name)
			})
		})
	}
}

func TestEveryFieldChangesUnderLoadAndTheChangeIsExact(t *testing.T) {
	missing := leaves("", reflect.TypeFor[Policy]())
	for _, e := range edits {
		missing = slices.DeleteFunc(missing, func(path string) bool { return path == e.path })
		t.Run(e.path, func(t *testing.T) {
			given := loaded()
			if e.from != nil {
				e.from(&given)
			}
			inEachSituationOf(t, given, func(c *crowd, name string) {
				next := given.clone()
				e.edit(&next)
				before := c.footing()
				change := c.update(next)
				after := c.footing()

				want := []string{e.path}
				if e.also != "" {
					want = []string{e.also, e.path}
				}
				switch e.path {
				case "breaker.weights", "retry.budget.weights", "retry.classes":
					want = []string{e.path + ".timeout"}
				}
				switch e.path {
				case "cases":
					want = []string{"cases[0]"}
				case "fallback.steps":
					want = []string{"fallback.steps[0].on"}
				}
				slices.Sort(want)
				if !slices.Equal(slices.Sorted(slices.Values(change.Changed)), want) || change.Version != 2 ||
					!reflect.DeepEqual(change.Before, given) || !reflect.DeepEqual(change.After, next) {
					c.Errorf("%+v, want %v", change, want)
				}
				var lost []string
				if e.lost != "" {
					lost = []string{e.lost}
				}
				switch {
				case strings.HasPrefix(e.path, "breaker.window") && (before.circuit.Numbers.Calls > 0 && name != "half-open"):
					lost = []string{"the breaker's window, because breaker.window has another shape"}
					before.circuit.Numbers = Numbers{Consecutive: before.circuit.Numbers.Consecutive}
				case e.path == "retry.budget.window":
					lost = []string{"the retry budget's account, because retry.budget.window is another"}
					before.calls, before.repeats = 0, 0
				case e.path == "breaker.max_open" && before.circuit.State == Open:
					now := c.sys.Now().Add(15 * time.Second)
					if cut := before.circuit.Until.Sub(now); cut > 0 {
						lost = []string{short(cut) + " of the circuit's open time, because breaker.max_open is less now"}
						before.circuit.Until = now
					}
				}
				if !slices.Equal(change.Lost, lost) {
					c.Errorf("lost %q, want %q", change.Lost, lost)
				}
				if moved := min(e.grows, before.waiting); moved > 0 {
					before.inUse, before.waiting = before.inUse+moved, before.waiting-moved
					before.calls += moved // a call is booked when it starts
				}
				if !reflect.DeepEqual(before, after) {
					c.Errorf("did not survive:\n%+v\n%+v", before, after)
				}
				c.letGo()
			})
		})
	}
	if len(missing) > 0 {
		t.Errorf("no edit for %v", missing)
	}
}

func TestSectionsGoAndComeBackUnderLoad(t *testing.T) {
	inEachSituation(t, func(c *crowd, name string) {
		before := c.footing()
		gone := c.update(Policy{})
		middle := c.footing()
		var lost []string
		if before.circuit.State != Closed {
			lost = append(lost, fmt.Sprintf("the circuit's state (%s), because the breaker is off now", before.circuit.State))
		}
		if before.circuit.State == Closed || before.circuit.State == Ramping || name == "held-closed" {
			lost = append(lost, "the breaker's window, because the breaker is off now")
		}
		lost = append(lost, "what the throttle has counted, because the throttle is off now",
			"what is spent of the rate limit, because rate.limit is off now",
			"what each tenant has spent, because rate.per_tenant is off now")
		if !slices.Equal(gone.Lost, lost) {
			c.Errorf("lost %q, want %q", gone.Lost, lost)
		}
		if middle.waiting != 0 || middle.inUse != before.inUse+before.waiting {
			c.Errorf("without a bulkhead all run: %+v, %+v", before, middle)
		}
		if middle.circuit.State != Closed || middle.circuit.Mode != before.circuit.Mode || middle.circuit.ModeUntil != before.circuit.ModeUntil ||
			middle.circuit.Reason != before.circuit.Reason || middle.circuit.By != before.circuit.By {
			c.Errorf("command or state: %+v", middle.circuit)
		}
		if moved := before.circuit.State != Closed; moved != (middle.circuit.Epoch == before.circuit.Epoch+1) {
			c.Errorf("epoch %d after %d", middle.circuit.Epoch, before.circuit.Epoch)
		}

		back := c.update(loaded())
		after := c.footing()
		if len(back.Lost) != 0 || back.Version != 3 || !slices.Equal(back.Changed, gone.Changed) {
			c.Errorf("%+v", back)
		}
		if after.circuit.State != Closed || after.circuit.Epoch != middle.circuit.Epoch || after.circuit.Mode != before.circuit.Mode ||
			after.circuit.ModeUntil != before.circuit.ModeUntil || after.circuit.Numbers != (Numbers{}) {
			c.Errorf("%+v", after.circuit)
		}
		if after.calls != before.calls+before.waiting || after.repeats != before.repeats {
			c.Errorf("the budget's account: %+v, %+v", before, after)
		}
		if d := c.gate.Depth(); d.InUse != middle.inUse || d.Limit != 2 {
			c.Errorf("permits in use survive a bulkhead that is smaller: %+v", d)
		}
		c.letGo()
		time.Sleep(time.Hour)
		if s := c.Stats(); s.Mode != Enforce {
			c.Errorf("the command has not ended with its TTL: %+v", s)
		}
	})
}

func TestRemovingTheBreakerClosesItAndIsTold(t *testing.T) {
	inEachSituation(t, func(c *crowd, _ string) {
		sub := c.sys.Subscribe(16)
		defer sub.Close()
		before := c.footing().circuit
		p := loaded()
		p.Breaker = Breaker{}
		c.update(p)
		if c.State() != Closed {
			c.Errorf("%+v", c.Stats())
		}
		first := <-sub.C()
		if first.Kind != EventUpdated {
			c.Errorf("%+v", first)
		}
		if before.State == Closed {
			if len(sub.C()) != 0 {
				c.Errorf("%+v", <-sub.C())
			}
			c.letGo()
			return
		}
		t := (<-sub.C()).Transition
		if t.From != before.State || t.To != Closed || t.Cause != supervision.CausePolicy || t.Epoch != before.Epoch+1 || t.Mode != before.Mode {
			c.Errorf("%+v", t)
		}
		c.letGo()
	})
}

func TestWhatHappenedBeforeAnUpdateIsToldBeforeIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, loaded())
		sub := c.sys.Subscribe(16)
		defer sub.Close()
		release := c.block()
		c.nudged.Store(true) // as if the nudge were behind the update
		for range 2 {
			_, _ = c.Call(context.Background(), "fail")
		}
		answer := make(chan Change, 1)
		go func() { change, _ := c.Update(context.Background(), Policy{}); answer <- change }()
		release()
		if change := <-answer; len(change.Lost) == 0 || !strings.Contains(change.Lost[0], "(open)") {
			t.Errorf("%q", change.Lost)
		}
		synctest.Wait()
		var got []string
		for range len(sub.C()) {
			e := <-sub.C()
			got = append(got, string(e.Kind)+" "+string(e.Transition.Cause))
		}
		if want := []string{"updated ", "transition consecutive", "updated ", "transition policy"}; !slices.Equal(got[max(0, len(got)-4):], want) {
			t.Errorf("%q", got)
		}
		c.sent = 0
		c.letGo()
	})
}

func TestCommandsInForceKeepTheirTimeThroughAnyUpdate(t *testing.T) {
	for _, mode := range []Mode{Shadow, Off, HoldOpen, HoldClosed} {
		for _, state := range []State{Closed, Open, HalfOpen} {
			t.Run(mode.String()+" "+state.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					c := newCrowd(t, loaded())
					if state != Closed {
						c.trip()
					}
					if state == HalfOpen {
						time.Sleep(20 * time.Second)
					}
					c.command(mode)
					began := c.footing().circuit
					next := loaded()
					for i, e := range edits {
						e.edit(&next)
						if i%5 == 4 {
							c.update(Policy{Bulkhead: Bulkhead{Queue: i}})
						}
						c.update(next)
						time.Sleep(3 * time.Second) // all of them within the command's time
						synctest.Wait()
						now := c.footing().circuit
						if now.Mode != mode || now.ModeUntil != began.ModeUntil || now.By != "ann" || now.Reason != "drill" {
							t.Fatalf("after %s: %+v", e.path, now)
						}
						_, err := c.Call(context.Background(), "ok")
						if refused := errors.Is(err, ErrOpen); refused != (mode == HoldOpen && next.Mode == EnforcePolicy) {
							t.Fatalf("after %s: %v", e.path, err)
						}
						next.Mode = EnforcePolicy // in shadow there is nothing to see
					}
					time.Sleep(began.ModeUntil.Sub(c.sys.Now()) - 1)
					synctest.Wait()
					if c.Stats().Mode != mode {
						t.Error("ended early")
					}
					time.Sleep(time.Nanosecond)
					synctest.Wait()
					if c.Stats().Mode != Enforce {
						t.Error("did not end")
					}
				})
			})
		}
	}
}

func TestDefaultsWrittenOutAreNoChange(t *testing.T) {
	sys := start(t)
	short := []Policy{
		{},
		{Retry: Retry{Attempts: 3}, Breaker: Breaker{Consecutive: 5}, Bulkhead: Bulkhead{Queue: 3}},
		{Breaker: Breaker{Window: Window{Calls: 10}, Weights: map[fuseboard.Class]float64{"timeout": 2}}},
		{Retry: Retry{Backoff: Backoff{Kind: supervision.Linear}, Only: []fuseboard.Class{"timeout"}}},
	}
	for i, p := range short {
		r, err := Spawn(sys, fmt.Sprint("dependency", i), echo, p)
		if err != nil {
			t.Fatal(err)
		}
		long := p.clone().WithDefaults()
		if p.Breaker.On() {
			long.Breaker.Weights = map[fuseboard.Class]float64{"throttled": 0.5, "downstream": 0, "error": 1, "own": 1}
			maps.Copy(long.Breaker.Weights, p.Breaker.Weights)
		} else {
			long.Breaker.Weights = map[fuseboard.Class]float64{}
		}
		if len(long.Retry.Only) == 0 {
			long.Retry.Only = []fuseboard.Class{}
		}
		for n, next := range []Policy{long, p, p} {
			change, err := r.Update(t.Context(), next)
			if err != nil || len(change.Changed) != 0 || len(change.Lost) != 0 || change.Version != uint64(n+2) {
				t.Errorf("%d: %+v, %v", i, change, err)
			}
		}
	}
}

func TestCallsUnderWayFinishOnThePlanTheyBeganWith(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := Policy{
			Deadline: Deadline{Total: 60 * time.Second, Attempt: 20 * time.Second},
			Retry:    Retry{Attempts: 2, Backoff: Backoff{Base: time.Second, Jitter: supervision.NoJitter}},
		}
		c := newCrowd(t, began)
		c.sendAll("hold", 3)
		time.Sleep(time.Second)
		c.update(Policy{Deadline: Deadline{Total: 3 * time.Second, Attempt: 2 * time.Second}})
		time.Sleep(40*time.Second - 1)
		synctest.Wait()
		if len(c.answers) != 0 {
			t.Errorf("ended early: %s", <-c.answers)
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if len(c.answers) != 3 || c.Stats().Retries != 3 {
			t.Errorf("two attempts of 20s and a second between: %d answers, %+v", len(c.answers), c.Stats())
		}
		c.send("hold")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if len(c.answers) != 4 {
			t.Error("a call that begins now has the new plan")
		}
		c.letGo()
	})
}

func TestWaitingCallsKeepTheirTimeAndTheirPlaceWhenTheQueueShrinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, Policy{Bulkhead: Bulkhead{Concurrency: 2, Queue: 4, MaxWait: 4 * time.Second}})
		c.sendAll("hold", 6)
		time.Sleep(time.Second)
		if change := c.update(Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 1, MaxWait: time.Millisecond}}); len(change.Lost) != 0 {
			t.Errorf("%q", change.Lost)
		}
		if d := c.gate.Depth(); d.InUse != 2 || d.Waiting != 4 || d.Limit != 1 || d.Queue != 1 {
			t.Errorf("%+v", d)
		}
		c.send("hold") // no place for a new one
		if len(c.answers) != 1 || !strings.Contains(<-c.answers, "no permit of 1 is free and the queue of 1 is full") {
			t.Error("a queue that shrank takes no one until it has drained")
		}
		c.sent--
		c.release <- struct{}{} // the first gives its permit back: still one too many
		synctest.Wait()
		if d := c.gate.Depth(); d.InUse != 1 || d.Waiting != 4 {
			t.Errorf("%+v", d)
		}
		c.release <- struct{}{}
		synctest.Wait()
		if d := c.gate.Depth(); d.InUse != 1 || d.Waiting != 3 {
			t.Errorf("%+v", d)
		}
		time.Sleep(3*time.Second - 1)
		synctest.Wait()
		if d := c.gate.Depth(); d.Waiting != 3 {
			t.Errorf("left before its time: %+v", d)
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if d := c.gate.Depth(); d.Waiting != 0 {
			t.Errorf("stayed beyond its time: %+v", d)
		}
		if h := fateOf(t, c.Guard, Refused, "came free in time"); h.Count != 3 || !strings.Contains(h.Why, "bulkhead.max_wait: 4s") {
			t.Errorf("not the limit that held for it: %+v", h)
		}
		c.letGo()
	})
}

func TestPolicyIsTheGuardsOwnAlsoWhenItsGiverDidNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, Policy{})
		release := c.block()
		p := loaded()
		ctx, end := context.WithTimeout(context.Background(), time.Second)
		defer end()
		_, err := c.Update(ctx, p)
		wantIs(t, err, context.DeadlineExceeded)
		p.Breaker.Weights["timeout"], p.Retry.Only[0] = 77, "changed" // the giver goes on
		release()
		synctest.Wait()
		if got := c.Policy(); !reflect.DeepEqual(got, loaded()) {
			t.Errorf("%+v", got)
		}
		c.letGo()
	})
}

func TestUpdateLogsTheWarningsOfOperationsToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var codes []string // written by the journal's goroutine alone
		sys := logging(t, func(line slog.Record) {
			line.Attrs(func(a slog.Attr) bool { codes = append(codes, a.String()); return true })
		})
		p := Policy{Deadline: Deadline{Total: time.Second}}
		r := spawn(t, sys, p, echo)
		p.Retry.Attempts = 2
		if _, err := r.Update(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if err := sys.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(codes, "code="+codeRetrySafe) {
			t.Errorf("%q", codes)
		}
	})
}
