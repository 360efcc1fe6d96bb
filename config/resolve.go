// SPDX-License-Identifier: Apache-2.0

package config

import (
	"reflect"
	"slices"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Dependencies lists the entries as the files name them, wildcards included, in their order. The
// caller owns the list.
func (s *Set) Dependencies() []string { return slices.Clone(s.stack.names) }

// Has reports whether the files say something of the dependency: whether an entry has its name or matches it.
func (s *Set) Has(name string) bool { return s.stack.has(name) }

// Rules lists the rules in their order. The caller owns the list, and nothing in it.
func (s *Set) Rules() []Rule { return slices.Clone(s.stack.document.rules) }

// Forced lists the force lines. The caller owns the list.
func (s *Set) Forced() []Forced { return slices.Clone(s.stack.document.forced) }

// Resolve lays what is said of the dependency over each other. Its policy may be wrong even so, since
// code and overrides are judged here, and entries that several wildcards make together: then there are
// errors among the problems. A dependency that the files say nothing of ([Set.Has]) has its code and its
// overrides alone.
func (s *Set) Resolve(name string, l Layers) (Resolved, Problems) {
	r, found := s.stack.resolution(name, l)
	p, more := r.policy()
	return Resolved{Name: name, Policy: p, Values: r.values(p)}, r.pages.problems(append(found, more...)).sorted(s.stack.document.sources)
}

// resolution lays everything that is said of the dependency, and tells what is wrong with layers that are not of the files.
func (s *stack) resolution(name string, l Layers) (*resolution, []told) {
	said, found := codeSays(l.Code)
	said = s.files(said, name)
	for _, rule := range s.document.rules {
		if slices.Contains(l.Rules, rule.Name) && rule.For(name) {
			said = s.rule(said, rule)
		}
	}
	for _, rule := range l.Rules {
		if !slices.ContainsFunc(s.document.rules, func(r Rule) bool { return r.Name == rule }) {
			found = append(found, s.noRule(rule))
		}
	}
	said = s.sides(said, name)
	pages := s.pages
	for _, o := range l.Overrides {
		if o.Dependency == name {
			more, wrong := o.says(&pages)
			said, found = append(said, more...), append(found, wrong...)
		}
	}
	return &resolution{laid: lay(said), pages: pages, entry: s.entrySpot(name)}, found
}

// entrySpot is what a problem of the whole policy is told of: the narrowest entry, or the code.
func (s *stack) entrySpot(name string) spot {
	entries := s.entries(name)
	if len(entries) == 0 {
		return spot{origin: Origin{Layer: Code, Name: name}}
	}
	return entries[len(entries)-1].spot()
}

// codeSays is what the program's own policy says.
func codeSays(p actors.Policy) ([]saying, []told) {
	if reflect.ValueOf(p).IsZero() {
		return nil, nil
	}
	n, err := plain.Tree(p)
	if err != nil {
		return nil, []told{{
			Problem: fuseboard.Problem{Path: whole, Code: plain.CodeUnsupported, Message: "of the program can't be written: " + err.Error(), Fix: "mend it in the program"},
			spot:    spot{origin: Origin{Layer: Code}},
		}}
	}
	s := speaker{origin: Origin{Layer: Code}}
	s.of(n, nil)
	return s.said, nil
}

// noRule tells of a rule that is said to hold and that the files do not have.
func (s *stack) noRule(name string) told {
	names := make([]string, len(s.document.rules))
	for i, r := range s.document.rules {
		names[i] = r.Name
	}
	p := fuseboard.Problem{Path: plain.Below("rules", name), Code: "unknown-rule", Message: "is no rule of the files, so it can't hold", Fix: "name a rule of the files"}
	if near, found := plain.Nearest(name, names); found {
		p.Fix = "did you mean " + near + "?"
	}
	return told{Problem: p}
}
