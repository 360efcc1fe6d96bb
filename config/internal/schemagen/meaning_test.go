// SPDX-License-Identifier: Apache-2.0

package schemagen

import (
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/internal/plain"
)

var (
	link      = regexp.MustCompile(`\[([A-Za-z]\w*(?:\.[A-Z]\w*)*)\](\.[A-Z]\w*)?`)
	goName    = regexp.MustCompile("(^|[^`\\w.\\[])([A-Z][A-Za-z]+(?:\\.[A-Z][A-Za-z]+)*)\\b")
	twoWords  = regexp.MustCompile(`^[A-Z][a-z]+[A-Z]`)
	seeGo     = regexp.MustCompile(" ?See `[A-Z][A-Za-z.]*`\\.")
	sentences = regexp.MustCompile(`[.:!?]\s*$`)
)

// meaning is the comment of a field in the words of files, as Markdown: names as they are
// written there, constants as their values.
//
// Around are the structs that it is in, whose fields it may name, too.
func (g *generator) meaning(t *testing.T, of reflect.Type, field string, around ...reflect.Type) string {
	t.Helper()
	f, _ := of.FieldByName(field)
	known := append([]reflect.Type{of, f.Type}, around...)
	home := g.sources.of(t, of.PkgPath())
	text, found := home.fields[of.Name()+"."+field]
	if !found || strings.TrimSpace(text) == "" {
		t.Errorf("%s.%s has no comment", of, field)
	}
	var paragraphs []string
	for _, p := range strings.Split(strings.TrimSpace(text), "\n\n") {
		p = strings.Join(strings.Fields(p), " ")
		p = link.ReplaceAllStringFunc(p, func(s string) string { return g.linked(t, of, s) })
		paragraphs = append(paragraphs, inWordsOfFiles(p, known))
	}
	return strings.TrimSpace(seeGo.ReplaceAllString(strings.Join(paragraphs, "\n\n"), ""))
}

// linked says what a link of a Go comment is in a file.
func (g *generator) linked(t *testing.T, of reflect.Type, s string) string {
	m := link.FindStringSubmatch(s)
	parts := strings.Split(m[1]+m[2], ".")
	last := parts[len(parts)-1]
	home := g.sources.of(t, of.PkgPath())
	if value, known := home.values[last]; known && len(parts) == 1 {
		kind, place, isWord := strings.Cut(value, "#")
		if !isWord {
			return value
		}
		if of, known := g.enums[of.PkgPath()+"."+kind]; known {
			i, _ := strconv.Atoi(place)
			return "`" + words(of)[i] + "`"
		}
	}
	if len(parts) == 2 && parts[0] == of.Name() {
		return "`" + plain.Name(last) + "`"
	}
	return "`" + strings.Join(parts, ".") + "`"
}

// inWordsOfFiles writes the names of fields as files do. A single word
// at the beginning of a sentence may be just a word, and stays.
func inWordsOfFiles(text string, known []reflect.Type) string {
	var b strings.Builder
	last := 0
	for _, m := range goName.FindAllStringSubmatchIndex(text, -1) {
		name, inner, _ := strings.Cut(text[m[4]:m[5]], ".")
		before := text[:m[4]]
		begins := strings.TrimSpace(before) == "" || sentences.MatchString(before)
		isField := slices.ContainsFunc(known, func(of reflect.Type) bool { return hasField(of, name) })
		if name == "Policy" && inner != "" {
			name, inner, isField = inner, "", true
		}
		if strings.Count(before, "`")%2 == 1 || !isField || begins && !twoWords.MatchString(name) {
			continue
		}
		written := plain.Name(name)
		for _, part := range strings.FieldsFunc(inner, func(r rune) bool { return r == '.' }) {
			written += "." + plain.Name(part)
		}
		b.WriteString(text[last:m[4]] + "`" + written + "`")
		last = m[5]
	}
	return b.String() + text[last:]
}

var sentence = regexp.MustCompile(`^.*?[a-z0-9)\]%\x60]{2}\.(\s|$)`)

// shortly is the first sentence, without the marks of Markdown.
func shortly(markdown string) string {
	first, _, _ := strings.Cut(markdown, "\n\n")
	if m := sentence.FindString(first); m != "" {
		first = m
	}
	return strings.TrimSpace(strings.ReplaceAll(first, "`", ""))
}

func hasField(of reflect.Type, name string) bool {
	if of.Kind() != reflect.Struct {
		return false
	}
	_, found := of.FieldByName(name)
	return found
}

var ownDefault = regexp.MustCompile(`Default ([0-9][^\s,;]*[0-9a-z%])`)

// withDefault writes the default of this place where the comment of a type that stands in several has another.
func withDefault(meaning, byDefault string) string {
	if strings.HasPrefix(byDefault, "as the") || isLiteral.MatchString(byDefault) {
		return ownDefault.ReplaceAllString(meaning, "Default "+byDefault)
	}
	return meaning
}

var isLiteral = regexp.MustCompile(`^[0-9][0-9a-z.%]*$`)
