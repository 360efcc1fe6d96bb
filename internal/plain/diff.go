// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"reflect"
	"slices"
)

// Diff returns the paths of the fields that differ between two values of one
// type, in the order of the fields: "breaker.open_for",
// "breaker.weights.timeout". A list of sections differs section by section
// ("cases[1].tenant", and "cases[2]" where only one of the two has it), any other list as
// a whole. Values of two types differ as a whole too, which is the path "policy".
func Diff(before, after any) []string {
	b, a := reflect.ValueOf(before), reflect.ValueOf(after)
	if !b.IsValid() || !a.IsValid() || b.Type() != a.Type() {
		if before == nil && after == nil {
			return nil
		}
		return []string{whole}
	}
	return diff("", b, a)
}

func diff(path string, b, a reflect.Value) []string {
	if same(b, a) {
		return nil
	}
	switch {
	case hasFields(b.Type()):
		if fields, err := fieldsOf(b.Type()); err == nil {
			return diffFields(path, fields, b, a)
		}
	case isMapping(b.Type()) && b.Len()+a.Len() > 0:
		return diffKeys(path, b, a)
	case listsSections(b.Type()) && b.Len()+a.Len() > 0:
		return diffItems(path, b, a)
	}
	if path == "" {
		path = whole
	}
	return []string{path}
}

func same(b, a reflect.Value) bool {
	return reflect.DeepEqual(b.Interface(), a.Interface()) || isRaw(b.Type()) && sameRaw(b, a)
}

func diffFields(path string, fields []field, b, a reflect.Value) []string {
	var paths []string
	for _, f := range fields {
		paths = append(paths, diff(Below(path, f.name), b.Field(f.index), a.Field(f.index))...)
	}
	return paths
}

// diffItems compares two lists of sections by their places.
func diffItems(path string, b, a reflect.Value) []string {
	var paths []string
	for i := range max(b.Len(), a.Len()) {
		if i >= b.Len() || i >= a.Len() {
			paths = append(paths, At(path, i))
			continue
		}
		paths = append(paths, diff(At(path, i), b.Index(i), a.Index(i))...)
	}
	return paths
}

func diffKeys(path string, b, a reflect.Value) []string {
	var names []string
	for _, key := range slices.Concat(b.MapKeys(), a.MapKeys()) {
		names = append(names, key.String())
	}
	slices.Sort(names)
	var paths []string
	for _, name := range slices.Compact(names) {
		key := reflect.New(b.Type().Key()).Elem()
		key.SetString(name)
		was, is := b.MapIndex(key), a.MapIndex(key)
		if !was.IsValid() || !is.IsValid() {
			paths = append(paths, Below(path, name))
			continue
		}
		paths = append(paths, diff(Below(path, name), was, is)...)
	}
	return paths
}
