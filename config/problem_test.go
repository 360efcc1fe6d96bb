// SPDX-License-Identifier: Apache-2.0

package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard"
)

func TestAProblemIsOnePlaceOneSentenceOneExcerptAndOneHelp(t *testing.T) {
	_, ps := readOne(t, "dependencies:\n  payments:\n    retry:\n      atempts: 3\n    retry: {}\n")
	const want = `a.yaml:5:7: error[unknown-field]: dependencies.payments.retry.atempts = 3: is not a field of retry; did you mean attempts?
  5 |       atempts: 3
    |       ^^^^^^^
  help: accepted: attempts, backoff, budget, only, classes, max_retry_after, innermost
a.yaml:6:5: error[duplicate-name]: dependencies.payments.retry: is given more than once, in lines 4 and 6
  6 |     retry: {}
    |     ^^^^^
  help: keep one of them
  see: a.yaml:4:5`
	if got := ps.Error(); got != want {
		t.Errorf("got\n%s", got)
	}
	var b strings.Builder
	if err := ps.WriteText(&b, false); err != nil || b.String() != want+"\n" {
		t.Errorf("%v\n%s", err, b.String())
	}
	b.Reset()
	if err := ps.WriteText(&b, true); err != nil || !strings.Contains(b.String(), red+"error[unknown-field]"+usual) || !strings.Contains(b.String(), red+"    |       ^^^^^^^"+usual) {
		t.Errorf("%v\n%q", err, b.String())
	}
}

func TestAProblemThatStandsInNoFileNamesWhereItIs(t *testing.T) {
	p := fuseboard.Problem{Path: "retry.attempts", Code: "out-of-range", Value: "99", Message: "is out of range", Accepted: "1 to 10"}
	for want, o := range map[string]Origin{
		"error[out-of-range]: retry.attempts = 99: is out of range\n  help: accepted: 1 to 10":             {},
		"flag --set: error[out-of-range]: retry.attempts = 99: is out of range\n  help: accepted: 1 to 10": {Layer: Flag, Name: "--set"},
		"a.yaml: error[out-of-range]: retry.attempts = 99: is out of range\n  help: accepted: 1 to 10":     {File: "a.yaml"},
	} {
		if got := (Problem{Problem: p, Origin: o}).Error(); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

func TestNoMoreThanAHundredProblemsArePrinted(t *testing.T) {
	var text strings.Builder
	text.WriteString("dependencies:\n")
	for i := range 137 {
		fmt.Fprintf(&text, "  d%d: {nothing: 1}\n", i)
	}
	_, ps := readOne(t, text.String())
	var b strings.Builder
	if err := ps.WriteText(&b, false); err != nil || len(ps) != 137 {
		t.Fatal(len(ps), err)
	}
	if n := strings.Count(b.String(), "error["); n != 100 || !strings.HasSuffix(b.String(), "\nand 37 more\n") {
		t.Errorf("%d, and at the end %q", n, b.String()[b.Len()-40:])
	}
	if err := ps.WriteText(failing{}, false); err == nil {
		t.Error("a writer's error is lost")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestProblemsOfToolsHaveStableNames(t *testing.T) {
	_, ps := readOne(t, "dependencies: {payments: {retry: {atempts: 3}}}\nprofiles: {a: {extends: b}, b: {extends: a}, c: {}}\n")
	got, err := json.MarshalIndent(ps, "", " ")
	const want = `[
 {
  "path": "dependencies.payments.retry.atempts",
  "code": "unknown-field",
  "severity": "error",
  "message": "is not a field of retry",
  "value": "3",
  "accepted": "attempts, backoff, budget, only, classes, max_retry_after, innermost",
  "fix": "did you mean attempts?",
  "layer": "dependency",
  "name": "payments",
  "file": "a.yaml",
  "line": 2,
  "column": 35,
  "excerpt": "  2 | dependencies: {payments: {retry: {atempts: 3}}}\n    |                                   ^^^^^^^"
 },
 {
  "path": "profiles.b.extends",
  "code": "profile-cycle",
  "severity": "error",
  "message": "a profile extends itself: a -\u003e b -\u003e a",
  "value": "a",
  "fix": "remove one of the extends of the circle",
  "layer": "dependency",
  "profile": "b",
  "file": "a.yaml",
  "line": 3,
  "column": 42,
  "excerpt": "  3 | profiles: {a: {extends: b}, b: {extends: a}, c: {}}\n    |                                          ^",
  "related": [
   {
    "layer": "dependency",
    "profile": "b",
    "file": "a.yaml",
    "line": 3,
    "column": 25
   }
  ]
 },
 {
  "path": "profiles.c",
  "code": "unused-profile",
  "severity": "warning",
  "message": "is a profile that nothing names",
  "fix": "name it in the profiles of a dependency or a rule, or remove it",
  "layer": "dependency",
  "profile": "c",
  "file": "a.yaml",
  "line": 3,
  "column": 46,
  "excerpt": "  3 | profiles: {a: {extends: b}, b: {extends: a}, c: {}}\n    |                                              ^"
 }
]`
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s", err, got)
	}
	if none, err := json.Marshal(Problems(nil)); err != nil || string(none) != "[]" {
		t.Errorf("%s %v", none, err)
	}
}

func TestWarningsAloneAreNoError(t *testing.T) {
	warn := Problem{Problem: fuseboard.Problem{Message: "careful", Warning: true}}
	wrong := Problem{Problem: fuseboard.Problem{Message: "wrong"}}
	ps := Problems{warn, wrong}
	if len(ps.Errors()) != 1 || len(ps.Warnings()) != 1 || ps.Err() == nil || ps.Warnings().Err() != nil || Problems(nil).Err() != nil {
		t.Error(ps.Errors(), ps.Warnings(), ps.Err())
	}
	var as Problems
	if !errors.As(fmt.Errorf("reading: %w", ps.Err()), &as) || len(as) != 1 {
		t.Error("the error is no Problems")
	}
}

func TestProblemsAreInTheOrderOfTheFiles(t *testing.T) {
	text := "apiVersion: fuseboard/v1\ndependencies: {%s: {x: 1, retry: {y: 1}}}\nz: 1\n"
	_, ps := readDocument([]Source{{Name: "b.yaml", Data: fmt.Appendf(nil, text, "b")}, {Name: "a.yaml", Data: fmt.Appendf(nil, text, "a")}})
	var got []string
	for _, p := range ps {
		got = append(got, fmt.Sprintf("%s:%d:%d", p.Origin.File, p.Origin.Line, p.Origin.Column))
	}
	if want := "b.yaml:2:20 b.yaml:2:34 b.yaml:3:1 a.yaml:2:20 a.yaml:2:34 a.yaml:3:1"; strings.Join(got, " ") != want {
		t.Error(got)
	}
}

func TestWhatAFileSaysEndsNoLineAndSpeaksToNoTerminal(t *testing.T) {
	const hostile = `"\e[31mred\u202e\nf.yaml:1:1: error"`
	for _, text := range []string{
		"dependencies: {a: {mode: " + hostile + "}}\n", "dependencies: {a: {deadline: " + hostile + "}}\n",
		"dependencies: {a: {profiles: " + hostile + "}}\n", "dependencies: {" + hostile + ": {}}\n", "force: [" + hostile + "]\n",
		"dependencies: {a: {cases: [{tenant: " + hostile + ", cost: -1}]}}\n", "rules: {a: {when: " + hostile + "}}\n",
	} {
		_, ps := Read(file(text), Options{})
		for _, p := range ps {
			if strings.ContainsAny(p.Error(), "\x1b\u202e") || strings.Contains(p.Error(), "\nf.yaml") {
				t.Errorf("%s: %q", text, p.Error())
			}
		}
		if ps.Err() == nil {
			t.Errorf("%s: no error", text)
		}
	}
	var b strings.Builder
	if err := resolved(t, sound(t, "dependencies: {a: {deadline: {total: 2s, attempt: 1s}, cases: [{tenant: "+hostile+", deadline: {total: 1s}}]}}\n", Options{}), "a", Layers{}).Explain(&b); err != nil || strings.ContainsAny(b.String(), "\x1b\u202e") {
		t.Errorf("%v: %q", err, b.String())
	}
}
