// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/config/rule"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// ofRule are the fields of a rule.
var ofRule = []string{"when", "until", "profiles", "dependencies"}

// rule reads one rule; named: its name is one, and no other rule's.
func (r *reader) rule(path string, m plain.Member, named bool) {
	in := Origin{Layer: ByRule, Name: m.Name}
	read := Rule{Name: m.Name, Origin: r.of(m.At, in)}
	if m.Value.Form != plain.Object {
		r.add(flaw{at: m.Value.At, in: in, Problem: fuseboard.Problem{
			Path: path, Code: CodeType, Value: given(m.Value), Message: "want an object with when and profiles, got " + got(m.Value),
			Fix: "write for example {when: cpu > 85% for 10s, profiles: [brownout]}", Accepted: strings.Join(ofRule, ", "),
		}})
		return
	}
	places := map[string]plain.Place{}
	for _, f := range m.Value.Members {
		places[f.Name] = f.Value.At
		r.ofRule(&read, plain.Below(path, f.Name), in, f)
	}
	r.complete(path, in, m)
	for _, p := range rule.Judge(read.When, read.Until) {
		at := places[p.Path] // "when" or "until"
		p.Path = path + "." + p.Path
		r.add(flaw{at: at, in: in, Problem: p})
	}
	if named {
		r.rules = append(r.rules, read)
	}
}

// ofRule reads one field of a rule.
func (r *reader) ofRule(read *Rule, path string, in Origin, f plain.Member) {
	switch f.Name {
	case "when":
		read.When = r.condition(path, in, f)
	case "until":
		read.Until = r.condition(path, in, f)
	case "profiles":
		read.Profiles = referred(r.references(path, in, f, false))
	case "dependencies":
		read.Dependencies = referred(r.references(path, in, f, true))
	default:
		r.add(flaw{at: f.At, in: in, Problem: unknownOfRule(path, f)})
	}
}

func referred(of []reference) (all []string) {
	for _, one := range of {
		all = append(all, one.name)
	}
	return all
}

func unknownOfRule(path string, m plain.Member) fuseboard.Problem {
	p := fuseboard.Problem{
		Path: path, Code: CodeUnknown, Value: given(m.Value), Message: "is not a field of a rule", Accepted: strings.Join(ofRule, ", "),
	}
	if near, found := nearest(m.Name, ofRule); found {
		p.Fix = "did you mean " + near + "?"
	} else if isField(policyType, m.Name) {
		p.Fix = "a rule switches profiles: put the section into a profile, and name that in profiles"
	}
	return p
}

// complete tells of what a rule must say and does not.
func (r *reader) complete(path string, in Origin, m plain.Member) {
	for _, must := range [][2]string{
		{"when", "write when it begins: when: cpu > 85% for 10s"},
		{"profiles", "write what it switches on: profiles: [brownout]"},
	} {
		said := false
		for _, f := range m.Value.Members {
			empty := f.Value.Form == plain.Null || f.Value.Form == plain.List && len(f.Value.Items) == 0
			said = said || f.Name == must[0] && !(must[0] == "profiles" && empty)
		}
		if !said {
			r.add(flaw{at: m.At, in: in, Problem: fuseboard.Problem{
				Path: path + "." + must[0], Code: CodeMissing, Message: "is missing", Fix: must[1],
			}})
		}
	}
}

// condition reads when or until.
func (r *reader) condition(path string, in Origin, m plain.Member) rule.Condition {
	n := m.Value
	if n.Form != plain.Text {
		r.add(flaw{at: n.At, in: in, Problem: fuseboard.Problem{
			Path: path, Code: CodeType, Value: given(n), Message: "want a condition, got " + got(n), Fix: "write for example " + m.Name + ": cpu > 85% for 10s",
		}})
		return rule.Condition{}
	}
	read, err := rule.Parse(n.Word)
	var flaws rule.Flaws
	if errors.As(err, &flaws) {
		for _, f := range flaws {
			p := f.Problem
			p.Path = path
			at, length := r.within(n, f.Column, f.Length)
			r.add(flaw{at: at, length: length, in: in, Problem: p})
		}
	}
	return read
}

// within is the place of a column of a text, where that stands in the file as it is, in one line; else where
// the text begins.
func (r *reader) within(n plain.Node, column, length int) (plain.Place, int) {
	line, _ := r.texts.line(n.At.Source, n.At.Line)
	for _, quote := range []int{0, 1} {
		if strings.HasPrefix(tail(line, n.At.Column+quote), n.Word) {
			at := n.At
			at.Column += quote + column - 1
			return at, length
		}
	}
	return n.At, 0
}
