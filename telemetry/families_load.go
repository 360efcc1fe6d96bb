// SPDX-License-Identifier: Apache-2.0

package telemetry

import "github.com/fuseboard/fuseboard"

var loadFamilies = []family{
	{
		"throttle_chance", gauge, "dependency, priority", "1",
		"The chance of a call of the priority to be kept away by the throttle now; 0 where it is off.",
		"Whose calls are kept from a dependency that refuses many?",
		eachGuard(func(p *page, d *dependency) {
			for i, priority := range priorities {
				p.number(d.labels, priorityLabels[i], d.stats.Throttle.Chance(priority))
			}
		}),
	},
	{
		"throttle_active", gauge, "dependency", "throttles",
		"Throttles that keep calls away: 1 or 0 for a dependency of one guard, the number of keys for one with keys.",
		"Does the dependency refuse so many that not all are sent to it?",
		each(func(p *page, d *dependency) { p.count(d.labels, "", natural(d.throttling())) }),
	},
	{
		"throttle_window_calls", gauge, "dependency", "calls",
		"Calls in the throttle's window, those that it kept away among them; 0 where it is off.",
		"Is there enough traffic for a judgement (throttle.min_calls)?",
		eachGuard(func(p *page, d *dependency) { p.number(d.labels, "", float64(d.stats.Throttle.Requests)) }),
	},
	{
		"throttle_window_accepted", gauge, "dependency", "calls",
		"Calls in the throttle's window that the dependency accepted.",
		"How many does it accept? Calls are kept away from throttle.ratio times as many on.",
		eachGuard(func(p *page, d *dependency) { p.number(d.labels, "", float64(d.stats.Throttle.Accepts)) }),
	},
	{
		"adaptive_limit", gauge, "dependency", "permits",
		"The adaptive limit on concurrent calls; 0 where there is none.",
		"How much does the dependency bear? Compare gate_in_use.",
		eachGuard(func(p *page, d *dependency) { p.count(d.labels, "", natural(d.stats.Adaptive.Limit)) }),
	},
	{
		"adaptive_baseline_seconds", gauge, "dependency", "seconds",
		"How long an attempt takes without a queue, as the adaptive limit knows it; 0 while that is unknown.",
		"How fast is the dependency when it is well?",
		eachGuard(func(p *page, d *dependency) { p.number(d.labels, "", d.stats.Adaptive.Baseline.Seconds()) }),
	},
	{
		"adaptive_recent_seconds", gauge, "dependency", "seconds",
		"How long an attempt took in the last window of the adaptive limit; 0 before the first.",
		"How long is its queue now? The time beyond adaptive_baseline_seconds is spent there.",
		eachGuard(func(p *page, d *dependency) { p.number(d.labels, "", d.stats.Adaptive.Recent.Seconds()) }),
	},
	{
		"shedding_level", gauge, "dependency", "1",
		"Whose calls are shed because of the host's pressure: 0 nobody's, 1 sheddable ones, 2 normal ones as well, 3 all but critical ones.",
		"Does the host have too much to do?",
		each(func(p *page, d *dependency) { p.count(d.labels, "", uint64(d.stats.Shedding.Level)) }),
	},
}

// priorities are in the order of their labels.
var priorities = [...]fuseboard.Priority{fuseboard.Critical, fuseboard.High, fuseboard.Normal, fuseboard.Sheddable}

// throttling is how many throttles keep calls away.
func (d *dependency) throttling() int {
	if d.keys != nil {
		return d.keys.Throttling
	}
	for _, chance := range d.stats.Throttle.Chances {
		if chance > 0 {
			return 1
		}
	}
	return 0
}
