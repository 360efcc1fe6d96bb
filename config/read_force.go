// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

const forceForm = "name.path, or name.path=value: payments.bulkhead.concurrency=4"

// force reads the lines of force.
func (r *reader) force(m plain.Member) {
	items := []plain.Node{m.Value}
	switch m.Value.Form {
	case plain.Null:
		return
	case plain.List:
		items = m.Value.Items
	default:
	}
	for i, item := range items {
		path := m.Name
		if m.Value.Form == plain.List {
			path = plain.At(m.Name, i)
		}
		if item.Form != plain.Text {
			r.add(flaw{at: item.At, Problem: fuseboard.Problem{
				Path: path, Code: CodeType, Value: given(item), Message: "want a list of lines, got " + got(item), Accepted: forceForm,
				Fix: "write force: [payments.bulkhead.concurrency]",
			}})
			continue
		}
		r.lines = append(r.lines, use{path: path, name: item.Word, at: item.At})
	}
}

// forceLines reads the lines of force, once all entries are known.
func (r *reader) forceLines() {
	seen := map[string]plain.Place{}
	for _, l := range r.lines {
		if r.full {
			return
		}
		if before, again := seen[l.name]; again {
			r.add(flaw{at: l.at, related: []plain.Place{before}, Problem: fuseboard.Problem{
				Path: l.path, Code: CodeDuplicate, Value: plain.Shorten(l.name), Message: "is given more than once", Fix: "keep one of them",
			}})
			continue
		}
		seen[l.name] = l.at
		what, value, _ := strings.Cut(l.name, "=")
		name, path, p := r.forcedLine(strings.TrimSpace(what))
		if p != nil {
			p.Path, p.Value = l.path, plain.Shorten(l.name)
			r.add(flaw{at: l.at, Problem: *p})
			if !p.Warning {
				continue
			}
		}
		r.forced = append(r.forced, Forced{Dependency: name, Path: path, Value: strings.TrimSpace(value), Origin: r.of(l.at, Origin{})})
	}
}

// parted parts name.path where a path of a policy begins: a name may have points. Of several places the first is taken whose name
// an entry is for.
func (r *reader) parted(what string) (name, path string, whole bool) {
	for i, c := range what {
		if c != '.' || !isPath(policyType, what[i+1:]) {
			continue
		}
		if !whole || r.isFor(what[:i]) {
			name, path, whole = what[:i], what[i+1:], true
		}
		if r.isFor(what[:i]) {
			break
		}
	}
	return name, path, whole
}

// forcesNobody warns of a line for a name without an entry. It is no error: an entry that leaves the files may turn
// a circuit off, and that has to be allowed.
func (r *reader) forcesNobody(name, path string) *fuseboard.Problem {
	p := &fuseboard.Problem{
		Code: CodeForceWithoutEntry, Warning: true, Message: "no entry of dependencies is for " + name, Accepted: listed(namesOf(r.entries)),
		Fix: "write the name of an entry, or leave it for the edit that takes the entry away",
	}
	if near, found := nearest(name, namesOf(r.entries)); found {
		p.Fix = "did you mean " + near + "." + path + "?"
	}
	return p
}

func (r *reader) forcedLine(what string) (name, path string, p *fuseboard.Problem) {
	name, path, whole := r.parted(what)
	switch {
	case !whole:
		return "", "", r.noPath(what)
	case !isName(name, true):
		return "", "", &fuseboard.Problem{Code: CodeForce, Message: "does not begin with the name of a dependency", Accepted: forceForm, Fix: "write the name of an entry of dependencies before the path"}
	case !r.isFor(name):
		return name, path, r.forcesNobody(name, path)
	}
	return name, path, nil
}

// noPath tells of a line in which no path of a policy is.
func (r *reader) noPath(what string) *fuseboard.Problem {
	p := &fuseboard.Problem{
		Code: CodeForce, Message: "does not end with the path of a field of a policy", Accepted: forceForm,
		Fix: "write the field as an error names it, such as bulkhead.concurrency",
	}
	for i, c := range what {
		if c != '.' || !isName(what[:i], true) {
			continue
		}
		if near, found := nearestPath(policyType, what[i+1:]); found && r.isFor(what[:i]) {
			p.Fix = "did you mean " + what[:i] + "." + near + "?"
			return p
		}
	}
	return p
}
