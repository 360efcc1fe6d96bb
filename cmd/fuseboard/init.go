// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/fuseboard/fuseboard/config"
)

const (
	policyFile = "fuseboard.yaml"
	schemaFile = "fuseboard.schema.json" // beside it, where its first line names it
)

func initCommand(s *session) *cobra.Command {
	var noSchema bool
	var dependency string
	c := &cobra.Command{
		Use:   "init [PATH] [flags]",
		Short: "Write a policy file to begin with, and its schema for editors.",
		Example: `  fuseboard init
  fuseboard init policies/fuseboard.yaml --dependency search
  fuseboard init --no-schema other.yaml`,
		Long: `PATH is the file, fuseboard.yaml if it is not given, or the directory for it:
one that is there, or a name that ends with /. Directories are made where they
are missing. The schema is written beside it, as fuseboard.schema.json.
Nothing is overwritten. The names of the files go to standard output.`,
		Args: takes(0, 1, "one path"),
		RunE: func(c *cobra.Command, args []string) error {
			if !bytes.Contains(config.Template(dependency), []byte("\n  "+dependency+":")) {
				return &usageError{problem: fmt.Sprintf("--dependency: %q is no name for it; accepted: a letter of a-z, then up to 62 of a-z 0-9 _ . -", dependency), of: c}
			}
			path := policyFile
			if len(args) == 1 {
				path = args[0]
			}
			if path == stdin || path == "" {
				return &usageError{problem: fmt.Sprintf("init writes files, and %q is no name for one", path), of: c}
			}
			return s.init(path, dependency, noSchema)
		},
		ValidArgsFunction: policyFiles,
	}
	exits(c, exitError, exitUsage, exitConflict)
	c.Flags().SortFlags = false
	dependency = "payments"
	c.Flags().Var(&anyText{"NAME", &dependency}, "dependency", "the name of the dependency in it")
	c.Flags().BoolVar(&noSchema, "no-schema", false, "leave out the schema")
	return c
}

func (s *session) init(path, dependency string, noSchema bool) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() || os.IsPathSeparator(path[len(path)-1]) {
		path = filepath.Join(path, policyFile)
	}
	if _, err := os.Lstat(path); err == nil {
		return &failure{exitConflict, path + " is there already, and nothing is overwritten; name another path, or move it away"}
	}
	files := []initial{{path, config.Template(dependency)}}
	if !noSchema {
		schema, err := initialSchema(filepath.Join(filepath.Dir(path), schemaFile))
		if err != nil {
			return err
		}
		files = append(files, schema...)
	}
	if err := s.createAll(filepath.Dir(path), files); err != nil {
		return err
	}
	fmt.Fprintf(s.errs, "next: fuseboard policy validate %s\n      fuseboard policy explain %[1]s %s\n", path, dependency)
	return nil
}

// createAll writes the files into the directory, and names them.
func (s *session) createAll(dir string, files []initial) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, f := range files {
		if err := create(f.path, f.data); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(s.out, f.path); err != nil {
			return err
		}
	}
	return nil
}

// initial is a file to be written.
type initial struct {
	path string
	data []byte
}

// initialSchema is the schema at its path, or nothing where it lies there already. Another one is not overwritten.
func initialSchema(path string) ([]initial, error) {
	there, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []initial{{path, config.Schema()}}, nil
	case err != nil:
		return nil, err
	case !bytes.Equal(there, config.Schema()):
		return nil, &failure{exitConflict, path + " is there already, and is not this version's; remove it, or leave it with --no-schema"}
	}
	return nil, nil
}
