// SPDX-License-Identifier: Apache-2.0

package simtest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/internal/bubble"
	"github.com/fuseboard/fuseboard/simulations"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

// Source is where a scenario comes from: the path of its file, relative to the test's package, or one that was read.
type Source interface {
	string | *scenario.Scenario
}

// Run runs a scenario in this process, in virtual time, and fails the test with one report where an expectation does not hold (or hangs on how
// goroutines interleave): which, what was found with its interval, why, the seeds, and a command that repeats it. With
// "go test -v" the summary is logged in any case. The test ends at once where the scenario or the options have a flaw, each of which is told with its place.
//
// Baselines are run where an expectation names one, or with [Out]. With "go test -short" there is one seed, run once.
//
// Call it from a test itself, not from within a bubble (testing/synctest), for it makes bubbles of its own. A panic in a goroutine of the [Service] ends the
// process, as in any test.
func Run[S Source](t testing.TB, source S, options ...Option) *simulations.Result {
	t.Helper()
	s := prepare(t, any(source), options)
	r := s.run(t)
	if r.Verdict != simulations.Passed {
		t.Error(s.failure(r))
	}
	return r
}

// Fails is the contrary of [Run]: the scenario must fail at the expectation, given by its text, in as many runs as it may not; others may hold or not. So
// a test shows that its expectation can fail: with the section that it is about left out, or an outage that is worse. The
// test fails where the expectation holds, or where a run does not come to its end.
func Fails[S Source](t testing.TB, source S, expectation string, options ...Option) *simulations.Result {
	t.Helper()
	s := prepare(t, any(source), options)
	i := s.expectation(expectation)
	if i < 0 {
		t.Fatal(s.unexpected(expectation))
	}
	r := s.run(t)
	if r.Verdict == simulations.Broken {
		t.Error(s.failure(r))
	} else if e := r.Expectations[i]; e.Verdict != simulations.Failed {
		t.Error(s.holds(r, e))
	}
	return r
}

// Text reads a scenario that is written in the test itself. Files that it names are relative to the test's package. The test ends
// at once where it has a flaw; warnings are logged.
func Text(t testing.TB, yaml string) *scenario.Scenario {
	t.Helper()
	return read(t, config.Source{Name: "scenario of " + t.Name(), Data: []byte(yaml)}, ".", true)
}

// setup is one call of Run or Fails.
type setup struct {
	scenario *scenario.Scenario
	path     string // of the scenario's file; empty: it has none
	options  simulations.Options
	out      string
	test     string // its name
}

func prepare(t testing.TB, source any, options []Option) *setup {
	t.Helper()
	if bubble.Inside() {
		t.Fatal("simtest: a simulation can't be run within a bubble: call it outside of synctest.Test, it makes bubbles of its own")
	}
	s := &setup{test: t.Name()}
	for _, o := range options {
		o(s)
	}
	s.options.Children = -1
	if testing.Short() {
		s.options.Runs, s.options.Interleavings = 1, 1
	}
	switch source := source.(type) {
	case string:
		data, err := os.ReadFile(source)
		if err != nil {
			t.Fatalf("simtest: the scenario can't be read: %v; give its path relative to the test's package", err)
		}
		s.path = source
		s.scenario = read(t, config.Source{Name: source, Data: data}, filepath.Dir(source), s.options.Service != nil)
	case *scenario.Scenario:
		if s.scenario = source; source == nil {
			t.Fatal("simtest: the scenario is nil: give what scenario.Read returned without an error")
		}
	}
	s.options.Alone = s.out == "" && !slices.ContainsFunc(s.scenario.Expect, func(e scenario.Expectation) bool { return e.Baseline != "" })
	return s
}

// read reads a scenario, and logs warnings. served: the service is, or may be, the user's own, so that nobody knows which dependencies it calls.
func read(t testing.TB, source config.Source, dir string, served bool) *scenario.Scenario {
	t.Helper()
	s, problems := scenario.Read(source, os.DirFS(dir))
	refuse(t, source.Name, problems.Err())
	warnings := slices.DeleteFunc(problems.Warnings(), func(p config.Problem) bool { return served && p.Code == scenario.CodeUnused })
	if len(warnings) > 0 {
		t.Logf("%s:\n%v", source.Name, warnings)
	}
	return s
}

// refuse ends the test where there is an error, all of whose problems it tells.
func refuse(t testing.TB, name string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	_, ofFiles := errors.AsType[config.Problems](err)
	_, ofOptions := errors.AsType[fuseboard.Problems](err)
	if ofFiles || ofOptions {
		t.Fatalf("simtest: %s can't be simulated:\n%v", name, err)
	}
	t.Fatalf("simtest: %s: %v", name, err)
}

// run runs the scenario, writes the reports, and logs the summary.
func (s *setup) run(t testing.TB) *simulations.Result {
	t.Helper()
	r, err := simulations.Run(t.Context(), s.scenario, s.options)
	refuse(t, s.name(), err)
	if s.out != "" {
		if err := s.write(r); err != nil {
			t.Errorf("simtest: the report can't be written: %v", err)
		}
	}
	if testing.Verbose() {
		t.Log(s.summary(r))
	}
	return r
}

// name is what messages call the scenario.
func (s *setup) name() string {
	if s.scenario.File != "" {
		return s.scenario.File
	}
	return fmt.Sprintf("the scenario %q", s.scenario.Simulation)
}
