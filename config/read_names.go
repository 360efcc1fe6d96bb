// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// use is a name of a profile or a dependency, where it is named.
type use struct {
	path, name string
	at         plain.Place
	in         Origin
	dependency bool // else a profile
}

// lookUp tells of names that nothing has, of profiles that extend themselves, and of those that nothing names.
func (r *reader) lookUp() {
	used := map[string]bool{}
	for _, u := range r.uses {
		if r.full {
			return
		}
		if u.dependency {
			r.lookUpDependency(u)
			continue
		}
		used[u.name] = true
		if r.known[u.name] {
			continue
		}
		p := fuseboard.Problem{Path: u.path, Code: CodeUnknownProfile, Value: plain.Shorten(u.name), Message: "no profile has this name"}
		p.Accepted, p.Fix = r.profileNames(), "write it under profiles, or name another"
		if near, found := nearest(u.name, namesOf(r.profiles)); found {
			p.Fix = "did you mean " + near + "?"
		}
		r.add(flaw{at: u.at, in: u.in, Problem: p})
	}
	r.cycles()
	for _, s := range r.profiles {
		if !used[s.name] {
			r.add(flaw{at: r.place(s.origin), in: s.origin, Problem: fuseboard.Problem{
				Path: s.path, Code: CodeUnused, Message: "is a profile that nothing names", Warning: true,
				Fix: "name it in the profiles of a dependency or a rule, or remove it",
			}})
		}
	}
}

func (r *reader) profileNames() string {
	if len(r.profiles) == 0 {
		return "there are no profiles"
	}
	return listed(namesOf(r.profiles))
}

// listed are names as a message lists them: not more than can be read.
func listed(names []string) string {
	const most = 20
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + ", …"
}

func namesOf(sections []*section) []string {
	names := make([]string, len(sections))
	for i, s := range sections {
		names[i] = s.name
	}
	return names
}

// lookUpDependency tells of a name or pattern of a rule that is for no entry of the files.
func (r *reader) lookUpDependency(u use) {
	if !isName(u.name, true) {
		r.add(flaw{at: u.at, in: u.in, Problem: fuseboard.Problem{
			Path: u.path, Code: CodeName, Value: plain.Shorten(u.name), Message: "is not a name for a dependency", Accepted: acceptedPatterns,
			Fix: "write the name of an entry of dependencies",
		}})
		return
	}
	if r.isFor(u.name) {
		return
	}
	p := fuseboard.Problem{
		Path: u.path, Code: CodeUnknownDependency, Value: u.name, Message: "no entry of dependencies has this name, or matches it",
		Accepted: listed(namesOf(r.entries)), Fix: "write an entry for it under dependencies: " + u.name + ": {}",
	}
	if isWild(u.name) {
		p.Fix = "write one that matches an entry of dependencies, or * for all"
	}
	if near, found := nearest(u.name, namesOf(r.entries)); found {
		p.Fix = "did you mean " + near + "?"
	}
	r.add(flaw{at: u.at, in: u.in, Problem: p})
}

// isFor reports whether a name or pattern is for an entry, or some of what an entry with wildcards is for.
func (r *reader) isFor(name string) bool {
	return name == "*" || slices.ContainsFunc(r.entries, func(e *section) bool {
		return e.name == name || matches(e.name, name) || matches(name, e.name)
	})
}

// place is that of an origin in a file.
func (r *reader) place(o Origin) plain.Place {
	i := slices.IndexFunc(r.sources, func(s Source) bool { return s.Name == o.File })
	return plain.Place{Source: max(i, 0), Line: o.Line, Column: o.Column}
}
