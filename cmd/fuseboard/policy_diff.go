// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// diffing is what diff was asked for.
type diffing struct {
	beside
	dependencies         []string
	exitCode, checkForce bool
	format               string
}

// differences is what diff and preview say as JSON.
type differences struct {
	answer
	Rule         string       `json:"rule,omitempty"`
	Dependencies []difference `json:"dependencies"`
	// Rules are those that differ; preview has none.
	Rules []ruleDifference `json:"rules,omitzero"`
	// Unforced is what no line of force allows.
	Unforced config.Problems `json:"unforced,omitempty"`
}

type difference struct {
	Dependency string   `json:"dependency"`
	Added      bool     `json:"added"`
	Removed    bool     `json:"removed"`
	Changes    []change `json:"changes"`
}

type change struct {
	Path   string        `json:"path"`
	Before string        `json:"before"` // empty: there was none
	After  string        `json:"after"`
	Origin config.Origin `json:"origin"`
	Risk   string        `json:"risk,omitempty"`
	Force  string        `json:"force,omitempty"` // the line that allows it
}

func diffCommand(s *session) *cobra.Command {
	var d diffing
	c := &cobra.Command{
		Use:   "diff OLD NEW [flags]",
		Short: "Compare two versions of policy files, dependency by dependency.",
		Example: `  fuseboard policy diff old.yaml fuseboard.yaml
  fuseboard policy diff old.yaml fuseboard.yaml --dependency payments -o json
  git show HEAD:fuseboard.yaml | fuseboard policy diff - fuseboard.yaml`,
		Long: `Each change has its value before and after, with defaults, and the place of the
new one. Rules come after the dependencies, with what they say and do otherwise.
A change that would be an outage if it were a slip (permits or a rate
cut by more than half, a circuit turned off) is a risk, and shown with the line
of force that allows it: without that a running service refuses the edit.
The exit code is 0 where the files differ, too; with --exit-code it is 1.`,
		Args:              takes(2, 2, "two paths, the old one and the new one"),
		ValidArgsFunction: policyFiles,
		RunE: func(c *cobra.Command, args []string) error {
			if args[0] == stdin && args[1] == stdin {
				return &usageError{problem: "only one of the two can be standard input", of: c}
			}
			return s.diff(args, d)
		},
	}
	exits(c, exitError, exitUsage, exitInvalid, exitNotFound)
	d.flags(c)
	c.Flags().Var(&list{kind: "NAME", values: &d.dependencies}, "dependency", "of this one alone; may be given again")
	complete(c, "dependency", s.ofFile(dependencyNames))
	c.Flags().BoolVar(&d.exitCode, "exit-code", false, "exit with 1 where they differ")
	c.Flags().BoolVar(&d.checkForce, "check-force", false, "exit with 3 where a risk is not forced")
	formatFlag(c, &d.format, "text: for people; json: for machines", "text", "json")
	return c
}

func (s *session) diff(paths []string, d diffing) error {
	before, err := s.valid(paths[0], d.beside)
	if err != nil {
		return err
	}
	after, err := s.valid(paths[1], d.beside)
	if err != nil {
		return err
	}
	found, err := compared(before, after, d.dependencies)
	if err != nil {
		return err
	}
	all := differencesOf(found)
	all.Rules = rulesThatDiffer(before, after, d.dependencies)
	for _, one := range found {
		if one.Removed {
			s.sayRemoved(one.Dependency)
		}
		if !one.Added {
			all.Unforced = append(all.Unforced, unforced(before, after, one.Dependency).Errors()...)
		}
	}
	if err := s.write(d.format, all, func() error { return s.writeDifferences(all) }); err != nil {
		return err
	}
	return s.judgeDiff(all, d)
}

// sayRemoved tells what is judged where an entry is gone: the program's own policy is not known here, so that it is taken for none.
func (s *session) sayRemoved(name string) {
	fmt.Fprintf(s.errs, "%s is removed: judged as if the program's own policy had nothing in its place\n", name)
}

// compared are the differences of all, or of those that are named.
func compared(before, after *config.Set, names []string) ([]config.Difference, error) {
	for _, name := range names {
		if !before.Has(name) && !after.Has(name) {
			return nil, notFound("dependency", name, after.Dependencies())
		}
	}
	found := config.Compare(before, after, names...)
	if len(names) > 0 {
		found = slices.DeleteFunc(found, func(one config.Difference) bool { return !slices.Contains(names, one.Dependency) })
	}
	return found, nil
}

// judgeDiff tells on standard error what the exit code means.
func (s *session) judgeDiff(all differences, d diffing) error {
	fmt.Fprintf(s.errs, "%s, %s, %s without a line of force\n", differ(len(all.Dependencies)),
		plain.Count(len(all.Rules), "rule differs", "rules differ"), plain.Count(len(all.Unforced), "risk", "risks"))
	switch {
	case d.checkForce && len(all.Unforced) > 0:
		if err := all.Unforced.WriteText(s.errs, false); err != nil {
			return err
		}
		return &failure{code: exitInvalid}
	case d.exitCode && len(all.Dependencies)+len(all.Rules) > 0:
		return &failure{code: exitError}
	}
	return nil
}

func differ(n int) string {
	return plain.Count(n, "dependency differs", "dependencies differ")
}

// unforced judges the risks of an edit for one dependency.
func unforced(before, after *config.Set, name string) config.Problems {
	was, _ := before.Resolve(name, config.Layers{})
	is, _ := after.Resolve(name, config.Layers{})
	return after.Unforced(before, name, config.Risks(was.Policy, is.Policy))
}

func differencesOf(found []config.Difference) differences {
	all := differences{answer: answerOf("Differences"), Dependencies: []difference{}}
	for _, d := range found {
		one := difference{Dependency: d.Dependency, Added: d.Added, Removed: d.Removed, Changes: []change{}}
		for _, c := range d.Changes {
			ch := change{Path: c.Path, Before: c.Before, After: c.After, Origin: c.Origin, Risk: c.Risk}
			if c.Risk != "" {
				ch.Force = d.Dependency + "." + c.Force
			}
			one.Changes = append(one.Changes, ch)
		}
		all.Dependencies = append(all.Dependencies, one)
	}
	return all
}

// writeDifferences writes them for people: a dependency with its changes beneath it.
func (s *session) writeDifferences(all differences) error {
	var rows [][]string
	for _, d := range all.Dependencies {
		rows = append(rows, []string{d.Dependency + novelty(d.Added, d.Removed)})
		for _, c := range d.Changes {
			rows = append(rows, []string{"  " + c.Path, or(c.Before, "none") + " -> " + or(c.After, "none"), c.Origin.String()})
			if c.Risk != "" {
				rows = append(rows, []string{"    risk: " + c.Risk}, []string{"    allowed by: force: [" + c.Force + "]"})
			}
		}
	}
	if err := s.writeRows(rows); err != nil {
		return err
	}
	return s.writeRows(ruleRows(all.Rules))
}

func novelty(added, removed bool) string {
	switch {
	case added:
		return " (new)"
	case removed:
		return " (removed)"
	}
	return ""
}

// writeRows writes rows of which those with one cell stand for themselves: columns are as wide as the others need.
func (s *session) writeRows(rows [][]string) error {
	var cells [][]string
	for _, row := range rows {
		if len(row) > 1 {
			cells = append(cells, row)
		}
	}
	var table strings.Builder
	if err := writeTable(&table, cells); err != nil {
		return err
	}
	lines := strings.SplitAfter(table.String(), "\n")
	var b strings.Builder
	for _, row := range rows {
		if len(row) == 1 {
			b.WriteString(row[0] + "\n")
			continue
		}
		b.WriteString(lines[0])
		lines = lines[1:]
	}
	_, err := fmt.Fprint(s.out, b.String())
	return err
}
