// SPDX-License-Identifier: Apache-2.0

package telemetry

import "github.com/fuseboard/fuseboard/actors"

var modeFamilies = []family{
	{
		"policy_mode", gauge, "dependency, mode", "1",
		"1 for the mode in which the policy is obeyed now (the weaker of its own and the System's), 0 for the others.",
		"Is it enforced, in shadow or bypassed?",
		each(func(p *page, d *dependency) { writeMode(p, d.labels, d.stats.PolicyMode) }),
	},
	{
		"system_mode", gauge, "mode", "1",
		"1 for the mode of the System, 0 for the others; a policy with a weaker one obeys that.",
		"Has somebody pulled the kill switch?",
		func(p *page, v *view) { writeMode(p, v.t.service, v.mode) },
	},
	{
		"would_have_total", counter, "dependency, what, by", "calls",
		"What a policy in shadow would have done: refused, waited, cut (short) or repeated, and the section that would have.",
		"What would change if it were enforced?",
		each(func(p *page, d *dependency) {
			w := d.stats.Would
			writeRefused(p, d.labels, `what="refused",`, w.Refused, d.wouldRefuseForKeys())
			p.count(d.labels, `what="waited",by="bulkhead"`, w.Waited)
			p.count(d.labels, `what="cut",by="deadline"`, w.CutShort)
			p.count(d.labels, `what="repeated",by="retry"`, w.Repeated)
		}),
	},
}

var (
	policyModes = [...]actors.PolicyMode{actors.EnforcePolicy, actors.ShadowPolicy, actors.BypassPolicy}

	policyModeLabels = labelsOf("mode", policyModes[:])
)

func writeMode(p *page, whose string, m actors.PolicyMode) {
	for i, what := range policyModeLabels {
		p.either(whose, what, m == policyModes[i])
	}
}
