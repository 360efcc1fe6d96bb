// SPDX-License-Identifier: Apache-2.0

package telemetry

import "github.com/fuseboard/fuseboard/actors"

var callFamilies = []family{
	{
		"calls_total", counter, "dependency, outcome", "calls",
		"Calls that have ended, by outcome: success, failure (given up), void, rejected, left (before an attempt). An attempt of hedging that another was faster than is void here, too. What the cache or a fallback answers instead is told by cache_lookups_total and fallback_steps_total.",
		"How many calls are there, and what do callers get? Effective success is success over success + failure + rejected.",
		each(func(p *page, d *dependency) { writeCalls(p, d.labels, &d.stats, d.refusedForKeys()) }),
	},
	{
		"attempts_total", counter, "dependency, kind", "attempts",
		"Attempts that have ended, by kind: original, retry, or copy (of hedging).",
		"What load does the dependency get, and how much of it by repetition or hedging?",
		each(func(p *page, d *dependency) {
			more := d.stats.Retries + d.stats.Hedge.Ended
			p.count(d.labels, `kind="copy"`, d.stats.Hedge.Ended)
			p.count(d.labels, `kind="original"`, d.stats.Attempts-min(more, d.stats.Attempts))
			p.count(d.labels, `kind="retry"`, d.stats.Retries)
		}),
	},
	{
		"attempt_outcomes_total", counter, "dependency, outcome", "attempts",
		"Attempts that have ended, by outcome: success, failure, void.",
		"How healthy is the dependency itself? Actual success is success over success + failure.",
		each(func(p *page, d *dependency) {
			p.count(d.labels, `outcome="success"`, d.stats.Successes)
			p.count(d.labels, `outcome="failure"`, d.stats.Failures)
			p.count(d.labels, `outcome="void"`, d.stats.Voids)
		}),
	},
	{
		"refused_total", counter, "dependency, by", "calls",
		"Calls refused before their first attempt, by the section that refused.",
		"Which part of the policy says no?",
		each(func(p *page, d *dependency) { writeRefused(p, d.labels, "", d.stats.Rejected, d.refusedForKeys()) }),
	},
}

// refusedForKeys is how many calls had a key without a place.
func (d *dependency) refusedForKeys() uint64 {
	if d.keys == nil {
		return 0
	}
	return d.keys.Refused
}

// wouldRefuseForKeys is how many of them ran in shadow.
func (d *dependency) wouldRefuseForKeys() uint64 {
	if d.keys == nil {
		return 0
	}
	return d.keys.WouldRefuse
}

func writeCalls(p *page, labels string, s *actors.Stats, forKeys uint64) {
	r := s.Rejected
	p.count(labels, `outcome="success"`, s.Successes)
	p.count(labels, `outcome="failure"`, s.Failed)
	p.count(labels, `outcome="void"`, s.Voids)
	p.count(labels, `outcome="rejected"`, refusals(r)+forKeys)
	p.count(labels, `outcome="left"`, s.Left)
}

// refusals are those of all sections.
func refusals(r actors.Rejected) uint64 {
	return r.Breaker + r.Bulkhead + r.Deadline + r.Limits + r.Rate + r.Restart + r.Shedding + r.Stopped + r.Throttle + r.Workers
}

func writeRefused(p *page, labels, what string, r actors.Rejected, forKeys uint64) {
	p.count(labels, what+`by="breaker"`, r.Breaker)
	p.count(labels, what+`by="bulkhead"`, r.Bulkhead)
	p.count(labels, what+`by="deadline"`, r.Deadline)
	p.count(labels, what+`by="keys"`, forKeys)
	p.count(labels, what+`by="limits"`, r.Limits)
	p.count(labels, what+`by="rate"`, r.Rate)
	p.count(labels, what+`by="restart"`, r.Restart)
	p.count(labels, what+`by="shedding"`, r.Shedding)
	p.count(labels, what+`by="system"`, r.Stopped)
	p.count(labels, what+`by="throttle"`, r.Throttle)
	p.count(labels, what+`by="workers"`, r.Workers)
}

// natural is a number that is not negative.
func natural(n int) uint64 { return uint64(max(n, 0)) }
