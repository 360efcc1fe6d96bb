// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is one word, sign or text in quotes of a sentence.
type token struct {
	text   string // without its quotes
	quoted bool
	column int // in characters, from 1
	length int // in characters, with its quotes
}

// end reports whether the token is the one behind the last.
func (t token) end() bool { return t.text == "" && !t.quoted }

// first is the first character; a space where there is none, or where it is one of a text in quotes.
func (t token) first() rune {
	if t.text == "" || t.quoted {
		return ' '
	}
	r, _ := utf8.DecodeRuneInString(t.text)
	return r
}

// tokens cuts a sentence into its tokens; the last one is empty.
func tokens(text string) (list []token) {
	runes, last := []rune(text), 1
	for i := 0; i < len(runes); {
		if unicode.IsSpace(runes[i]) {
			i++
			continue
		}
		t := tokenAt(runes, i)
		i += t.length
		last = i + 1
		list = append(list, t)
	}
	return append(list, token{column: last, length: 1})
}

const operators = "<>=!≤≥≠"

func tokenAt(runes []rune, i int) token {
	t := token{column: i + 1, length: 1, text: string(runes[i])}
	switch first := runes[i]; {
	case first == '"':
		return quotedAt(runes, i)
	case first == '(' || first == ')':
		return t
	case isOperator(first):
		for i+t.length < len(runes) && isOperator(runes[i+t.length]) {
			t.length++
		}
	default:
		for i+t.length < len(runes) && isOrdinary(runes[i+t.length]) {
			t.length++
		}
	}
	t.text = string(runes[i : i+t.length])
	return t
}

// quotedAt is a text in quotes; a quote that is not closed ends with the sentence.
func quotedAt(runes []rune, i int) token {
	end := i + 1
	for end < len(runes) && runes[end] != '"' {
		end++
	}
	return token{text: string(runes[i+1 : end]), quoted: true, column: i + 1, length: min(end+1, len(runes)) - i}
}

func isOperator(r rune) bool { return strings.ContainsRune(operators, r) }

func isOrdinary(r rune) bool {
	return !unicode.IsSpace(r) && !isOperator(r) && r != '(' && r != ')' && r != '"'
}
