// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard"
)

// cycles tells of profiles that extend themselves, each circle once, and cuts it where it closes, so that who
// lays profiles comes to an end.
func (r *reader) cycles() {
	done := map[string]bool{}
	for _, s := range r.profiles {
		r.walk(s, nil, done)
	}
}

// stride is a profile on the way, and which of its extends leads on.
type stride struct {
	profile *section
	by      int
}

func (r *reader) walk(s *section, way []stride, done map[string]bool) {
	if done[s.name] {
		return
	}
	for i := 0; i < len(s.over); i++ {
		next := r.profile(s.over[i].name)
		if next == nil {
			continue
		}
		here := append(slices.Clip(way), stride{s, i})
		if from := slices.IndexFunc(here, func(w stride) bool { return w.profile == next }); from >= 0 {
			r.circle(here[from:])
			s.over = slices.Delete(slices.Clone(s.over), i, i+1)
			i--
			continue
		}
		r.walk(next, here, done)
	}
	done[s.name] = true
}

// circle tells of one circle, at the extends that closes it.
func (r *reader) circle(way []stride) {
	var names []string
	last := way[len(way)-1]
	at := last.profile.over[last.by].origin
	f := flaw{at: r.place(at), in: last.profile.origin}
	for _, w := range way {
		names = append(names, w.profile.name)
		if o := w.profile.over[w.by].origin; o != at {
			f.related = append(f.related, r.place(o))
		}
	}
	names = append(names, way[0].profile.name)
	f.Problem = fuseboard.Problem{
		Path: last.profile.path + ".extends", Code: CodeCycle, Value: way[0].profile.name,
		Message: "a profile extends itself: " + strings.Join(names, " -> "), Fix: "remove one of the extends of the circle",
	}
	r.add(f)
}
