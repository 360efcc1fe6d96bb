// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"cmp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// changeText says in words what a new policy changes: "bulkhead.concurrency 8 -> 7; retry off". Of a section that was off it says what
// was given, and not its defaults.
func changeText(c actors.Change) string {
	before, after := plain.Leaves(c.Before.WithDefaults()), plain.Leaves(c.After.WithDefaults())
	var says []string
	told := map[string]bool{}
	for _, path := range c.Changed {
		section, _, _ := strings.Cut(path, ".")
		if told[section] {
			continue
		}
		was, is := below(before, section), below(after, section)
		switch {
		case section == path || (len(was) > 0) == (len(is) > 0): // one field, what stays on, or what is not known
			says = append(says, moved(path, before, after))
			continue
		case len(was) > 0:
			says = append(says, section+" off")
		default:
			says = append(says, valuesIn(below(plain.Leaves(c.After), section))...)
		}
		told[section] = true
	}
	return strings.Join(says, "; ")
}

// moved says how one path is otherwise: "retry.attempts 3 -> 1".
func moved(path string, before, after []plain.Leaf) string {
	was, is := at(before, path), at(after, path)
	if was == "" && is == "" { // a list's section, or a policy of which nothing is known
		return path + partly(len(below(before, path)) > 0, len(below(after, path)) > 0)
	}
	return path + " " + cmp.Or(was, nothing(is)) + " -> " + cmp.Or(is, nothing(was))
}

// nothing is the zero of a value that is otherwise: of a number 0, of a time or a rate off.
func nothing(other string) string {
	if _, err := strconv.ParseInt(other, 10, 64); err == nil {
		return "0"
	}
	return "off"
}

// partly says what became of something that has values below it.
func partly(was, is bool) string {
	switch {
	case was && !is:
		return " removed"
	case is && !was:
		return " added"
	}
	return ""
}

// at is the value of a path; empty where there is none.
func at(all []plain.Leaf, path string) string {
	for _, l := range all {
		if l.Path == path {
			return l.Text
		}
	}
	return ""
}

// below are the values of a path, and those below it.
func below(all []plain.Leaf, path string) (found []plain.Leaf) {
	for _, l := range all {
		rest, is := strings.CutPrefix(l.Path, path)
		if is && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			found = append(found, l)
		}
	}
	return found
}

func valuesIn(all []plain.Leaf) (texts []string) {
	for _, l := range all {
		if !l.Zero {
			texts = append(texts, l.Path+" "+l.Text)
		}
	}
	return texts
}

// longestValues is how much of an order's values an event tells: its reason has room behind it.
const longestValues = 100

// orderText says who gave an order, what it is about where its verb does not say that, and why.
func orderText(e *orders.Entry) string {
	switch {
	case e.Verb == orders.Policy:
		var values []string
		for _, path := range sorted(e.Policy) {
			values = append(values, path+"="+e.Policy[path])
		}
		return by(e) + " sets " + cut(strings.Join(values, " "), longestValues) + ": " + e.Reason
	case e.Verb == orders.Release && e.Of != orders.Everything:
		return by(e) + ", the " + e.Of.String() + " alone: " + e.Reason
	}
	return by(e) + ": " + e.Reason
}

// cut is the beginning of a text that may be too long.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "…"
}
