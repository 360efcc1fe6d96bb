// SPDX-License-Identifier: Apache-2.0

package telemetry

import "math"

var gateFamilies = []family{
	{
		"gate_in_use", gauge, "dependency", "permits",
		"Permits that are lent: calls inside, and work that its caller left behind.",
		"How full is the bulkhead?",
		each(func(p *page, d *dependency) { p.count(d.labels, "", natural(d.stats.Gate.InUse)) }),
	},
	{
		"gate_limit", gauge, "dependency", "permits",
		"How many permits there are; +Inf where there is no limit.",
		"How full may it be?",
		each(func(p *page, d *dependency) {
			if d.keys != nil && d.keys.Keys == 0 { // no gate, and so no limit of one
				p.count(d.labels, "", 0)
				return
			}
			p.number(d.labels, "", limitOf(d.stats.Gate.Limit))
		}),
	},
	{
		"gate_queue_depth", gauge, "dependency, priority", "calls",
		"Calls that wait for a permit, by priority.",
		"Who waits?",
		each(func(p *page, d *dependency) {
			n := d.stats.Gate.Priorities
			p.count(d.labels, priorityLabels[0], natural(n.Critical))
			p.count(d.labels, priorityLabels[1], natural(n.High))
			p.count(d.labels, priorityLabels[2], natural(n.Normal))
			p.count(d.labels, priorityLabels[3], natural(n.Sheddable))
		}),
	},
	{
		"gate_queue_limit", gauge, "dependency", "calls",
		"How many calls may wait; without a limit of permits only while the guard is suspended.",
		"How long may the queue be?",
		each(func(p *page, d *dependency) { p.count(d.labels, "", natural(d.stats.Gate.Queue)) }),
	},
	{
		"gate_expected_wait_seconds", gauge, "dependency", "seconds",
		"How long a newcomer of normal priority is expected to wait; 0 while that is not known, or a permit is free. Of keys, the longest.",
		"How long is the queue, in time?",
		each(func(p *page, d *dependency) { p.number(d.labels, "", d.stats.Gate.Wait.Seconds()) }),
	},
	{
		"gate_refused_total", counter, "dependency, reason", "calls",
		"Calls that the gate refused before their first attempt, by its reason; the sum is refused_total by bulkhead.",
		"Why does the bulkhead say no?",
		each(func(p *page, d *dependency) {
			r := d.stats.AtGate
			p.count(d.labels, `reason="full"`, r.Full)
			p.count(d.labels, `reason="quota"`, r.Quota)
			p.count(d.labels, `reason="hopeless"`, r.Hopeless)
			p.count(d.labels, `reason="late"`, r.Waited)
			p.count(d.labels, `reason="yielded"`, r.Yielded)
			p.count(d.labels, `reason="sojourn"`, r.Sojourn)
			p.count(d.labels, `reason="suspended"`, r.Suspended)
		}),
	},
	{
		"overdue_handlers", gauge, "dependency", "handlers",
		"Handlers that still run although their callers have left.",
		"Does work pile up that nobody waits for?",
		each(func(p *page, d *dependency) { p.count(d.labels, "", natural(d.stats.Overdue)) }),
	},
	{
		"policy_version", gauge, "dependency", "1",
		"Number of the policy in force, the first one 1.",
		"Has the change arrived, here and in all replicas?",
		each(func(p *page, d *dependency) { p.count(d.labels, "", d.stats.PolicyVersion) }),
	},
}

// limitOf is the number of permits, which may be without end.
func limitOf(permits int) float64 {
	if permits == 0 {
		return math.Inf(1)
	}
	return float64(permits)
}

var priorityLabels = labelsOf("priority", priorities[:])
