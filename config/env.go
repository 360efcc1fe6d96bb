// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

const (
	envPrefix   = "FUSEBOARD_SET__"
	nearPrefix  = "FUSEBOARD_SET_" // of who took one underscore for two
	envBetween  = "__"
	defaultWord = "defaults"
)

// capitals is a name as a variable has it: capitals, digits, and one underscore for each other sign.
func capitals(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
			return r
		}
		return '_'
	}, name)
}

// capitalPattern is that of an entry, with its wildcards.
func capitalPattern(entry string) string {
	c := []byte(capitals(entry))
	for i := range len(entry) {
		if entry[i] == '*' || entry[i] == '?' {
			c[i] = entry[i]
		}
	}
	return string(c)
}

// environment reads the variables that set something, the narrower ones over the others; of one target by name.
func (s *stack) environment(env []string) (all []aside, found []told) {
	last := map[string]int{}
	for i, v := range env {
		name, _, _ := strings.Cut(v, "=")
		last[name] = i // as a process has it
	}
	for i, v := range env {
		name, _, is := strings.Cut(v, "=")
		if !is || !strings.HasPrefix(name, nearPrefix) || last[name] != i {
			continue
		}
		if !strings.HasPrefix(name, envPrefix) {
			found = append(found, s.notRead(name, v))
			continue
		}
		one, wrong := s.variable(name, v)
		found = append(found, wrong...)
		if len(wrong) == 0 {
			all = append(all, one)
		}
	}
	slices.SortStableFunc(all, func(a, b aside) int {
		return cmp.Or(cmp.Compare(a.narrow(), b.narrow()), strings.Compare(a.order, b.order))
	})
	return all, found
}

// variable reads one variable, written whole.
func (s *stack) variable(name, whole string) (aside, []told) {
	l := line{text: whole, value: len(name) + 1, origin: Origin{Layer: Environment, Name: name}}
	s.pages, l.page = s.pages.with(whole)
	var fit []candidate
	for _, c := range s.variableTargets(name[len(envPrefix):]) {
		c.line = l
		c.line.home = c.target.home
		c.line.steps = s.withOperation(c.steps(name))
		fit = append(fit, c)
	}
	chosen, wrong := s.choose(fit)
	if wrong != nil {
		p := *wrong
		p.Path = name
		if len(fit) == 0 {
			p.Fix = s.nearVariable(name)
		}
		return aside{}, []told{l.told(len(envPrefix), 0, p)}
	}
	said, found := chosen.line.read(s.pages)
	return aside{target: chosen.target, said: said, order: name}, found
}

// notRead warns of a variable that was probably meant for the policies.
func (s *stack) notRead(name, whole string) told {
	l := line{text: whole, value: len(name) + 1, origin: Origin{Layer: Environment, Name: name}}
	s.pages, l.page = s.pages.with(whole)
	return l.told(0, len(name), fuseboard.Problem{
		Path: name, Code: CodeNearVariable, Warning: true, Message: "is not read: it does not begin with " + envPrefix,
		Fix: "write two underscores between the parts, as in " + envPrefix + "PAYMENTS__RETRY__ATTEMPTS, or remove it",
	})
}

// candidate is one way to read the name of a variable or flag.
type candidate struct {
	target target
	from   int // where the path begins, in bytes
	line   line
}

// variableTargets lists the targets that the name of a variable, without its prefix, may begin with.
func (s *stack) variableTargets(rest string) (all []candidate) {
	add := func(t target, as string) bool {
		after, found := strings.CutPrefix(rest, as)
		if found && (after == "" || strings.HasPrefix(after, envBetween)) {
			all = append(all, candidate{target: t, from: len(envPrefix) + len(as) + len(envBetween)})
			return true
		}
		return false
	}
	if add(target{home: defaultWord}, capitals(defaultWord)) {
		return all
	}
	for _, name := range s.names {
		add(target{name: name, home: plain.Below("", name)}, capitals(name))
	}
	if len(all) > 0 {
		return all
	}
	first, _, _ := strings.Cut(rest, envBetween)
	for _, e := range s.wild {
		if matches(capitalPattern(e.name), first) {
			add(target{capitals: first, home: strings.ToLower(first)}, first)
			break
		}
	}
	return all
}

// steps are the names of the path in a variable's name.
func (c candidate) steps(name string) (steps []step) {
	for from := c.from; from < len(name); {
		word, _, _ := strings.Cut(name[from:], envBetween)
		steps = append(steps, step{name: strings.ToLower(word), from: from})
		from += len(word) + len(envBetween)
	}
	return steps
}

// withOperation returns the steps with the name of an operation as the files have it, where one alone is meant.
func (s *stack) withOperation(steps []step) []step {
	if len(steps) < 2 || steps[0].name != "operations" {
		return steps
	}
	meant := map[string]bool{}
	for _, of := range slices.Concat(s.document.profiles, s.document.entries) {
		for _, o := range of.operations {
			if capitals(o.Name) == capitals(steps[1].name) {
				meant[o.Name] = true
			}
		}
	}
	if len(meant) == 1 {
		for name := range meant {
			steps[1].name = name
		}
	}
	return steps
}

// choose returns the way to read a name that leads to a field, where there is one alone.
func (s *stack) choose(all []candidate) (chosen candidate, wrong *fuseboard.Problem) {
	fit := slices.DeleteFunc(slices.Clone(all), func(c candidate) bool { return !c.line.fits() })
	switch {
	case len(all) == 0:
		return chosen, &fuseboard.Problem{Code: CodeUnknownDependency, Message: "names no entry of the files"}
	case len(fit) > 1:
		names := make([]string, len(fit))
		for i, c := range fit {
			names[i] = c.target.name
		}
		return chosen, &fuseboard.Problem{
			Code: CodeAmbiguous, Message: "may be of " + strings.Join(names, " or of "), Fix: "set it by a flag, which has names as they are",
		}
	case len(fit) == 1:
		return fit[0], nil
	}
	return all[0], nil // reading it tells what the path has not
}

// nearVariable is the fix for a variable whose name is of nothing.
func (s *stack) nearVariable(name string) string {
	names := make([]string, 0, len(s.names)+1)
	for _, n := range append([]string{defaultWord}, s.names...) {
		names = append(names, capitals(n))
	}
	first, rest, _ := strings.Cut(name[len(envPrefix):], envBetween)
	if near, found := plain.Nearest(first, names); found {
		return "did you mean " + envPrefix + near + envBetween + rest + "?"
	}
	return "name one of " + plain.Shorten(strings.Join(names, ", ")) + ", or add the entry to a file"
}

// Codes of the problems of variables, flags and overrides.
const (
	// CodeAmbiguous: a variable may be of several dependencies.
	CodeAmbiguous = "ambiguous"
	// CodeFlag: a flag or an override is not of the form path=value.
	CodeFlag = "bad-flag"
)
