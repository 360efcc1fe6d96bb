// SPDX-License-Identifier: Apache-2.0

package plain

import "reflect"

// Laid is one field that [Overlay] has laid over another.
type Laid struct {
	// Path is the field's, as in policy files: "retry.backoff.base".
	Path string
	// Changed: what was there is another value.
	Changed bool
}

// Overlay replaces the fields of the struct that into points to by those that are not
// zero in over, a struct of the same type, field by field in the structs within. A list,
// a map and a word are replaced as a whole, and shared with over. It returns what it has replaced, in
// the order of the fields; nothing, and then nothing has changed, where the two types
// differ or into points to no struct. Fields that a file could not hold are left alone.
func Overlay(into, over any) []Laid {
	target, from := reflect.ValueOf(into), reflect.ValueOf(over)
	if target.Kind() != reflect.Pointer || target.IsNil() || !from.IsValid() || target.Elem().Type() != from.Type() || !hasFields(from.Type()) {
		return nil
	}
	return overlay(nil, "", target.Elem(), from)
}

func overlay(laid []Laid, path string, into, over reflect.Value) []Laid {
	if over.IsZero() {
		return laid
	}
	if !hasFields(over.Type()) {
		changed := len(diff(path, into, over)) > 0
		into.Set(over)
		return append(laid, Laid{Path: path, Changed: changed})
	}
	fields, err := fieldsOf(over.Type())
	if err != nil {
		return laid
	}
	for _, f := range fields {
		laid = overlay(laid, Below(path, f.name), into.Field(f.index), over.Field(f.index))
	}
	return laid
}

// listsSections reports whether t is a list of sections.
func listsSections(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && !isText(t) && hasFields(t.Elem())
}

// isMapping reports whether t has values by name.
func isMapping(t reflect.Type) bool {
	return t.Kind() == reflect.Map && !isText(t) && t.Key().Kind() == reflect.String
}

// hasFields reports whether values of t are sections and no values of their own.
func hasFields(t reflect.Type) bool { return t.Kind() == reflect.Struct && !isText(t) }
