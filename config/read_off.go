// SPDX-License-Identifier: Apache-2.0

package config

import (
	"reflect"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// takesAway reports whether the value is written as one that takes away.
func takesAway(n plain.Node) bool {
	return n.Form == plain.Null || n.Form == plain.Text && n.Word == "off" || n.Form == plain.Truth && n.Word == "false"
}

// takenAway returns the object, a section of type t, with a Null for each section and field within that
// is written as off or false where that is no value of its own.
func (r *reader) takenAway(path string, in Origin, t reflect.Type, n plain.Node) plain.Node {
	read := n
	read.Members = nil
	for _, m := range n.Members {
		if field, known := fieldOf(t, m.Name); known {
			m.Value = r.member(plain.Below(path, m.Name), in, field, m)
		}
		read.Members = append(read.Members, m)
	}
	return read
}

func (r *reader) member(path string, in Origin, t reflect.Type, m plain.Member) plain.Node {
	n := m.Value
	switch {
	case n.Form == plain.Null && n.Word == emptyWord:
		r.add(flaw{at: m.At, in: in, Problem: fuseboard.Problem{
			Path: path, Code: CodeEmptyValue, Message: "has no value, which takes away what is said of it elsewhere, as off does", Warning: true,
			Fix: "write off if that is meant; else write a value, or remove the line",
		}})
	case n.Form == plain.Object && isSection(t):
		if r.line && len(n.Members) == 0 { // of files, lint tells where it is misleading
			r.add(flaw{at: m.At, in: in, Problem: fuseboard.Problem{
				Path: path, Code: CodeNoField, Message: "has no field, so it turns nothing on and changes nothing",
				Fix: "set one of its fields, and the others take their defaults; or remove it",
			}})
		}
		return r.takenAway(path, in, t, n)
	case n.Form == plain.List, n.Form == plain.Object && t.Kind() == reflect.Map:
		r.noNulls(path, in, n)
	case plain.TakesAway(t, n):
		return plain.Node{Form: plain.Null, Word: n.Word, At: n.At}
	}
	return n
}

// noNulls tells of values within a list or a map that are none: there they can take nothing away.
func (r *reader) noNulls(path string, in Origin, n plain.Node) {
	if n.Form == plain.Null {
		r.add(flaw{at: n.At, in: in, Problem: fuseboard.Problem{
			Path: path, Code: CodeEmptyValue, Message: "has no value; lists, and what is in them, are replaced as a whole, and have nothing to take away", Fix: "write a value, or remove it",
		}})
	}
	for i, item := range n.Items {
		r.noNulls(plain.At(path, i), in, item)
	}
	for _, m := range n.Members {
		r.noNulls(plain.Below(path, m.Name), in, m.Value)
	}
}
