// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"slices"
)

// stack is a document made ready to be laid: what each of its sections says, in the order of laying.
// It never changes.
type stack struct {
	document document
	pages    pages // what places are of: files, then variables and flags
	profiles map[string]*section
	exact    map[string]*section
	wild     []*section // those that lie lower first
	names    []string   // of all entries, in the order of the files
	// own is what each section says by itself, without the profiles under it.
	own map[*section][]saying
	// beside are environment and flags, those that lie lower first.
	beside []aside
}

func newStack(d document) *stack {
	s := &stack{document: d, profiles: map[string]*section{}, exact: map[string]*section{}, own: map[*section][]saying{}}
	s.pages = pages{sources: d.sources, files: len(d.sources)}
	for _, p := range d.profiles {
		s.profiles[p.name] = p
		s.prepare(p, Origin{Layer: Entry, Profile: p.name})
	}
	for _, e := range d.entries {
		s.names = append(s.names, e.name)
		s.prepare(e, Origin{Layer: Entry, Name: e.name})
		if isWild(e.name) {
			s.wild = append(s.wild, e)
		} else {
			s.exact[e.name] = e
		}
	}
	s.document.rules = slices.Clone(d.rules)
	for i := range s.document.rules {
		s.document.rules[i].entries = s.names
	}
	slices.SortStableFunc(s.wild, func(a, b *section) int { return cmp.Compare(letters(a.name), letters(b.name)) })
	if d.defaults != nil {
		s.prepare(d.defaults, Origin{Layer: Defaults})
	}
	return s
}

func (s *stack) prepare(of *section, o Origin) {
	p := speaker{pages: s.pages, home: of.path, origin: o}
	p.of(of.policy, of.operations)
	s.own[of] = p.said
}

// spot is what a problem of the whole section is told of.
func (e *section) spot() spot { return spot{path: e.path, at: e.at, origin: e.origin} }

// has reports whether the files say something of the dependency.
func (s *stack) has(name string) bool {
	return s.exact[name] != nil || slices.ContainsFunc(s.wild, func(e *section) bool { return matches(e.name, name) })
}

// entries are those that are laid for the dependency, the lowest first.
func (s *stack) entries(name string) (all []*section) {
	for _, e := range s.wild {
		if matches(e.name, name) {
			all = append(all, e)
		}
	}
	if e := s.exact[name]; e != nil {
		all = append(all, e)
	}
	return all
}

// profilesOf lists the profiles that are named, each after those that it extends, left to right. One
// that is reached twice is laid once, where it is reached first: so what two profiles both
// extend stays below both.
func (s *stack) profilesOf(names []reference) []*section {
	return s.reach(nil, map[string]bool{}, names)
}

func (s *stack) reach(found []*section, seen map[string]bool, names []reference) []*section {
	for _, r := range names {
		p := s.profiles[r.name]
		if p == nil || seen[r.name] { // the reader tells of names that nobody has, and of circles
			continue
		}
		seen[r.name] = true
		found = append(s.reach(found, seen, p.over), p)
	}
	return found
}

// whole adds what a section says with the profiles under it, as the layer and the name of who says it.
func (s *stack) whole(said []saying, of *section, layer Layer, name string) []saying {
	for _, p := range s.profilesOf(of.over) {
		said = s.as(said, p, layer, name)
	}
	return s.as(said, of, layer, name)
}

// as adds what a section says by itself, as the layer and the name of who says it.
func (s *stack) as(said []saying, of *section, layer Layer, name string) []saying {
	first := len(said)
	said = append(said, s.own[of]...)
	for i := first; i < len(said); i++ {
		said[i].origin.Layer, said[i].origin.Name = layer, name
	}
	return said
}

// rule adds what a rule that holds says.
func (s *stack) rule(said []saying, r Rule) []saying {
	refs := make([]reference, len(r.Profiles))
	for i, p := range r.Profiles {
		refs[i].name = p
	}
	for _, p := range s.profilesOf(refs) {
		said = s.as(said, p, ByRule, r.Name)
	}
	return said
}

// files adds what the files say of a dependency, without rules.
func (s *stack) files(said []saying, name string) []saying {
	entries := s.entries(name)
	if len(entries) == 0 {
		return said
	}
	if s.document.defaults != nil {
		said = s.whole(said, s.document.defaults, Defaults, "")
	}
	for _, e := range entries {
		said = s.whole(said, e, Entry, e.name)
	}
	return said
}

// sides adds what environment and flags say of a dependency.
func (s *stack) sides(said []saying, name string) []saying {
	if !s.has(name) {
		return said
	}
	for _, b := range s.beside {
		if b.isFor(name) {
			said = append(said, b.said...)
		}
	}
	return said
}
