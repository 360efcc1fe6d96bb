// SPDX-License-Identifier: Apache-2.0

package orders

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Codes of the problems of an order.
const (
	codeName     = "name"
	codeWord     = "unknown-word"
	codeMissing  = "missing"
	codeNoEffect = "no-effect"
	codeText     = "text"
	codeMany     = "too-many"
)

// isName reports whether s is 1 to 63 letters, digits and marks, a letter or digit first.
func isName(s, marks string) bool {
	for i := range len(s) {
		c := s[i]
		alphanumeric := c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		if !alphanumeric && (i == 0 || !strings.ContainsRune(marks, rune(c))) {
			return false
		}
	}
	return s != "" && len(s) <= longestName
}

func isLabel(s string) bool { return isName(s, "_.-/:") }

func notALabel(s string) fuseboard.Problem {
	return fuseboard.Problem{
		Path: "fleet", Code: codeName, Value: quote(s), Message: "is no label of a fleet",
		Accepted: "1 to 63 of a-z 0-9 _ . - / :, beginning with a letter or digit", Fix: "use the label that the nodes have, which their status shows",
	}
}

// quote shows what was given, shortened, so that nothing of it can be taken for ours.
func quote(s string) string { return strconv.Quote(plain.Shorten(s)) }

// isText reports whether s can be shown in one line: valid, and nothing that moves a cursor.
func isText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// text checks words that people read: asked for, bounded, one line.
func text(c *plain.Check, path, value string, longest int, fix string) {
	switch {
	case strings.TrimSpace(value) == "":
		c.Add(fuseboard.Problem{Path: path, Code: codeMissing, Message: "is required", Fix: fix})
	case len(value) > longest:
		c.Add(fuseboard.Problem{
			Path: path, Code: plain.CodeRange, Value: plain.Count(len(value), "byte", "bytes"), Message: "is too long",
			Accepted: "1 to " + strconv.Itoa(longest) + " bytes", Fix: "shorten it",
		})
	case !isText(value):
		c.Add(fuseboard.Problem{Path: path, Code: codeText, Value: quote(value), Message: "is not one line of printable text", Fix: "leave line ends and control characters out"})
	}
}

func (o Order) checkValues(c *plain.Check) {
	switch n := len(o.Policy); {
	case o.Verb == Policy && n == 0:
		c.Add(fuseboard.Problem{Path: "policy", Code: codeMissing, Message: "is required for the verb policy", Fix: "say which fields get which values, such as bulkhead.concurrency=8"})
	case o.Verb != Policy && n > 0:
		c.Add(fuseboard.Problem{Path: "policy", Code: codeNoEffect, Message: "is for the verb policy only", Fix: "leave it out, or use that verb"})
		return
	case n > MostValues:
		c.Add(fuseboard.Problem{
			Path: "policy", Code: codeMany, Value: plain.Count(n, "field", "fields"), Message: "is more than one order may hold",
			Accepted: "1 to " + strconv.Itoa(MostValues) + " fields", Fix: "name sections instead of their fields, or change the policy files",
		})
		return
	}
	for _, path := range slices.Sorted(maps.Keys(o.Policy)) {
		if !isPath(path) {
			c.Add(fuseboard.Problem{
				Path: "policy", Code: codeName, Value: quote(path), Message: "is no path of a field",
				Accepted: "1 to 128 of a-z 0-9 _ . - [ ], beginning with a letter", Fix: "use the path that explain shows",
			})
			continue
		}
		text(c, plain.Below("policy", path), o.Policy[path], longestValue, "say the value as in a policy file")
	}
}

// isPath reports whether s looks like a path of a policy. Whether there is such a field, who obeys knows.
func isPath(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z'
		if !letter && (i == 0 || !(c >= '0' && c <= '9') && !strings.ContainsRune("_.-[]", rune(c))) {
			return false
		}
	}
	return s != "" && len(s) <= longestPath
}
