// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/fuseboard/fuseboard"
)

// rawDeepest is how far a raw value may nest, so that it fits into a policy wherever it stands.
const rawDeepest = 16

// Raw reads one JSON value of whatever kind, at path in its policy, and writes it without
// white space: numbers as they were written, members in their order. It returns every
// problem at once: what is no JSON, a name that is given twice, more than 16 levels.
func Raw(path string, data []byte) (string, fuseboard.Problems) {
	tree, problem := parse(data, rawDeepest)
	if problem != nil {
		problem.Path = path
		return "", fuseboard.Problems{*problem}
	}
	var d decoder
	d.unique(path, tree)
	if len(d.flaws) > 0 {
		return "", problemsOf(d.flaws)
	}
	var e encoder
	e.raw(tree)
	return string(e.out), nil
}

// isRaw reports whether values of t hold JSON of whatever kind: a text or bytes that write
// and read themselves as JSON, such as json.RawMessage.
func isRaw(t reflect.Type) bool {
	bytes := t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
	p := reflect.PointerTo(t)
	return (bytes || t.Kind() == reflect.String) && !isText(t) &&
		p.Implements(reflect.TypeFor[json.Marshaler]()) && p.Implements(reflect.TypeFor[json.Unmarshaler]())
}

// rawText returns the JSON that v holds, of a type that isRaw.
func rawText(v reflect.Value) string {
	if v.Kind() == reflect.String {
		return v.String()
	}
	return string(v.Bytes())
}

// sameRaw reports whether both hold the same JSON, white space aside.
func sameRaw(a, b reflect.Value) bool {
	one, wrong := Raw("", []byte(rawText(a)))
	two, wrongToo := Raw("", []byte(rawText(b)))
	return len(wrong)+len(wrongToo) == 0 && one == two
}

// raw reads n as it is into v.
func (d *decoder) raw(path string, n Node, v reflect.Value) {
	if n.deeper(rawDeepest) {
		d.add(fuseboard.Problem{Path: path, Code: CodeSyntax, Message: fmt.Sprintf("nests deeper than %d levels", rawDeepest), Fix: "no policy needs that"})
		return
	}
	d.unique(path, n)
	var e encoder
	e.raw(n)
	if v.Kind() == reflect.String {
		v.SetString(string(e.out))
	} else {
		v.SetBytes(e.out)
	}
}

// deeper reports whether n nests deeper than so many levels.
func (n Node) deeper(levels int) bool {
	if n.Form != List && n.Form != Object {
		return false
	}
	return levels == 0 || slices.ContainsFunc(n.Items, func(item Node) bool { return item.deeper(levels - 1) }) ||
		slices.ContainsFunc(n.Members, func(m Member) bool { return m.Value.deeper(levels - 1) })
}

// unique reports members that are given more than once, however deep.
func (d *decoder) unique(path string, n Node) {
	for i, item := range n.Items {
		d.unique(At(path, i), item)
	}
	for _, m := range d.once(path, n.Members) {
		d.unique(Below(path, m.Name), m.Value)
	}
}

// rawValue writes the JSON that v holds.
func (e *encoder) rawValue(path string, v reflect.Value) error {
	if v.IsZero() {
		e.out = append(e.out, "null"...)
		return nil
	}
	text, problems := Raw(path, []byte(rawText(v)))
	switch {
	case len(problems) > 0:
		return fault(path, problems[0].Message)
	case text == "null":
		return fault(path, "null is written by leaving the value out")
	}
	e.out = append(e.out, text...)
	return nil
}

// raw writes n as it was read.
func (e *encoder) raw(n Node) {
	switch n.Form {
	case Null:
		e.out = append(e.out, "null"...)
	case Truth, Numeral:
		e.out = append(e.out, n.Word...)
	case Text:
		_ = e.text("", n.Word) // the reader has seen that it is UTF-8
	case List:
		e.out = append(e.out, '[')
		for i, item := range n.Items {
			if i > 0 {
				e.out = append(e.out, ',')
			}
			e.raw(item)
		}
		e.out = append(e.out, ']')
	case Object:
		open := len(e.out)
		for _, m := range n.Members {
			e.name(open, m.Name)
			e.raw(m.Value)
		}
		e.shut(open)
	}
}
