// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"slices"

	"github.com/fuseboard/fuseboard"
)

// Judge warns of a rule that works but probably not as meant, with the paths "when" and
// "until": a condition that never or always holds, an until that may hold while the when
// does, so that the rule goes on and off (both [CodeConstant] and [CodeFlaps]), and windows
// of several zones in one condition ([CodeZones]). Without an until it is the opposite.
func Judge(when, until Condition) (problems fuseboard.Problems) {
	if when.IsZero() {
		return nil
	}
	problems = when.judged().Under("when")
	if until.IsZero() {
		return problems
	}
	problems = append(problems, until.judged().Under("until")...)
	if possible(goal{when.root, true}, goal{until.root, true}) {
		problems = append(problems, fuseboard.Problem{
			Path: "until", Code: CodeFlaps, Value: until.String(), Warning: true,
			Message: "may hold while " + when.String() + " holds: the rule would go on and off by turns",
			Fix:     "leave it out for " + when.Opposite().String() + ", or write one that excludes the when",
		})
	}
	return problems
}

// judged warns of what is probably not meant in one condition.
func (c Condition) judged() (problems fuseboard.Problems) {
	warn := func(code, message, fix string) {
		problems = append(problems, fuseboard.Problem{Code: code, Value: c.String(), Message: message, Fix: fix, Warning: true})
	}
	switch {
	case !possible(goal{c.root, true}):
		warn(CodeConstant, "never holds: its parts exclude each other", "write or where one of them is enough")
	case !possible(goal{c.root, false}):
		warn(CodeConstant, "always holds", "leave the rule out, or write and where all of them are meant")
	}
	if zones := c.zones(); len(zones) > 1 {
		warn(CodeZones, "has windows in "+zones[0]+" and in "+zones[1], "name the zone behind each of them; without one it is UTC")
	}
	return problems
}

// zones are the different zones of its windows.
func (c Condition) zones() (names []string) {
	c.root.within(func(n *node) bool {
		if n.form == clock && !slices.Contains(names, n.window.zone.String()) {
			names = append(names, n.window.zone.String())
		}
		return false
	})
	return names
}
