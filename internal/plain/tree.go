// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fuseboard/fuseboard"
)

// form says what a node is in the text.
type form uint8

const (
	null form = iota
	boolean
	number
	text
	list
	object
)

// node is one value of a text, with what encoding/json's any would lose: the
// order of members, those given twice, the digits of numbers, the lines.
type node struct {
	form    form
	word    string   // boolean and number: as written; text: its content
	items   []node   // of a list
	members []member // of an object
}

type member struct {
	name  string
	line  int
	value node
}

// got says in words what the text has.
func (n node) got() string {
	switch n.form {
	case null:
		return "null"
	case text:
		return strconv.Quote(shorten(n.word))
	case list:
		return "a list"
	case object:
		return "an object"
	default:
		return shorten(n.word)
	}
}

// given is the node as Problem.Value; text stands without quotes.
func (n node) given() string {
	if n.form == text {
		return shorten(n.word)
	}
	return n.got()
}

// parse reads JSON into a tree. The problem is nil when there is one.
func parse(data []byte) (node, *fuseboard.Problem) {
	r := reader{data: data, dec: json.NewDecoder(bytes.NewReader(data)), line: 1}
	if !utf8.Valid(data) {
		return node{}, r.flaw("has bytes that are not UTF-8", "save it as UTF-8")
	}
	r.dec.UseNumber()
	n, err := r.value(0)
	if err != nil {
		return node{}, r.problem(err)
	}
	if _, err := r.dec.Token(); !errors.Is(err, io.EOF) {
		problem := r.flaw("goes on after its end", "remove what follows")
		problem.Code = CodeTrailing
		return node{}, problem
	}
	return n, nil
}

type reader struct {
	dec  *json.Decoder
	data []byte
	seen int64 // how much of data line has counted
	line int
}

var (
	errDeep = fmt.Errorf("nests deeper than %d levels", deepest)
	errHalf = errors.New("has half of a surrogate pair in a text")
)

// token returns the next token and counts the lines up to it.
func (r *reader) token() (json.Token, error) {
	t, err := r.dec.Token()
	now := r.dec.InputOffset()
	raw := r.data[r.seen:now]
	r.line += bytes.Count(raw, []byte("\n"))
	r.seen = now
	if s, isText := t.(string); isText && replaced(s, raw) {
		return nil, errHalf
	}
	return t, err
}

// replaced reports whether the decoder put the replacement character where raw,
// the text as written, has no such character.
func replaced(s string, raw []byte) bool {
	const sign = "\uFFFD"
	n := strings.Count(s, sign)
	return n > 0 && n > bytes.Count(raw, []byte(sign))+bytes.Count(bytes.ToLower(raw), []byte(`\ufffd`))
}

func (r *reader) value(depth int) (node, error) {
	t, err := r.token()
	if err != nil {
		return node{}, err
	}
	switch t := t.(type) {
	case bool:
		return node{form: boolean, word: strconv.FormatBool(t)}, nil
	case json.Number:
		return node{form: number, word: t.String()}, nil
	case string:
		return node{form: text, word: t}, nil
	case json.Delim:
		if depth++; depth > deepest {
			return node{}, errDeep
		}
		if t == '[' {
			return r.list(depth)
		}
		return r.object(depth)
	}
	return node{form: null}, nil
}

func (r *reader) list(depth int) (node, error) {
	n := node{form: list}
	for r.dec.More() {
		item, err := r.value(depth)
		if err != nil {
			return node{}, err
		}
		n.items = append(n.items, item)
	}
	_, err := r.token() // the closing bracket, or what stands in its place
	return n, err
}

func (r *reader) object(depth int) (node, error) {
	n := node{form: object}
	for r.dec.More() {
		key, err := r.token()
		if err != nil {
			return node{}, err
		}
		m := member{line: r.line}
		m.name, _ = key.(string) // the decoder gives nothing else here
		if m.value, err = r.value(depth); err != nil {
			return node{}, err
		}
		n.members = append(n.members, m)
	}
	_, err := r.token()
	return n, err
}

// problem says where reading stopped, and why.
func (r *reader) problem(err error) *fuseboard.Problem {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, errDeep):
		return r.flaw(err.Error(), "no policy needs that")
	case errors.Is(err, errHalf):
		return r.flaw(err.Error(), "write the character itself")
	case len(bytes.TrimSpace(r.data)) == 0:
		return r.flaw("is empty", "write {} for a policy that sets nothing")
	case errors.As(err, &syntax):
		return r.flaw("is not valid JSON: "+syntax.Error(), "")
	}
	return r.flaw("is not valid JSON: it ends in the middle", "")
}

func (r *reader) flaw(message, fix string) *fuseboard.Problem {
	return &fuseboard.Problem{
		Path: whole, Code: CodeSyntax, Message: message + " (near line " + strconv.Itoa(r.line) + ")", Fix: fix,
	}
}
