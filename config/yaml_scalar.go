// SPDX-License-Identifier: Apache-2.0

package config

import (
	"math/big"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/token"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// The core schema of YAML 1.2 (section 10.3.2): what a word without quotes is.
var (
	digits    = regexp.MustCompile(`^[-+]?[0-9]+$`)
	based     = regexp.MustCompile(`^(0o[0-7]{1,64}|0x[0-9a-fA-F]{1,64})$`) // longer ones are texts
	floating  = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
	boundless = regexp.MustCompile(`^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$`)
)

// emptyWord is the Word of a Null that nothing was written for; that of others is what was written.
const emptyWord = ""

// scalar reads one word.
func (t *treeReader) scalar(path string, at plain.Place, tk *token.Token) plain.Node {
	switch {
	case tk == nil || tk.Type == token.ImplicitNullType:
		return plain.Node{Form: plain.Null, Word: emptyWord, At: at}
	case tk.Type == token.SingleQuoteType || tk.Type == token.DoubleQuoteType:
		return plain.Node{Form: plain.Text, Word: tk.Value, At: at}
	}
	n := plain.Node{Word: tk.Value, At: at}
	switch word := tk.Value; {
	case slices.Contains(nulls, word):
		n.Form = plain.Null
	case slices.Contains(truths, word):
		n.Form, n.Word = plain.Truth, strings.ToLower(word)
	case boundless.MatchString(word):
		n.Form, n.Word = plain.Numeral, "0"
		t.add(at, fuseboard.Problem{
			Path: path, Code: CodeNumber, Value: word, Message: "is no number that a policy can hold", Fix: "write a number, or leave the field out for its default",
		})
	case digits.MatchString(word), based.MatchString(word), floating.MatchString(word):
		n.Form, n.Word = plain.Numeral, t.numeral(path, at, word)
	default:
		n.Form = plain.Text
	}
	return n
}

var (
	nulls  = []string{"null", "Null", "NULL", "~"}
	truths = []string{"true", "True", "TRUE", "false", "False", "FALSE"}
	zeroed = regexp.MustCompile(`^0+[0-9]`)
)

// numeral writes a number as JSON does: without a plus, in tens, with digits on both sides of the point.
func (t *treeReader) numeral(path string, at plain.Place, word string) string {
	if based.MatchString(word) {
		whole, _ := new(big.Int).SetString(word, 0) // which based says it can read
		return whole.String()
	}
	sign, rest := "", strings.TrimPrefix(word, "+")
	if negative, is := strings.CutPrefix(rest, "-"); is {
		sign, rest = "-", negative
	}
	if zeroed.MatchString(rest) {
		t.add(at, fuseboard.Problem{
			Path: path, Code: CodeNumber, Value: plain.Shorten(word), Message: "begins with 0, which some read as a number in eights",
			Fix: "write " + plain.Shorten(sign+zeroed.ReplaceAllStringFunc(rest, func(z string) string { return z[len(z)-1:] })) + ", or put it in quotes if it is a text",
		})
		return "0"
	}
	if strings.HasPrefix(rest, ".") {
		rest = "0" + rest
	}
	whole, exponent := rest, ""
	if e := strings.IndexAny(rest, "eE"); e >= 0 {
		whole, exponent = rest[:e], rest[e:]
	}
	return sign + strings.TrimSuffix(whole, ".") + exponent
}
