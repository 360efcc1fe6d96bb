// SPDX-License-Identifier: Apache-2.0

package config

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// least is the share of the points that the bad files must have, four for each.
const least = 0.9

// TestBadFilesAreToldWithLineColumnExcerptAndFix scores what is said of each bad file: a point for each of the four.
func TestBadFilesAreToldWithLineColumnExcerptAndFix(t *testing.T) {
	sum, most := 0, 0
	score := func(name string, sources []Source, want badFile) {
		_, ps := Read(sources, Options{})
		points, said := want.score(sources, ps)
		sum, most = sum+points, most+4
		t.Logf("%d of 4  %-34s %s", points, name, said)
		if points < 4 && want.why == "" || points < 2 {
			t.Errorf("%s has %d of 4 points:\n%s", name, points, ps)
		}
		if want.code != "" && !slices.ContainsFunc(ps, func(p Problem) bool { return p.Code == want.code }) {
			t.Errorf("%s has no %s:\n%s", name, want.code, ps)
		}
	}
	for _, want := range badFiles {
		data, err := os.ReadFile(filepath.Join("testdata", "bad", want.name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		score(want.name, []Source{{Name: want.name + ".yaml", Data: data}}, want)
	}
	for _, g := range badMade() {
		score(g.want.name, g.sources, g.want)
	}
	t.Logf("%d of %d points", sum, most)
	if float64(sum) < least*float64(most) {
		t.Errorf("%d of %d points, less than %v", sum, most, least)
	}
}

// score counts the points of what is said of the first error, or of the first warning where there is no error.
func (b badFile) score(sources []Source, ps Problems) (points int, said string) {
	ps = append(ps.Errors(), ps.Warnings()...)
	if len(ps) == 0 {
		return 0, "nothing"
	}
	p := ps[0]
	source := sources[slices.IndexFunc(sources, func(s Source) bool { return s.Name == p.Origin.File })]
	lines := bytes.Split(source.Data, []byte("\n"))
	here, marked, _ := strings.Cut(p.Excerpt, "\n")
	words := bytes.Fields(bytes.TrimPrefix(lines[max(p.Origin.Line-1, 0)], mark))
	excerpt := strings.Contains(marked, "^") && (len(words) == 0 || slices.ContainsFunc(words, func(w []byte) bool {
		return strings.Contains(here, string(w)) || len(w) > 60 || !bytes.ContainsFunc(w, func(r rune) bool { return r > ' ' && r < 0x7f })
	})) && caretStands(here, marked, tail(string(lines[max(p.Origin.Line-1, 0)]), p.Origin.Column))
	for _, good := range []bool{
		p.Origin.Line == b.line, p.Origin.Column == b.column, excerpt, b.fix != "" && strings.Contains(p.Fix+" "+p.Accepted, b.fix),
	} {
		if good {
			points++
		}
	}
	first, _, _ := strings.Cut(p.Error(), "\n")
	return points, first
}

// caretStands reports whether the first caret stands under the first character of rest, where that can be told by its letter.
func caretStands(here, marked, rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	if r <= ' ' || r >= 0x7f {
		return true
	}
	cell := 0
	for _, shown := range here {
		if cell == strings.Index(marked, "^") {
			return shown == r
		}
		cell += cellsOf(shown)
	}
	return false
}

// TestABadFileWithOneFlawHasOneError: what follows from a flaw is not told beside it.
func TestABadFileWithOneFlawHasOneError(t *testing.T) {
	for _, want := range badFiles {
		data, err := os.ReadFile(filepath.Join("testdata", "bad", want.name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		_, ps := Read([]Source{{Name: want.name, Data: data}}, Options{})
		if _, several := allTold[want.name]; !several && len(ps.Errors()) > 1 {
			t.Errorf("%s:\n%s", want.name, ps.Errors())
		}
	}
}

// made are bad sources that are better made than kept.
type made struct {
	sources []Source
	want    badFile
}

func badMade() []made {
	const head = "apiVersion: fuseboard/v1\n"
	one := func(name, text string, line, column int, code, fix string) made {
		return made{[]Source{{Name: name, Data: []byte(text)}}, badFile{name, line, column, code, fix, ""}}
	}
	var keys, steps strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&keys, "k%d: 1\n", i)
	}
	for i := range 1000 {
		fmt.Fprintf(&steps, "%*s\n", i+2, "a:")
	}
	long := "dependencies: {payments: {cases: [{tenant: " + strings.Repeat("t", 250) + "}], " + strings.Repeat(" ", 9700) + "retry: {"
	two := func(name, first, second string, line, column int) made {
		return made{
			[]Source{{Name: "a.yaml", Data: []byte(head + first)}, {Name: "b.yaml", Data: []byte(head + second)}},
			badFile{name, line, column, CodeDuplicate, "keep one of them", ""},
		}
	}
	const policy = "{retry: {attempts: 2}, deadline: {total: 1s, attempt: 100ms}}"
	return []made{
		one("ten-megabytes", head+strings.Repeat("# a comment\n", 900_000), 1, 1, CodeTooLarge, "split it"),
		one("deep-brackets", head+"defaults: "+strings.Repeat("[", 5000)+"\n", 2, 42, CodeTooLarge, "no policy needs that"),
		one("deep-items", head+"defaults:\n  "+strings.Repeat("- ", 5000)+"\n", 3, 65, CodeTooLarge, "no policy needs that"),
		one("deep-blocks", head+steps.String(), 34, 34, CodeTooLarge, "no policy needs that"),
		one("many-names", head+keys.String(), 2001, 1, CodeTooLarge, "split it"),
		one("long-line", head+long+"atempts: 2}, deadline: {total: 1s}}}\n", 2, len(long)+1, CodeUnknown, "did you mean attempts?"),
		two("dependency-in-two-files", "dependencies: {payments: "+policy+"}\n", "dependencies:\n  payments: "+policy+"\n", 3, 3),
		two("profile-in-two-files", "profiles: {quick: "+policy+"}\ndependencies: {payments: {profiles: quick}}\n", "profiles:\n  quick: "+policy+"\n", 3, 3),
		two("defaults-in-two-files", "defaults: "+policy+"\n", "defaults: "+policy+"\n", 2, 1),
		two("rule-in-two-files",
			"profiles: {quick: "+policy+"}\ndependencies: {payments: "+policy+"}\nrules: {busy: {when: cpu > 85%, profiles: quick}}\n",
			"rules: {busy: {when: cpu > 85%, profiles: quick}}\n", 2, 9),
		{[]Source{{Name: "a.yaml", Data: []byte(head)}, {Name: "a.yaml", Data: []byte(head)}}, badFile{"file-given-twice", 0, 0, CodeDuplicate, "give each file once", "it stands in no line"}},
	}
}

func TestEveryFlawOfAFileIsTold(t *testing.T) {
	for name, want := range allTold {
		data, err := os.ReadFile(filepath.Join("testdata", "bad", name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		_, ps := Read([]Source{{Name: name, Data: data}}, Options{})
		for _, w := range want {
			if !slices.ContainsFunc(ps, func(p Problem) bool {
				return fmt.Sprintf("%d:%d %s", p.Origin.Line, p.Origin.Column, p.Code) == w
			}) {
				t.Errorf("%s: no %s in\n%s", name, w, ps)
			}
		}
	}
}

func TestEveryBadFileIsInTheTable(t *testing.T) {
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
