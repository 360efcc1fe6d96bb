// SPDX-License-Identifier: Apache-2.0

package telemetry

var policiesFamilies = []family{
	{
		"policies_version", gauge, "", "1",
		"Number of the version of policies in force: files, overrides and rules together.",
		"Which version holds here, and when did it change?",
		ofPolicies(func(p *page, whose string, n *PolicyNumbers) { p.count(whose, "", n.Version) }),
	},
	{
		"policies_since_timestamp_seconds", gauge, "", "seconds",
		"When that version came into force, in seconds since 1970.",
		"Did the trouble begin with a change of policies?",
		ofPolicies(func(p *page, whose string, n *PolicyNumbers) { p.number(whose, "", max(n.Since, 0)) }),
	},
	{
		"policies_edits_total", counter, "result", "edits",
		"Edits of the policy files, by result: applied (put in force; the first reading is one), or refused because of an error in them or because they could not be read.",
		"How often are the files changed, and how often in vain?",
		ofPolicies(func(p *page, whose string, n *PolicyNumbers) {
			p.count(whose, `result="applied"`, n.Applied)
			p.count(whose, `result="refused"`, n.Refused)
		}),
	},
	{
		"policies_refusing", gauge, "", "1",
		"1 while the policy files on disk are not in force, because of an error in them or because they cannot be read; else 0.",
		"Is what the files say in force?",
		ofPolicies(func(p *page, whose string, n *PolicyNumbers) { p.either(whose, "", n.Refusing) }),
	},
	{
		"policies_rolled_back", gauge, "", "1",
		"1 while the files of an earlier version are in force because an operator went back to them; else 0.",
		"Has somebody gone back, and the files on disk wait to be put right?",
		ofPolicies(func(p *page, whose string, n *PolicyNumbers) { p.either(whose, "", n.RolledBack) }),
	},
	{
		"policies_overrides", gauge, "", "overrides",
		"Overrides of an operator's that are in force.",
		"Does somebody overrule the files?",
		ofPolicies(func(p *page, whose string, n *PolicyNumbers) { p.count(whose, "", natural(n.Overrides)) }),
	},
	{
		"policies_rules_holding", gauge, "", "rules",
		"Rules of the files that hold now, for any dependency.",
		"Are other profiles in force than usual?",
		ofPolicies(func(p *page, whose string, n *PolicyNumbers) { p.count(whose, "", natural(n.Rules)) }),
	},
	{
		"policies_guards", gauge, "", "guards",
		"Guards that get their policies from the files, or would if an entry named them; one for all keys of a dependency.",
		"Are all of them followed?",
		ofPolicies(func(p *page, whose string, n *PolicyNumbers) { p.count(whose, "", natural(n.Guards)) }),
	},
	{
		"policies_guards_waiting", gauge, "", "guards",
		"Guards among them that have not got their policy yet, and are tried again.",
		"Is a version in force everywhere?",
		ofPolicies(func(p *page, whose string, n *PolicyNumbers) { p.count(whose, "", natural(n.Waiting)) }),
	},
}

// ofPolicies writes where policies come from files.
func ofPolicies(write func(*page, string, *PolicyNumbers)) func(*page, *view) {
	return func(p *page, v *view) {
		if v.policies != nil {
			write(p, v.t.service, v.policies)
		}
	}
}
