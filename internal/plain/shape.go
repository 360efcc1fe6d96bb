// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"encoding"
	"fmt"
	"reflect"
	"sync"
	"time"
)

// whole is the path of a problem that concerns the whole text.
const whole = "policy"

// deepest is how far sections may nest, in a file and in a type.
const deepest = 32

var durationType = reflect.TypeFor[time.Duration]()

// field is one field of a struct, as a file knows it.
type field struct {
	name  string
	index int
	rate  bool // tagged `plain:"rate"`: a share, written as a percentage
}

// shapes are the fields of types that were asked for: a type never changes.
var shapes sync.Map // of reflect.Type to []field

// fieldsOf returns the fields of a struct in their order, which nobody changes. It is an error when
// one of them could not be written and read back.
func fieldsOf(t reflect.Type) ([]field, error) {
	if known, found := shapes.Load(t); found {
		fields, _ := known.([]field)
		return fields, nil
	}
	fields, err := readFields(t)
	if err == nil {
		shapes.Store(t, fields)
	}
	return fields, err
}

func readFields(t reflect.Type) ([]field, error) {
	fields := make([]field, 0, t.NumField())
	taken := map[string]string{}
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("plain")
		name := Name(f.Name)
		switch {
		case f.Name == "_":
			continue
		case !f.IsExported():
			return nil, fmt.Errorf("field %s of %s is not exported, so it would be lost; export it or move it elsewhere", f.Name, t)
		case tag != "" && tag != "rate":
			return nil, fmt.Errorf("field %s of %s has the tag plain:%q; only \"rate\" is known", f.Name, t, tag)
		case taken[name] != "":
			return nil, fmt.Errorf("fields %s and %s of %s are both named %s; rename one", taken[name], f.Name, t, name)
		}
		taken[name] = f.Name
		fields = append(fields, field{name: name, index: i, rate: tag == "rate"})
	}
	return fields, nil
}

func namesOf(fields []field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}

// isText reports whether values of t write and read themselves as text.
func isText(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[encoding.TextMarshaler]()) &&
		p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// places returns the paths of all fields below t by their names, for one who put a field
// into the wrong section. The sections of a list are told by its first.
func places(t reflect.Type) map[string][]string {
	found := map[string][]string{}
	addPlaces(found, t, "", 0)
	return found
}

func addPlaces(found map[string][]string, t reflect.Type, path string, depth int) {
	if t.Kind() == reflect.Slice {
		t, path = t.Elem(), At(path, 0)
	}
	if !hasFields(t) || depth > deepest {
		return
	}
	fields, err := fieldsOf(t)
	if err != nil {
		return
	}
	for _, f := range fields {
		below := Below(path, f.name)
		found[f.name] = append(found[f.name], below)
		addPlaces(found, t.Field(f.index).Type, below, depth+1)
	}
}
