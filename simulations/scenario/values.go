// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// object is an object of the file, on the way to what it says.
type object struct {
	path string
	node plain.Node
	// beside are the members that who reads it takes by themselves.
	beside map[string]plain.Member
	// rest are the others, with names that are known.
	rest plain.Node
}

// object reads an object whose members are the fields of the types and the names beside. what is its name in messages. A Null is an empty one.
func (r *reader) object(path, what string, n plain.Node, fix string, fields []string, beside ...string) (object, bool) {
	o := object{path: path, node: n, beside: map[string]plain.Member{}, rest: plain.Node{Form: plain.Object, At: n.At}}
	if n.Form == plain.Null {
		return o, true
	}
	if n.Form != plain.Object {
		r.add(r.word(n), fuseboard.Problem{
			Path: path, Code: CodeType, Value: given(n), Message: "want an object with what is said of " + what + ", got " + got(n), Fix: fix,
		})
		return o, false
	}
	names := append(slices.Clone(fields), beside...)
	for _, m := range n.Members {
		switch {
		case slices.Contains(beside, m.Name):
			o.beside[m.Name] = m
		case slices.Contains(fields, m.Name):
			o.rest.Members = append(o.rest.Members, m)
		default:
			r.strange[path] = true
			p := fuseboard.Problem{
				Path: plain.Below(path, m.Name), Code: CodeUnknown, Value: given(m.Value), Message: "is not a field of " + what,
				Accepted: strings.Join(names, ", "), Fix: meant(m.Name, names, "leave it out, or name one of the accepted"),
			}
			if slices.Contains(fieldsOf(actors.Policy{}), m.Name) {
				p.Fix = "a policy stands under policies, in dependencies, by its dependency's name"
			}
			r.add(at(m.At), p)
		}
	}
	return o, true
}

// fieldsOf are the names of the fields of a struct, as a file has them.
func fieldsOf(v any) []string {
	var names []string
	for f := range reflect.TypeOf(v).Fields() {
		names = append(names, plain.Name(f.Name))
	}
	return names
}

// only returns the members of an object that are named, and has the object without them.
func only(n plain.Node, names []string) plain.Node {
	part := plain.Node{Form: plain.Object, At: n.At}
	for _, m := range n.Members {
		if slices.Contains(names, m.Name) {
			part.Members = append(part.Members, m)
		}
	}
	return part
}

// decode reads an object into what into points to, and tells what is wrong with its values. What is right is read even so, since
// other parts speak of it.
func (r *reader) decode(path string, n plain.Node, into any) (sound bool) {
	flaws := plain.DecodeNode(n, into)
	for _, f := range flaws {
		value := nodeAt(n, f.At)
		p := f.Problem
		p.Path = within(path, p.Path)
		if p.Value == "an object" || p.Value == "a list" {
			p.Value = ""
		}
		complete(&p, value)
		where := at(f.At)
		if p.Code != CodeUnknown && value.Word != "" {
			where = r.word(value)
		}
		r.add(where, p)
	}
	if len(flaws) > 0 {
		r.broken[path] = true
		decodeSound(n, into)
	}
	return len(flaws) == 0
}

// decodeSound reads those members of an object that have no flaw.
func decodeSound(n plain.Node, into any) {
	to := reflect.ValueOf(into).Elem()
	for _, m := range n.Members {
		one := reflect.New(to.Type())
		if plain.DecodeNode(plain.Node{Form: plain.Object, At: n.At, Members: []plain.Member{m}}, one.Interface()) != nil {
			continue
		}
		for i := range to.NumField() {
			if plain.Name(to.Type().Field(i).Name) == m.Name {
				to.Field(i).Set(one.Elem().Field(i))
			}
		}
	}
}

// within is the path in the file of what has this path in an object.
func within(path, inner string) string {
	switch {
	case inner == "policy" || inner == "":
		return path
	case path == "" || strings.HasPrefix(inner, "["):
		return path + inner
	}
	return path + "." + inner
}

// judged tells what is wrong with a value that was read, each problem of the place that its path leads to.
func (r *reader) judged(path string, n plain.Node, problems fuseboard.Problems) {
	for _, p := range problems {
		if r.excused(within(path, p.Path), p.Code) {
			continue
		}
		value, _ := n.Lookup(strings.TrimPrefix(p.Path, "policy"))
		p.Path = within(path, p.Path)
		complete(&p, value)
		where := at(value.At)
		if value.Word != "" {
			where = r.word(value)
		}
		r.add(where, p)
	}
}

// sure are the problems of an object, or, where some of it could not be read, those that are of a value by itself: others may only follow.
func sure(problems fuseboard.Problems, sound bool) fuseboard.Problems {
	if sound {
		return problems
	}
	return slices.DeleteFunc(problems, func(p fuseboard.Problem) bool { return p.Code != plain.CodeRange && p.Code != plain.CodeNegative })
}

// nodeAt returns the value that stands at a place; a Null where none does.
func nodeAt(n plain.Node, place plain.Place) plain.Node {
	if n.At == place && n.Form != plain.Object {
		return n
	}
	for _, i := range n.Items {
		if found := nodeAt(i, place); found.At == place {
			return found
		}
	}
	for _, m := range n.Members {
		if found := nodeAt(m.Value, place); found.At == place {
			return found
		}
	}
	return plain.Node{}
}

// excused reports whether something may seem to be missing only because its name is misspelt, which was told.
func (r *reader) excused(path, code string) bool {
	if code != CodeMissing && code != CodeNothing && code != CodeNoExpectation {
		return false
	}
	above := path[:max(strings.LastIndexByte(path, '.'), 0)]
	return r.strange[path] || r.strange[above]
}

var choice = regexp.MustCompile(`^(.*) \(accepted: (.*)\)$`)

// complete adds a fix to a problem that has none.
func complete(p *fuseboard.Problem, n plain.Node) {
	if p.Fix != "" {
		return
	}
	if m := choice.FindStringSubmatch(p.Message); m != nil {
		p.Message, p.Accepted = m[1], m[2]
		p.Fix = meant(n.Word, strings.Split(m[2], ", "), "write one of the accepted words")
		return
	}
	if message, fix, said := strings.Cut(p.Message, "; write "); said {
		p.Message, p.Fix = message, "write "+fix
		return
	}
	want, _, _ := strings.Cut(strings.TrimPrefix(p.Message, "want "), ", got ")
	switch {
	case p.Code == CodeUnknown:
		p.Fix = "leave it out, or name one of the accepted"
	case strings.HasPrefix(p.Message, "want "):
		p.Fix = "write " + want
	default:
		p.Fix = "write what is wanted, or leave it out for the default"
	}
}

// asList returns a value as a list: one that stands alone may be written without brackets.
func asList(n plain.Node) plain.Node {
	switch n.Form {
	case plain.Text, plain.Numeral:
		return plain.Node{Form: plain.List, Items: []plain.Node{n}, At: n.At}
	default:
		return n
	}
}

// replace returns the object with another value for a member, if it has it.
func replace(n plain.Node, name string, by func(plain.Node) plain.Node) plain.Node {
	n.Members = slices.Clone(n.Members)
	for i, m := range n.Members {
		if m.Name == name {
			n.Members[i].Value = by(m.Value)
		}
	}
	return n
}

// isName reports whether a text is a name for a dependency: as policy files have them, without wildcards.
func isName(s string) bool {
	const longest = 63
	for i := range len(s) {
		letter := s[i] >= 'a' && s[i] <= 'z' || s[i] >= '0' && s[i] <= '9'
		if !letter && (i == 0 || strings.IndexByte("_.-", s[i]) < 0) {
			return false
		}
	}
	return s != "" && len(s) <= longest
}
