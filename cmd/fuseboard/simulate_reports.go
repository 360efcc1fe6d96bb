// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fuseboard/fuseboard/simulations"
	"github.com/fuseboard/fuseboard/simulations/report/text"
)

// reports are the files of --out, how each begins, and who writes it.
var reports = []struct {
	name, mark string
	write      func(*session, io.Writer, *simulations.Result) error
}{
	{"report.html", "Fuseboard simulation</title>", func(s *session, w io.Writer, r *simulations.Result) error { return s.html(w, r) }},
	{"report.json", `"apiVersion": "` + answersVersion + `"`, func(_ *session, w io.Writer, r *simulations.Result) error {
		return writeJSON(w, whole{answerOf(simulationKind), r})
	}},
	{"junit.xml", `<testsuites name="` + text.JUnitName + `"`, func(_ *session, w io.Writer, r *simulations.Result) error {
		return text.JUnit(w, []*simulations.Result{r})
	}},
	{"events.jsonl", `{"variant":"`, func(_ *session, w io.Writer, r *simulations.Result) error { return text.Events(w, r) }},
	{"series.csv", text.SeriesMark, func(_ *session, w io.Writer, r *simulations.Result) error { return text.Series(w, r) }},
}

// outFolders are where each scenario is written.
func outFolders(c *cobra.Command, out string, args []string) ([]string, error) {
	if out == "" {
		return nil, nil
	}
	if len(args) == 1 {
		return []string{out}, nil
	}
	dirs, taken := make([]string, len(args)), map[string]string{}
	for i, arg := range args {
		name := filepath.Base(arg)
		name = strings.TrimSuffix(name, filepath.Ext(name))
		if arg == stdin {
			name = "stdin"
		}
		if other, ok := taken[name]; ok {
			return nil, &usageError{problem: fmt.Sprintf("--out: %s and %s would both be written to %s; run them one by one", other, arg, filepath.Join(out, name)), of: c}
		}
		dirs[i], taken[name] = filepath.Join(out, name), arg
	}
	return dirs, nil
}

// oursAlone fails where a file that would be overwritten is somebody else's.
func oursAlone(dir string) error {
	var foreign []string
	for _, r := range reports {
		path := filepath.Join(dir, r.name)
		ours, err := replaceable(path, r.mark)
		if err != nil {
			return err
		}
		if !ours {
			foreign = append(foreign, path)
		}
	}
	if len(foreign) == 0 {
		return nil
	}
	return &failure{exitConflict, strings.Join(foreign, ", ") + ": not written by fuseboard simulate, and so not overwritten; name another --out, or move it away"}
}

// replaceable reports whether nothing is at a path, or a file with the mark near its beginning.
func replaceable(path, mark string) (ours bool, err error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return true, nil
	case err != nil:
		return false, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	head := make([]byte, 1<<16) // a title may be long
	n, err := io.ReadFull(f, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || err == nil {
		return n == 0 || bytes.Contains(head[:n], []byte(mark)), nil
	}
	return false, nil // a directory, say
}

// writeReports writes all files of a result, each in one step, and names them on standard error.
func (s *session) writeReports(dir string, r *simulations.Result) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var names []string
	for _, report := range reports {
		path := filepath.Join(dir, report.name)
		if err := overwrite(path, func(w io.Writer) error { return report.write(s, w, r) }); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		names = append(names, path)
	}
	fmt.Fprintf(s.errs, "wrote %s\n", strings.Join(names, ", "))
	return nil
}
