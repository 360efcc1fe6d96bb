// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// profileEntry reads one profile; named: its name is one, and no other profile's.
func (r *reader) profileEntry(path string, m plain.Member, named bool) {
	r.known[m.Name] = true
	if s := r.section(path, m, Origin{Layer: Entry, Profile: m.Name}, "extends", "operations"); s != nil && named {
		s.name = m.Name
		r.profiles = append(r.profiles, s)
	}
}

// dependencyEntry reads one entry of dependencies.
func (r *reader) dependencyEntry(path string, m plain.Member, named bool) {
	if s := r.section(path, m, Origin{Layer: Entry, Name: m.Name}, "profiles", "operations"); s != nil && named {
		s.name = m.Name
		r.entries = append(r.entries, s)
	}
}

// section reads what one place says of policies; also are the names beside the fields of a policy that
// it may have. It is nil where that is no object.
func (r *reader) section(path string, m plain.Member, in Origin, also ...string) *section {
	s := &section{path: path, at: m.At, origin: r.of(m.At, in), policy: plain.Node{Form: plain.Object, At: m.Value.At}}
	switch m.Value.Form {
	case plain.Object:
	case plain.Null: // an entry that says nothing of its own
		return s
	default:
		p := fuseboard.Problem{
			Path: path, Code: CodeType, Value: given(m.Value), Message: "want an object with the sections of a policy, got " + got(m.Value),
			Fix: "write its sections under it, indented by two spaces: deadline: {total: 2s}",
		}
		if takesAway(m.Value) {
			p.Fix = "write mode: bypass under it to leave a dependency unprotected, or remove it"
		}
		r.add(flaw{at: m.Value.At, in: in, Problem: p})
		return nil
	}
	for _, field := range m.Value.Members {
		switch {
		case !slices.Contains(also, field.Name):
			s.policy.Members = append(s.policy.Members, field)
		case field.Name == "operations":
			s.operations = r.operations(path, in, field)
		default:
			s.over = r.references(plain.Below(path, field.Name), in, field, false)
		}
	}
	s.policy = r.takenAway(path, in, policyType, s.policy)
	for _, f := range plain.DecodeNode(s.policy, &actors.Policy{}, also...) {
		r.decoded(path, in, f, s.policy)
	}
	return s
}

// operations reads what is otherwise for operations, by their names.
func (r *reader) operations(path string, in Origin, m plain.Member) []plain.Member {
	path = plain.Below(path, m.Name)
	if m.Value.Form == plain.Null {
		return nil
	}
	if m.Value.Form != plain.Object {
		r.add(flaw{at: m.Value.At, in: in, Problem: fuseboard.Problem{
			Path: path, Code: CodeType, Value: given(m.Value), Message: "want an object with a value for each operation, got " + got(m.Value),
			Fix: "write charge: {deadline: {total: 5s}} under it, for an operation charge",
		}})
		return nil
	}
	var read []plain.Member
	for _, o := range m.Value.Members {
		at := plain.Below(path, o.Name)
		if r.isName(at, "operation", o) {
			o.Value = r.operation(at, in, o.Value)
			read = append(read, o)
		}
	}
	return read
}

// ofOperation are the fields of a case that an operation may have: all but those that say for which calls it is.
var ofOperation = []string{"deadline", "retry", "max_wait", "cost"}

func (r *reader) operation(path string, in Origin, n plain.Node) plain.Node {
	if takesAway(n) {
		return plain.Node{Form: plain.Null, Word: n.Word, At: n.At}
	}
	if n.Form != plain.Object {
		r.add(flaw{at: n.At, in: in, Problem: fuseboard.Problem{
			Path: path, Code: CodeType, Value: given(n), Message: "want an object with what is otherwise for the operation, got " + got(n),
			Fix: "write for example {deadline: {total: 5s}}", Accepted: strings.Join(ofOperation, ", "),
		}})
		return plain.Node{At: n.At}
	}
	kept := plain.Node{Form: plain.Object, At: n.At}
	for _, m := range n.Members {
		if slices.Contains(ofOperation, m.Name) {
			kept.Members = append(kept.Members, m)
			continue
		}
		p := fuseboard.Problem{
			Path: plain.Below(path, m.Name), Code: CodeUnknown, Value: given(m.Value), Message: "is not a field of an operation", Accepted: strings.Join(ofOperation, ", "),
		}
		near, found := nearest(m.Name, ofOperation)
		switch {
		case isField(caseType, m.Name):
			p.Fix = "it says for which calls a case is: write a case in cases, with operations: [its name]"
		case found:
			p.Fix = "did you mean " + near + "?"
		case isField(policyType, m.Name):
			p.Message = "belongs to the whole dependency: all its operations share it"
			p.Fix = "move it out of operations"
		}
		r.add(flaw{at: m.At, in: in, Problem: p})
	}
	kept = r.takenAway(path, in, caseType, kept)
	for _, f := range plain.DecodeNode(kept, &actors.Case{}) {
		r.decoded(path, in, f, kept)
	}
	return kept
}

// references reads a name of a profile, or of dependencies, or a list of them.
func (r *reader) references(path string, in Origin, m plain.Member, dependency bool) []reference {
	items := []plain.Node{m.Value}
	switch m.Value.Form {
	case plain.List:
		items = m.Value.Items
	case plain.Null:
		return nil
	default:
	}
	var read []reference
	for i, item := range items {
		at := path
		if m.Value.Form == plain.List {
			at = plain.At(path, i)
		}
		if item.Form != plain.Text {
			r.add(flaw{at: item.At, in: in, Problem: fuseboard.Problem{
				Path: at, Code: CodeType, Value: given(item), Message: "want a name or a list of names, got " + got(item),
				Fix: "write " + m.Name + ": [name, name]",
			}})
			continue
		}
		read = append(read, reference{name: item.Word, origin: r.of(item.At, in)})
		r.uses = append(r.uses, use{path: at, name: item.Word, at: item.At, in: in, dependency: dependency})
	}
	return read
}
