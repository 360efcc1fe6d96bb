// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// CodeRulesClash is the code of the warning for rules that make a policy together that can't be used.
const CodeRulesClash = "rules-clash"

// mostPaired is how many rules of one entry are judged by pairs, which take their time: of more, all of them together alone.
const mostPaired = 5

// together judges what rules make of an entry that hold at the same time, two of them and all: each
// may be right by itself. Whether they ever hold together is not known, so that it is a warning.
func (j *judge) together(name string) {
	rules := j.rulesFor(name)
	if len(rules) < 2 || !j.sound || slices.ContainsFunc(j.found, func(t told) bool { return !t.Warning }) {
		return
	}
	known := map[string]bool{} // what the program's own policy may mend
	for _, alone := range append([][]string{nil}, slices.Collect(slices.Chunk(rules, 1))...) {
		for _, t := range j.wrong(name, alone) {
			known[t.path+t.Code] = true
		}
	}
	if !j.pairs(name, rules, known) { // one is enough
		j.clash(name, rules, known)
	}
}

// pairs tells of the first two rules that clash, where there are few.
func (j *judge) pairs(name string, rules []string, known map[string]bool) bool {
	if len(rules) > mostPaired {
		return false
	}
	for i := range rules {
		for k := range i {
			if j.clash(name, []string{rules[k], rules[i]}, known) {
				return true
			}
		}
	}
	return false
}

func (j *judge) rulesFor(name string) (rules []string) {
	for _, r := range j.document.rules {
		if r.For(name) {
			rules = append(rules, r.Name)
		}
	}
	return rules
}

// wrong are the errors of an entry under rules.
func (j *judge) wrong(name string, rules []string) []told {
	r, _ := j.resolution(name, Layers{Rules: rules})
	_, found := r.policy()
	return slices.DeleteFunc(found, func(t told) bool { return t.Warning || t.unread })
}

// clash tells of the first error of an entry under the rules that is not known.
func (j *judge) clash(name string, rules []string, known map[string]bool) bool {
	for _, t := range j.wrong(name, rules) {
		if known[t.path+t.Code] {
			continue
		}
		last := len(rules) - 1
		at := slices.IndexFunc(j.document.rules, func(r Rule) bool { return r.Name == rules[last] })
		origin := j.document.rules[at].Origin
		j.warn(spot{path: plain.Below("rules", rules[last]), at: j.placeOf(origin), origin: origin}, CodeRulesClash,
			"can't begin for "+name+" while "+strings.Join(rules[:last], ", ")+" holds: "+t.Path+" "+t.Message,
			"let the profiles of both go together, or see that they never hold at the same time")
		return true
	}
	return false
}
