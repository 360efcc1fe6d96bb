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

// Form says what a [Node] is in the text.
type Form uint8

// The forms of a node.
const (
	// Null is no value.
	Null Form = iota
	// Truth is true or false.
	Truth
	// Numeral is a number, as it was written.
	Numeral
	// Text is a text.
	Text
	// List has items.
	List
	// Object has members.
	Object
)

// Place is where something stands in a text. The zero Place is nowhere.
type Place struct {
	// Source says which text, among those that the reader of several knows; 0 for one alone.
	Source int
	// Line and Column count from 1; 0 where that is not known.
	Line, Column int
}

// Node is one value of a text, with what encoding/json's any would lose: the
// order of members, those given twice, the digits of numbers, the places.
type Node struct {
	// Form says which of the other fields are used.
	Form Form
	// Word is a truth or numeral as written, and the content of a text.
	Word string
	// Items are those of a list.
	Items []Node
	// Members are those of an object, in their order, those given twice included.
	Members []Member
	// At is where it begins.
	At Place
}

// Member is a named value of an object.
type Member struct {
	// Name is its name, without quotes.
	Name string
	// At is where the name stands.
	At Place
	// Value is what it names.
	Value Node
}

// got says in words what the text has.
func (n Node) got() string {
	switch n.Form {
	case Null:
		return "null"
	case Text:
		return strconv.Quote(Shorten(n.Word))
	case List:
		return "a list"
	case Object:
		return "an object"
	default:
		return Shorten(n.Word)
	}
}

// given is the Node as Problem.Value; text stands without quotes.
func (n Node) given() string {
	if n.Form == Text {
		return Shorten(n.Word)
	}
	return n.got()
}

// parse reads JSON that nests at most so deep into a tree. The problem is nil when there is one.
func parse(data []byte, most int) (Node, *fuseboard.Problem) {
	r := reader{data: data, dec: json.NewDecoder(bytes.NewReader(data)), line: 1, most: most}
	if !utf8.Valid(data) {
		return Node{}, r.flaw("has bytes that are not UTF-8", "save it as UTF-8")
	}
	r.dec.UseNumber()
	n, err := r.value(0)
	if err != nil {
		return Node{}, r.problem(err)
	}
	if _, err := r.dec.Token(); !errors.Is(err, io.EOF) {
		problem := r.flaw("goes on after its end", "remove what follows")
		problem.Code = CodeTrailing
		return Node{}, problem
	}
	return n, nil
}

type reader struct {
	dec  *json.Decoder
	data []byte
	seen int64 // how much of data line has counted
	line int
	most int // levels
}

var (
	errDeep = errors.New("nests too deep")
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

func (r *reader) value(depth int) (Node, error) {
	t, err := r.token()
	if err != nil {
		return Node{}, err
	}
	switch t := t.(type) {
	case bool:
		return Node{Form: Truth, Word: strconv.FormatBool(t)}, nil
	case json.Number:
		return Node{Form: Numeral, Word: t.String()}, nil
	case string:
		return Node{Form: Text, Word: t}, nil
	case json.Delim:
		if depth++; depth > r.most {
			return Node{}, errDeep
		}
		if t == '[' {
			return r.list(depth)
		}
		return r.object(depth)
	}
	return Node{Form: Null}, nil
}

func (r *reader) list(depth int) (Node, error) {
	n := Node{Form: List}
	for r.dec.More() {
		item, err := r.value(depth)
		if err != nil {
			return Node{}, err
		}
		n.Items = append(n.Items, item)
	}
	_, err := r.token() // the closing bracket, or what stands in its place
	return n, err
}

func (r *reader) object(depth int) (Node, error) {
	n := Node{Form: Object}
	for r.dec.More() {
		key, err := r.token()
		if err != nil {
			return Node{}, err
		}
		m := Member{At: Place{Line: r.line}}
		m.Name, _ = key.(string) // the decoder gives nothing else here
		if m.Value, err = r.value(depth); err != nil {
			return Node{}, err
		}
		n.Members = append(n.Members, m)
	}
	_, err := r.token()
	return n, err
}

// problem says where reading stopped, and why.
func (r *reader) problem(err error) *fuseboard.Problem {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, errDeep):
		return r.flaw(fmt.Sprintf("nests deeper than %d levels", r.most), "no policy needs that")
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
