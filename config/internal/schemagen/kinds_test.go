// SPDX-License-Identifier: Apache-2.0

package schemagen

import (
	"encoding"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

func isEnum(of reflect.Type) bool {
	p := reflect.PointerTo(of)
	return p.Implements(reflect.TypeFor[encoding.TextMarshaler]()) && p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// durationPattern is what time.ParseDuration reads, without a sign: no duration of a policy is negative.
const durationPattern = `^(\+?(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+|[+-]?0+(\.0*)?(ns|us|µs|μs|ms|s|m|h)?)$`

// sharePattern is what plain.ParseRate reads.
const sharePattern = `^\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*%?\s*$`

// bounds reads a range such as "1 to 10" or "0% to 100%".
func bounds(accepted string) (lo, hi float64, found bool) {
	least, most, found := strings.Cut(accepted, " to ")
	lo, err := plain.ParseRate(least)
	if err != nil {
		return 0, 0, false
	}
	hi, err = plain.ParseRate(most)
	return lo, hi, found && err == nil
}

// number is the schema of a number in a range, or at zero, which means the default.
func number(kind, accepted string) object {
	s := object{{"type", kind}}
	lo, hi, found := bounds(accepted)
	if !found {
		return s
	}
	s = s.with("minimum", min(lo, 0)).with("maximum", hi)
	if kind == "integer" && lo > 1 || kind == "number" && lo > 0 {
		s = s.with("not", object{{"exclusiveMinimum", 0}, {"exclusiveMaximum", lo}})
	}
	return s
}

// share is the schema of a share, as a number or in percent.
func share(accepted string) object {
	s := number("number", accepted)
	s[0].value = []string{"number", "string"}
	if not := len(s) - 1; s[not].name == "not" { // of numbers alone
		s[not].value = append(object{{"type", "number"}}, s[not].value.(object)...)
	}
	return s.with("pattern", sharePattern)
}

// removable is the schema of a value that can be taken away. A word can be so by null alone, since off might be a
// word of its own; in a list nothing lies below, and null is a field left out.
func removable(value object, of reflect.Type, list bool) object {
	switch {
	case len(value) == 0:
		return value // any
	case list || isEnum(of):
		return object{{"anyOf", []object{value, {{"type", "null"}}}}}
	}
	return object{{"anyOf", []object{value, {{"$ref", "#/$defs/off"}}}}}
}

// literal is a default as a value of a file, where it is one.
func literal(text string, of reflect.Type) any {
	switch kind := of.Kind(); {
	case isEnum(of):
		for _, w := range words(of) {
			if w == text {
				return text
			}
		}
	case of == reflect.TypeFor[time.Duration]():
		if d, err := time.ParseDuration(text); err == nil {
			return plain.Duration(d)
		}
	case kind == reflect.Int:
		if n, err := strconv.Atoi(text); err == nil {
			return n
		}
	case kind == reflect.Float64:
		if _, err := plain.ParseRate(text); err == nil && strings.HasSuffix(text, "%") {
			return text
		}
		if v, err := strconv.ParseFloat(text, 64); err == nil {
			return v
		}
	case kind == reflect.Bool && text == "false":
		return false
	}
	return nil
}

func quoted(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = "`" + w + "`"
	}
	return out
}

func plural(word string) string {
	switch {
	case strings.Contains(word, "`"):
		return "words: " + word
	case word == "class":
		return "classes"
	}
	return word + "s"
}

// markdown is what an editor shows over a field.
func (f field) markdown(unit string) string {
	head := "**" + f.path + "**"
	for _, part := range []string{unit, prefixed("default ", f.byDefault), prefixed("accepted ", f.accepted)} {
		if part != "" {
			head += " · " + part
		}
	}
	return head + "\n\n" + f.meaning
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}
