// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"reflect"
	"strings"

	"github.com/fuseboard/fuseboard"
)

// Codes of the problems that [Lay] finds, besides those of [Decode].
const (
	// CodeNothing: a section is given without a field, which changes nothing.
	CodeNothing = "section-without-field"
	// CodeNull: something within a list or a map has no value.
	CodeNull = "empty-value"
)

// Lay lays what a line says over the struct that into points to, as a line of policy files does: value at path, a section field
// by field, a list, a map and a word as a whole. Off, where that is no value of the field's own, and null take away what is there; a zero
// does so too, and is what is then there. It returns every problem at once; into is untouched then.
func Lay(into any, path string, value Node) fuseboard.Problems {
	target := reflect.ValueOf(into)
	if target.Kind() != reflect.Pointer || target.IsNil() || !hasFields(target.Elem().Type()) {
		return fuseboard.Problems{unsupported(whole, "Lay needs a pointer to a struct")}
	}
	t := target.Elem().Type()
	if p, found := tooFar(OutlineOf(into), path); found {
		return fuseboard.Problems{p}
	}
	if p, found := notJSON(path, value); found {
		return fuseboard.Problems{p}
	}
	var l layer
	tree := l.taken("", t, wrapped(path, value))
	over := reflect.New(t).Elem()
	if ps := append(l.problems, problemsOf(decode(tree, over))...); len(ps) > 0 {
		return ps
	}
	clearSaid(target.Elem(), tree)
	overlay(nil, "", target.Elem(), over)
	return nil
}

// wrapped is a tree that says the value at the path.
func wrapped(path string, value Node) Node {
	name, rest, more := strings.Cut(path, ".")
	if more {
		value = wrapped(rest, value)
	}
	return Node{Form: Object, Members: []Member{{Name: name, Value: value}}}
}

// tooFar tells of a path that leads into what is replaced as a whole.
func tooFar(o Outline, path string) (fuseboard.Problem, bool) {
	names := strings.Split(path, ".")
	for i, name := range names[:len(names)-1] {
		field, known := o.Field(name)
		if !known {
			break // the decoder tells, and what was meant
		}
		if o = field; field.Fields == nil {
			above := strings.Join(names[:i+1], ".")
			return fuseboard.Problem{
				Path: path, Code: CodeUnknown, Message: above + " is replaced as a whole, so no part of it can be set",
				Fix: "give the whole of it",
			}, true
		}
	}
	return fuseboard.Problem{}, false
}

// notJSON tells of a list or an object that is written as a file has it, without quotes: a line has JSON.
func notJSON(path string, value Node) (fuseboard.Problem, bool) {
	return fuseboard.Problem{
		Path: path, Code: CodeSyntax, Value: value.given(), Message: "is no JSON, which lists and objects are on a line",
		Fix: `put names and words into double quotes, as in {"attempts": 2}; or set each field by its own path`,
	}, value.Form == Text && (strings.HasPrefix(value.Word, "{") || strings.HasPrefix(value.Word, "["))
}

// layer reads what takes away.
type layer struct{ problems fuseboard.Problems }

// taken is a section of type t, with a Null for each section and field within that is written as off, or as false where that is no value of
// its own.
func (l *layer) taken(path string, t reflect.Type, n Node) Node {
	fields, err := fieldsOf(t)
	if err != nil {
		return n // the decoder tells
	}
	read := n
	read.Members = nil
	for _, m := range n.Members {
		for _, f := range fields {
			if f.name == m.Name {
				m.Value = l.member(Below(path, m.Name), t.Field(f.index).Type, m.Value)
			}
		}
		read.Members = append(read.Members, m)
	}
	return read
}

func (l *layer) member(path string, t reflect.Type, n Node) Node {
	switch {
	case n.Form == Object && hasFields(t):
		if len(n.Members) == 0 {
			l.problems = append(l.problems, fuseboard.Problem{
				Path: path, Code: CodeNothing, Message: "has no field, so it turns nothing on and changes nothing",
				Fix: "set one of its fields, or write off to turn it off",
			})
		}
		return l.taken(path, t, n)
	case n.Form == List, n.Form == Object:
		if !isRaw(t) {
			l.noNulls(path, n)
		}
	case TakesAway(t, n):
		return Node{Form: Null, At: n.At}
	}
	return n
}

// TakesAway reports whether a value of a field of type t takes away what is there: null, and off or false where that is none of its own.
func TakesAway(t reflect.Type, n Node) bool {
	switch {
	case n.Form == Null:
		return true
	case n.Form == Truth && n.Word == "false":
		return t.Kind() != reflect.Bool && takesOff(t)
	}
	return n.Form == Text && n.Word == "off" && takesOff(t)
}

// takesOff reports whether off is no value of t by itself.
func takesOff(t reflect.Type) bool {
	return t == durationType || !isText(t) && !isRaw(t) && t.Kind() != reflect.String
}

// noNulls tells of values within a list or a map that are none: there they can take nothing away.
func (l *layer) noNulls(path string, n Node) {
	if n.Form == Null {
		l.problems = append(l.problems, fuseboard.Problem{
			Path: path, Code: CodeNull, Message: "has no value; lists, and what is in them, are replaced as a whole, and have nothing to take away",
			Fix: "write a value, or remove it",
		})
	}
	for i, item := range n.Items {
		l.noNulls(At(path, i), item)
	}
	for _, m := range n.Members {
		l.noNulls(Below(path, m.Name), m.Value)
	}
}

// clearSaid sets to zero what a tree says something of.
func clearSaid(v reflect.Value, n Node) {
	if n.Form != Object || !hasFields(v.Type()) {
		v.SetZero()
		return
	}
	fields, err := fieldsOf(v.Type())
	if err != nil {
		return
	}
	for _, m := range n.Members {
		for _, f := range fields {
			if f.name == m.Name {
				clearSaid(v.Field(f.index), m.Value)
			}
		}
	}
}

// Said is a value as somebody wrote it on a line: JSON, where it is that; else a word. ~ is null.
func Said(text string) Node {
	if text == "~" {
		return Node{Form: Null}
	}
	if n, problem := parse([]byte(text), deepest); problem == nil {
		return n.nowhere()
	}
	return Node{Form: Text, Word: text}
}
