// SPDX-License-Identifier: Apache-2.0

package schemagen

import (
	"bytes"
	"encoding/json"
)

// object is a JSON object that keeps its order.
type object []member

type member struct {
	name  string
	value any
}

// with returns the object with one more member; one that is empty is left out.
func (o object) with(name string, value any) object {
	switch v := value.(type) {
	case nil:
		return o
	case string:
		if v == "" {
			return o
		}
	case []string:
		if len(v) == 0 {
			return o
		}
	}
	return append(o, member{name, value})
}

func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := compact(m.name)
		if err != nil {
			return nil, err
		}
		value, err := compact(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func compact(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// wide is how long a line of the schema may be.
const wide = 140

// pretty writes the object as people read it: what fits stands in one line.
func pretty(o object) ([]byte, error) {
	var b bytes.Buffer
	if err := lay(&b, "", o); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

func lay(b *bytes.Buffer, indent string, v any) error {
	text, err := compact(v)
	if err != nil {
		return err
	}
	o, isObject := v.(object)
	list, isList := v.([]object)
	switch {
	case len(indent)+len(text) <= wide:
		b.Write(text)
	case isObject:
		return layAll(b, indent, "{", "}", len(o), func(i int, indent string) error {
			name, _ := compact(o[i].name)
			b.Write(append(name, ": "...))
			return lay(b, indent, o[i].value)
		})
	case isList:
		return layAll(b, indent, "[", "]", len(list), func(i int, indent string) error { return lay(b, indent, list[i]) })
	default:
		b.Write(text)
	}
	return nil
}

func layAll(b *bytes.Buffer, indent, open, shut string, n int, write func(i int, indent string) error) error {
	b.WriteString(open)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n" + indent + " ")
		if err := write(i, indent+" "); err != nil {
			return err
		}
	}
	b.WriteString("\n" + indent + shut)
	return nil
}
