// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// mostTold is how many problems are told of one scenario.
const mostTold = 1000

// place is where something stands in the file; length is how many characters it takes, 0: the word.
type place struct {
	plain.Place
	length int
}

func at(p plain.Place) place { return place{Place: p} }

// add tells a problem of a place in the file.
func (r *reader) add(at place, p fuseboard.Problem) {
	if len(r.found) > mostTold {
		return
	}
	if len(r.found) == mostTold {
		p = fuseboard.Problem{Code: config.CodeTooMany, Message: fmt.Sprintf("there are more than %d problems; the others are not told", mostTold), Fix: "mend these first"}
	}
	at.Line, at.Column = max(at.Line, 1), max(at.Column, 1)
	r.found = append(r.found, config.Problem{
		Problem: p,
		Origin:  config.Origin{File: r.source.Name, Line: at.Line, Column: at.Column},
		Excerpt: r.source.Excerpt(at.Line, at.Column, at.length),
	})
}

// problems is what was found, in the order of the file; what stands in other files comes last.
func (r *reader) problems() config.Problems {
	elsewhere := func(p config.Problem) int {
		if p.Origin.File == r.source.Name {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(r.found, func(a, b config.Problem) int {
		return cmp.Or(
			cmp.Compare(elsewhere(a), elsewhere(b)), cmp.Compare(a.Origin.File, b.Origin.File),
			cmp.Compare(a.Origin.Line, b.Origin.Line), cmp.Compare(a.Origin.Column, b.Origin.Column),
		)
	})
	seen := map[string]bool{}
	return slices.DeleteFunc(r.found, func(p config.Problem) bool {
		key := fmt.Sprint(p.Code, "\n", p.Path, "\n", p.Message, "\n", p.Value, "\n", p.Origin)
		again := seen[key]
		seen[key] = true
		return again
	})
}

// line is a line of the file, from 1.
func (r *reader) line(n int) string {
	if r.lines == nil {
		r.lines = strings.Split(string(bytes.TrimPrefix(r.source.Data, []byte("\ufeff"))), "\n")
	}
	if n < 1 || n > len(r.lines) {
		return ""
	}
	return r.lines[n-1]
}

// inside is the place of a part of a text, by its column in the text, where the text stands in the file as it is, in one line; else
// where it begins.
func (r *reader) inside(n plain.Node, column, length int) place {
	line := r.line(n.At.Line)
	for _, quote := range []int{0, 1} {
		if strings.HasPrefix(tail(line, n.At.Column+quote), n.Word) {
			p := place{Place: n.At, length: length}
			p.Column += quote + column - 1
			return p
		}
	}
	return at(n.At)
}

// word is the place of a value with all its characters, where it stands in the file as it is.
func (r *reader) word(n plain.Node) place {
	if n.Form == plain.List || n.Form == plain.Object || n.Word == "" {
		return at(n.At)
	}
	return r.inside(n, 1, utf8.RuneCountInString(n.Word))
}

// tail is a line from a column on.
func tail(line string, column int) string {
	for i := range line {
		if column--; column < 1 {
			return line[i:]
		}
	}
	return ""
}

// meant is the fix for a name that nothing has: what was probably meant, or what to do else.
func meant(given string, names []string, otherwise string) string {
	for _, name := range names {
		if strings.EqualFold(letters(given), letters(name)) {
			return "did you mean " + name + "?"
		}
	}
	if near, found := plain.Nearest(given, names); found {
		return "did you mean " + near + "?"
	}
	return otherwise
}

// letters is a name without what spelling may put between its words.
func letters(name string) string { return strings.NewReplacer("-", "", "_", "", " ", "").Replace(name) }

// listed are names as a message lists them: not more than can be read.
func listed(names []string) string {
	const most = 20
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + ", …"
}

// given is a value as a problem repeats it.
func given(n plain.Node) string {
	switch n.Form {
	case plain.List, plain.Object, plain.Null:
		return ""
	default:
		return plain.Shorten(n.Word)
	}
}

// got says in words what the file has.
func got(n plain.Node) string {
	switch n.Form {
	case plain.Null:
		return "nothing"
	case plain.List:
		return "a list"
	case plain.Object:
		return "an object"
	case plain.Text:
		return fmt.Sprintf("%q", plain.Shorten(n.Word))
	default:
		return plain.Shorten(n.Word)
	}
}
