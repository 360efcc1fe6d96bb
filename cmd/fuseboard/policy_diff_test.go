// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// edited writes fuseboard.yaml of testdata/files with some of its text replaced, and returns its name.
func edited(t *testing.T, oldnew ...string) string {
	t.Helper()
	data, err := os.ReadFile("fuseboard.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(oldnew); i += 2 {
		if !strings.Contains(string(data), oldnew[i]) {
			t.Fatalf("fuseboard.yaml has no %q", oldnew[i])
		}
	}
	name := "edited.yaml"
	if err := os.WriteFile(name, []byte(strings.NewReplacer(oldnew...).Replace(string(data))), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestTheLineOfForceThatDiffShowsIsTheOneThatAllowsTheEdit(t *testing.T) {
	const start = "apiVersion: fuseboard/v1\ndependencies:\n  a:\n    bulkhead: {concurrency: 9}\n"
	circuit, rate := "    breaker: {failure_rate: 50%}\n", "    rate: {limit: 100, per: 1s}\n"
	for _, after := range []string{
		start + rate,
		start + "    breaker: off\n" + rate,
		start + circuit + "    rate: {limit: 100, per: 9s}\n",
		start + circuit + rate + "    mode: bypass\n",
		strings.Replace(start, "9", "2", 1) + circuit + rate,
	} {
		t.Chdir(t.TempDir())
		if err := os.WriteFile("old.yaml", []byte(start+circuit+rate), 0o600); err != nil {
			t.Fatal(err)
		}
		force := ""
		for _, want := range []int{exitInvalid, exitOK} {
			if err := os.WriteFile("new.yaml", []byte(after+force), 0o600); err != nil {
				t.Fatal(err)
			}
			code, out, errs := ran(t, "policy", "diff", "old.yaml", "new.yaml", "--check-force")
			if code != want {
				t.Fatalf("exit %d, want %d of\n%s\n%s%s", code, want, after+force, out, errs)
			}
			if line := regexp.MustCompile(`allowed by: (.+)`).FindStringSubmatch(out); line != nil {
				force = line[1] + "\n"
			}
		}
	}
}

func TestAnEditOfARuleOrOfWhatItLaysOverIsADifference(t *testing.T) {
	for _, c := range []struct {
		edit []string
		want string
	}{
		{[]string{"cpu > 85%", "cpu > 5%", "cpu < 70%", "cpu < 2%"}, "cpu > 85% for 10s -> cpu > 5% for 10s"},
		{[]string{"concurrency: 8}", "concurrency: 1}"}, "payments: bulkhead.concurrency"},
		{[]string{"profiles: [patient]", "profiles: [quick, patient]"}, "patient -> quick, patient"},
		{[]string{"host-busy", "busy"}, "rule host-busy (removed)"},
		{[]string{"dependencies: [\"*\"]", "dependencies: [payments]"}, "* -> payments"},
	} {
		inFiles(t)
		code, out, errs := ran(t, "policy", "diff", "fuseboard.yaml", edited(t, c.edit...), "--exit-code")
		if code != exitError || !strings.Contains(out, c.want) {
			t.Errorf("exit %d, want %q in\n%s%s", code, c.want, out, errs)
		}
	}
}

func TestOneDependencyIsComparedWithWhatRulesDoToItAlone(t *testing.T) {
	inFiles(t)
	name := edited(t, "concurrency: 8}", "concurrency: 1}")
	if _, out, _ := ran(t, "policy", "diff", "fuseboard.yaml", name, "--dependency", "search-*"); strings.Contains(out, "payments") || !strings.Contains(out, "search-*: bulkhead.concurrency") {
		t.Error(out)
	}
}

func TestARuleThatIsNotForTheNamedDependencyIsLeftOut(t *testing.T) {
	inFiles(t)
	name := edited(t, "22:00", "21:00")
	if code, out, errs := ran(t, "policy", "diff", "fuseboard.yaml", name, "--dependency", "search-*", "--exit-code"); code != exitOK || out != "" {
		t.Error(code, out, errs)
	}
	if code, out, errs := ran(t, "policy", "diff", "fuseboard.yaml", name, "--dependency", "payments", "--exit-code"); code != exitError || !strings.Contains(out, "rule night") {
		t.Error(code, out, errs)
	}
}

func TestDiffTellsWhatARemovedEntryMayAskFor(t *testing.T) {
	t.Chdir(t.TempDir())
	const kept = "apiVersion: fuseboard/v1\ndependencies:\n  b: {retry: {attempts: 2}}\n"
	for name, text := range map[string]string{"old.yaml": kept + "  a: {breaker: {failure_rate: 50%}}\n", "new.yaml": kept, "forced.yaml": kept + "force: [a.breaker]\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if code, _, errs := ran(t, "policy", "diff", "old.yaml", "new.yaml", "--check-force"); code != exitInvalid || !strings.Contains(errs, "force: [a.breaker]") {
		t.Error(code, errs)
	}
	if code, _, errs := ran(t, "policy", "diff", "old.yaml", "forced.yaml", "--check-force"); code != exitOK || strings.Contains(errs, "needs-force") {
		t.Error(code, errs)
	}
}
