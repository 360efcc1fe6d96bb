// SPDX-License-Identifier: Apache-2.0

package schemagen

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// place is where a field stands in a policy.
type place struct {
	path   string // for readers: "retry.classes.*.attempts"
	probed string // of a problem: "retry.classes.error.attempts"
	before string // JSON around its value
	after  string
	list   bool // it is inside a list or a map, where nothing can be taken away
	around []reflect.Type
}

func (p place) json(value string) string { return p.before + value + p.after }

// below is the field of that name.
func (p place) below(name string) place {
	p.path, p.probed = plain.Below(p.path, name), plain.Below(p.probed, name)
	p.before += `{"` + name + `":`
	p.after = "}" + p.after
	return p
}

// item is the first item of a list.
func (p place) item() place {
	p.probed, p.list = plain.At(p.probed, 0), true
	p.before += "["
	p.after = "]" + p.after
	return p
}

// named is a value of a map.
func (p place) named() place {
	p.path, p.list = p.path+".*", true
	p.probed = plain.Below(p.probed, string(fuseboard.ClassError))
	p.before += `{"` + string(fuseboard.ClassError) + `":`
	p.after = "}" + p.after
	return p
}

// field is a value of a policy, for a table.
type field struct {
	path, kind, byDefault, accepted, meaning string
}

// generator makes the schema and lists the fields on its way.
type generator struct {
	sources  sources
	enums    map[string]reflect.Type // by package and name
	defaults map[string]said
	fields   []field
	seen     map[string]bool // rows of docs/defaults.md that have a field
}

func newGenerator(t *testing.T) *generator {
	g := &generator{sources: sources{}, enums: map[string]reflect.Type{}, defaults: defaultsPage(t), seen: map[string]bool{}}
	g.findEnums(reflect.TypeFor[actors.Policy]())
	return g
}

func (g *generator) findEnums(of reflect.Type) {
	switch {
	case isEnum(of):
		g.enums[of.PkgPath()+"."+of.Name()] = of
	case of.Kind() == reflect.Slice || of.Kind() == reflect.Map:
		g.findEnums(of.Elem())
	case of.Kind() == reflect.Struct:
		for i := range of.NumField() {
			g.findEnums(of.Field(i).Type)
		}
	}
}

// value is the schema of a value, and the word for its type in a table.
func (g *generator) value(t *testing.T, at place, of reflect.Type, rate bool) (object, string) {
	t.Helper()
	switch kind := of.Kind(); {
	case isEnum(of):
		w := words(of)
		return object{}.with("enum", w), strings.Join(quoted(w), ", ")
	case of == reflect.TypeFor[time.Duration]():
		return object{{"$ref", "#/$defs/duration"}}, "duration"
	case of == reflect.TypeFor[fuseboard.Class]():
		return object{{"$ref", "#/$defs/class"}}, "class"
	case of.Implements(reflect.TypeFor[json.Marshaler]()) && kind == reflect.String:
		return object{}, "any"
	case kind == reflect.Struct:
		return g.structure(t, at, of), "section"
	case kind == reflect.Map:
		return g.mapping(t, at, of, rate)
	case kind == reflect.Slice:
		item, word := g.value(t, at.item(), of.Elem(), rate)
		return object{{"type", "array"}, {"items", item}}, "list of " + plural(word)
	case kind == reflect.Bool:
		return object{{"type", "boolean"}}, "true or false"
	case kind == reflect.String:
		return object{{"type", "string"}}, "text"
	case rate:
		return share(accepted(t, at, "-1")), "share"
	case kind == reflect.Float64:
		return number("number", accepted(t, at, "-1")), "number"
	case of.Kind() == reflect.Int:
		return number("integer", accepted(t, at, "-1")), "whole number"
	}
	t.Fatalf("%s is of a kind that the schema does not know yet: %s", at.path, of)
	return nil, ""
}

func (g *generator) mapping(t *testing.T, at place, of reflect.Type, rate bool) (object, string) {
	t.Helper()
	item, word := g.value(t, at.named(), of.Elem(), rate)
	return object{
		{"type", "object"},
		{"propertyNames", object{{"$ref", "#/$defs/class"}}},
		{"additionalProperties", item},
	}, plural(word) + " by class"
}

// structure is the schema of a section.
func (g *generator) structure(t *testing.T, at place, of reflect.Type) object {
	t.Helper()
	var all object
	if in := of; in != reflect.TypeFor[actors.Case]() {
		at.around = append([]reflect.Type{in}, at.around...)
	}
	for i := range of.NumField() {
		f := of.Field(i)
		below := at.below(plain.Name(f.Name))
		all = append(all, member{plain.Name(f.Name), g.described(t, below, of, f)})
	}
	return object{{"type", "object"}, {"additionalProperties", false}, {"properties", all}}
}

// described is the schema of a field with what is to be known of it, and a row of the table.
func (g *generator) described(t *testing.T, at place, in reflect.Type, f reflect.StructField) object {
	t.Helper()
	mark := len(g.fields)
	g.fields = append(g.fields, field{})
	value, kind := g.value(t, at, f.Type, f.Tag.Get("plain") == "rate")
	known := g.saidOf(at.path)
	row := field{path: at.path, kind: kind, byDefault: known.byDefault}
	row.meaning = withDefault(g.meaning(t, in, f.Name, at.around...), known.byDefault)
	if f.Type == reflect.TypeFor[time.Duration]() {
		row.accepted = accepted(t, at, `"-1s"`)
	} else if f.Type.Kind() == reflect.Map {
		row.accepted = accepted(t, at.named(), "-1")
	} else if kind != "section" {
		row.accepted = accepted(t, at, "-1")
	}
	if kind == "section" && in != reflect.TypeFor[actors.Case]() {
		g.fields = append(g.fields[:mark], g.fields[mark+1:]...)
	} else {
		g.fields[mark] = row
	}
	return removable(value, f.Type, at.list).with("description", shortly(row.meaning)).
		with("markdownDescription", row.markdown(known.unit)).
		with("default", literal(row.byDefault, f.Type))
}

// saidOf is the unit and the default of a field.
func (g *generator) saidOf(path string) said {
	g.seen[path] = true
	if s, found := inside[path]; found {
		return s
	}
	if s, found := g.defaults[path]; found {
		return s
	}
	if in, isCase := strings.CutPrefix(path, "cases."); isCase {
		s := g.saidOf(in)
		return said{unit: s.unit, byDefault: "as the policy says"}
	}
	return said{}
}
