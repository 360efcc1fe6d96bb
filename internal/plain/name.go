// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"strconv"
	"strings"
	"unicode"
)

// Name returns the name of a Go field in policy files: "OpenFor" is
// "open_for", "MinPerSecond" is "min_per_second", "TTL" is "ttl".
func Name(goField string) string {
	letters := []rune(goField)
	var b strings.Builder
	for i, r := range letters {
		if i > 0 && startsWord(letters, i) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// startsWord reports whether a word begins at i: a capital after a small letter
// or digit, or the last capital of several when a small letter follows.
func startsWord(letters []rune, i int) bool {
	if !unicode.IsUpper(letters[i]) || letters[i-1] == '_' {
		return false
	}
	return !unicode.IsUpper(letters[i-1]) || i+1 < len(letters) && unicode.IsLower(letters[i+1])
}

// Below returns the path of name in the object at path.
func Below(path, name string) string {
	switch {
	case !isWord(name):
		return path + "[" + strconv.Quote(Shorten(name)) + "]"
	case path == "":
		return name
	}
	return path + "." + name
}

func isWord(name string) bool {
	for _, r := range name {
		if r != '_' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
	}
	return name != "" && len(name) <= longest
}

// At returns the path of element i of the list at path.
func At(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// longest is the most bytes of a given name or value that a message repeats.
const longest = 48

// Shorten returns s, or where that is longer than a message repeats, its beginning and an ellipsis.
func Shorten(s string) string {
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + "…"
}

// Nearest returns the name that given was probably meant to be: the same in
// another spelling (openFor, open-for), or at most a third of its letters away.
func Nearest(given string, names []string) (string, bool) {
	if len(given) > longest {
		return "", false
	}
	best, least := "", max(1, len(given)/3)+1
	respelt := Name(strings.ReplaceAll(given, "-", "_"))
	for _, name := range names {
		if d := min(distance(given, name), distance(respelt, name)); d < least {
			best, least = name, d
		}
	}
	return best, best != ""
}

// distance counts the edits from a to b: a letter more, less or other, or two
// neighbours swapped (optimal string alignment).
func distance(a, b string) int {
	var before, last, row []int // rows i-2, i-1 and i
	row = make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			other := last[j-1]
			if a[i-1] != b[j-1] {
				other++
			}
			row[j] = min(other, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
