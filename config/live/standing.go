// SPDX-License-Identifier: Apache-2.0

package live

import (
	"fmt"
	"slices"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config"
)

// standing is what policies are made of at one time. It never changes: a proposal makes a new one.
type standing struct {
	set       *config.Set
	overrides []held
	holding   []holding // rules that hold for somebody, in the order of the files
}

// holding is a rule that holds: for all that it is for, or for some of them.
type holding struct {
	rule config.Rule
	all  bool
	some map[string]bool
}

func (h holding) holdsFor(name string) bool { return h.rule.For(name) && (h.all || h.some[name]) }

// resolve lays everything over the program's own policy.
func (s standing) resolve(name string, code actors.Policy) (config.Resolved, config.Problems) {
	return s.set.Resolve(name, config.Layers{Code: code, Rules: s.rulesOf(name), Overrides: s.overridesOf(name)})
}

// plain is resolve without rules and overrides: what the files alone make of it.
func (s standing) plain(name string, code actors.Policy) (config.Resolved, config.Problems) {
	return s.set.Resolve(name, config.Layers{Code: code})
}

// ruled is plain with the rules that hold.
func (s standing) ruled(name string, code actors.Policy) (config.Resolved, config.Problems) {
	return s.set.Resolve(name, config.Layers{Code: code, Rules: s.rulesOf(name)})
}

// rulesOf are the names of the rules that hold for the dependency.
func (s standing) rulesOf(name string) (names []string) {
	for _, h := range s.holding {
		if h.holdsFor(name) {
			names = append(names, h.rule.Name)
		}
	}
	return names
}

func (s standing) overridesOf(name string) (found []config.Override) {
	for _, o := range s.overrides {
		if o.Dependency == name {
			found = append(found, o.Override)
		}
	}
	return found
}

// blamed names the overrides of a guard in problems that it has with them alone, so that who reads of a file does
// not look for the flaw in the file alone.
func (s standing) blamed(f *followed, found config.Problems) config.Problems {
	overrides := s.overridesOf(f.Name())
	if len(found) == 0 || len(overrides) == 0 {
		return found
	}
	if without, problems := s.plain(f.Name(), f.code); problems.Err() != nil || f.Judge(without.Policy).Err() != nil {
		return found
	}
	for i := range found {
		for _, o := range overrides {
			found[i].Fix += fmt.Sprintf("; or revoke the override %s.%s = %s of %s: %s", o.Dependency, o.Path, o.Value, o.By, o.Reason)
		}
	}
	return found
}

// without are the overrides but that of the dependency and path.
func (s standing) without(dependency, path string) []held {
	return slices.DeleteFunc(slices.Clone(s.overrides), func(o held) bool {
		return o.Dependency == dependency && o.Path == path
	})
}
