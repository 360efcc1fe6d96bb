// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"math"

	"github.com/fuseboard/fuseboard/actors"
)

var rateFamilies = []family{
	{
		"rate_tokens_left", gauge, "dependency", "units",
		"Units that the rate limit would let through at once; a call is one unit, or its cost. +Inf where there is no limit.",
		"Does the rate limit hold calls back?",
		eachGuard(func(p *page, d *dependency) { p.number(d.labels, "", rated(&d.stats, float64(d.stats.Rate.Left))) }),
	},
	{
		"rate_limit", gauge, "dependency", "units per second",
		"The rate limit in force, for a second: that of the policy, as it was adapted, times the share. +Inf where there is none.",
		"How much may come? Compare the rate of attempts_total.",
		eachGuard(func(p *page, d *dependency) {
			r := d.stats.Rate
			p.number(d.labels, "", rated(&d.stats, r.Limit/r.Per.Seconds()))
		}),
	},
	{
		"rate_share_ratio", gauge, "dependency", "1",
		"The part of the limit that this process may use; 1 where it has no share of one.",
		"Which part of the fleet's limit is ours?",
		eachGuard(func(p *page, d *dependency) {
			if d.stats.Rate.Per == 0 {
				p.count(d.labels, "", 1)
				return
			}
			p.number(d.labels, "", d.stats.Rate.Share)
		}),
	},
	{
		"rate_waiting", gauge, "dependency", "units",
		"Units that wait for their turns by the rate limit; with keys, of all keys together.",
		"Does rate.queue fill?",
		each(func(p *page, d *dependency) { p.count(d.labels, "", natural(d.stats.Rate.Waiting)) }),
	},
	{
		"rate_drained", gauge, "dependency", "limits",
		"Rate limits that are drained, because the dependency asked for less: 1 or 0 for a dependency of one guard, the number of keys for one with keys.",
		"Has the dependency asked us to stop?",
		each(func(p *page, d *dependency) { p.count(d.labels, "", natural(d.drained())) }),
	},
	{
		"rate_drained_seconds", gauge, "dependency", "seconds",
		"How long the rate limit stays drained; 0 where it is not.",
		"For how long does nothing get through?",
		eachGuard(func(p *page, d *dependency) {
			p.number(d.labels, "", max(d.stats.Rate.Drained.Sub(d.at), 0).Seconds())
		}),
	},
	{
		"tenants_known", gauge, "dependency", "tenants",
		"Tenants that rate.per_tenant remembers.",
		"How many are there, and is rate.per_tenant.keys enough?",
		eachGuard(func(p *page, d *dependency) { p.count(d.labels, "", natural(d.stats.Tenants.Keys)) }),
	},
	{
		"tenants_evicted_total", counter, "dependency, bucket", "tenants",
		"Tenants that were forgotten for others: with a full bucket nothing was lost; one whose bucket was spent has begun anew, if it came again. Since rate.per_tenant is on.",
		"Is rate.per_tenant.keys too small?",
		eachGuard(func(p *page, d *dependency) {
			p.count(d.labels, `bucket="full"`, d.stats.Tenants.Evicted)
			p.count(d.labels, `bucket="spent"`, d.stats.Tenants.Lost)
		}),
	},
	{
		"tenant_recent_units", gauge, "dependency, tenant, what", "units",
		"What the hottest tenants took of their rate, and were refused: a unit weighs half after each minute. Calls without a tenant have an empty one.",
		"Who uses the rate up?",
		eachTenant(func(p *page, t *tenant) {
			p.number(t.labels, `what="taken"`, rounded(t.did.Taken))
			p.number(t.labels, `what="refused"`, rounded(t.did.Refused))
		}),
	},
}

// rated is a number of the rate limit, without end where there is none.
func rated(s *actors.Stats, x float64) float64 {
	if s.Rate.Per == 0 {
		return math.Inf(1)
	}
	return x
}

// drained is how many rate limits are drained.
func (d *dependency) drained() int {
	if d.keys != nil {
		return d.keys.Drained
	}
	return number(d.stats.Rate.Drained != 0)
}

func number(is bool) int {
	if is {
		return 1
	}
	return 0
}

// eachTenant writes for the hottest tenants of every dependency that is one guard.
func eachTenant(write func(*page, *tenant)) func(*page, *view) {
	return eachGuard(func(p *page, d *dependency) {
		for i := range d.tenants {
			write(p, &d.tenants[i])
		}
	})
}
