// SPDX-License-Identifier: Apache-2.0

package config

import (
	"maps"
	"slices"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// laid is what remains of sayings that were laid over each other.
type laid struct {
	said []saying // all, lowest first
	// last are the sayings that count, by path: those that set a field. off took away what was said of a section or
	// field, of which something may have been set since; began are where a section was named last.
	last, off, began map[string]int
}

// lay lays each saying over those before it: a field replaces it, a section or field that is
// taken away takes with it what was said below.
func lay(said []saying) *laid {
	l := &laid{said: said, last: map[string]int{}, off: map[string]int{}, began: map[string]int{}}
	for i, s := range said {
		switch s.kind {
		case begins:
			l.began[s.path] = i
		case sets:
			l.last[s.path] = i
		case takes:
			inside := func(path string, _ int) bool { return within(path, s.path) }
			maps.DeleteFunc(l.last, inside)
			maps.DeleteFunc(l.began, inside)
			maps.DeleteFunc(l.off, inside)
			l.off[s.path] = i
		}
	}
	return l
}

// operations are the names of those of which something is said, in order.
func (l *laid) operations() []string {
	names := map[string]bool{}
	for _, i := range l.last {
		if op := l.said[i].operation; op != "" {
			names[op] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// own is how many cases the policy has that are written as such.
func (l *laid) own() int {
	if i, found := l.last["cases"]; found {
		return len(l.said[i].value.Items)
	}
	return 0
}

// tree returns the whole as one policy. Operations are cases after those that are written as such.
func (l *laid) tree() plain.Node {
	policy, operation := outlines()
	n := l.section("", policy)
	for _, name := range l.operations() {
		path := plain.Below("operations", name)
		one := l.section(path, operation)
		for_ := plain.Node{Form: plain.List, Items: []plain.Node{{Form: plain.Text, Word: name, At: one.At}}, At: one.At}
		one.Members = append(one.Members, plain.Member{Name: "operations", At: one.At, Value: for_})
		n = withCase(n, one)
	}
	return n
}

// withCase returns the policy with one more case. It shares no list with what it was.
func withCase(policy, one plain.Node) plain.Node {
	i := slices.IndexFunc(policy.Members, func(m plain.Member) bool { return m.Name == "cases" })
	if i < 0 {
		i = len(policy.Members)
		policy.Members = append(policy.Members, plain.Member{Name: "cases", Value: plain.Node{Form: plain.List}})
	}
	cases := &policy.Members[i].Value
	cases.Items = append(slices.Clip(cases.Items), one)
	return policy
}

// section returns what counts of a section, its fields in their order.
func (l *laid) section(path string, o plain.Outline) plain.Node {
	n := plain.Node{Form: plain.Object}
	if i, found := l.began[path]; found {
		n.At = l.said[i].at
	}
	for _, f := range o.Fields {
		below := plain.Below(path, f.Name)
		if i, found := l.last[below]; found {
			n.Members = append(n.Members, plain.Member{Name: f.Name, At: l.said[i].at, Value: l.said[i].value})
		} else if _, named := l.began[below]; named && f.Fields != nil {
			if sub := l.section(below, f); len(sub.Members) > 0 {
				n.Members = append(n.Members, plain.Member{Name: f.Name, At: sub.At, Value: sub})
			}
		}
	}
	return n
}

// under lists what lies under the saying that counts for a path, the nearest first: what was set
// there before, and what took it away.
func (l *laid) under(path string, count int) (under []saying) {
	for i := count - 1; i >= 0; i-- {
		s := l.said[i]
		if s.kind == sets && s.path == path || s.kind == takes && within(path, s.path) {
			under = append(under, s)
		}
	}
	return under
}
