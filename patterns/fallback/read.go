// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"bytes"
	"encoding/json"
	"reflect"
)

// strictly is the Decode of who gives none.
func strictly[Resp any](raw []byte, into *Resp) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// read returns a value of its own. The decoder gets a copy, as it is the user's.
func read[Resp any](value JSON, decode func([]byte, *Resp) error) (resp Resp, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v)
		}
	}()
	err = decode([]byte(value), &resp)
	return resp, err
}

// shares reports whether a copy of a Resp shares something that can change.
func shares[Resp any]() bool { return hasReferences(reflect.TypeFor[Resp]()) }

func hasReferences(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return t.Len() > 0 && hasReferences(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if hasReferences(t.Field(i).Type) {
				return true
			}
		}
		return false
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return true
	default:
		return false
	}
}
