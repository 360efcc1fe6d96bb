// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"

	"github.com/fuseboard/fuseboard"
)

// Codes of the problems of changes that have to be forced.
const (
	// CodeUnforced: a change would be an outage if it were a slip, and no line of force allows it.
	CodeUnforced = "needs-force"
	// CodeIdleForce is the code of the warning for a line of force that nothing needs.
	CodeIdleForce = "idle-force"
)

// Unforced judges the risks of an edit, from previous to s, for one dependency: an error for each that no
// line of force allows, and a warning for each line that names the dependency itself and that nothing
// needs. A line without a value allows the edit that brings it: where previous has the same
// line, it has done its work. A line with a value allows every change to that value. Previous may be nil: then there was no
// edit, and no line is said to be idle.
func (s *Set) Unforced(previous *Set, name string, risks []Risk) Problems {
	r, _ := s.stack.resolution(name, Layers{})
	var found []told
	for _, risk := range risks {
		allowed, spent := s.allows(previous, name, risk)
		if !allowed {
			found = append(found, r.unforced(name, risk, spent))
		}
	}
	if previous != nil {
		found = append(found, s.idleForce(previous, name, risks)...)
	}
	return s.stack.pages.problems(found).sorted(s.stack.document.sources)
}

// allows reports whether a line allows the change; spent is one that did so for an earlier edit.
func (s *Set) allows(previous *Set, name string, r Risk) (allowed bool, spent *Forced) {
	for _, f := range s.stack.document.forced {
		switch {
		case f.Path != r.Path || !matches(f.Dependency, name):
		case f.Value == r.After:
			return true, nil
		case f.Value != "":
		case previous != nil && previous.forces(f):
			spent = &f
		default:
			return true, nil
		}
	}
	return false, spent
}

// forces reports whether the Set has the same line.
func (s *Set) forces(f Forced) bool {
	return slices.ContainsFunc(s.stack.document.forced, func(o Forced) bool {
		return o.Dependency == f.Dependency && o.Path == f.Path && o.Value == f.Value
	})
}

// unforced tells of a risk that no line allows.
func (r *resolution) unforced(name string, risk Risk, spent *Forced) told {
	line := name + "." + risk.Path
	t := told{spot: r.spot(risk.Path), Problem: fuseboard.Problem{
		Code: CodeUnforced, Value: risk.After, Message: risk.Message + " (of " + name + ")",
		Fix: "add force: [" + line + "] if that is meant",
	}}
	if spent != nil {
		t.Fix = "write " + line + "=" + risk.After + " under force if that is meant: the line without a value has allowed an earlier edit"
		t.related = append(t.related, spent.Origin)
	}
	t.Path = t.path
	return t
}

// idleForce warns of lines for the dependency that nothing needs.
func (s *Set) idleForce(previous *Set, name string, risks []Risk) (found []told) {
	for _, f := range s.stack.document.forced {
		needed := slices.ContainsFunc(risks, func(r Risk) bool { return r.Path == f.Path })
		if f.Dependency != name || needed {
			continue
		}
		p := fuseboard.Problem{Path: "force", Code: CodeIdleForce, Warning: true, Value: name + "." + f.Path, Fix: "remove it"}
		switch {
		case f.Value != "":
			if v := find(s.said(name).Values, f.Path); v != nil && v.Text == f.Value {
				continue // it says that the value is meant
			}
			p.Value += "=" + f.Value
			p.Message = "allows a value that the policy does not have"
		case previous.forces(f):
			p.Message = "has allowed an earlier edit, and allows no other one"
		default:
			p.Message = "allows what needs no force in this edit"
		}
		found = append(found, told{Problem: p, spot: spot{path: p.Path, at: s.stack.placeOf(f.Origin), origin: f.Origin}})
	}
	return found
}
