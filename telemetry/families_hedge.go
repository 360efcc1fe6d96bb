// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"math"

	"github.com/fuseboard/fuseboard/actors"
)

var hedgeFamilies = []family{
	{
		"hedge_copies_total", counter, "dependency", "copies",
		"Copies of slow attempts that were sent.",
		"How much load does hedging add? Compare attempts_total.",
		each(func(p *page, d *dependency) { p.count(d.labels, "", d.stats.Hedge.Sent) }),
	},
	{
		"hedge_won_total", counter, "dependency", "copies",
		"Copies that gave the answer of their call.",
		"Is hedging worth it? Where hardly any copy wins, all attempts are slow alike.",
		each(func(p *page, d *dependency) { p.count(d.labels, "", d.stats.Hedge.Won) }),
	},
	{
		"hedge_lost_total", counter, "dependency", "attempts",
		"Attempts, copies or not, that were cancelled because another was first; they are void.",
		"How much work is thrown away?",
		each(func(p *page, d *dependency) { p.count(d.labels, "", d.stats.Hedge.Lost) }),
	},
	{
		"hedge_not_sent_total", counter, "dependency, reason", "copies",
		"Copies that were due and not sent, by what was against it: breaker, budget, bulkhead, limits, rate, restart, shedding, stopped, throttle, unsafe, workers.",
		"What holds hedging back: the budget, the permits, or the Safe hook?",
		each(func(p *page, d *dependency) { writeNotSent(p, d.labels, d.stats.Hedge.Refused) }),
	},
	{
		"hedge_wait_seconds", gauge, "dependency", "seconds",
		"How long an attempt takes now before a copy of it is sent; +Inf where none is.",
		"When is an attempt slow?",
		eachGuard(func(p *page, d *dependency) { p.number(d.labels, "", orNever(d.stats.Hedge.Wait.Seconds())) }),
	},
	{
		"attempt_limit_seconds", gauge, "dependency", "seconds",
		"How long an attempt may take now: deadline.attempt, or less where deadline.adaptive says so; +Inf where there is no limit.",
		"When is an attempt given up? Compare attempt_duration_seconds.",
		eachGuard(func(p *page, d *dependency) { p.number(d.labels, "", orNever(d.stats.AttemptLimit.Seconds())) }),
	},
}

// orNever is a time that is infinite where it is not set.
func orNever(seconds float64) float64 {
	if seconds == 0 {
		return math.Inf(1)
	}
	return seconds
}

func writeNotSent(p *page, labels string, r actors.HedgeRefused) {
	p.count(labels, `reason="breaker"`, r.Breaker)
	p.count(labels, `reason="budget"`, r.Budget)
	p.count(labels, `reason="bulkhead"`, r.Bulkhead)
	p.count(labels, `reason="limits"`, r.Limits)
	p.count(labels, `reason="rate"`, r.Rate)
	p.count(labels, `reason="restart"`, r.Restart)
	p.count(labels, `reason="shedding"`, r.Shedding)
	p.count(labels, `reason="stopped"`, r.Stopped)
	p.count(labels, `reason="throttle"`, r.Throttle)
	p.count(labels, `reason="unsafe"`, r.Unsafe)
	p.count(labels, `reason="workers"`, r.Workers)
}
