// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"
	"strings"
)

// RuleDifference is what two Sets say otherwise of one rule.
type RuleDifference struct {
	// Rule is its name.
	Rule string
	// Changes are of its own words, "when", "until", "profiles" and "dependencies", and then of what
	// it does to an entry of the files: "payments: bulkhead.concurrency". Empty texts: it had none, or did nothing.
	// The Origin is that of the rule, or of the value.
	Changes []Change
	// Added: only the later Set has it. Removed: only the earlier one does.
	Added, Removed bool
}

// CompareRules tells what after says otherwise of rules than before, which [Compare] leaves out, in the order of
// after and then of before. What an edit of a profile changes for a rule that lays it over entries is
// told with the rule. There is no [Risk] in it: what a rule does is not asked to be forced. A Set that is nil has no rules.
func CompareRules(before, after *Set) (found []RuleDifference) {
	was, is := before.rulesByName(), after.rulesByName()
	for _, name := range slices.Concat(is.names, was.names) {
		if slices.ContainsFunc(found, func(d RuleDifference) bool { return d.Rule == name }) {
			continue
		}
		b, there := was.rules[name]
		a, still := is.rules[name]
		d := RuleDifference{Rule: name, Added: !there, Removed: !still}
		d.Changes = append(changedWords(b, a), changedEffects(before, b, after, a)...)
		if d.Added || d.Removed || len(d.Changes) > 0 {
			found = append(found, d)
		}
	}
	return found
}

// rulesOf are rules by their names, with the order of the files.
type rulesOf struct {
	names []string
	rules map[string]Rule
}

func (s *Set) rulesByName() rulesOf {
	n := rulesOf{rules: map[string]Rule{}}
	if s != nil {
		for _, r := range s.stack.document.rules {
			n.names, n.rules[r.Name] = append(n.names, r.Name), r
		}
	}
	return n
}

// changedWords are what a rule says otherwise of itself. A rule that is not there says nothing.
func changedWords(before, after Rule) (found []Change) {
	was, is := words(before), words(after)
	for i, path := range []string{"when", "until", "profiles", "dependencies"} {
		if was[i] != is[i] {
			c := Change{Path: path, Before: was[i], After: is[i], Origin: after.Origin}
			if after.Name == "" {
				c.Origin = before.Origin
			}
			found = append(found, c)
		}
	}
	return found
}

// words are what a rule says, in the order of [changedWords].
func words(r Rule) (all [4]string) {
	if r.Name == "" {
		return all
	}
	until := r.Until
	if until.IsZero() {
		until = r.When.Opposite()
	}
	all = [4]string{r.When.String(), until.String(), strings.Join(r.Profiles, ", "), strings.Join(r.Dependencies, ", ")}
	if len(r.Dependencies) == 0 {
		all[3] = "*"
	}
	return all
}

// changedEffects are what the rule does otherwise to the entries of both Sets.
func changedEffects(before *Set, b Rule, after *Set, a Rule) (found []Change) {
	for _, name := range entriesOf(after, before) {
		was, is := before.effects(name, b), after.effects(name, a)
		for _, c := range changes(was, is) {
			c.Path = name + ": " + c.Path
			found = append(found, c)
		}
	}
	return found
}

// effects are the values that the rule gives a dependency. A rule that is not there gives none.
func (s *Set) effects(name string, r Rule) (values []Value) {
	if s == nil || r.Name == "" || !r.For(name) { // to look at each entry for each rule takes its time
		return nil
	}
	for _, c := range s.Preview(name, r.Name).Changes {
		v := Value{Path: c.Path, Text: c.After, Origin: c.Origin}
		if v.Text == "" {
			v.Text = offWord
		}
		values = append(values, v)
	}
	return values
}

// entriesOf lists the entries of the Sets, each once.
func entriesOf(sets ...*Set) (names []string) {
	for _, s := range sets {
		if s == nil {
			continue
		}
		for _, name := range s.stack.names {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}
