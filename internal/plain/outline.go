// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"reflect"
	"slices"
)

// Outline is what a file can say of a type, and in which order: its sections and the
// fields in them. It is [Overlay]'s view: a list, a map and a word are one field.
type Outline struct {
	// Name is the field's in its section; empty for the outermost.
	Name string
	// Fields are those of a section, in their order; nil for a field.
	Fields []Outline
}

// OutlineOf returns the outline of the type of v, a struct or a pointer to one; a type that
// policies don't have has no fields. The caller owns it.
func OutlineOf(v any) Outline {
	t := reflect.TypeOf(v)
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil {
		return Outline{}
	}
	return outline("", t, 0)
}

func outline(name string, t reflect.Type, depth int) Outline {
	o := Outline{Name: name}
	if !hasFields(t) || depth > deepest {
		return o
	}
	fields, err := fieldsOf(t)
	if err != nil {
		return o
	}
	for _, f := range fields {
		o.Fields = append(o.Fields, outline(f.name, t.Field(f.index).Type, depth+1))
	}
	return o
}

// Field returns the field or section of that name.
func (o Outline) Field(name string) (Outline, bool) {
	i := slices.IndexFunc(o.Fields, func(f Outline) bool { return f.Name == name })
	if i < 0 {
		return Outline{}, false
	}
	return o.Fields[i], true
}

// Without returns the outline without the fields of these names.
func (o Outline) Without(names ...string) Outline {
	o.Fields = slices.DeleteFunc(slices.Clone(o.Fields), func(f Outline) bool { return slices.Contains(names, f.Name) })
	return o
}
