// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/fuseboard/fuseboard/config"
)

// lints is what lint --list says as JSON.
type lints struct {
	answer
	Lints []lint `json:"lints"`
}

type lint struct {
	Code    string `json:"code"`
	Meaning string `json:"meaning"`
}

func lintCommand(s *session) *cobra.Command {
	j := judging{strict: true, ignore: map[string]bool{}}
	var ignored []string
	var listed bool
	c := &cobra.Command{
		Use:   "lint PATH... [flags]",
		Short: "Say what is wrong with policy files, and fail on warnings, too.",
		Example: `  fuseboard policy lint policies/
  fuseboard policy lint --ignore retry-without-deadline fuseboard.yaml
  fuseboard policy lint --list`,
		Long: `As fuseboard policy validate --strict, but that warnings can be left out, by
their codes. Errors can't.`,
		Args: func(c *cobra.Command, args []string) error {
			if listed {
				return takes(0, 0, "")(c, args)
			}
			return paths(c, args)
		},
		ValidArgsFunction: policyFiles,
		RunE: func(c *cobra.Command, args []string) error {
			if listed {
				return s.listLints(j.format)
			}
			for _, code := range ignored {
				if !isLint(code) {
					return &usageError{problem: fmt.Sprintf("--ignore: %q is no code of a warning;%s see --list", code, meant(code, lintCodes())), of: c}
				}
				j.ignore[code] = true
			}
			return s.judge(args, j)
		},
	}
	exits(c, exitError, exitUsage, exitInvalid, exitNotFound)
	j.flags(c)
	c.Flags().Var(&list{kind: "CODE,...", values: &ignored, commas: true}, "ignore", "leave out warnings with these codes; may be given again")
	complete(c, "ignore", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return lintCodes(), cobra.ShellCompDirectiveNoFileComp
	})
	c.Flags().BoolVar(&listed, "list", false, "list the warnings there are")
	formatFlag(c, &j.format, "text: for people; json: for machines", "text", "json")
	return c
}

func (s *session) listLints(format string) error {
	all := lints{answer: answerOf("Lints")}
	rows := [][]string{{"CODE", "MEANING"}}
	for _, l := range config.Lints() {
		all.Lints = append(all.Lints, lint(l))
		rows = append(rows, []string{l.Code, l.Meaning})
	}
	return s.write(format, all, func() error { return writeTable(s.out, rows) })
}

func lintCodes() []string {
	var codes []string
	for _, l := range config.Lints() {
		codes = append(codes, l.Code)
	}
	return codes
}

func isLint(code string) bool {
	for _, known := range lintCodes() {
		if known == code {
			return true
		}
	}
	return false
}
