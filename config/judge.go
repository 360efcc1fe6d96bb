// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Read reads the sources as one, and judges every policy that they can make: each entry alone, and
// with each rule; an entry with wildcards as those are that match all its names. It returns a Set only
// where there is no error; warnings may come beside it. What a program's own policy adds is not known
// here: a section that needs another one, which the program may have, is a warning, and [Set.Resolve] judges it.
func Read(sources []Source, o Options) (*Set, Problems) {
	d, problems := readDocument(sources)
	s := newStack(d)
	env, wrong := s.environment(o.Env)
	flags, more := s.flags(o.Flags)
	s.beside = append(env, flags...)
	j := judge{stack: s, sound: problems.Err() == nil, seen: map[string]bool{}, bad: map[Origin]bool{}}
	for _, p := range problems.Errors() {
		j.bad[p.Origin] = true
	}
	j.add(append(wrong, more...)...)
	j.parts()
	j.entries()
	if j.sound && !slices.ContainsFunc(j.found, func(t told) bool { return !t.Warning }) {
		j.lint()
	}
	problems = append(problems, s.pages.problems(j.found)...).sorted(sources)
	if problems.Err() != nil {
		return nil, problems
	}
	return &Set{stack: s}, problems
}

// judge collects what is wrong with the policies that the files can make; each thing once.
type judge struct {
	*stack
	sound bool // the reader has found no error
	found []told
	seen  map[string]bool
	bad   map[Origin]bool // what the reader has told errors of
}

func (j *judge) add(found ...told) {
	for _, t := range found {
		key := t.key()
		if !j.seen[key] {
			j.seen[key] = true
			j.found = append(j.found, t)
		}
	}
}

// key is what two problems share that say the same of one place.
func (t told) key() string {
	return t.path + "\n" + t.Code + "\n" + t.Message + "\n" + t.origin.String()
}

// parts judges the defaults, and each profile with those that it extends, by what is wrong
// whatever lies under it.
func (j *judge) parts() {
	all := slices.Clone(j.document.profiles)
	if j.document.defaults != nil {
		all = append(all, j.document.defaults)
	}
	for _, part := range all {
		r := &resolution{laid: lay(j.whole(nil, part, part.origin.Layer, part.origin.Name)), pages: j.pages, entry: part.spot()}
		_, found := r.policy()
		for _, t := range found {
			if !t.Warning && !t.unread && t.Code != needsAnother && t.Code != CodeOffOperation {
				j.add(t)
			}
		}
	}
}

// entries judges each entry, alone and with each rule.
func (j *judge) entries() {
	for _, name := range j.names {
		j.entry(name, nil)
		for _, r := range j.document.rules {
			if r.For(name) {
				j.entry(name, []string{r.Name})
			}
		}
		j.together(name)
	}
}

func (j *judge) entry(name string, rules []string) {
	r, _ := j.resolution(name, Layers{Rules: rules})
	p, found := r.policy()
	if j.sound {
		j.nothings(r, p)
	}
	for _, t := range found {
		if t.unread || j.bad[t.origin] || t.Warning && !j.sound {
			continue // the reader has told it; or it may be so only for what could not be read
		}
		j.add(j.forFiles(t, r.entry))
	}
}

// forFiles is a problem as it is told of files: what the program's own policy may mend is a warning, and what
// is told of defaults or a profile names the entry that has it.
func (j *judge) forFiles(t told, entry spot) told {
	if t.Code == needsAnother && !t.Warning {
		t.Warning = true
		t.Fix += "; or see that the program's own policy has it"
	}
	elsewhere := t.origin.Line > 0 && t.path != entry.path && !within(t.path, entry.path)
	if elsewhere && !slices.Contains(t.related, entry.origin) {
		t.related = append(t.related, entry.origin)
	}
	return t
}

// needsAnother is the code of the error for a section that cannot do without another one.
const needsAnother = "hedge-without-workers"

// policyOf is the policy of an entry by the files alone.
func (s *stack) policyOf(name string, rules ...string) actors.Policy {
	r, _ := s.resolution(name, Layers{Rules: rules})
	var p actors.Policy
	_ = plain.DecodeNode(r.tree(), &p)
	return p
}

// warn adds a warning of the place of a section.
func (j *judge) warn(at spot, code, message, fix string) {
	j.add(told{Problem: fuseboard.Problem{Path: at.path, Code: code, Message: message, Fix: fix, Warning: true}, spot: at})
}
