// SPDX-License-Identifier: Apache-2.0

package config

import (
	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// says turns the value into sayings.
func (l line) says(p pages, value plain.Node) ([]saying, []told) {
	if wrong, found := l.tooFar(); found {
		return nil, []told{wrong}
	}
	policy, operations := l.wrapped(value)
	r := reader{line: true}
	policy = r.takenAway(l.home, l.origin, policyType, policy)
	flaws := plain.DecodeNode(policy, &actors.Policy{})
	for i, m := range operations {
		if takesAway(m.Value) {
			operations[i].Value = plain.Node{At: m.Value.At}
			continue
		}
		operations[i].Value = r.takenAway(l.home, l.origin, caseType, m.Value)
		flaws = append(flaws, flawsOfOperation(operations[i])...)
	}
	found := l.slips(r.flaws)
	for _, f := range flaws {
		f.Path = joined(l.home, f.Path)
		found = append(found, told{Problem: f.Problem, spot: spot{path: f.Path, at: f.At, origin: l.origin}})
	}
	if len(found) > 0 { // what lies below stays
		return nil, found
	}
	s := speaker{pages: p, home: l.home, origin: l.origin}
	s.of(policy, operations)
	return s.said, nil
}

// slips are what is warned of in files, or refused, where a value says nothing. A line has nothing else to say, so that it is
// refused.
func (l line) slips(flaws []flaw) (found []told) {
	for _, f := range flaws {
		f.Warning = false
		found = append(found, told{Problem: f.Problem, spot: spot{path: f.Path, at: f.at, origin: l.origin}})
	}
	return found
}

// flawsOfOperation are those of what is said of an operation.
func flawsOfOperation(m plain.Member) []plain.Flaw {
	flaws := plain.DecodeNode(m.Value, &actors.Case{})
	for i := range flaws {
		flaws[i].Path = joined(plain.Below("operations", m.Name), flaws[i].Path)
	}
	return flaws
}

// wrapped is a policy that says the value at the path.
func (l line) wrapped(value plain.Node) (policy plain.Node, operations []plain.Member) {
	for i := len(l.steps) - 1; i >= 0; i-- {
		s := l.steps[i]
		value = plain.Node{Form: plain.Object, At: l.at(s.from), Members: []plain.Member{{Name: s.name, At: l.at(s.from), Value: value}}}
	}
	if len(value.Members) == 1 && value.Members[0].Name == "operations" && value.Members[0].Value.Form == plain.Object {
		return plain.Node{Form: plain.Object, At: value.At}, value.Members[0].Value.Members
	}
	return value, nil
}

// tooFar tells of a path that leads into what is replaced as a whole.
func (l line) tooFar() (told, bool) {
	o, operation := outlines()
	steps := l.steps
	if len(steps) > 1 && steps[0].name == "operations" {
		o, steps = operation, steps[2:]
	}
	path := ""
	for i, s := range steps {
		field, known := o.Field(s.name)
		if !known {
			break // the decoder tells, and what was meant
		}
		if path = plain.Below(path, s.name); field.Fields == nil && i+1 < len(steps) {
			return l.told(steps[i+1].from, 0, fuseboard.Problem{
				Path: l.path(), Code: CodeUnknown, Message: path + " is replaced as a whole, so no part of it can be set",
				Fix: "give the whole of it, as in " + path + "={" + steps[i+1].name + ": …}",
			}), true
		}
		o = field
	}
	return told{}, false
}

// fits reports whether the path leads to something that a policy has.
func (l line) fits() bool {
	o, operation := outlines()
	for i, s := range l.steps {
		if i == 0 && s.name == "operations" {
			o = plain.Outline{Fields: []plain.Outline{}}
			continue
		}
		if i == 1 && l.steps[0].name == "operations" {
			o = operation
			continue
		}
		field, known := o.Field(s.name)
		if !known {
			return false
		}
		o = field
	}
	return true
}
