// SPDX-License-Identifier: Apache-2.0

package config

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// scribe writes a tree as YAML in one of many ways, and notes where it puts each part.
type scribe struct {
	t            *rapid.T
	out          strings.Builder
	line, column int
}

func (s *scribe) put(text string) {
	for _, r := range text {
		s.out.WriteRune(r)
		s.column++
		if r == '\n' {
			s.line, s.column = s.line+1, 1
		}
	}
}

func (s *scribe) here() plain.Place { return plain.Place{Line: s.line, Column: s.column} }

func (s *scribe) yes(name string) bool { return rapid.Bool().Draw(s.t, name) }

// newline ends a line, at times with a comment or with lines that say nothing, and indents the next.
func (s *scribe) newline(indent int) {
	if s.yes("comment") {
		s.put(" # 'a: [comment")
	}
	s.put("\n")
	if s.yes("blank") {
		s.put("\n" + strings.Repeat(" ", indent) + "# more\n")
	}
	s.put(strings.Repeat(" ", indent))
}

var bareWords = []string{"abc", "a b", "22:00-06:00", "50%", "x#y", "on", "off", "no", "don't", "1.2.3", "800ms", "ü", "申し訳", "a,b", "1_000", "cpu > 85%", "=", "-x"}

// word writes a scalar.
func (s *scribe) word(flow bool) plain.Node {
	n := plain.Node{At: s.here()}
	switch rapid.IntRange(0, 6).Draw(s.t, "kind") {
	case 0:
		n.Form, n.Word = plain.Null, rapid.SampledFrom([]string{"null", "~", "Null"}).Draw(s.t, "null")
		s.put(n.Word)
	case 1:
		n.Form, n.Word = plain.Truth, rapid.SampledFrom([]string{"true", "false"}).Draw(s.t, "truth")
		s.put(n.Word)
	case 2:
		n.Form = plain.Numeral
		written := rapid.SampledFrom([][2]string{{"5", "5"}, {"-3", "-3"}, {"+7", "7"}, {"0x1F", "31"}, {"0o17", "15"}, {".5", "0.5"}, {"2.", "2"}, {"1e3", "1e3"}, {"-0.25", "-0.25"}}).Draw(s.t, "number")
		s.put(written[0])
		n.Word = written[1]
	case 3:
		n.Form, n.Word = plain.Text, rapid.SampledFrom(bareWords).Draw(s.t, "word")
		if flow && strings.ContainsAny(n.Word, ",:") {
			n.Word = "abc"
		}
		s.put(n.Word)
	case 4:
		n.Form, n.Word = plain.Text, rapid.StringMatching(`[ -~äé申]{0,12}`).Draw(s.t, "single")
		s.put("'" + strings.ReplaceAll(n.Word, "'", "''") + "'")
	default:
		n.Form, n.Word = plain.Text, rapid.StringMatching(`[ -~äé申\n\t]{0,12}`).Draw(s.t, "double")
		text, _ := json.Marshal(n.Word)
		s.put(string(text))
	}
	return n
}

func (s *scribe) key(i int) plain.Member {
	m := plain.Member{Name: rapid.SampledFrom([]string{"a", "b c", "ü", "on", "5", "x-*"}).Draw(s.t, "key") + strconv.Itoa(i), At: s.here()}
	switch rapid.IntRange(0, 2).Draw(s.t, "quotes") {
	case 0:
		s.put(strconv.Quote(m.Name))
	case 1:
		s.put("'" + m.Name + "'")
	default:
		s.put(m.Name)
	}
	return m
}

// flow writes a value in brackets.
func (s *scribe) flow(depth int) plain.Node {
	n := plain.Node{At: s.here()}
	kind := rapid.IntRange(0, 3).Draw(s.t, "flow")
	if depth > 3 || kind > 1 {
		return s.word(true)
	}
	brackets := [][2]string{{"[", "]"}, {"{", "}"}}[kind]
	n.Form = []plain.Form{plain.List, plain.Object}[kind]
	s.put(brackets[0])
	for i := range rapid.IntRange(0, 3).Draw(s.t, "parts") {
		if i > 0 {
			s.put(", ")
		}
		if n.Form == plain.List {
			n.Items = append(n.Items, s.flow(depth+1))
			continue
		}
		m := s.key(i)
		s.put(": ")
		m.Value = s.flow(depth + 1)
		n.Members = append(n.Members, m)
	}
	s.put(brackets[1])
	return n
}

// block writes an object or a list by lines, at the column where it stands.
func (s *scribe) block(depth int) plain.Node {
	n := plain.Node{At: s.here(), Form: plain.Object}
	if s.yes("list") && depth > 0 {
		n.Form = plain.List
	}
	indent := s.column - 1
	for i := range rapid.IntRange(1, 3).Draw(s.t, "lines") {
		if i > 0 {
			s.newline(indent)
		}
		if n.Form == plain.List {
			s.put("- ")
			n.Items = append(n.Items, s.value(depth+1, indent, true))
			continue
		}
		m := s.key(i)
		s.put(": ")
		m.Value = s.value(depth+1, indent, false)
		n.Members = append(n.Members, m)
	}
	return n
}

// value writes a value behind a name or a -: on the same line, or as a block on the next.
func (s *scribe) value(depth, indent int, item bool) plain.Node {
	switch kind := rapid.IntRange(0, 3).Draw(s.t, "value"); {
	case depth > 4 || kind == 0:
		return s.word(false)
	case kind == 1:
		return s.flow(depth)
	case item && s.yes("compact"):
		return s.block(depth)
	default:
		s.newline(indent + rapid.IntRange(1, 4).Draw(s.t, "indent"))
		return s.block(depth)
	}
}

func TestYAMLIsReadAsItWasWrittenAndWhereItStands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scribe{t: t, line: 1, column: 1}
		want := s.block(0)
		s.newline(0)
		got, flaws := readTree(0, []byte(s.out.String()))
		if len(flaws) > 0 || !reflect.DeepEqual(got, want) {
			t.Fatalf("%v\n%s\ngot  %s\nwant %s", flaws, s.out.String(), treeText(got), treeText(want))
		}
	})
}

// treeText is a tree in a line, with its places.
func treeText(n plain.Node) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d:%d ", n.At.Line, n.At.Column)
	switch n.Form {
	case plain.List:
		b.WriteString("[")
		for _, i := range n.Items {
			b.WriteString(treeText(i) + ", ")
		}
		b.WriteString("]")
	case plain.Object:
		b.WriteString("{")
		for _, m := range n.Members {
			fmt.Fprintf(&b, "%d:%d %q: %s, ", m.At.Line, m.At.Column, m.Name, treeText(m.Value))
		}
		b.WriteString("}")
	default:
		fmt.Fprintf(&b, "%d %q", n.Form, n.Word)
	}
	return b.String()
}
