// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// line is a text such as "payments.retry.attempts=3", on the way to what it says.
type line struct {
	page   int
	text   string
	origin Origin
	home   string
	steps  []step // of the path
	value  int    // where its value begins, in bytes
}

// step is one name of a path, and where it begins, in bytes.
type step struct {
	name string
	from int
}

// at is the place of a byte of the text.
func (l line) at(from int) plain.Place {
	before := l.text[:min(from, len(l.text))]
	return plain.Place{Source: l.page, Line: 1 + strings.Count(before, "\n"), Column: 1 + len([]rune(before[strings.LastIndex(before, "\n")+1:]))}
}

// told is a problem of the line, at a byte of it.
func (l line) told(from, length int, p fuseboard.Problem) told {
	return told{Problem: p, spot: spot{path: p.Path, at: l.at(from), length: length, origin: l.origin}}
}

// read reads the value, and tells what is wrong with it and with the path.
func (l line) read(p pages) (said []saying, found []told) {
	if strings.TrimSpace(l.text[l.value:]) == "" {
		return nil, []told{l.told(l.value, 1, fuseboard.Problem{
			Path: l.path(), Code: CodeMissing, Message: "has no value", Fix: "write the value, or off to take away what lies below",
		})}
	}
	value, flaws := readTree(l.page, []byte(l.text[l.value:]))
	for _, f := range flaws {
		f.Path = l.path()
		t := told{Problem: f.Problem, spot: spot{path: f.Path, at: l.moved(f.at), length: f.length, origin: l.origin}}
		found = append(found, t)
	}
	if len(found) > 0 {
		return nil, found
	}
	return l.says(p, l.shifted(value))
}

// path is the whole path in words.
func (l line) path() string {
	path := ""
	for _, s := range l.steps {
		path = plain.Below(path, s.name)
	}
	return strings.TrimSuffix(joined(l.home, path), ".")
}

// moved returns a place of the value as one of the line.
func (l line) moved(at plain.Place) plain.Place {
	from := l.at(l.value)
	if at.Line <= 1 {
		at.Column += from.Column - 1
	}
	at.Source, at.Line = l.page, max(at.Line, 1)+from.Line-1
	return at
}

// shifted returns the value with the places of the line.
func (l line) shifted(n plain.Node) plain.Node {
	n.At = l.moved(n.At)
	for i, item := range n.Items {
		n.Items[i] = l.shifted(item)
	}
	for i, m := range n.Members {
		n.Members[i].At, n.Members[i].Value = l.moved(m.At), l.shifted(m.Value)
	}
	return n
}
