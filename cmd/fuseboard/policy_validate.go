// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// judging is what validate and lint were asked for.
type judging struct {
	beside
	strict bool            // warnings fail, too
	ignore map[string]bool // codes of warnings
	format string
}

// validation is what validate and lint say as JSON.
type validation struct {
	answer
	Valid    bool         `json:"valid"`
	Errors   int          `json:"errors"`
	Warnings int          `json:"warnings"`
	Sets     []validated  `json:"sets"`
	Unread   []unreadable `json:"unread,omitempty"`
}

// unreadable is a path of which nothing could be judged.
type unreadable struct {
	Path    string `json:"path"`
	Message string `json:"message"`
}

// validated is what is said of one path.
type validated struct {
	Path     string          `json:"path"`
	Files    []string        `json:"files"`
	Valid    bool            `json:"valid"`
	Problems config.Problems `json:"problems"`
}

func validateCommand(s *session) *cobra.Command {
	var j judging
	c := &cobra.Command{
		Use:   "validate PATH... [flags]",
		Short: "Say everything that is wrong with policy files.",
		Example: `  fuseboard policy validate fuseboard.yaml
  fuseboard policy validate --strict -o json policies/
  fuseboard policy validate --set payments.retry.attempts=3 - < fuseboard.yaml`,
		Long: `Each PATH is read as one and judged by itself: a file, the *.yaml, *.yml and
*.json of a directory together, or - for standard input. The problems go to
standard output, how many there are to standard error.

JSON: {"valid", "errors", "warnings", "sets": [{"path", "files", "valid",
"problems": [{"path", "code", "severity", "message", "fix", "file", "line",
"column", ...}]}]}.`,
		Args:              paths,
		ValidArgsFunction: policyFiles,
		RunE:              func(_ *cobra.Command, args []string) error { return s.judge(args, j) },
	}
	exits(c, exitError, exitUsage, exitInvalid, exitNotFound)
	j.flags(c)
	c.Flags().BoolVar(&j.strict, "strict", false, "fail where there are warnings, too")
	formatFlag(c, &j.format, "text: for people; json: for machines", "text", "json")
	return c
}

// paths is the check of the arguments of validate and lint.
func paths(c *cobra.Command, args []string) error {
	if err := takes(1, unbounded, "a file, a directory, or - for standard input")(c, args); err != nil {
		return err
	}
	return onceStdin(c, args)
}

// onceStdin is the check that standard input is read once at most.
func onceStdin(c *cobra.Command, args []string) error {
	if first := slices.Index(args, stdin); first >= 0 && slices.Contains(args[first+1:], stdin) {
		return &usageError{problem: "only one of the paths can be standard input", of: c}
	}
	return nil
}

// judge reads each path, and says what is wrong. A path that is not there does not keep it from the others.
func (s *session) judge(paths []string, j judging) error {
	v := validation{answer: answerOf("Validation"), Valid: true, Sets: []validated{}}
	var all config.Problems
	var missing error
	files := 0
	for _, path := range paths {
		r, err := s.read(path, j.beside)
		if err != nil {
			fmt.Fprintf(s.errs, "fuseboard: %v\n", err)
			v.Unread = append(v.Unread, unreadable{path, err.Error()})
			missing = worse(missing, silent(err))
			continue
		}
		one := j.validated(r)
		v.Valid, v.Sets = v.Valid && one.Valid, append(v.Sets, one)
		all, files = append(all, one.Problems...), files+len(r.files)
	}
	v.Errors, v.Warnings, v.Valid = len(all.Errors()), len(all.Warnings()), v.Valid && missing == nil
	if err := s.write(j.format, v, func() error { return all.WriteText(s.out, s.color) }); err != nil {
		return err
	}
	if files > 0 {
		fmt.Fprintf(s.errs, "%s in %s\n", counted(all), plain.Count(files, "file", "files"))
	}
	return v.end(missing)
}

// end is how the command ends: what could not be read counts for more than what is wrong.
func (v validation) end(missing error) error {
	if missing == nil && !v.Valid {
		return &failure{code: exitInvalid}
	}
	return missing
}

// validated is what is said of a path that was read.
func (j judging) validated(r reading) validated {
	found := append(config.Problems{}, j.without(r.problems)...) // a list in JSON, where it is empty, too
	valid := len(found.Errors()) == 0 && (!j.strict || len(found) == 0)
	return validated{Path: r.path, Files: r.files, Valid: valid, Problems: found}
}

// without leaves out the warnings that nobody wants to hear of.
func (j judging) without(ps config.Problems) (left config.Problems) {
	for _, p := range ps {
		if !p.Warning || !j.ignore[p.Code] {
			left = append(left, p)
		}
	}
	return left
}

// write gives the answer in its format: JSON, or as text writes it.
func (s *session) write(format string, v any, text func() error) error {
	if format == "json" {
		return writeJSON(s.out, v)
	}
	return text()
}
