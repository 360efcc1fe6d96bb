// SPDX-License-Identifier: Apache-2.0

package config

import (
	"encoding"
	"reflect"
	"strings"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/internal/plain"
)

var (
	policyType = reflect.TypeFor[actors.Policy]()
	caseType   = reflect.TypeFor[actors.Case]()
)

// fieldOf returns the type of a field of a section, by its name in files.
func fieldOf(t reflect.Type, name string) (reflect.Type, bool) {
	if !isSection(t) {
		return nil, false
	}
	for f := range t.Fields() {
		if f.IsExported() && plain.Name(f.Name) == name {
			return f.Type, true
		}
	}
	return nil, false
}

func isField(t reflect.Type, name string) bool {
	_, is := fieldOf(t, name)
	return is
}

// fieldNames are the names of the fields of a section.
func fieldNames(t reflect.Type) []string {
	var names []string
	for f := range t.Fields() {
		if f.IsExported() {
			names = append(names, plain.Name(f.Name))
		}
	}
	return names
}

// isSection reports whether values of t have named fields in a file.
func isSection(t reflect.Type) bool { return t.Kind() == reflect.Struct && !isWord(t) }

// isWord reports whether values of t are words of their own.
func isWord(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// isPath reports whether a path, parted by points, is a section or a field of t, or one value of a map in it.
func isPath(t reflect.Type, path string) bool {
	name, rest, more := strings.Cut(path, ".")
	if t.Kind() == reflect.Map && !isWord(t) {
		return name != "" && !more
	}
	field, is := fieldOf(t, name)
	return is && (!more || isPath(field, rest))
}

// nearestPath is the path that given was probably meant to be, name by name.
func nearestPath(t reflect.Type, given string) (string, bool) {
	name, rest, more := strings.Cut(given, ".")
	if !isSection(t) {
		return given, isPath(t, given)
	}
	name, found := nearest(name, fieldNames(t))
	if !found || !more {
		return name, found
	}
	field, _ := fieldOf(t, name)
	rest, found = nearestPath(field, rest)
	return name + "." + rest, found
}
