// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config/rule"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Codes of the warnings about files that work, and say something that changes nothing.
const (
	// CodeLaidTwice: a profile is named again where it lies under another one already, so that naming it lays nothing.
	CodeLaidTwice = "laid-twice"
	// CodeHidden: all that an entry with wildcards says is hidden by another one that matches all its names.
	CodeHidden = "hidden-entry"
	// CodeBlindRule: a rule lays mode: bypass, and ends by what is not counted then.
	CodeBlindRule = "blind-rule"
	// CodeIdleRule: what a rule lays over its dependencies is there already.
	CodeIdleRule = "idle-rule"
)

// lint finds what is said for nothing.
func (j *judge) lint() {
	for _, s := range slices.Concat(j.document.profiles, j.document.entries) {
		j.laidTwice(s)
	}
	for i, e := range j.wild {
		j.hidden(e, j.wild[i+1:])
	}
	for _, r := range j.document.rules {
		j.idle(r)
		j.blind(r)
	}
}

// blind finds a rule that ends by what a dependency shows, and under which nothing of it is counted: past a guard in
// bypass calls go without being seen, so that the rule would hold for ever, or end at once.
func (j *judge) blind(r Rule) {
	until := r.Until
	if until.IsZero() {
		until = r.When.Opposite()
	}
	said := j.rule(nil, r)
	i := slices.IndexFunc(said, func(s saying) bool {
		return s.kind == sets && s.path == "mode" && s.value.Word == actors.BypassPolicy.String()
	})
	if i < 0 || until.Scope() != rule.Dependency {
		return
	}
	at := spot{path: plain.Below("rules", r.Name), at: j.placeOf(r.Origin), origin: r.Origin}
	j.add(told{spot: at, related: []Origin{said[i].origin}, Problem: fuseboard.Problem{
		Path: at.path, Code: CodeBlindRule, Warning: true,
		Message: "ends by what calls show, and its profiles lay mode: bypass, under which no call is counted: it may never end",
		Fix:     "write an until of the host or of the time, or take sections away instead of the mode",
	}})
}

// laidTwice finds profiles that are named after another one that has them under it.
func (j *judge) laidTwice(s *section) {
	for i, ref := range s.over {
		for _, before := range s.over[:i] {
			if p := j.profiles[ref.name]; p != nil && slices.Contains(j.profilesOf([]reference{before}), p) {
				at := spot{path: s.path, at: j.placeOf(ref.origin), origin: ref.origin}
				if before.name == ref.name {
					j.warn(at, CodeLaidTwice, "names the profile "+ref.name+" again: it is laid once", "name it once")
					break
				}
				j.warn(at, CodeLaidTwice, "names the profile "+ref.name+", which "+before.name+" has under it already: it is laid once, below "+before.name,
					"name "+ref.name+" before "+before.name+", or leave it out; to lay it over, give a profile of its own")
				break
			}
		}
	}
}

// placeOf is the place that an origin of a file has.
func (s *stack) placeOf(o Origin) plain.Place {
	i := slices.IndexFunc(s.document.sources, func(f Source) bool { return f.Name == o.File })
	return plain.Place{Source: max(i, 0), Line: o.Line, Column: o.Column}
}

// hidden finds an entry whose every value one that lies over it replaces, for all names.
func (j *judge) hidden(e *section, over []*section) {
	mine := j.whole(nil, e, Entry, e.name)
	says := func(k kind) bool { return k != begins }
	if !slices.ContainsFunc(mine, func(s saying) bool { return says(s.kind) }) {
		return
	}
	for _, o := range over {
		if !matches(o.name, e.name) {
			continue
		}
		theirs := j.whole(nil, o, Entry, o.name)
		left := slices.ContainsFunc(mine, func(s saying) bool {
			return says(s.kind) && !slices.ContainsFunc(theirs, func(t saying) bool {
				return says(t.kind) && t.path == s.path || t.kind == takes && within(s.path, t.path)
			})
		})
		if !left {
			at := e.spot()
			j.warn(at, CodeHidden, "says nothing that counts: "+plain.Below("dependencies", o.name)+" lies over it, matches the same names, and says all of it otherwise",
				"remove it, or put it after the other one")
			return
		}
	}
}

// idle finds a rule that changes no policy, whatever the program's own is.
func (j *judge) idle(r Rule) {
	said := j.rule(nil, r)
	if len(said) == 0 || slices.ContainsFunc(said, func(s saying) bool { return s.kind == takes }) {
		return
	}
	found := false
	for _, name := range j.names {
		if !r.For(name) {
			continue
		}
		found = true
		if len(plain.Diff(j.policyOf(name), j.policyOf(name, r.Name))) > 0 || j.addsToCode(name, said) {
			return
		}
	}
	if found {
		at := spot{path: plain.Below("rules", r.Name), at: j.placeOf(r.Origin), origin: r.Origin}
		j.warn(at, CodeIdleRule, "changes nothing: what its profiles say is there without it", "remove it, or name other profiles")
	}
}

// addsToCode reports whether sayings set something that the files leave to the program, so that its policy
// may have it otherwise.
func (j *judge) addsToCode(name string, said []saying) bool {
	r, _ := j.resolution(name, Layers{})
	return slices.ContainsFunc(said, func(s saying) bool {
		_, there := r.last[s.path]
		return s.kind == sets && !there
	})
}
