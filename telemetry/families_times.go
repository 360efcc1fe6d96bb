// SPDX-License-Identifier: Apache-2.0

package telemetry

var timeFamilies = []family{
	{
		"call_duration_seconds", histogram, "dependency, le", "seconds",
		"From the beginning of a call to its answer, with all attempts, waits and backoffs; only calls that had an attempt.",
		"How long do callers wait?",
		each(func(p *page, d *dependency) { p.histogram(d.labels, &d.stats.CallLatency) }),
	},
	{
		"attempt_duration_seconds", histogram, "dependency, le", "seconds",
		"How long a handler ran, or its caller waited for it.",
		"How long does the dependency take?",
		each(func(p *page, d *dependency) { p.histogram(d.labels, &d.stats.AttemptLatency) }),
	},
	{
		"queue_wait_seconds", histogram, "dependency, le", "seconds",
		"How long who found no free permit stood at the gate, whether it got one or left.",
		"How much of the wait is ours, and not the dependency's?",
		each(func(p *page, d *dependency) { p.histogram(d.labels, &d.stats.QueueWait) }),
	},
}
