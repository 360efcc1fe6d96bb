// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config"
)

// explanation is what explain says as JSON.
type explanation struct {
	answer
	Dependency string          `json:"dependency"`
	Operation  string          `json:"operation,omitempty"`
	Rules      []string        `json:"rules,omitempty"`
	Policies   []stage         `json:"policies"` // those that are on, outermost first
	Resolved   config.Resolved `json:"resolved"`
}

// stageIndent is how far the sentences about policies stand in.
const stageIndent = 18

func (s *session) writeExplanation(x explanation, e explaining) error {
	switch {
	case e.format == "json":
		return writeJSON(s.out, x)
	case e.format == "wide":
		return writeTable(s.out, wide(x.Resolved))
	case e.path == "":
		if err := s.writeStages(x.Policies); err != nil {
			return err
		}
	}
	return x.Resolved.Explain(s.out)
}

func (s *session) writeStages(stages []stage) error {
	var b strings.Builder
	for _, stage := range stages {
		line := fmt.Sprintf("%-*s%s", stageIndent, stage.Name, stage.Says)
		b.WriteString(wrap(line, strings.Repeat(" ", stageIndent), width) + "\n")
	}
	if len(stages) == 0 {
		b.WriteString("every section is off: nothing is protected\n")
	}
	_, err := fmt.Fprintln(s.out, b.String())
	return err
}

// wide has a row for each value, and for what lies under it.
func wide(r config.Resolved) [][]string {
	rows := [][]string{{"PATH", "VALUE", "STANDS", "LAYER", "OF", "PROFILE", "PLACE"}}
	row := func(path, text, stands string, o config.Origin) {
		place := ""
		if o.Line > 0 {
			place = fmt.Sprintf("%s:%d:%d", o.File, o.Line, o.Column)
		}
		rows = append(rows, []string{path, text, stands, o.Layer.String(), or(o.Name, "-"), or(o.Profile, "-"), or(place, "-")})
	}
	for _, v := range r.Values {
		row(v.Path, v.Text, "yes", v.Origin)
		for _, u := range v.Under {
			row(v.Path, u.Text, "hidden", u.Origin)
		}
	}
	return rows
}

// valuesAt are the value at a path, or those of the section there.
func valuesAt(values []config.Value, path string) ([]config.Value, error) {
	var found []config.Value
	var paths []string
	for _, v := range values {
		paths = append(paths, v.Path)
		if rest, within := strings.CutPrefix(v.Path, path); within && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			found = append(found, v)
		}
	}
	if len(found) == 0 {
		return nil, &failure{exitNotFound, fmt.Sprintf("the policy has no value at %q: the section is off, or there is no such field;%s without --path all values are shown", path, meant(path, paths))}
	}
	return found, nil
}

// entries is what explain says of files as JSON.
type entries struct {
	answer
	Rules        []string `json:"rules,omitempty"`
	Dependencies []entry  `json:"dependencies"`
}

// entry is what is said of an entry of dependencies.
type entry struct {
	Name     string   `json:"name"`
	Policies []string `json:"policies"` // those that are on, outermost first
	Rules    []string `json:"rules"`    // that are for it
	Policy   any      `json:"policy"`
}

func entryOf(set *config.Set, r config.Resolved, stages []stage) entry {
	one := entry{Name: r.Name, Policies: []string{}, Rules: []string{}, Policy: r.Policy}
	for _, stage := range stages {
		one.Policies = append(one.Policies, stage.Name)
	}
	for _, rule := range set.Rules() {
		if rule.For(r.Name) {
			one.Rules = append(one.Rules, rule.Name)
		}
	}
	return one
}

func (s *session) explainEntries(set *config.Set, e explaining) (err error) {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sys.Shutdown(ctx)) }()
	all := entries{answer: answerOf("Dependencies"), Rules: e.rules, Dependencies: []entry{}}
	rows := [][]string{{"DEPENDENCY", "POLICIES", "RULES"}}
	var resolved []config.Resolved
	for _, name := range set.Dependencies() {
		r, problems := set.Resolve(name, config.Layers{Rules: e.rules})
		if err := s.refuse(name, problems.Errors()); err != nil {
			return err
		}
		stages, _, err := sightIn(ctx, sys, r, "")
		if err != nil {
			return err
		}
		one := entryOf(set, r, stages)
		all.Dependencies, resolved = append(all.Dependencies, one), append(resolved, r)
		rows = append(rows, []string{name, or(strings.Join(one.Policies, ", "), "-"), or(strings.Join(one.Rules, ", "), "-")})
	}
	switch e.format {
	case "json":
		return writeJSON(s.out, all)
	case "yaml":
		return writePolicy(s.out, resolved...)
	case "wide":
		return writeTable(s.out, wideEntries(resolved))
	}
	return writeTable(s.out, rows)
}

// wideEntries are the rows of all, with their names before them.
func wideEntries(all []config.Resolved) [][]string {
	var rows [][]string
	for _, r := range all {
		for i, row := range wide(r) {
			switch {
			case i > 0:
				rows = append(rows, append([]string{r.Name}, row...))
			case rows == nil:
				rows = append(rows, append([]string{"DEPENDENCY"}, row...))
			}
		}
	}
	return rows
}
