// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// Leaf is one value of a policy with its path, as [Leaves] lists them.
type Leaf struct {
	// Path is the field's, as in policy files: "breaker.open_for".
	Path string
	// Text is the value in natural units: "10s", "50%", "timeout, refused".
	Text string
	// Zero: it is the zero value of a word, such as the first of several kinds.
	Zero bool
}

// Leaves lists the values in v, a struct or a pointer to one, in the order of
// its fields and maps by key; those of a list of sections section by section ("cases[1].tenant"). What is zero is left out, with whole sections,
// except a word (a value that writes itself as text) in a section that has
// other values: it means something at zero too. What could not be written is
// left out; [Encode] says what that is.
func Leaves(v any) []Leaf {
	given := reflect.ValueOf(v)
	for given.Kind() == reflect.Pointer {
		given = given.Elem()
	}
	if !given.IsValid() {
		return nil
	}
	return leaves(nil, "", addressable(given), false)
}

func leaves(found []Leaf, path string, v reflect.Value, rate bool) []Leaf {
	text := isText(v.Type())
	switch kind := v.Kind(); {
	case v.IsZero() && !text:
		return found
	case text:
	case kind == reflect.Struct:
		return fieldLeaves(found, path, v)
	case isMapping(v.Type()):
		return keyLeaves(found, path, v, rate)
	case listsSections(v.Type()):
		return itemLeaves(found, path, v)
	}
	if word, ok := leafText(path, v, rate); ok {
		found = append(found, Leaf{Path: path, Text: word, Zero: v.IsZero()})
	}
	return found
}

func fieldLeaves(found []Leaf, path string, v reflect.Value) []Leaf {
	fields, err := fieldsOf(v.Type())
	if err != nil {
		return found
	}
	for _, f := range fields {
		found = leaves(found, Below(path, f.name), v.Field(f.index), f.rate)
	}
	return found
}

func itemLeaves(found []Leaf, path string, v reflect.Value) []Leaf {
	for i := range v.Len() {
		found = leaves(found, At(path, i), v.Index(i), false)
	}
	return found
}

func keyLeaves(found []Leaf, path string, v reflect.Value, rate bool) []Leaf {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	for _, key := range keys {
		at, value := Below(path, key.String()), addressable(v.MapIndex(key))
		if value.Kind() == reflect.Struct && !isText(value.Type()) && !value.IsZero() {
			found = fieldLeaves(found, at, value)
			continue
		}
		// A key was set on purpose, at zero too.
		if word, ok := leafText(at, value, rate); ok {
			found = append(found, Leaf{Path: at, Text: word})
		}
	}
	return found
}

// leafText writes a value as Encode does, without the signs that JSON needs.
func leafText(path string, v reflect.Value, rate bool) (string, bool) {
	if v.Kind() == reflect.Slice && !isText(v.Type()) && !isRaw(v.Type()) {
		words := make([]string, 0, v.Len())
		for i := range v.Len() {
			word, ok := leafText(At(path, i), v.Index(i), rate)
			if !ok {
				return "", false
			}
			words = append(words, word)
		}
		return strings.Join(words, ", "), len(words) > 0
	}
	var e encoder
	if e.value(path, v, rate) != nil {
		return "", false
	}
	var word string
	if isRaw(v.Type()) {
		return Shorten(string(e.out)), true
	}
	if json.Unmarshal(e.out, &word) == nil {
		return word, true
	}
	return string(e.out), true
}
