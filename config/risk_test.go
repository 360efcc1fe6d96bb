// SPDX-License-Identifier: Apache-2.0

package config

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard/actors"
)

func TestAChangeThatCouldBeAnOutageIsARisk(t *testing.T) {
	permits := func(n int) actors.Policy { return actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: n}} }
	adaptive := func(least, most int) actors.Policy {
		return actors.Policy{Adaptive: actors.Adaptive{Min: least, Max: most}}
	}
	workers := func(p actors.Policy, n int) actors.Policy { p.Workers.Max = n; return p }
	rate := func(n int, per time.Duration) actors.Policy {
		return actors.Policy{Rate: actors.RateLimit{Limit: n, Per: per, Burst: 1}}
	}
	quota := func(p actors.Policy, normal float64) actors.Policy {
		p.Bulkhead.Quota = actors.PriorityQuota{Normal: normal}
		return p
	}
	circuit := actors.Policy{Breaker: actors.Breaker{OpenFor: time.Second}}
	mode := func(p actors.Policy, m actors.PolicyMode) actors.Policy { p.Mode = m; return p }
	for _, c := range []struct {
		name          string
		before, after actors.Policy
		want          string // the message
	}{
		{"permits cut by more than half", permits(32), permits(8), "cuts bulkhead.concurrency from 32 to 8, by more than half"},
		{"permits cut by half", permits(32), permits(16), ""},
		{"permits cut to the default", permits(40), actors.Policy{Bulkhead: actors.Bulkhead{Queue: 3}}, "cuts bulkhead.concurrency from 40 to 16, by more than half"},
		{"permits raised", permits(8), permits(32), ""},
		{"a bound that is gone", permits(8), actors.Policy{}, ""},
		{"a bound where there was none", circuit, actors.Policy{Breaker: circuit.Breaker, Bulkhead: actors.Bulkhead{Concurrency: 1}}, ""},
		{"a bulkhead that follows the load", permits(100), adaptive(1, 20), "cuts the permits from 100 (bulkhead.concurrency) to 20 (adaptive.max), by more than half"},
		{"less most", adaptive(1, 100), adaptive(1, 40), "cuts adaptive.max from 100 to 40, by more than half"},
		{"less least", adaptive(10, 100), adaptive(4, 100), "cuts adaptive.min from 10 to 4, by more than half"},
		{"few workers", permits(100), workers(permits(100), 10), "cuts the permits from 100 (bulkhead.concurrency) to 10 (workers.max), by more than half"},
		{"fewer workers", workers(actors.Policy{}, 100), workers(actors.Policy{}, 10), "cuts workers.max from 100 to 10, by more than half"},
		{"a small share of a priority", permits(20), quota(permits(20), 0.05), "cuts bulkhead.quota.normal from 100% (20 permits) to 5% (1), by more than half"},
		{"a small share of more permits", permits(20), quota(permits(400), 0.05), ""},
		{"fewer permits for the same share", quota(permits(40), 0.5), quota(permits(8), 0.5), "cuts bulkhead.concurrency from 40 to 8, by more than half"},
		{"a share of no permits", actors.Policy{}, quota(permits(20), 0.05), ""},
		{"workers as permits say", permits(100), workers(permits(100), 0), ""},
		{"a lower limit", rate(100, time.Second), rate(49, time.Second), "cuts rate.limit from 100 to 49, by more than half"},
		{"the same in another time", rate(100, time.Second), rate(6000, time.Minute), ""},
		{"less for its time", rate(100, time.Second), rate(600, time.Minute), "cuts rate.limit from 100 per 1s to 600 per 1m, by more than half"},
		{"a longer time", rate(100, time.Second), rate(100, 10*time.Second), "cuts rate.limit from 100 per 1s to 100 per 10s, by more than half"},
		{
			"a smaller burst",
			actors.Policy{Rate: actors.RateLimit{Limit: 100, Burst: 100}},
			actors.Policy{Rate: actors.RateLimit{Limit: 100}},
			"cuts rate.burst from 100 to 10, by more than half",
		},
		{
			"less for each tenant",
			actors.Policy{Rate: actors.RateLimit{PerTenant: actors.PerTenant{Limit: 10}}},
			actors.Policy{Rate: actors.RateLimit{PerTenant: actors.PerTenant{Limit: 3}}},
			"cuts rate.per_tenant.limit from 10 to 3, by more than half",
		},
		{"a circuit turned off", circuit, permits(3), "turns the circuit off: calls go on to a dependency that fails"},
		{"a circuit turned on", permits(3), circuit, ""},
		{"shadow", circuit, mode(circuit, actors.ShadowPolicy), "turns the whole policy off, its circuit included: mode shadow enforces nothing"},
		{"bypass", permits(9), mode(permits(1), actors.BypassPolicy), "turns the whole policy off, its circuit included: mode bypass enforces nothing"},
		{"a cut of what was not enforced", mode(permits(100), actors.ShadowPolicy), permits(1), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			for _, r := range Risks(c.before, c.after) {
				got += r.Message
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestNothingIsARiskThatChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := modelled(t, merged(nil, layer(t, "policy")))
		if r := Risks(p, p); r != nil {
			t.Errorf("%v", r)
		}
		if r := Risks(p, p.WithDefaults()); r != nil {
			t.Errorf("with defaults: %v", r)
		}
	})
}
