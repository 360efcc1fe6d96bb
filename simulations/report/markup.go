// SPDX-License-Identifier: Apache-2.0

package report

import (
	"html"
	"strconv"
	"strings"
)

// markup writes HTML and the SVG within it. Names of elements and attributes are ours; texts and
// values may be anybody's, and are escaped. What it writes is well-formed XML, too.
type markup struct {
	out    strings.Builder
	within []string // elements that are open, the innermost last
	ids    int
}

// open begins an element; attributes are pairs of name and value. A value that is empty is left out.
func (m *markup) open(name string, attrs ...string) {
	m.tag(name, attrs)
	m.out.WriteByte('>')
	m.within = append(m.within, name)
}

// close ends the innermost element.
func (m *markup) close() {
	last := len(m.within) - 1
	m.out.WriteString("</")
	m.out.WriteString(m.within[last])
	m.out.WriteByte('>')
	m.within = m.within[:last]
}

// el writes an element that holds nothing but text.
func (m *markup) el(name, text string, attrs ...string) {
	m.open(name, attrs...)
	m.text(text)
	m.close()
}

// void writes an element that holds nothing.
func (m *markup) void(name string, attrs ...string) {
	m.tag(name, attrs)
	m.out.WriteString("/>")
}

func (m *markup) text(s string) { m.out.WriteString(escape(s)) }

// line ends a line, for who reads the source.
func (m *markup) line() { m.out.WriteByte('\n') }

// id returns an id that no other element has.
func (m *markup) id() string {
	m.ids++
	return "x" + strconv.Itoa(m.ids)
}

func (m *markup) tag(name string, attrs []string) {
	m.out.WriteByte('<')
	m.out.WriteString(name)
	for i := 0; i+1 < len(attrs); i += 2 {
		if attrs[i+1] == "" {
			continue
		}
		m.out.WriteByte(' ')
		m.out.WriteString(attrs[i])
		m.out.WriteString(`="`)
		m.out.WriteString(escape(attrs[i+1]))
		m.out.WriteByte('"')
	}
}

func escape(s string) string {
	return html.EscapeString(strings.Map(visible, strings.ToValidUTF8(s, "\uFFFD")))
}

// visible replaces what a reader could not see, or what would turn the text around it.
func visible(r rune) rune {
	switch {
	case r == '\n' || r == '\t':
		return r
	case r < ' ', r >= 0x7f && r < 0xa0, // controls
		r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x061c, // directions
		r == 0xfffe, r == 0xffff:
		return '\uFFFD'
	}
	return r
}

// cut shortens a text to so many characters.
func cut(s string, most int) string {
	n := 0
	for i := range s {
		if n == most-1 {
			if rest := s[i:]; len([]rune(rest)) > 1 {
				return s[:i] + "…"
			}
		}
		n++
	}
	return s
}
