// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/config"
)

func readBad(t testing.TB, name string) (config.Source, config.Problems) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "bad", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	source := config.Source{Name: name + ".yaml", Data: data}
	s, ps := Read(source, os.DirFS(filepath.Join("testdata", "files")))
	if (s == nil) != (ps.Err() != nil) {
		t.Errorf("%s: a scenario: %v, and %v", name, s != nil, ps)
	}
	return source, ps
}

// TestBadScenariosAreToldWithLineColumnExcerptAndFix scores what is said first of each bad file: a point for each of the four.
func TestBadScenariosAreToldWithLineColumnExcerptAndFix(t *testing.T) {
	sum := 0
	for _, want := range badFiles {
		source, ps := readBad(t, want.name)
		points := want.score(source, ps)
		if sum += points; points < 4 {
			t.Errorf("%s has %d of 4 points:\n%s", want.name, points, ps)
		}
		if !slices.ContainsFunc(ps, func(p config.Problem) bool { return p.Code == want.code }) {
			t.Errorf("%s has no %s:\n%s", want.name, want.code, ps)
		}
	}
	t.Logf("%d of %d points", sum, 4*len(badFiles))
}

// score counts the points of what is said of the first error, or of the first warning where there is no error.
func (b badFile) score(source config.Source, ps config.Problems) (points int) {
	ps = append(ps.Errors(), ps.Warnings()...)
	if len(ps) == 0 {
		return 0
	}
	p := ps[0]
	line := strings.Split(string(source.Data), "\n")[max(p.Origin.Line-1, 0)]
	for _, good := range []bool{
		p.Origin.Line == b.line, p.Origin.Column == b.column, caretStands(p, line), b.fix != "" && strings.Contains(p.Fix, b.fix),
	} {
		if good {
			points++
		}
	}
	return points
}

// caretStands reports whether the first caret of an excerpt stands under the character that the problem is of.
func caretStands(p config.Problem, line string) bool {
	here, marked, found := strings.Cut(p.Excerpt, "\n")
	cell := len([]rune(marked[:max(strings.IndexByte(marked, '^'), 0)]))
	if !found || cell == 0 {
		return false
	}
	rest, shown := []rune(tail(line, p.Origin.Column)), []rune(here)
	return len(rest) == 0 || cell < len(shown) && shown[cell] == rest[0]
}

// severalErrors are the bad files with more than one error: all of them.
var severalErrors = map[string][]string{
	"many-flaws": {
		"2:11 no-unit", "5:47 unknown-field", "10:10 unknown-dependency", "13:69 out-of-range", "15:5 not-understood", "17:13 unknown-field",
	},
	"policy-file": {"1:1 missing", "3:14 unknown-field"},
}

// TestABadScenarioWithOneFlawHasOneError: what follows from a flaw is not told beside it.
func TestABadScenarioWithOneFlawHasOneError(t *testing.T) {
	for _, want := range badFiles {
		if _, ps := readBad(t, want.name); severalErrors[want.name] == nil && len(ps.Errors()) > 1 {
			t.Errorf("%s:\n%s", want.name, ps.Errors())
		}
	}
}

func TestEveryFlawOfAScenarioIsTold(t *testing.T) {
	for name, want := range severalErrors {
		var got []string
		_, ps := readBad(t, name)
		for _, p := range ps.Errors() {
			got = append(got, fmt.Sprintf("%d:%d %s", p.Origin.Line, p.Origin.Column, p.Code))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestEveryBadScenarioIsInTheTable(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "bad", "*.yaml"))
	if err != nil || len(files) < 40 {
		t.Fatal(len(files), err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".yaml")
		if !slices.ContainsFunc(badFiles, func(b badFile) bool { return b.name == name }) {
			t.Errorf("%s is in no row", f)
		}
	}
}
