// SPDX-License-Identifier: Apache-2.0

package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// values lists what a policy says with its defaults, and what was taken away.
func (r *resolution) values(p actors.Policy) []Value {
	given := map[string]string{}
	for _, leaf := range plain.Leaves(p) {
		given[leaf.Path] = leaf.Text
	}
	var all []Value
	for _, leaf := range plain.Leaves(p.WithDefaults()) {
		path := r.written(leaf.Path)
		if leaf.Path != path && strings.Contains(leaf.Path, "].operations") {
			continue // which operation it is of stands in the path
		}
		text, said := given[leaf.Path]
		all = append(all, r.value(path, leaf.Text, said && text == leaf.Text))
	}
	return r.withGone(all)
}

// value finds where a value came from, and what lies under it.
func (r *resolution) value(path, text string, given bool) Value {
	v := Value{Path: path, Text: text, Origin: Origin{Layer: BuiltIn}}
	count := len(r.said)
	for p := path; p != "" && given; p = above(p) {
		if i, found := r.last[p]; found {
			v.Origin, count, path = r.inside(r.said[i], path).origin, i, p
			break
		}
	}
	for _, s := range r.under(path, count) {
		v.Under = append(v.Under, Said{Text: s.text(), Origin: s.origin})
	}
	return v
}

// withGone adds a value "off" for each section or field that was taken away, and that nothing was set
// of since, each where its field would be.
func (r *resolution) withGone(all []Value) []Value {
	for _, path := range slices.Sorted(maps.Keys(r.off)) {
		if slices.ContainsFunc(all, func(v Value) bool { return within(v.Path, path) }) {
			continue
		}
		at := slices.IndexFunc(all, func(v Value) bool { return slices.Compare(rank(v.Path), rank(path)) > 0 })
		if at < 0 {
			at = len(all)
		}
		all = slices.Insert(all, at, r.gone(path, r.off[path]))
	}
	return all
}

// gone is the value of what the saying with this number took away.
func (r *resolution) gone(path string, i int) Value {
	v := Value{Path: path, Text: offWord, Origin: r.said[i].origin}
	for k := i - 1; k >= 0; k-- {
		if s := r.said[k]; s.kind != begins && (within(s.path, path) || s.kind == takes && within(path, s.path)) {
			v.Under = append(v.Under, Said{Text: s.textBelow(path), Origin: s.origin})
		}
	}
	return v
}

const offWord = "off" // how texts write what takes away

// text is what a saying says, in a word.
func (s saying) text() string {
	if s.kind == takes {
		return offWord
	}
	return s.value.String()
}

// textBelow is the text with the field's name, where that is below the section at path.
func (s saying) textBelow(path string) string {
	if name := strings.TrimPrefix(strings.TrimPrefix(s.path, path), "."); name != "" && within(s.path, path) {
		return name + ": " + s.text()
	}
	return s.text()
}

// rank is the place of a path in the order of the fields; operations come last.
func rank(path string) (places []int) {
	o, _ := outlines()
	if within(path, "operations") {
		return []int{len(o.Fields)}
	}
	for step := range strings.SplitSeq(path, ".") {
		step, _, _ = strings.Cut(step, "[")
		i := slices.IndexFunc(o.Fields, func(f plain.Outline) bool { return f.Name == step })
		if i < 0 {
			break
		}
		o, places = o.Fields[i], append(places, i)
	}
	return places
}
