// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"
)

// Compare tells what after says otherwise than before: of each of the names, which are those of
// running guards, and of each entry of both. Dependencies that differ in nothing are left
// out. The result is in the order of the entries of after, then of those of before, then of names.
// Both are compared as the files, environment and flags say it, without the program's policies, rules and
// overrides. An entry with wildcards is compared as those are that match all its names. A
// Set that is nil says nothing. What is new, or gone as a whole, is no [Risk].
func Compare(before, after *Set, names ...string) []Difference {
	var all []string
	for _, s := range []*Set{after, before} {
		if s != nil {
			all = append(all, s.stack.names...)
		}
	}
	all = append(all, names...)
	var found []Difference
	seen := map[string]bool{}
	for _, name := range all {
		if seen[name] {
			continue
		}
		seen[name] = true
		if d := compare(before, after, name); d.Added || d.Removed || len(d.Changes) > 0 {
			found = append(found, d)
		}
	}
	return found
}

func compare(before, after *Set, name string) Difference {
	was, is := before.said(name), after.said(name)
	d := Difference{Dependency: name, Added: !was.there && is.there, Removed: was.there && !is.there}
	d.Changes = changes(was.Values, is.Values)
	if was.there && is.there {
		for _, r := range Risks(was.Policy, is.Policy) {
			d.risk(r)
		}
	}
	return d
}

// says is what a Set says of a dependency.
type says struct {
	Resolved
	there bool
}

func (s *Set) said(name string) says {
	if s == nil || !s.Has(name) {
		return says{}
	}
	r, _ := s.Resolve(name, Layers{})
	return says{Resolved: r, there: true}
}

// changes lists the values that differ, in the order of the fields.
func changes(before, after []Value) []Change {
	all := slices.Clone(after)
	for _, v := range before {
		if find(after, v.Path) == nil {
			at := slices.IndexFunc(all, func(o Value) bool { return slices.Compare(rank(o.Path), rank(v.Path)) > 0 })
			if at < 0 {
				at = len(all)
			}
			all = slices.Insert(all, at, v)
		}
	}
	var found []Change
	for _, v := range all {
		was, is := find(before, v.Path), find(after, v.Path)
		c := Change{Path: v.Path, Origin: v.Origin}
		if was != nil {
			c.Before = was.Text
		}
		if is != nil {
			c.After = is.Text
		} else if gone := away(after, v.Path); gone != nil {
			c.Origin = gone.Origin
		}
		if c.Before != c.After {
			found = append(found, c)
		}
	}
	return found
}

func find(values []Value, path string) *Value {
	if i := slices.IndexFunc(values, func(v Value) bool { return v.Path == path }); i >= 0 {
		return &values[i]
	}
	return nil
}

// away finds what took a path away.
func away(values []Value, path string) *Value {
	i := slices.IndexFunc(values, func(v Value) bool { return v.Text == offWord && v.Path != path && within(path, v.Path) })
	if i < 0 {
		return nil
	}
	return &values[i]
}

// risk notes a risk at the change that it is of.
func (d *Difference) risk(r Risk) {
	i := slices.IndexFunc(d.Changes, func(c Change) bool { return c.Path == r.Path })
	if i < 0 {
		i = slices.IndexFunc(d.Changes, func(c Change) bool { return within(c.Path, r.Path) })
	}
	if i < 0 {
		d.Changes = append(d.Changes, Change{Path: r.Path, Before: r.Before, After: r.After})
		i = len(d.Changes) - 1
	}
	d.Changes[i].Risk, d.Changes[i].Force = r.Message, r.Path
}
