// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/simulations"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

func TestOutWritesEveryReportAndNamesIt(t *testing.T) {
	inFiles(t)
	for range 2 { // the second time they are overwritten: they are ours
		code, out, errs := simulatedBy(t, nil, "outage.yaml", "--out", "deep/er")
		if code != exitOK || !strings.Contains(out, "VERDICT  ✓ passed") {
			t.Fatalf("exit %d:\n%s%s", code, out, errs)
		}
		for _, name := range []string{"report.html", "report.json", "junit.xml", "events.jsonl", "series.csv"} {
			if info, err := os.Stat(filepath.Join("deep/er", name)); err != nil || info.Size() == 0 {
				t.Errorf("%s: %v, %v", name, info, err)
			}
			if !strings.Contains(errs, filepath.Join("deep/er", name)) {
				t.Errorf("%s is not named:\n%s", name, errs)
			}
		}
		if left, err := os.ReadDir("deep/er"); err != nil || len(left) != 5 {
			t.Errorf("%v, %v", left, err)
		}
	}
	var whole struct {
		answer
		simulations.Result
	}
	if err := json.Unmarshal(contents(t, "deep/er/report.json"), &whole); err != nil {
		t.Fatal(err)
	}
	run := whole.Variants[0].Runs[0]
	if whole.Kind != simulationKind || len(run.All.Offered) != 6 || len(run.Tracks["payments"].Good) != 6 || len(run.Events) != 1 {
		t.Errorf("report.json has not all that happened: %+v", run)
	}
	if n := strings.Count(string(contents(t, "deep/er/events.jsonl")), "\n"); n != 4 {
		t.Errorf("%d events, want 1 of each of 4 runs", n)
	}
}

func contents(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestFilesOfOthersAreNotOverwrittenAndNothingRuns(t *testing.T) {
	for _, name := range []string{"report.html", "report.json", "junit.xml", "events.jsonl", "series.csv"} {
		inFiles(t)
		const theirs = `{"apiVersion": "somebody/v1"}`
		if err := errors.Join(os.Mkdir("o", 0o750), os.WriteFile("o/"+name, []byte(theirs), 0o600)); err != nil {
			t.Fatal(err)
		}
		code, out, errs := simulatedBy(t, func(s *session) {
			s.simulate = func(context.Context, *scenario.Scenario, simulations.Options) (*simulations.Result, error) {
				t.Error("it runs")
				return nil, context.Canceled
			}
		}, "outage.yaml", "--out", "o")
		if code != exitConflict || out != "" || !strings.Contains(errs, filepath.Join("o", name)) {
			t.Errorf("%s: exit %d:\n%s%s", name, code, out, errs)
		}
		if got := string(contents(t, "o/"+name)); got != theirs {
			t.Errorf("%s is now %q", name, got)
		}
	}
}

func TestSeveralScenariosGetAFolderEach(t *testing.T) {
	inFiles(t)
	code, _, errs := simulatedBy(t, nil, "outage.yaml", "unmet.yaml", "--out", "o")
	if code != exitUnmet || len(contents(t, "o/outage/report.json")) == 0 || len(contents(t, "o/unmet/series.csv")) == 0 {
		t.Errorf("exit %d: %s", code, errs)
	}
	if code, _, errs = simulatedBy(t, nil, "outage.yaml", "./outage.yaml", "--out", "o"); code != exitUsage || !strings.Contains(errs, "would both be written") {
		t.Errorf("exit %d: %s", code, errs)
	}
}

func TestASeriesOfAnotherVersionIsOurs(t *testing.T) {
	dir := t.TempDir()
	old := "variant,seed,interleaving,dependency,at_s,offered,good,degraded,and,other,columns\n"
	if err := os.WriteFile(filepath.Join(dir, "series.csv"), []byte(old), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := oursAlone(dir); err != nil {
		t.Error(err)
	}
}
