// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"slices"
	"strings"
	"unicode"
)

// token is one word, value, operator or parenthesis of a text.
type token struct {
	text   string
	column int // in runes from 1
	length int // in runes, of the text as it was written
}

// end reports whether the token is the one behind the last.
func (t token) end() bool { return t.text == "" }

const operatorRunes = "<>=!&|≤≥≠"

// tokens cuts a text into its tokens; the last one is empty. What follows a comma belongs
// to the word before it, so that "sat, sun" is one. Behind a number a comma is a token.
func tokens(text string) (list []token) {
	runes, end := []rune(text), 1
	for i := 0; i < len(runes); {
		if unicode.IsSpace(runes[i]) {
			i++
			continue
		}
		n := tokenLength(runes[i:])
		t := token{text: string(runes[i : i+n]), column: i + 1, length: n}
		i += n
		end = i + 1
		if last := len(list) - 1; last >= 0 && continues(list[last], t) {
			list[last].text += t.text
			list[last].length = end - list[last].column
			continue
		}
		list = append(list, t)
	}
	return append(list, token{column: end, length: 1})
}

func continues(before, t token) bool {
	return len(before.text) > 1 && strings.HasSuffix(before.text, ",") && !strings.ContainsAny(t.text, "()"+operatorRunes)
}

func tokenLength(runes []rune) int {
	class := classOf(runes[0])
	if class == parenthesis {
		return 1
	}
	n := 1
	for n < len(runes) && classOf(runes[n]) == class {
		n++
	}
	if runes[n-1] == ',' && slices.ContainsFunc(runes[:n], unicode.IsDigit) {
		n--
	}
	return n
}

type runeClass uint8

const (
	ordinary runeClass = iota
	space
	parenthesis
	operator
)

func classOf(r rune) runeClass {
	switch {
	case unicode.IsSpace(r):
		return space
	case r == '(' || r == ')':
		return parenthesis
	case strings.ContainsRune(operatorRunes, r):
		return operator
	}
	return ordinary
}
