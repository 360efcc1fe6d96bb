// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/config/rule"
)

// previewing is what preview was asked for.
type previewing struct {
	beside
	rule   string
	when   sampled
	at     time.Time
	format string
}

func previewCommand(s *session) *cobra.Command {
	var p previewing
	c := &cobra.Command{
		Use:   "preview PATH (--rule NAME | --when SIGNALS) [flags]",
		Short: "Say what a rule would change for whom, or which rules would begin.",
		Example: `  fuseboard policy preview fuseboard.yaml --rule host-busy
  fuseboard policy preview fuseboard.yaml --when cpu=91%,amplification=2
  fuseboard policy preview policies --when cpu=91% --at 2026-11-26T23:00:00Z`,
		Long: `--rule shows the changes if the rule held and no other did. --when judges each
rule as if the signals had had these values for long enough; a signal that is
not given is not known. Values are written as in conditions: cpu=91%,
run_queue=20ms, circuit=open.`,
		Args:              takes(1, 1, "a path"),
		ValidArgsFunction: s.fileThen(ruleNames),
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case p.rule == "" && !p.when.given:
				return &usageError{problem: "preview needs --rule or --when", of: c}
			case p.rule != "" && p.when.given:
				return &usageError{problem: "preview takes --rule or --when, and not both", of: c}
			case p.rule != "" && !p.at.IsZero():
				return &usageError{problem: "--at is of --when", of: c}
			}
			return s.preview(args[0], p)
		},
	}
	exits(c, exitError, exitUsage, exitInvalid, exitNotFound)
	p.flags(c)
	flags := c.Flags()
	flags.Var(&anyText{"NAME", &p.rule}, "rule", "the name of a rule: what it would change")
	flags.Var(&p.when, "when", "values of signals: which rules would begin")
	flags.Var(&read{"TIME", "", p.setAt}, "at", "the time of windows, as 2026-11-26T23:00:00Z; now, if not given")
	complete(c, "rule", s.ofFile(ruleNames))
	complete(c, "when", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return signalWords(), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	})
	formatFlag(c, &p.format, "text: for people; json: for machines", "text", "json")
	return c
}

func (p *previewing) setAt(text string) (err error) {
	if p.at, err = time.Parse(time.RFC3339, text); err != nil {
		return errors.New("not a time; write it like 2026-11-26T23:00:00Z")
	}
	return nil
}

func (s *session) preview(path string, p previewing) error {
	set, err := s.valid(path, p.beside)
	if err != nil {
		return err
	}
	if p.when.given {
		return s.previewWhen(set, p)
	}
	if err := rulesOf(set, []string{p.rule}); err != nil {
		return err
	}
	var found []config.Difference
	for _, name := range set.Dependencies() {
		if d := set.Preview(name, p.rule); len(d.Changes) > 0 {
			found = append(found, d)
		}
	}
	all := differencesOf(found)
	all.answer, all.Rule = answerOf("Preview"), p.rule
	if err := s.write(p.format, all, func() error { return s.writeDifferences(all) }); err != nil {
		return err
	}
	fmt.Fprintf(s.errs, "%s while %s holds\n", differ(len(found)), p.rule)
	return nil
}

// judgements is what preview --when says as JSON.
type judgements struct {
	answer
	Rules []judgement `json:"rules"`
}

// judgement is what becomes of a rule.
type judgement struct {
	Rule         string   `json:"rule"`
	Begins       string   `json:"begins"` // "yes", "no", "unknown"
	When         string   `json:"when"`
	Until        string   `json:"until"`
	Profiles     []string `json:"profiles"`
	Dependencies []string `json:"dependencies"` // entries that it is for
}

// begins says a truth as an answer.
var begins = map[rule.Truth]string{rule.True: "yes", rule.False: "no", rule.Unknown: "unknown"}

func (s *session) previewWhen(set *config.Set, p previewing) error {
	if p.at.IsZero() {
		p.at = time.Now()
	}
	all := judgements{answer: answerOf("Rules"), Rules: []judgement{}}
	rows := [][]string{{"RULE", "BEGINS", "PROFILES", "WHEN"}}
	for _, r := range set.Rules() {
		until := r.Until
		if until.IsZero() {
			until = r.When.Opposite()
		}
		j := judgement{
			Rule: r.Name, Begins: begins[r.When.Holds(p.at, p.when.sample)], When: r.When.String(), Until: until.String(),
			Profiles: append([]string{}, r.Profiles...), Dependencies: []string{},
		}
		for _, name := range set.Dependencies() {
			if r.For(name) {
				j.Dependencies = append(j.Dependencies, name)
			}
		}
		all.Rules = append(all.Rules, j)
		rows = append(rows, []string{j.Rule, j.Begins, joined(j.Profiles), j.When})
	}
	return s.write(p.format, all, func() error { return writeTable(s.out, rows) })
}
