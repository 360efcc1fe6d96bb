// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// resolution is what is said of one dependency, on the way to its policy.
type resolution struct {
	*laid
	pages pages // what places are of: files, variables, flags, overrides
	entry spot  // what a problem of the whole is told of
}

// spot is where something stands: what a problem is told of.
type spot struct {
	path   string // whole, as in the file
	at     plain.Place
	length int // characters; 0: the word that begins there
	origin Origin
}

// policy reads what was laid as a policy, and tells what is wrong with it. A value that can't be read is
// told and left out, and the rest is judged without it.
func (r *resolution) policy() (p actors.Policy, found []told) {
	flaws := plain.DecodeNode(r.tree(), &p)
	if len(flaws) == 0 {
		return p, append(r.judged(p.Validate()), r.offOperations(p)...)
	}
	for _, f := range flaws {
		found = append(found, r.tell(f.Problem, true))
	}
	for _, f := range flaws {
		r.forget(f.Path)
	}
	if plain.DecodeNode(r.tree(), &p) == nil {
		for _, more := range p.Validate() {
			unread := slices.ContainsFunc(flaws, func(f plain.Flaw) bool { return within(more.Path, f.Path) })
			if !unread { // that it is missing is not said of what is there, and can't be read
				found = append(found, r.tell(more, false))
			}
		}
	}
	return p, found
}

// forget leaves out the value that a path is in.
func (r *resolution) forget(path string) {
	for path = r.written(path); path != ""; path = above(path) {
		if _, found := r.last[path]; found {
			delete(r.last, path)
			return
		}
	}
}

// told is a problem and what it is told of.
type told struct {
	fuseboard.Problem
	spot
	related []Origin
	unread  bool // it could not be read: where it stands in a file, the reader has told it
}

func (r *resolution) judged(problems fuseboard.Problems) (found []told) {
	for _, p := range problems {
		found = append(found, r.tell(p, false))
	}
	return found
}

// tell finds what a problem of the policy is to be told of.
func (r *resolution) tell(p fuseboard.Problem, unread bool) told {
	path := r.written(p.Path)
	t := told{Problem: p, spot: r.spot(path), unread: unread}
	t.related = r.related(path, t.origin, p.Message+" "+p.Accepted)
	t.Path = t.path
	return t
}

// written returns the path of a field of a policy as the files write it: an operation's is that of its case.
func (r *resolution) written(path string) string {
	own, operations := r.own(), r.operations()
	for i, name := range operations {
		rest, found := strings.CutPrefix(path, plain.At("cases", own+i))
		if !found {
			continue
		}
		if within(rest, ".operations") {
			rest = ""
		}
		return plain.Below("operations", name) + rest
	}
	return path
}

// spot returns where a field stands: the value that counts, or what is next above it.
func (r *resolution) spot(path string) spot {
	for p := path; p != ""; p = above(p) {
		if i, found := r.last[p]; found {
			return r.inside(r.said[i], path)
		}
		if i, found := r.began[p]; found {
			s := r.said[i]
			return spot{path: joined(s.home, path), at: s.at, origin: s.origin}
		}
		if i, found := r.off[p]; found {
			s := r.said[i]
			return spot{path: joined(s.home, path), at: s.value.At, origin: s.origin}
		}
	}
	e := r.entry
	if path != "" && path != whole {
		e.path = joined(e.path, path)
	}
	return e
}

// whole is the path of a problem that no field has.
const whole = "policy"

// inside returns where a path stands that a saying's value is, or has.
func (r *resolution) inside(s saying, path string) spot {
	n := s.value
	here := spot{path: joined(s.home, path), at: n.At, origin: s.origin}
	here.at, _ = n.Find(strings.TrimPrefix(path, s.path))
	here.origin = r.pages.of(here.at, here.origin)
	return here
}

// joined is the path of a field in the section at home.
func joined(home, path string) string {
	if home == "" || strings.HasPrefix(path, "[") {
		return home + path
	}
	return home + "." + path
}

// named finds the field that a message about path means by a word: one of the same section, or by its path, and
// then of the operation or case rather than of the whole policy.
func (r *resolution) named(path, word string) (i int, is bool) {
	if i, is = r.last[joined(above(path), word)]; is || !strings.Contains(word, ".") {
		return i, is
	}
	for home := path; home != ""; home = above(home) {
		if i, is = r.last[joined(home, word)]; is {
			return i, is
		}
	}
	i, is = r.last[word]
	return i, is
}

// related are the origins of the other fields that a message names, by their path or as those of the same section.
func (r *resolution) related(path string, origin Origin, message string) (found []Origin) {
	for _, word := range strings.FieldsFunc(message, func(c rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz_.", c) }) {
		word = strings.Trim(word, ".")
		i, is := r.named(path, word)
		if !is || r.said[i].path == path {
			continue
		}
		if o := r.said[i].origin; o != origin && !slices.Contains(found, o) {
			found = append(found, o)
		}
	}
	return found
}
