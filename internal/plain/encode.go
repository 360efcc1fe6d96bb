// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// Encode writes v, a struct or a pointer to one, as JSON with the names of
// policy files: fields in their order and maps by key, fields at zero left out,
// durations as "1m30s", a float64 tagged `plain:"rate"` as "50%". [Decode] reads
// it back to an equal value. The error names the field that can't be written:
// a number that is none, a text that is not UTF-8, a type that policies don't have.
func Encode(v any) (json []byte, err error) {
	given := reflect.ValueOf(v)
	for given.Kind() == reflect.Pointer {
		given = given.Elem()
	}
	if !given.IsValid() {
		return nil, errors.New("nothing to encode: the value is nil")
	}
	var e encoder
	if err := e.value("", addressable(given), false); err != nil {
		return nil, err
	}
	return e.out, nil
}

type encoder struct{ out []byte }

func (e *encoder) value(path string, v reflect.Value, rate bool) error {
	switch kind := v.Kind(); {
	case isRaw(v.Type()):
		return e.rawValue(path, v)
	case isText(v.Type()), v.Type() == durationType:
		return e.scalar(path, v, rate)
	case kind == reflect.Struct:
		return e.structure(path, v)
	case kind == reflect.Map:
		return e.mapping(path, v, rate)
	case kind == reflect.Slice:
		return e.slice(path, v, rate)
	}
	return e.scalar(path, v, rate)
}

func (e *encoder) structure(path string, v reflect.Value) error {
	fields, err := fieldsOf(v.Type())
	if err != nil {
		return fault(path, err.Error())
	}
	open := len(e.out)
	for _, f := range fields {
		if v.Field(f.index).IsZero() {
			continue
		}
		e.name(open, f.name)
		if err := e.value(Below(path, f.name), v.Field(f.index), f.rate); err != nil {
			return err
		}
	}
	e.shut(open)
	return nil
}

func (e *encoder) mapping(path string, v reflect.Value, rate bool) error {
	if v.Type().Key().Kind() != reflect.String {
		return fault(path, "a map needs keys of a string type, not "+v.Type().Key().String())
	}
	if v.IsNil() {
		e.out = append(e.out, "null"...)
		return nil
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return bytes.Compare([]byte(a.String()), []byte(b.String())) })
	open := len(e.out)
	for _, key := range keys {
		if !utf8.ValidString(key.String()) {
			return fault(path, "has a key that is not UTF-8")
		}
		e.name(open, key.String())
		if err := e.value(Below(path, key.String()), addressable(v.MapIndex(key)), rate); err != nil {
			return err
		}
	}
	e.shut(open)
	return nil
}

func (e *encoder) slice(path string, v reflect.Value, rate bool) error {
	if v.IsNil() {
		e.out = append(e.out, "null"...)
		return nil
	}
	e.out = append(e.out, '[')
	for i := range v.Len() {
		if i > 0 {
			e.out = append(e.out, ',')
		}
		if err := e.value(At(path, i), v.Index(i), rate); err != nil {
			return err
		}
	}
	e.out = append(e.out, ']')
	return nil
}

func (e *encoder) scalar(path string, v reflect.Value, rate bool) error {
	switch {
	case isText(v.Type()):
		m, _ := v.Addr().Interface().(encoding.TextMarshaler) // isText said so
		word, err := m.MarshalText()
		if err != nil {
			return fault(path, err.Error())
		}
		return e.text(path, string(word))
	case v.Type() == durationType:
		return e.text(path, Duration(time.Duration(v.Int())))
	case v.Kind() == reflect.Bool:
		e.out = strconv.AppendBool(e.out, v.Bool())
	case v.Kind() == reflect.String:
		return e.text(path, v.String())
	case v.CanInt():
		e.out = strconv.AppendInt(e.out, v.Int(), 10)
	case v.CanUint():
		e.out = strconv.AppendUint(e.out, v.Uint(), 10)
	case v.Kind() == reflect.Float64:
		return e.float(path, v.Float(), rate)
	default:
		return fault(path, "values of type "+v.Type().String()+" can't be written")
	}
	return nil
}

func (e *encoder) float(path string, v float64, rate bool) error {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return fault(path, strconv.FormatFloat(v, 'g', -1, 64)+" is not a number that a file can hold")
	case rate:
		return e.text(path, Rate(v))
	}
	e.out = append(e.out, Number(v)...)
	return nil
}

func (e *encoder) text(path, s string) error {
	if !utf8.ValidString(s) {
		return fault(path, "the text is not UTF-8")
	}
	var b bytes.Buffer
	j := json.NewEncoder(&b)
	j.SetEscapeHTML(false) // "<" is easier to read than its escape, and this is no HTML
	if err := j.Encode(s); err != nil {
		return fault(path, err.Error())
	}
	e.out = append(e.out, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
	return nil
}

// name writes the name of a member of the object that began at open.
func (e *encoder) name(open int, name string) {
	if len(e.out) == open {
		e.out = append(e.out, '{')
	} else {
		e.out = append(e.out, ',')
	}
	_ = e.text("", name) // names are checked by who calls
	e.out = append(e.out, ':')
}

// shut ends the object that began at open.
func (e *encoder) shut(open int) {
	if len(e.out) == open {
		e.out = append(e.out, '{')
	}
	e.out = append(e.out, '}')
}

// addressable returns a copy of v whose methods with pointer receivers can be called.
func addressable(v reflect.Value) reflect.Value {
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	return c
}

func fault(path, message string) error {
	if path == "" {
		path = whole
	}
	return fmt.Errorf("%s: %s", path, message)
}
