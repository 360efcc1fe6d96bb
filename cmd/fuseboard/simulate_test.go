// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/spf13/cobra"

	"github.com/fuseboard/fuseboard/simulations"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

// simulatedBy runs a command line with made-up simulations, by a session that change may change.
func simulatedBy(t *testing.T, change func(*session), args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	s := cannedSession(t, strings.NewReader(""), &o, &e)
	if change != nil {
		change(s)
	}
	code = s.run(t.Context(), append([]string{"simulate"}, args...))
	return code, o.String(), e.String()
}

func TestOneThatCannotRunDoesNotKeepItFromTheOthersAndTheWorstCodeIsReturned(t *testing.T) {
	inFiles(t)
	for _, c := range []struct {
		args []string
		want int
	}{
		{[]string{"outage.yaml", "brownout"}, exitOK},
		{[]string{"hung.yaml", "outage.yaml"}, exitError},
		{[]string{"no.yaml", "mistaken.yaml", "outage.yaml"}, exitNotFound},
		{[]string{"unmet.yaml", "no.yaml", "outage.yaml"}, exitUnmet},
	} {
		code, out, errs := simulatedBy(t, nil, append(c.args, "-o", "json")...)
		if code != c.want {
			t.Errorf("%q: exit %d, want %d: %s", c.args, code, c.want, errs)
		}
		d, n := json.NewDecoder(strings.NewReader(out)), 0
		for ; ; n++ {
			var a simulated
			if err := d.Decode(&a); errors.Is(err, io.EOF) {
				break
			} else if err != nil || a.APIVersion != answersVersion || a.Kind != simulationKind || a.Verdict == "" {
				t.Fatalf("%q: %v, %+v in\n%s", c.args, err, a.answer, out)
			}
		}
		if n != len(c.args) {
			t.Errorf("%q: %d answers", c.args, n)
		}
	}
}

func TestCtrlCKeepsItFromTheOthers(t *testing.T) {
	inFiles(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out, errs bytes.Buffer
	s := cannedSession(t, strings.NewReader(""), &out, &errs)
	s.simulate = func(ctx context.Context, sc *scenario.Scenario, o simulations.Options) (*simulations.Result, error) {
		cancel()
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}
	if code := s.run(ctx, []string{"simulate", "outage.yaml", "unmet.yaml"}); code != exitStopped || strings.Contains(errs.String(), "unmet") {
		t.Errorf("exit %d: %s", code, errs.String())
	}
}

func TestFlagsReachTheSimulation(t *testing.T) {
	inFiles(t)
	var got simulations.Options
	code, _, errs := simulatedBy(t, func(s *session) {
		s.simulate = func(ctx context.Context, sc *scenario.Scenario, o simulations.Options) (*simulations.Result, error) {
			got = o
			return canned(ctx, sc, o)
		}
	}, "outage.yaml", "--seed", "7", "--runs", "3", "--set", "payments.retry.attempts=3", "--set", "payments.breaker.min_calls=5",
		"--sweep", "payments.retry.attempts=1..3", "--alone", "--children", "2")
	if code != exitOK {
		t.Fatalf("exit %d: %s", code, errs)
	}
	if got.Seed != 7 || got.Runs != 3 || !got.Alone || got.Children != 2 || !slices.Equal(got.Set, []string{"payments.retry.attempts=3", "payments.breaker.min_calls=5"}) ||
		got.Sweep.Path != "payments.retry.attempts" || !slices.Equal(got.Sweep.Values, []string{"1", "2", "3"}) {
		t.Errorf("got %+v", got)
	}
}

func TestSweepsAreReadInEachForm(t *testing.T) {
	for text, want := range map[string]string{
		"1..4": "1 2 3 4", "1..9": "1 2 3 4 5 6 7 8 9", "1..100": "1 3 10 32 100", "0..100": "0 25 50 75 100", "1..4:2": "1 4", "1..3:7": "1 2 3",
		"100ms..500ms": "100ms 200ms 300ms 400ms 500ms", "10ms..10s:4": "10ms 100ms 1s 10s", "1s..1m:3": "1s 7.7s 1m",
		"10%..90%:3": "10% 50% 90%", "0.1..0.5": "0.1 0.2 0.3 0.4 0.5", "0..2s:3": "0 1s 2s", "1,2,4": "1 2 4", "fifo, lifo": "fifo lifo", "5": "5",
	} {
		s, err := parseSweep("a.b=" + text)
		if got := strings.Join(s.Values, " "); err != nil || got != want || s.Path != "a.b" {
			t.Errorf("%s: got %q of %q, %v; want %q", text, got, s.Path, err, want)
		}
	}
	for text, want := range map[string]string{
		"a.b": "write it like", "=1": "write it like", "a.b=": "write it like", "a.b=1..2:1": "2 to 50", "a.b=1..2:x": "2 to 50", "a.b=1..2s": "both ends", "a.b=x..y": "both ends", "a.b=1%..2": "both ends",
		"a.b=4..1": "smaller", "a.b=1..1": "smaller", "a.b=1,,2": "empty", "a.b=1,1": "given twice", "a.b=NaN..1": "both ends", "a.b=1.." + "1e400": "both ends",
		"a.b=" + strings.Repeat("x", 1) + strings.Join(strings.Split(strings.Repeat("1", 60), ""), "2,"): "given twice",
	} {
		if s, err := parseSweep(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %+v, %v; want %q", text, s, err, want)
		}
	}
}

func TestAComparisonIsPartOfTheAnswer(t *testing.T) {
	inFiles(t)
	if code, _, errs := simulatedBy(t, nil, "outage.yaml", "--out", "base", "--quiet"); code != exitOK {
		t.Fatalf("exit %d: %s", code, errs)
	}
	code, out, errs := simulatedBy(t, nil, "unmet.yaml", "--compare", "base/report.json", "-o", "json")
	var a simulated
	if err := json.Unmarshal([]byte(out), &a); err != nil || code != exitUnmet {
		t.Fatalf("exit %d, %v: %s", code, err, errs)
	}
	if c := a.Comparison; c == nil || c.Expectations[1].Was != "held" || c.Expectations[1].Is != "failed" || c.Figures[0].Pairs != 2 || !slices.Equal(c.Notes, []string{"other scenarios: outage before, unmet now"}) {
		t.Errorf("got %+v", c)
	}
	// an answer of -o json can be compared with, too
	if err := os.WriteFile("answer.json", []byte(out), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs = simulatedBy(t, nil, "outage.yaml", "--compare", "answer.json"); code != exitOK || !strings.Contains(out, "was failed, now held") {
		t.Errorf("exit %d:\n%s%s", code, out, errs)
	}
}

func TestProgressIsDrawnOnATerminalAlone(t *testing.T) {
	inFiles(t)
	for _, c := range []struct {
		lively bool
		args   []string
		drawn  bool
	}{{true, nil, true}, {false, nil, false}, {true, []string{"--no-progress"}, false}, {true, []string{"-o", "json"}, true}} {
		_, out, errs := simulatedBy(t, func(s *session) { s.lively = c.lively }, append([]string{"outage.yaml"}, c.args...)...)
		if drawn := strings.HasPrefix(errs, "\r█") && strings.HasSuffix(errs, "\r\x1b[K"); drawn != c.drawn || !drawn && errs != "" {
			t.Errorf("%+v: standard error is %q", c, errs)
		}
		if strings.ContainsAny(out, "\r\x1b") {
			t.Errorf("%+v: standard output is %q", c, out)
		}
	}
}

func TestTheLocaleAndTheTerminalSayHowTextLooks(t *testing.T) {
	for _, c := range []struct {
		env   []string
		ascii bool
		width int
	}{
		{nil, false, 0},
		{[]string{"LANG=de_DE.UTF-8", "COLUMNS=80"}, false, 80},
		{[]string{"LANG=en_US.utf8", "COLUMNS=many"}, false, 0},
		{[]string{"LANG=de_DE.UTF-8", "LC_ALL=C"}, true, 0},
		{[]string{"LC_CTYPE=POSIX", "LANG=C.UTF-8", "COLUMNS=9999"}, true, 250},
	} {
		if o := (&session{env: c.env}).textOptions(); o.ASCII != c.ascii || o.Width != c.width || o.Color {
			t.Errorf("%q: got %+v", c.env, o)
		}
	}
}

func TestAScenarioOfTheGalleryIsFoundByItsNameUnlessAFileHasIt(t *testing.T) {
	inFiles(t)
	if code, out, errs := simulatedBy(t, nil, "brownout", "--quiet"); code != exitOK || !strings.Contains(out, "outage  VERDICT") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	if err := os.Rename("unmet.yaml", "brownout"); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := simulatedBy(t, nil, "brownout", "--quiet"); code != exitUnmet || !strings.Contains(out, "unmet  VERDICT") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	if code, _, errs := simulatedBy(t, nil, "brwnout"); code != exitNotFound || !strings.Contains(errs, "did you mean brownout?") {
		t.Errorf("exit %d: %s", code, errs)
	}
	if code, _, errs := simulatedBy(t, func(s *session) { s.gallery = nil }, "brownot"); code != exitNotFound || !strings.Contains(errs, "there are none") {
		t.Errorf("exit %d: %s", code, errs)
	}
}

func TestTheTemplateOfInitIsAScenario(t *testing.T) {
	inFiles(t)
	code, out, errs := simulatedBy(t, nil, "--init")
	if err := os.WriteFile("new.yaml", []byte(out), 0o600); code != exitOK || err != nil {
		t.Fatalf("exit %d, %v: %s", code, err, errs)
	}
	if code, out, errs := simulatedBy(t, nil, "new.yaml", "-o", "json"); code != exitOK || strings.Contains(out, `"warnings"`) {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
}

func TestJUnitOfSeveralIsOneDocument(t *testing.T) {
	inFiles(t)
	code, out, errs := simulatedBy(t, nil, "outage.yaml", "unmet.yaml", "no.yaml", "-o", "junit")
	var got struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Suites   []struct {
			Name string `xml:"name,attr"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if code != exitUnmet || got.Tests != 5 || got.Failures != 1 || got.Errors != 1 || len(got.Suites) != 3 {
		t.Errorf("exit %d, %+v: %s", code, got, errs)
	}
}

func TestASimulationRunsTheProductItself(t *testing.T) {
	inFiles(t)
	code, out, errs := ran(t, "simulate", "outage.yaml", "--runs", "1", "-o", "json", "--out", "o")
	var a simulated
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatalf("exit %d, %v: %s", code, err, errs)
	}
	if code != exitOK || a.Verdict != "passed" || a.VirtualSeconds < 60 || len(a.Expectations) != 2 || len(a.Variants) != 2 || a.Warnings != nil {
		t.Errorf("exit %d: %s\n%s", code, errs, out)
	}
	if !strings.HasPrefix(a.Version, "fuseboard ") || !strings.Contains(a.Version, runtime.Version()) {
		t.Errorf("made by %q", a.Version)
	}
	if strings.Contains(out, `"offered"`) || !strings.Contains(string(contents(t, "o/report.json")), `"offered"`) {
		t.Error("tracks are to be in report.json alone")
	}
}

func TestCtrlCEndsASimulationAndItsChildren(t *testing.T) {
	inFiles(t)
	long := strings.NewReplacer("duration: 30s", "duration: 24h", "30/s", "100/s").Replace(string(contents(t, "outage.yaml")))
	if !strings.Contains(long, "24h") {
		t.Fatal("the scenario has changed")
	}
	c := exec.CommandContext(t.Context(), os.Args[0], "simulate", "-", "--children", "2")
	c.Env = append(os.Environ(), asCommand+"=1")
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	c.Stdout, c.Stderr = io.Discard, &errs // children have the write ends, too, if they were left: Wait would not return
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	// More than a pipe holds: when it is written, the command reads, and hears signals.
	if _, err := io.WriteString(in, long+strings.Repeat("# and so on\n", 1<<14)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(in.Close(), c.Process.Signal(syscall.SIGINT)); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // the exit code is judged
	if code := c.ProcessState.ExitCode(); code != exitStopped || !strings.Contains(errs.String(), "stopped before it was done") {
		t.Errorf("exit %d: %s", code, errs.String())
	}
}

func TestAScenarioThatIsNoFileIsRefused(t *testing.T) {
	inFiles(t)
	if code, _, errs := simulatedBy(t, nil, "policies"); code != exitUsage || !strings.Contains(errs, "is a directory") {
		t.Errorf("exit %d: %s", code, errs)
	}
	if err := os.WriteFile("huge.yaml", make([]byte, 3<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := simulatedBy(t, nil, "huge.yaml"); code != exitInvalid {
		t.Errorf("exit %d: %s", code, errs)
	}
	if _, err := os.Stat("o"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestScenariosAreCompletedByFileAndByName(t *testing.T) {
	inFiles(t)
	s := cannedSession(t, nobody{t}, io.Discard, io.Discard)
	names, directive := s.scenarioNames(nil, nil, "bro")
	if !slices.Contains(names, "brownout") || !slices.Contains(names, "broken.yaml") || slices.Contains(names, "policies") || directive != cobra.ShellCompDirectiveNoFileComp {
		t.Errorf("got %q, %v", names, directive)
	}
	if names, directive := s.scenarioNames(nil, nil, "out"); !slices.Equal(names, []string{"yaml", "yml", "json"}) || directive != cobra.ShellCompDirectiveFilterFileExt {
		t.Errorf("got %q, %v", names, directive)
	}
}

func TestAFirstSentenceEndsWhereTheNextBegins(t *testing.T) {
	for story, want := range map[string]string{
		"A failure, as Bronson et al. describe it. It stays.": "A failure, as Bronson et al. describe it.",
		"One sentence": "One sentence",
		"One. ":        "One. ",
	} {
		if got := firstSentence(story); got != want {
			t.Errorf("%q begins with %q, want %q", story, got, want)
		}
	}
}
