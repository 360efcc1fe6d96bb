// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// element is one of a report that was read back.
type element struct {
	name   string
	attrs  map[string]string
	kids   []*element
	inside []any // kids and texts, in their order
	up     *element
}

// parse reads a report back. It is strict: every element ends, every value is quoted, every sign is escaped.
func parse(t testing.TB, text []byte) *element {
	t.Helper()
	top := &element{}
	at, d := top, xml.NewDecoder(bytes.NewReader(text))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return top
		}
		if err != nil {
			t.Fatalf("the report is not well-formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local, attrs: map[string]string{}, up: at}
			for _, a := range token.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			at.kids, at.inside = append(at.kids, e), append(at.inside, e)
			at = e
		case xml.EndElement:
			at = at.up
		case xml.CharData:
			at.inside = append(at.inside, string(token))
		}
	}
}

// all returns the elements below e that match, in their order.
func (e *element) all(match func(*element) bool) (found []*element) {
	for _, k := range e.kids {
		if match(k) {
			found = append(found, k)
		}
		found = append(found, k.all(match)...)
	}
	return found
}

func (e *element) named(name string) []*element {
	return e.all(func(k *element) bool { return k.name == name })
}

func (e *element) classed(class string) []*element {
	return e.all(func(k *element) bool { return slices.Contains(strings.Fields(k.attrs["class"]), class) })
}

func (e *element) byID(t testing.TB, id string) *element {
	t.Helper()
	found := e.all(func(k *element) bool { return k.attrs["id"] == id })
	if len(found) != 1 {
		t.Fatalf("%d elements have the id %q, want 1", len(found), id)
	}
	return found[0]
}

// text is all text within e.
func (e *element) text() string {
	text := ""
	for _, k := range e.inside {
		switch k := k.(type) {
		case string:
			text += k
		case *element:
			text += k.text()
		}
	}
	return text
}

// figure returns the figure with a title.
func (e *element) figure(t testing.TB, title string) *element {
	t.Helper()
	for _, f := range e.named("figure") {
		if f.kids[0].name == "figcaption" && f.kids[0].kids[0].text() == title {
			return f
		}
	}
	t.Fatalf("no figure is called %q", title)
	return nil
}

// cells returns a table's rows, but for its head.
func (e *element) cells() (rows [][]string) {
	for _, body := range e.named("tbody") {
		for _, tr := range body.named("tr") {
			var row []string
			for _, cell := range tr.kids {
				row = append(row, cell.text())
			}
			rows = append(rows, row)
		}
	}
	return rows
}
