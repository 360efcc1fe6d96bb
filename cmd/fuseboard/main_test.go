// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/goleak"

	"github.com/fuseboard/fuseboard/simulations"
)

// asCommand makes the test binary behave as the command, for tests of signals.
const asCommand = "FUSEBOARD_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	simulations.Serve() // children of simulations are this program
	if os.Getenv(asCommand) != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

// ran runs a command line as main would.
func ran(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

func TestAMistakeOnTheCommandLineIsToldInPlainWordsWithWhatIsAccepted(t *testing.T) {
	commands := strings.Join(commandNames(rootCommand(&session{})), ", ")
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "no command given; accepted: " + commands + "\nSee: fuseboard help\n"},
		{[]string{"dmeo"}, "unknown command \"dmeo\"; did you mean demo? accepted: " + commands + "\nSee: fuseboard help\n"},
		{[]string{"help", "dmeo"}, "unknown command \"dmeo\"; did you mean demo? accepted: " + commands + "\nSee: fuseboard help\n"},
		{[]string{"demo", "now"}, "demo takes no arguments, got \"now\"; accepted flags: --for, --seed, -o\nSee: fuseboard help demo\n"},
		{[]string{"demo", "--fro", "3s"}, "demo has no flag --fro; did you mean --for? accepted: --for, --seed, -o\nSee: fuseboard help demo\n"},
		{[]string{"demo", "--outptu", "json"}, "demo has no flag --outptu; did you mean --output? accepted: --for, --seed, -o\nSee: fuseboard help demo\n"},
		{[]string{"init", "-"}, "init writes files, and \"-\" is no name for one\nSee: fuseboard help init\n"},
		{[]string{"policy", "validate", "-", "a", "-"}, "only one of the paths can be standard input\nSee: fuseboard help policy validate\n"},
		{[]string{"policy", "lint", "-", "-"}, "only one of the paths can be standard input\nSee: fuseboard help policy lint\n"},
		{[]string{"policy", "validate", "--strict=maybe", "a"}, "--strict: \"maybe\" is not one of true and false; --strict alone means true\nSee: fuseboard help policy validate\n"},
		{[]string{"policy", "explain"}, "policy explain needs a path, and at most the name of one dependency\nSee: fuseboard help policy explain\n"},
		{[]string{"demo", "-x"}, "demo has no flag -x; accepted: --for, --seed, -o\nSee: fuseboard help demo\n"},
		{[]string{"demo", "--for"}, "--for needs a value\nSee: fuseboard help demo\n"},
		{[]string{"demo", "--for", "soon"}, "--for: \"soon\" is not a duration; write it like 30s or 2m\nSee: fuseboard help demo\n"},
		{[]string{"demo", "--for", "1.9s"}, "--for: \"1.9s\" is out of range; accepted: 2s to 10m\nSee: fuseboard help demo\n"},
		{[]string{"demo", "--for=601s"}, "--for: \"601s\" is out of range; accepted: 2s to 10m\nSee: fuseboard help demo\n"},
		{[]string{"demo", "--seed", "-1"}, "--seed: \"-1\" is not a seed; accepted: whole numbers from 0\nSee: fuseboard help demo\n"},
		{[]string{"demo", "-o", "yaml"}, "-o: \"yaml\" is not a format; accepted: text, json\nSee: fuseboard help demo\n"},
		{[]string{"-x"}, "unknown flag \"-x\"; accepted: " + commands + "\nSee: fuseboard help\n"},
		{[]string{"version", "1"}, "version takes no arguments, got \"1\"; accepted flags: -o\nSee: fuseboard help version\n"},
		{[]string{"version", "-o", "jsn"}, "-o: \"jsn\" is not a format; did you mean json? accepted: text, json\nSee: fuseboard help version\n"},
		{[]string{"completion"}, "completion needs one shell: bash, zsh, fish or powershell\nSee: fuseboard help completion\n"},
		{[]string{"completion", "bsh"}, "\"bsh\" is not a shell that completes; did you mean bash? accepted: bash, zsh, fish, powershell\nSee: fuseboard help completion\n"},
	} {
		code, out, errs := ran(t, c.args...)
		if code != exitUsage || out != "" || errs != "fuseboard: "+c.want {
			t.Errorf("%q: exit %d, standard output %q, standard error %q; want exit 2 and %q", c.args, code, out, errs, c.want)
		}
	}
}

func TestHelpGoesToStandardOutputAndNamesEveryCommandAndFlag(t *testing.T) {
	for _, c := range []struct{ args, want []string }{
		{[]string{"help"}, []string{"demo", "help", "Exit codes", "130"}},
		{[]string{"--help"}, []string{"demo"}},
		{[]string{"help", "help"}, []string{"fuseboard help demo"}},
		{[]string{"help", "demo"}, []string{"--for", "--seed", "-o text|json", "Examples:", "recovery_ms"}},
		{[]string{"demo", "-h"}, []string{"--for"}},
		{[]string{"demo", "--help"}, []string{"--for"}},
	} {
		code, out, errs := ran(t, c.args...)
		if code != exitOK || errs != "" {
			t.Errorf("%q: exit %d, standard error %q", c.args, code, errs)
		}
		for _, want := range c.want {
			if !strings.Contains(out, want) {
				t.Errorf("%q does not name %s:\n%s", c.args, want, out)
			}
		}
		for line := range strings.Lines(out) {
			if len(line) > 81 {
				t.Errorf("%q: %d columns: %s", c.args, len(line)-1, line)
			}
		}
	}
}

func TestDemoFlagsHaveTheirDocumentedDefaultsAndReachTheirBounds(t *testing.T) {
	for _, c := range []struct {
		args []string
		want demoFlags
	}{
		{nil, demoFlags{45 * time.Second, 1, "text"}},
		{[]string{"--for", "2s", "--seed", "0", "-o", "json"}, demoFlags{2 * time.Second, 0, "json"}},
		{[]string{"-for=10m", "-seed=18446744073709551615"}, demoFlags{10 * time.Minute, 1<<64 - 1, "text"}},
	} {
		var got demoFlags
		demo := &cobra.Command{Use: "demo"}
		got.flags(demo)
		err := demo.ParseFlags(dashes(rootCommand(&session{}), append([]string{"demo"}, c.args...))[1:])
		if err != nil || got != c.want {
			t.Errorf("%q: got %+v, %v; want %+v", c.args, got, err, c.want)
		}
	}
}

func TestDemoAsJSONWritesNothingElseToStandardOutput(t *testing.T) {
	code, out, errs := ran(t, "demo", "--for", "2s", "-o", "json")
	var report map[string]map[string]float64
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("exit %d: %v in %q", code, err, out)
	}
	if code != exitOK || report["protected"]["calls"] == 0 || report["protected"]["calls"] != report["unprotected"]["calls"] {
		t.Errorf("exit %d, report %v", code, report)
	}
	if report["fleet"]["acts"] != 4 {
		t.Errorf("the fleet: %v", report["fleet"])
	}
	if !strings.Contains(errs, "upstream slow") || !strings.Contains(errs, "4 of 5") {
		t.Errorf("standard error lacks the progress:\n%s", errs)
	}
}

func TestAFailureExitsWith1(t *testing.T) {
	done, cancel := context.WithCancel(t.Context())
	cancel()
	var errs bytes.Buffer
	if code := run(done, []string{"demo"}, strings.NewReader(""), closedPipe{}, &errs); code != exitError || !strings.HasPrefix(errs.String(), "fuseboard: ") {
		t.Errorf("exit %d, standard error %q", code, errs.String())
	}
}

func TestAnAnswerThatCannotBeWrittenIsAFailure(t *testing.T) {
	inFiles(t)
	for _, args := range []string{"help", "help policy validate", "version", "completion bash", "policy schema", "policy explain fuseboard.yaml", "policy diff old.yaml fuseboard.yaml"} {
		var errs bytes.Buffer
		if code := run(t.Context(), strings.Fields(args), strings.NewReader(""), closedPipe{}, &errs); code != exitError {
			t.Errorf("%s: exit %d, standard error %q", args, code, errs.String())
		}
	}
}

func TestHelpIsTheSameByEachWay(t *testing.T) {
	for _, name := range []string{"demo", "init", "policy", "policy validate", "policy explain", "completion", "version", "help"} {
		_, by, _ := ran(t, append([]string{"help"}, strings.Fields(name)...)...)
		_, flag, _ := ran(t, append(strings.Fields(name), "--help")...)
		if by != flag {
			t.Errorf("%s: help says\n%s\nand --help\n%s", name, by, flag)
		}
	}
}

type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) { return 0, syscall.EPIPE }

func TestCtrlCEndsTheDemoWithTheTable(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		c := exec.CommandContext(t.Context(), os.Args[0], "demo", "--for", "10m")
		c.Env = append(os.Environ(), asCommand+"=1")
		pipe, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		for lines := bufio.NewScanner(pipe); lines.Scan(); out.WriteString(lines.Text() + "\n") {
			if strings.Contains(lines.Text(), "upstream healthy") {
				if err := c.Process.Signal(sig); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := c.Wait(); err != nil {
			t.Errorf("%s: %v", sig, err)
		}
		if !strings.Contains(out.String(), "stopped after") || !strings.Contains(out.String(), "requests at the upstream") {
			t.Errorf("%s: no table:\n%s", sig, out.String())
		}
	}
}
