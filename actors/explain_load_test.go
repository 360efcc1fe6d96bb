// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
)

// laden is a policy whose sections that follow the load all have something to tell.
var laden = Policy{
	Shedding: watchful,
	Throttle: Throttle{Window: 24 * time.Second, MinCalls: 10},
	Rate:     RateLimit{Limit: 100, Burst: 20, PerTenant: ratelimit.PerKey{Limit: 50, Burst: 15}},
	Bulkhead: Bulkhead{Concurrency: 4},
	Adaptive: Adaptive{Min: 2, Max: 50, MinSamples: 5},
}

// rated is a policy with that rate limit alone.
func rated(r RateLimit) Policy { return Policy{Rate: r} }

// refuses lets the dependency ask to be left alone, in so many calls of each priority.
func (p *patient) refuses(n int, of ...fuseboard.Priority) {
	p.down, p.asks = true, time.Nanosecond
	for range n {
		for _, priority := range of {
			ctx := fuseboard.WithMeta(context.Background(), fuseboard.Meta{Priority: priority})
			_, _ = p.Call(ctx, 100)
		}
	}
	p.down = false
	synctest.Wait()
}

// loadConditions are those of the sections that follow the load.
var loadConditions = []condition{
	{"laden", laden, func(p *patient) { p.host.busy(0.41); p.later(time.Second) }},
	{"laden-used", laden, func(p *patient) { p.calls(12) }},
	{"shed-sheddable", laden, func(p *patient) { p.host.busy(0.88); p.later(1010 * time.Millisecond) }},
	{"shed-normal", laden, func(p *patient) { p.host.busy(0.94); p.later(1210 * time.Millisecond); p.calls(3) }},
	{"shed-normal-open", withBreaker(laden), func(p *patient) { p.trip(); p.host.busy(0.94); p.later(1010 * time.Millisecond) }},
	{"shed-normal-half-open-full", withBreaker(laden), func(p *patient) {
		p.trip()
		p.later(12 * time.Second)
		p.Ask(p.Context(), 900)
		p.later(time.Millisecond)
		p.host.busy(0.94)
		p.later(210 * time.Millisecond)
	}},
	{"throttled", Policy{Throttle: Throttle{Window: 24 * time.Second, MinCalls: 10}}, func(p *patient) {
		p.calls(6)
		p.refuses(20, fuseboard.Normal, fuseboard.Sheddable)
	}},
	{"rate-used-up", rated(RateLimit{Limit: 10, Burst: 3}), func(p *patient) { p.calls(5) }},
	{"rate-turn", rated(RateLimit{Limit: 10, Burst: 1, Queue: 2, MaxWait: time.Minute}), func(p *patient) {
		p.calls(1)
		p.Ask(p.Context(), 1)
		p.later(time.Millisecond)
	}},
	{"rate-queue-full", rated(RateLimit{Limit: 10, Burst: 1, Queue: 2, MaxWait: time.Minute}), func(p *patient) {
		p.calls(1)
		p.Ask(p.Context(), 1)
		p.Ask(p.Context(), 1)
		p.later(time.Millisecond)
	}},
	{"rate-turn-too-late", Policy{
		Rate: RateLimit{Limit: 1, Burst: 1, Queue: 9, MaxWait: time.Minute}, Deadline: Deadline{Total: 500 * time.Millisecond},
	}, func(p *patient) { p.calls(1) }},
	{"rate-drained", rated(RateLimit{Limit: 10, Burst: 3}), func(p *patient) {
		p.down, p.asks = true, 4*time.Second
		p.calls(1)
		p.down = false
		p.later(799 * time.Millisecond)
	}},
	{"rate-adapted", rated(RateLimit{Limit: 10, Burst: 3, Throttled: ratelimit.IgnoreThrottling, Adaptive: ratelimit.Adaptive{Floor: 2}}), func(p *patient) {
		p.refuses(1, fuseboard.Normal)
	}},
	{"rate-window", rated(RateLimit{Kind: ratelimit.SlidingLog, Limit: 3, Per: time.Minute}), func(p *patient) { p.calls(4) }},
	{"tenant-used-up", rated(RateLimit{Per: time.Minute, PerTenant: ratelimit.PerKey{Limit: 20}}), func(p *patient) { p.calls(5) }},
	{"adaptive-full", Policy{Adaptive: Adaptive{Min: 2, Max: 2}}, func(p *patient) {
		p.Ask(p.Context(), 700)
		p.Ask(p.Context(), 700)
		p.later(time.Millisecond)
	}},
	{"adaptive-moved", Policy{Adaptive: Adaptive{Min: 2, Initial: 8, MinSamples: 5}, Bulkhead: Bulkhead{Queue: 20}}, func(p *patient) {
		for range 40 {
			for range 9 {
				p.Ask(p.Context(), 100)
			}
			p.later(101 * time.Millisecond)
		}
	}},
}

func withBreaker(p Policy) Policy {
	p.Breaker = Breaker{Consecutive: 4, OpenFor: 10 * time.Second, OpenGrowth: 1, OpenJitter: 0, Probes: 1}
	return p
}

func TestExplanationShowsTheSheddingOfTheSystem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPatient(t, Policy{Bulkhead: Bulkhead{Concurrency: 1}}, Options{Shedding: watchful})
		p.host.busy(0.95)
		p.later(time.Second)
		e := p.Explain()
		if e.Verdict.RefusedBy != byShedding || e.Verdict.RetryAfter <= 0 {
			t.Errorf("%+v", e.Verdict)
		}
		text := strings.Join(strings.Fields(e.String()), " ")
		for _, want := range []string{
			"as Options.Shedding says", "system cpu 85%, memory 90%, hold_for 1s, smoothing 1ms, every 100ms",
			"default steps.normal 40%, steps.high 80%, margin 5%",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not in\n%s", want, e)
			}
		}
	})
}

func TestVerdictOfACallIsThatOfItsPriorityAndItsTenant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPatient(t, Policy{Shedding: watchful, Rate: RateLimit{Per: time.Minute, PerTenant: ratelimit.PerKey{Limit: 10, Burst: 1}}})
		p.host.busy(0.88)
		p.later(time.Second)
		_, _ = p.Call(ofTenant("acme"), 0)
		verdict := func(m fuseboard.Meta) string {
			return p.ExplainCall(fuseboard.WithMeta(context.Background(), m), 1).Verdict.RefusedBy
		}
		for _, c := range []struct {
			call fuseboard.Meta
			by   string
		}{
			{fuseboard.Meta{Priority: fuseboard.Sheddable}, byShedding},
			{fuseboard.Meta{Priority: fuseboard.Normal}, ""},
			{fuseboard.Meta{Tenant: "acme"}, byRate},
			{fuseboard.Meta{Tenant: "bolt"}, ""},
			{fuseboard.Meta{Priority: fuseboard.Critical, Tenant: "acme"}, byRate},
		} {
			_, err := p.Call(fuseboard.WithMeta(context.Background(), c.call), 0)
			if err != nil && callError(t, err).RejectedBy() != c.by || (err != nil) != (c.by != "") {
				t.Errorf("%+v: %v", c, err)
			}
			if c.by != "" && verdict(c.call) != c.by {
				t.Errorf("%+v: %q", c, verdict(c.call))
			}
		}
		if by := verdict(fuseboard.Meta{Tenant: "crux"}); by != "" {
			t.Errorf("refused by %s", by)
		}
	})
}
