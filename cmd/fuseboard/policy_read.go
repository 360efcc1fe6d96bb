// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/config/watch"
	"github.com/fuseboard/fuseboard/internal/plain"
)

const (
	stdin     = "-"       // the path of standard input
	stdinName = "<stdin>" // how messages call it
)

// beside is what lies beside policy files, and is laid over them.
type beside struct {
	set   []string
	noEnv bool
}

func (b *beside) flags(c *cobra.Command) {
	c.Flags().SortFlags = false
	c.Flags().Var(&list{kind: "NAME.FIELD=VALUE", values: &b.set}, "set", "lay a value over the files: payments.retry.attempts=3; may be given again")
	c.Flags().BoolVar(&b.noEnv, "no-env", false, "leave out the variables FUSEBOARD_SET__... of the environment")
}

// reading is a path that was read as one.
type reading struct {
	path     string
	files    []string
	set      *config.Set // nil where there are errors
	problems config.Problems
}

// read reads what lies at a path, and judges it. The error is for a path of which nothing can be read.
func (s *session) read(path string, b beside) (reading, error) {
	sources, err := s.sources(path)
	if err != nil {
		return reading{}, err
	}
	o := config.Options{Flags: b.set}
	if !b.noEnv {
		o.Env = s.env
	}
	r := reading{path: path}
	for _, source := range sources {
		r.files = append(r.files, source.Name)
	}
	r.set, r.problems = config.Read(sources, o)
	return r, nil
}

// sources reads the files at a path.
func (s *session) sources(path string) ([]config.Source, error) {
	if path == stdin {
		data, err := limited(s.in)
		if err != nil {
			return nil, fmt.Errorf("standard input: %w", err)
		}
		return []config.Source{{Name: stdinName, Data: data}}, nil
	}
	if path == "" {
		return nil, &failure{exitUsage, "a path is empty; accepted: a file, a directory, or - for standard input"}
	}
	if handedOver(path) {
		return piped(path)
	}
	snapshot := watch.Read(watch.Options{Path: path})
	if snapshot.Err != nil {
		return nil, unread(snapshot.Err)
	}
	if len(snapshot.Files) == 0 {
		return nil, &failure{exitNotFound, path + ": has no policy files (*.yaml, *.yml, *.json)"}
	}
	sources := make([]config.Source, len(snapshot.Files))
	for i, f := range snapshot.Files {
		sources[i] = config.Source{Name: f.Name, Data: f.Data}
	}
	return sources, nil
}

// limited reads what a file may have and one byte more: config says what is too large.
func limited(r io.Reader) ([]byte, error) {
	return io.ReadAll(io.LimitReader(r, watch.DefaultMaxSize+1))
}

// handedOver reports whether the path is a pipe that a shell has opened for the command, as <(git show HEAD:a.yaml) is.
// Others are not opened: they would wait for somebody who writes.
func handedOver(path string) bool {
	if path != "/dev/stdin" && !strings.HasPrefix(path, "/dev/fd/") && !strings.HasPrefix(path, "/proc/self/fd/") {
		return false
	}
	info, err := os.Stat(path)
	return err == nil && info.Mode()&os.ModeNamedPipe != 0
}

func piped(path string) ([]config.Source, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	data, err := limited(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	return []config.Source{{Name: path, Data: data}}, nil
}

// unread gives an error of reading its exit code.
func unread(err error) error {
	problems, ok := errors.AsType[fuseboard.Problems](err)
	if !ok {
		return err
	}
	code := exitError
	told := slices.Clone(problems)
	for i, p := range told {
		switch p.Code {
		case watch.CodeNotFound:
			code = max(code, exitNotFound)
		case watch.CodeTooLarge:
			code, told[i].Fix = max(code, exitInvalid), "split it into several files of one directory, or see whether it is the right file"
		}
	}
	return &failure{code, told.Error()}
}

// valid reads a path whose policies are asked for. What is wrong with them is not the answer: it
// goes to standard error, and errors end the command.
func (s *session) valid(path string, b beside) (*config.Set, error) {
	r, err := s.read(path, b)
	if err != nil {
		return nil, err
	}
	return r.set, s.refuse(r.path, r.problems)
}

// refuse tells problems on standard error, and ends the command if one of them is an error.
func (s *session) refuse(what string, problems config.Problems) error {
	if len(problems) == 0 {
		return nil
	}
	if err := problems.WriteText(s.errs, false); err != nil {
		return err
	}
	if len(problems.Errors()) == 0 {
		return nil
	}
	return &failure{exitInvalid, what + ": " + counted(problems)}
}

// counted says how many problems there are.
func counted(ps config.Problems) string {
	return plain.Count(len(ps.Errors()), "error", "errors") + ", " + plain.Count(len(ps.Warnings()), "warning", "warnings")
}

// notFound is the end of a command that was asked for a name that is not there.
func notFound(what, given string, names []string) error {
	message := fmt.Sprintf("there is no %s %q;%s there ", what, given, meant(given, names))
	switch len(names) {
	case 0:
		message += "are none"
	case 1:
		message += "is " + names[0]
	default:
		message += "are " + joined(names)
	}
	return &failure{exitNotFound, message}
}
