// SPDX-License-Identifier: Apache-2.0

package config

import (
	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// whole is the path in the whole text of what has this path among the words of a policy file.
func (s Source) whole(path string) string {
	switch {
	case s.Within == "":
		return path
	case path == "":
		return s.Within
	}
	return joined(s.Within, path)
}

// wordsIn returns the value of a text that has the words of a policy file. There may be none, which is told
// where the text itself has no flaws.
func (r *reader) wordsIn(number int, path string, tree plain.Node, flawed bool) (plain.Node, bool) {
	if path == "" {
		return tree, true
	}
	value, found := tree.Lookup(path)
	if !found && !flawed {
		at := plain.Place{Source: number, Line: max(value.At.Line, 1), Column: max(value.At.Column, 1)}
		r.add(flaw{at: at, Problem: fuseboard.Problem{Code: CodeMissing, Message: "is missing: policies are read from there", Fix: "write " + path}})
	}
	value.At.Source = number
	return value, found
}
