// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/fuseboard/fuseboard/config"
)

// explaining is what explain was asked for.
type explaining struct {
	beside
	rules           []string
	operation, path string
	format          string
}

func explainCommand(s *session) *cobra.Command {
	var e explaining
	c := &cobra.Command{
		Use:   "explain PATH [DEPENDENCY] [flags]",
		Short: "Say what a dependency's policy is, and where each value comes from.",
		Example: `  fuseboard policy explain fuseboard.yaml
  fuseboard policy explain fuseboard.yaml payments --operation charge
  fuseboard policy explain fuseboard.yaml payments --path retry.attempts -o json`,
		Long: `Without a DEPENDENCY it lists the entries of the files. With one: the policies
that are on, in the order in which a call meets them, and each value with its
place, and beneath it what it is laid over. What the program itself says is not
in the files, and so not here. A DEPENDENCY may be a name that an entry with
wildcards matches, or such an entry.

table: for people; wide: each value and what lies under it as a row of its own;
json: for machines; yaml: the resolved policy as a file of its own.`,
		Args:              takes(1, 2, "a path, and at most the name of one dependency"),
		ValidArgsFunction: s.fileThen(dependencyNames),
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case len(args) == 1 && (e.operation != "" || e.path != ""):
				return &usageError{problem: "--operation and --path need the name of a dependency", of: c}
			case e.operation != "" && e.format == "yaml":
				return &usageError{problem: "-o yaml is of a whole policy; leave out --operation", of: c}
			case e.path != "" && e.format == "yaml":
				return &usageError{problem: "-o yaml is of a whole policy; leave out --path", of: c}
			}
			return s.explain(args, e)
		},
	}
	exits(c, exitError, exitUsage, exitInvalid, exitNotFound)
	e.flags(c)
	flags := c.Flags()
	flags.Var(&list{kind: "NAME", values: &e.rules}, "rule", "as if this rule held; may be given again")
	flags.Var(&anyText{"NAME", &e.operation}, "operation", "as it is for calls of this operation")
	flags.Var(&anyText{"FIELD", &e.path}, "path", "this value, or those of this section")
	complete(c, "rule", s.ofFile(ruleNames))
	complete(c, "operation", s.ofFile(operationsOf))
	complete(c, "path", s.ofFile(pathsOf))
	formatFlag(c, &e.format, "how it is written", "table", "wide", "json", "yaml")
	return c
}

func (s *session) explain(args []string, e explaining) error {
	set, err := s.valid(args[0], e.beside)
	if err != nil {
		return err
	}
	if err := rulesOf(set, e.rules); err != nil {
		return err
	}
	if len(args) == 1 {
		return s.explainEntries(set, e)
	}
	resolved, err := s.resolved(set, args[1], e.rules)
	if err != nil {
		return err
	}
	s.sayIdle(set, args[1], e.rules)
	if e.format == "yaml" {
		return writePolicy(s.out, resolved)
	}
	return s.explainOne(resolved, e)
}

// sayIdle tells of rules that are asked for and not for the dependency.
func (s *session) sayIdle(set *config.Set, name string, rules []string) {
	for _, r := range set.Rules() {
		if slices.Contains(rules, r.Name) && !r.For(name) {
			fmt.Fprintf(s.errs, "the rule %s is not for %s: it changes nothing here\n", r.Name, name)
		}
	}
}

// resolved is the policy of a dependency that the files say something of.
func (s *session) resolved(set *config.Set, name string, rules []string) (config.Resolved, error) {
	if !set.Has(name) && !slices.Contains(set.Dependencies(), name) {
		return config.Resolved{}, notFound("dependency", name, set.Dependencies())
	}
	resolved, problems := set.Resolve(name, config.Layers{Rules: rules})
	if slices.Contains(set.Dependencies(), name) && len(rules) < 2 {
		problems = problems.Errors() // its warnings were told with those of the files
	}
	return resolved, s.refuse(name, problems)
}

func (s *session) explainOne(resolved config.Resolved, e explaining) (err error) {
	x := explanation{answer: answerOf("Explanation"), Dependency: resolved.Name, Operation: e.operation, Rules: e.rules}
	if x.Policies, resolved, err = sight(resolved, e.operation); err != nil {
		return err
	}
	if e.operation != "" && !slices.Contains(operations(resolved), e.operation) {
		fmt.Fprintf(s.errs, "the files say nothing of an operation %q: this is how any other one is treated\n", e.operation)
	}
	if e.path != "" {
		if resolved.Values, err = valuesAt(resolved.Values, e.path); err != nil {
			return err
		}
	}
	x.Resolved = resolved
	return s.writeExplanation(x, e)
}
