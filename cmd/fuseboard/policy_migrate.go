// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/config/migrate"
)

// migrating is what migrate was asked for.
type migrating struct {
	from   string
	write  bool
	format string
}

// migration is what migrate says as JSON.
type migration struct {
	answer
	File    string          `json:"file"`
	From    string          `json:"from"`
	Changed bool            `json:"changed"`
	Notes   config.Problems `json:"notes"`
	Result  string          `json:"result"`
}

// dialects are the words that policies can be said in.
var dialects = []struct {
	name string
	turn func(config.Source) ([]byte, config.Problems, error)
}{
	{"fuseboard", migrate.Migrate},
	{"resilience4j", migrate.FromResilience4j},
}

func migrateCommand(s *session) *cobra.Command {
	m := migrating{from: dialects[0].name}
	c := &cobra.Command{
		Use:   "migrate FILE [flags]",
		Short: "Turn an older file, or one of resilience4j, into a policy file.",
		Example: `  fuseboard policy migrate old.yaml
  fuseboard policy migrate --write old.yaml
  fuseboard policy migrate --from resilience4j application.yml > fuseboard.yaml`,
		Long: `The result goes to standard output, the notes to standard error: what was
changed, and what is left to decide. Nothing is dropped in silence. Where
something is left to decide the exit code is 3, and --write writes nothing.
--write replaces the file, and keeps the old one beside it as FILE.bak.
FILE may be - for standard input.`,
		Args:              takes(1, 1, "a file, or - for standard input"),
		ValidArgsFunction: policyFiles,
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case m.write && args[0] == stdin:
				return &usageError{problem: "--write needs a file, not standard input", of: c}
			case m.write && m.from != dialects[0].name:
				return &usageError{problem: "--write would replace a file that says more than policies; write the output into a new one", of: c}
			}
			return s.migrate(args[0], m)
		},
	}
	exits(c, exitError, exitUsage, exitInvalid, exitNotFound, exitConflict)
	c.Flags().SortFlags = false
	names := []string{dialects[0].name, dialects[1].name}
	c.Flags().Var(&read{"fuseboard|resilience4j", m.from, func(text string) error {
		for _, name := range names {
			if name == text {
				m.from = text
				return nil
			}
		}
		return errors.New("not known;" + meant(text, names) + " accepted: " + joined(names))
	}}, "from", "whose words the file is in")
	complete(c, "from", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
	c.Flags().BoolVar(&m.write, "write", false, "replace the file, and keep the old one as FILE.bak")
	formatFlag(c, &m.format, "yaml: the result; json: the result and the notes", "yaml", "json")
	return c
}

func (s *session) migrate(path string, m migrating) error {
	sources, err := s.sources(path)
	if err != nil {
		return err
	}
	if len(sources) != 1 || sources[0].Name != path && path != stdin {
		return &failure{exitUsage, path + " is a directory; migrate its files one by one"}
	}
	source := sources[0]
	var out []byte
	var notes config.Problems
	for _, d := range dialects {
		if d.name == m.from {
			out, notes, err = d.turn(source)
		}
	}
	if err != nil {
		return &failure{exitInvalid, err.Error()}
	}
	r := migration{
		answer: answerOf("Migration"), File: source.Name, From: m.from, Changed: !bytes.Equal(out, source.Data),
		Notes: append(config.Problems{}, notes...), Result: string(out),
	}
	return s.endMigration(path, r, m)
}

// endMigration gives the result, or writes it into the file.
func (s *session) endMigration(path string, r migration, m migrating) error {
	undecided := len(r.Notes.Errors()) > 0
	if m.format == "yaml" {
		if err := r.Notes.WriteText(s.errs, false); err != nil {
			return err
		}
	}
	if err := s.write(m.format, r, func() error {
		if m.write {
			return nil
		}
		_, err := s.out.Write([]byte(r.Result))
		return err
	}); err != nil {
		return err
	}
	switch {
	case undecided:
		return &failure{exitInvalid, "something is left to decide: see the notes"}
	case !r.Changed:
		fmt.Fprintf(s.errs, "%s is of the current version already\n", r.File)
	case m.write:
		if err := replace(path, []byte(r.Result)); err != nil {
			return err
		}
		fmt.Fprintf(s.errs, "wrote %s; what it was is in %s.bak\n", path, path)
	}
	return nil
}
