// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/config/watch"
	"github.com/fuseboard/fuseboard/simulations"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

// unfit is a scenario that cannot be run, or options that do not fit to it.
type unfit struct {
	what     string
	problems config.Problems
}

func (u *unfit) Error() string { return u.what + ": " + counted(u.problems) }

// scenario reads one, and judges the changes of its policies. Warnings may come beside it.
func (s *session) scenario(arg string, o simulations.Options) (*scenario.Scenario, config.Problems, error) {
	source, files, err := s.scenarioSource(arg)
	if err != nil {
		return nil, nil, err
	}
	sc, problems := scenario.Read(source, files)
	if problems.Err() != nil {
		return nil, nil, &unfit{arg, problems}
	}
	_, of := sc.Variants(o.Set)
	if of.Err() != nil {
		return nil, nil, &unfit{arg, of}
	}
	if !o.Alone && o.Sweep.Path == "" { // else they are about what is not run
		problems = append(problems, of...)
	}
	return sc, problems, nil
}

// scenarioSource is the text of a scenario, and where the files lie that it names.
func (s *session) scenarioSource(arg string) (config.Source, fs.FS, error) {
	if arg == stdin {
		data, err := limited(s.in)
		if err != nil {
			return config.Source{}, nil, fmt.Errorf("standard input: %w", err)
		}
		return config.Source{Name: stdinName, Data: data}, os.DirFS("."), nil
	}
	data, err := readLimited(arg)
	if errors.Is(err, fs.ErrNotExist) {
		return s.fromGallery(arg)
	}
	if err != nil {
		return config.Source{}, nil, err
	}
	return config.Source{Name: arg, Data: data}, os.DirFS(filepath.Dir(arg)), nil
}

// readLimited reads a file, and one byte more than it may have at most: config says what is too large.
func readLimited(path string) (data []byte, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, &failure{exitUsage, path + " is a directory; name a scenario in it"}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if info.Mode().IsRegular() && info.Size() > watch.DefaultMaxSize {
		return nil, &failure{exitInvalid, path + " is too large for a scenario; see whether it is the right file"}
	}
	return limited(f)
}

// fromGallery is a scenario that comes with the command: what has neither a separator nor an ending is its name.
func (s *session) fromGallery(arg string) (config.Source, fs.FS, error) {
	names := s.galleryNames()
	if strings.ContainsAny(arg, `/\.`) || arg == "" {
		return config.Source{}, nil, &failure{exitNotFound, fmt.Sprintf("%s does not exist; create it (fuseboard simulate --init prints one), or name another", or(arg, `""`))}
	}
	if !slices.Contains(names, arg) {
		return config.Source{}, nil, notFound("scenario", arg, names)
	}
	data, err := fs.ReadFile(s.gallery, arg+yamlEnding)
	return config.Source{Name: arg, Data: data}, s.gallery, err
}

const yamlEnding = ".yaml"

// galleryNames are the names of the scenarios that come with the command, in order.
func (s *session) galleryNames() (names []string) {
	if s.gallery == nil {
		return nil
	}
	found, _ := fs.Glob(s.gallery, "*"+yamlEnding) // the pattern is a good one
	for _, f := range found {
		if data, err := fs.ReadFile(s.gallery, f); err == nil && strings.Contains("\n"+string(data), "\nsimulation:") {
			names = append(names, strings.TrimSuffix(f, yamlEnding))
		}
	}
	return names
}

// galleryList is what --list says as JSON.
type galleryList struct {
	answer
	Scenarios []galleryEntry `json:"scenarios"`
}

type galleryEntry struct {
	Name  string `json:"name"`
	Story string `json:"story"`
}

func (s *session) listGallery(format string) error {
	if format == "junit" {
		return &failure{exitUsage, "--list has no form of JUnit; accepted: text, json"}
	}
	all := galleryList{answer: answerOf("Scenarios"), Scenarios: []galleryEntry{}}
	rows := [][]string{{"NAME", "STORY"}}
	for _, name := range s.galleryNames() {
		sc, _, err := s.scenario(name, simulations.Options{})
		if err != nil {
			return fmt.Errorf("the scenario %s: %w", name, err)
		}
		story := strings.Join(strings.Fields(sc.Story), " ")
		all.Scenarios = append(all.Scenarios, galleryEntry{name, story})
		rows = append(rows, []string{name, firstSentence(story)})
	}
	return s.write(format, all, func() error { return writeTable(s.out, rows) })
}

// firstSentence is what a table has room for.
func firstSentence(story string) string {
	for i := range story {
		rest, ends := strings.CutPrefix(story[i:], ". ")
		if ends && rest != "" && unicode.IsUpper([]rune(rest)[0]) { // or it is an abbreviation
			return story[:i+1]
		}
	}
	return story
}

// refused gives an error of running its exit code.
func (s *session) refused(arg string, err error) error {
	if problems, ok := errors.AsType[config.Problems](err); ok {
		return &unfit{arg, problems}
	}
	if problems, ok := errors.AsType[fuseboard.Problems](err); ok {
		u := &unfit{what: arg}
		for _, p := range problems {
			u.problems = append(u.problems, config.Problem{Problem: p})
		}
		return u
	}
	if errors.Is(err, context.Canceled) {
		return &failure{exitStopped, arg + ": stopped before it was done"}
	}
	return fmt.Errorf("%s: %w", arg, err)
}
