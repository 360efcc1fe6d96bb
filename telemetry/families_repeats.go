// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"slices"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
)

var repeatFamilies = []family{
	{
		"amplification_ratio", gauge, "dependency", "1",
		"Attempts for each call, of late (a half to the whole of retry.budget.window), with those that hops further in tell of; 1 where nothing is repeated.",
		"Do repetitions multiply the load now? A storm shows here first.",
		each(func(p *page, d *dependency) { p.number(d.labels, "", max(d.stats.Amplification.Ratio, 1)) }),
	},
	{
		"repeats_total", counter, "dependency, class", "repetitions",
		"Repetitions that have begun, by the class of the failure before them; a class of your own from its first one on, and past six such classes as other.",
		"Which failures cause the repetitions?",
		each(func(p *page, d *dependency) { writeRepeats(p, d.labels, d.stats.Repeated) }),
	},
	{
		"retry_budget_left", gauge, "dependency", "repetitions",
		"Repetitions that the retry budget allows now, without any further call; 0 where nothing is repeated.",
		"May failures still be repeated?",
		each(func(p *page, d *dependency) { p.count(d.labels, "", natural(d.stats.BudgetLeft)) }),
	},
	{
		"retries_suppressed_total", counter, "dependency, reason", "calls",
		"Failed calls that were not repeated, under a policy that repeats, by why: attempts (used up), budget, breaker, class, deadline, final, innermost, left, refused, retry-after, stopped, unsafe.",
		"What holds retries back: the budget, the circuit, the time, or a missing Safe hook?",
		each(func(p *page, d *dependency) { writeSuppressed(p, d.labels, d.stats.NotRepeated) }),
	},
}

// repeatedClasses are those whose series are there before their first repetition.
var repeatedClasses = []fuseboard.Class{
	fuseboard.ClassError, fuseboard.ClassPanicked, fuseboard.ClassRefused,
	fuseboard.ClassReset, fuseboard.ClassThrottled, fuseboard.ClassTimeout,
}

func writeRepeats(p *page, labels string, all []actors.Repeats) {
	write := func(class fuseboard.Class) {
		at := slices.IndexFunc(all, func(r actors.Repeats) bool { return r.Class == class })
		if at < 0 {
			p.count(labels, label("class", string(class)), 0)
			return
		}
		p.count(labels, label("class", string(class)), natural(all[at].Count))
	}
	for _, class := range repeatedClasses {
		write(class)
	}
	for _, r := range all {
		if !slices.Contains(repeatedClasses, r.Class) {
			write(r.Class)
		}
	}
}

func writeSuppressed(p *page, labels string, n actors.NotRepeated) {
	p.count(labels, `reason="attempts"`, n.Attempts)
	p.count(labels, `reason="breaker"`, n.Breaker)
	p.count(labels, `reason="budget"`, n.Budget)
	p.count(labels, `reason="class"`, n.Class)
	p.count(labels, `reason="deadline"`, n.Deadline)
	p.count(labels, `reason="final"`, n.Final)
	p.count(labels, `reason="innermost"`, n.Innermost)
	p.count(labels, `reason="left"`, n.Left)
	p.count(labels, `reason="refused"`, n.Refused)
	p.count(labels, `reason="retry-after"`, n.RetryAfter)
	p.count(labels, `reason="stopped"`, n.Stopped)
	p.count(labels, `reason="unsafe"`, n.Unsafe)
}
