// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// flags reads what flags set, the narrower ones over the others; of one target, later ones over earlier ones.
func (s *stack) flags(flags []string) (all []aside, found []told) {
	for _, f := range flags {
		one, wrong := s.flag(f)
		found = append(found, wrong...)
		if len(wrong) == 0 {
			all = append(all, one)
		}
	}
	slices.SortStableFunc(all, func(a, b aside) int { return cmp.Compare(a.narrow(), b.narrow()) })
	return all, found
}

const flagForm = "write name.path=value, as in payments.retry.attempts=3; a name with a point in quotes"

// flag reads one flag.
func (s *stack) flag(text string) (aside, []told) {
	key, value, is := cutPath(text)
	l := line{text: text, value: value, origin: Origin{Layer: Flag, Name: plain.Shorten(key)}}
	s.pages, l.page = s.pages.with(text)
	if !is {
		return aside{}, []told{l.told(0, len([]rune(text)), fuseboard.Problem{Path: plain.Shorten(text), Code: CodeFlag, Message: "has no =", Fix: flagForm})}
	}
	var fit []candidate
	for _, c := range s.flagTargets(key) {
		c.line = l
		c.line.home = c.target.home
		c.line.steps = stepsOf(key, c.from)
		fit = append(fit, c)
	}
	chosen, wrong := s.choose(fit)
	if wrong != nil {
		p := *wrong
		p.Path = plain.Shorten(key)
		if len(fit) == 0 {
			p.Fix = s.nearEntry(key)
		}
		return aside{}, []told{l.told(0, 0, p)}
	}
	said, found := chosen.line.read(s.pages)
	return aside{target: chosen.target, said: said}, found
}

// cutPath cuts a text at the first = outside of quotes.
func cutPath(text string) (path string, value int, found bool) {
	quoted := false
	for i := range len(text) {
		switch {
		case text[i] == '"':
			quoted = !quoted
		case text[i] == '=' && !quoted:
			return text[:i], i + 1, true
		}
	}
	return text, len(text), false
}

// flagTargets lists the targets that a path may begin with.
func (s *stack) flagTargets(key string) (all []candidate) {
	add := func(name string, t target) {
		for _, as := range []string{name, `"` + name + `"`} {
			rest, found := strings.CutPrefix(key, as)
			if found && (rest == "" || rest[0] == '.' || rest[0] == '[') {
				all = append(all, candidate{target: t, from: len(as)})
			}
		}
	}
	if add(defaultWord, target{home: defaultWord}); len(all) > 0 {
		return all
	}
	for _, name := range s.names {
		add(name, target{name: name, home: plain.Below("", name)})
	}
	if first := firstName(key); len(all) == 0 && s.has(first) {
		add(first, target{name: first, home: plain.Below("", first)})
	}
	return all
}

// firstName is the name that a path begins with, without quotes.
func firstName(key string) string {
	if rest, quoted := strings.CutPrefix(key, `"`); quoted {
		first, _, _ := strings.Cut(rest, `"`)
		return first
	}
	first, _, _ := strings.Cut(key, ".")
	return first
}

// nearEntry is the fix for a path that begins with no name.
func (s *stack) nearEntry(key string) string {
	names := append([]string{defaultWord}, s.names...)
	if near, found := plain.Nearest(firstName(key), names); found {
		return "did you mean " + near + "?"
	}
	return "name one of " + plain.Shorten(strings.Join(names, ", ")) + ", or add the entry to a file"
}

// stepsOf are the names of a path from a byte on: "retry.attempts", "operations["a.b"].retry". A quote that is not
// closed ends with the path.
func stepsOf(path string, from int) (steps []step) {
	for from < len(path) {
		switch path[from] {
		case '.', ']', '[':
			from++
			continue
		case '"':
			name, _, _ := strings.Cut(path[from+1:], `"`)
			steps = append(steps, step{name: name, from: from})
			from += len(name) + 2
			continue
		}
		end := strings.IndexAny(path[from:], ".[")
		if end < 0 {
			end = len(path) - from
		}
		steps = append(steps, step{name: strings.TrimSpace(path[from : from+end]), from: from})
		from += end
	}
	return steps
}
