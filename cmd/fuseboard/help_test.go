// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// every is each command that help tells of, by the words that call it; the root by the empty one.
func every() map[string]*cobra.Command {
	root := rootCommand(&session{})
	root.InitDefaultHelpCmd()
	all := map[string]*cobra.Command{"": root, "help": find(root, "help"), "policy": find(root, "policy"), "operator": find(root, "operator")}
	for name, leaf := range leaves(root) {
		all[name] = leaf
	}
	return all
}

func TestEveryHelpBeginsWithASentenceAndThreeExamples(t *testing.T) {
	for name, c := range every() {
		text := help(c)
		first, rest, _ := strings.Cut(text, "\n")
		if !strings.HasSuffix(first, ".") || first[0] < 'A' || first[0] > 'Z' || !strings.HasPrefix(rest, "\nExamples:\n  ") {
			t.Errorf("%q: its help begins with %.80q", name, text)
		}
		if n := len(examples(c)); n != 3 {
			t.Errorf("%q has %d examples", name, n)
		}
		if !strings.Contains(text, "\nUsage: fuseboard") || !strings.Contains(text, "\nExit codes: 0 done, ") {
			t.Errorf("%q: no usage or no exit codes:\n%s", name, text)
		}
		for line := range strings.Lines(text) {
			if len(line) > width+1 {
				t.Errorf("%q: %d columns: %s", name, len(line)-1, line)
			}
		}
		for flag := range strings.SplitSeq(strings.Join(flagNames(c), " "), " ") {
			if !strings.Contains(text, flag) {
				t.Errorf("%q does not name %s", name, flag)
			}
		}
	}
}

func examples(c *cobra.Command) []string {
	var lines []string
	for line := range strings.Lines(c.Example) {
		lines = append(lines, strings.TrimSpace(line))
	}
	return lines
}

func TestExamplesOfHelpDoWhatTheySay(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process for each example: run it without -short")
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("needs bash: apt-get install bash")
	}
	folder := onPath(t)
	for name, c := range every() {
		if name == "demo" {
			continue // takes its time; TestDemoAsJSONWritesNothingElseToStandardOutput runs it shorter
		}
		for _, example := range examples(c) {
			if strings.Contains(example, "demo") && name == "" || strings.Contains(example, "--follow") {
				continue // has no end, but in TestCommandsSayWhatIsWrittenDown
			}
			t.Run(example, func(t *testing.T) {
				inFiles(t)
				if strings.Contains(example, "migrate") {
					if err := os.Rename("ancient.yaml", "old.yaml"); err != nil {
						t.Fatal(err)
					}
				}
				if strings.HasPrefix(example, "fuseboard init") {
					if err := errors.Join(os.Remove("fuseboard.yaml"), os.Remove("policies/fuseboard.schema.json")); err != nil {
						t.Fatal(err)
					}
				}
				if needsNode(example) {
					realFleet(t)
				}
				if strings.HasPrefix(example, "git show") {
					repository(t)
				}
				cmd := exec.CommandContext(t.Context(), bash, "-c", "set -o pipefail; "+example)
				cmd.Env = append(os.Environ(), "PATH="+folder+string(os.PathListSeparator)+os.Getenv("PATH"), asCommand+"=1")
				out, err := cmd.CombinedOutput()
				code := cmd.ProcessState.ExitCode()
				if code != exitOK && !fails(example, code) {
					t.Errorf("exit %d, %v:\n%s", code, err, out)
				}
			})
		}
	}
}

func TestNoCommandNeedsAnOpenStandardInputOrATerminal(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("needs bash: apt-get install bash")
	}
	folder := onPath(t)
	inFiles(t)
	for args, want := range map[string]int{
		"policy validate fuseboard.yaml": exitOK, "policy explain fuseboard.yaml payments": exitOK, "version": exitOK,
		"policy validate -": exitInvalid, // it is empty then
	} {
		cmd := exec.CommandContext(t.Context(), bash, "-c", "exec fuseboard "+args+" <&-")
		cmd.Env = append(os.Environ(), "PATH="+folder+string(os.PathListSeparator)+os.Getenv("PATH"), asCommand+"=1")
		out, _ := cmd.CombinedOutput() // the exit code is judged
		if code := cmd.ProcessState.ExitCode(); code != want || strings.Contains(string(out), "\x1b") {
			t.Errorf("%s: exit %d, want %d:\n%s", args, code, want, out)
		}
	}
}

// fails reports whether an example may fail so: by a pipe that is closed early.
func fails(example string, code int) bool {
	return strings.HasSuffix(example, "| head -3") && code == 141 // SIGPIPE, which is what head does to everybody
}

// onPath makes a folder in which this test binary is called fuseboard.
func onPath(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.Symlink(self, filepath.Join(folder, "fuseboard")); err != nil {
		t.Skip("needs symbolic links: ", err)
	}
	return folder
}

// repository makes the folder a repository of git with its files committed.
func repository(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git: apt-get install git")
	}
	for _, args := range [][]string{
		{"init", "-q"},
		{"add", "."},
		{"-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "-m", "files"},
	} {
		if out, err := exec.CommandContext(t.Context(), "git", args...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
}
