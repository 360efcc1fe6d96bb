// SPDX-License-Identifier: Apache-2.0

package config

import "slices"

// Preview tells what the rules would change for the dependency if they held and no other did, as [Compare]
// tells of an edit. It has no risks: what a rule does was agreed to when the rule was written. It changes
// nothing for a dependency that the rules are not for, and a name that is no rule's changes nothing.
func (s *Set) Preview(dependency string, rules ...string) Difference {
	known := slices.DeleteFunc(slices.Clone(rules), func(rule string) bool {
		return !slices.ContainsFunc(s.stack.document.rules, func(r Rule) bool { return r.Name == rule })
	})
	without, _ := s.Resolve(dependency, Layers{})
	with, _ := s.Resolve(dependency, Layers{Rules: known})
	return Difference{Dependency: dependency, Changes: changes(without.Values, with.Values)}
}
