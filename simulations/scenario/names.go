// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fuseboard/fuseboard"
)

// longestTitle is how many characters the name of a fault, a load or a baseline has.
const longestTitle = 63

// spaced is a text with one space between its words, as expectations name things.
func spaced(name string) string { return strings.Join(strings.Fields(name), " ") }

// isTitle reports whether a text is a name for a fault, a load or a baseline: what a sentence can name without
// being misunderstood.
func isTitle(name string) bool {
	first, _ := utf8.DecodeRuneInString(name)
	return unicode.IsLetter(first) && utf8.RuneCountInString(name) <= longestTitle && name == spaced(name) &&
		!strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || strings.ContainsRune(`"()<>=!`, r) })
}

// judgeName tells of a name that is none; the empty one stands for the default.
func (r *reader) judgeName(path, name string) {
	if name != "" && !isTitle(name) {
		r.tell(fuseboard.Problem{
			Path: path, Code: CodeName, Message: "is not a name that an expectation could tell from its other words", Fix: "begin it with a letter, and leave such signs out",
			Accepted: `up to 63 characters, beginning with a letter, without " ( ) < > = and !`,
		})
	}
}
