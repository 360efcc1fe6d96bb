// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/config/watch"
)

func TestPipesOfTheShellAreRead(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if _, missing := os.Stat("/dev/fd"); err != nil || missing != nil {
		t.Skip("needs bash and /dev/fd")
	}
	folder := onPath(t)
	inFiles(t)
	for line, want := range map[string]int{
		"fuseboard policy validate <(cat fuseboard.yaml)":                              exitOK,
		"fuseboard policy diff <(cat old.yaml) <(cat fuseboard.yaml) --exit-code":      exitError,
		"cat broken.yaml | fuseboard policy validate /dev/stdin":                       exitInvalid,
		"mkfifo pipe && fuseboard policy validate pipe":                                exitError, // nobody writes
		"fuseboard policy validate <(head -c 2000000 /dev/zero)":                       exitInvalid,
		"fuseboard policy migrate --from resilience4j <(cat application.yml) | grep y": exitOK,
	} {
		cmd := exec.CommandContext(t.Context(), bash, "-c", "set -o pipefail; "+line)
		cmd.Env = append(os.Environ(), "PATH="+folder+string(os.PathListSeparator)+os.Getenv("PATH"), asCommand+"=1")
		out, _ := cmd.CombinedOutput() // the exit code is judged
		if code := cmd.ProcessState.ExitCode(); code != want {
			t.Errorf("%s: exit %d, want %d:\n%s", line, code, want, out)
		}
	}
}

func TestAFileThatIsTooLargeIsNotValid(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("a.yaml", make([]byte, watch.DefaultMaxSize+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := ran(t, "policy", "validate", "a.yaml"); code != exitInvalid || strings.Contains(errs, "max_size") || !strings.Contains(errs, "several files") {
		t.Errorf("exit %d, %s", code, errs)
	}
}

func TestAnEmptyPathIsAMistakeOfTheCommandLine(t *testing.T) {
	for _, args := range [][]string{{"policy", "validate", ""}, {"policy", "explain", ""}, {"policy", "migrate", ""}, {"init", ""}} {
		if code, _, errs := ran(t, args...); code != exitUsage || strings.Contains(errs, "watched") {
			t.Errorf("%q: exit %d, %s", args, code, errs)
		}
	}
}

func TestInitMakesTheDirectoriesOfItsFile(t *testing.T) {
	for _, path := range []string{"a/b/c.yaml", "d/", "e/f/"} {
		t.Chdir(t.TempDir())
		code, out, errs := ran(t, "init", path)
		file, _, _ := strings.Cut(out, "\n")
		if code != exitOK || !strings.HasPrefix(file, path) {
			t.Errorf("%s: exit %d, %s%s", path, code, out, errs)
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(file), schemaFile)); err != nil {
			t.Error(err)
		}
		if code, out, errs := ran(t, "policy", "lint", file); code != exitOK {
			t.Errorf("%s: exit %d, %s%s", file, code, out, errs)
		}
	}
}

func TestExplainTellsThatARuleIsNotForTheDependency(t *testing.T) {
	inFiles(t)
	if _, _, errs := ran(t, "policy", "explain", "fuseboard.yaml", "search-eu", "--rule", "night"); !strings.Contains(errs, "the rule night is not for search-eu") {
		t.Error(errs)
	}
	if _, _, errs := ran(t, "policy", "explain", "fuseboard.yaml", "payments", "--rule", "night"); errs != "" {
		t.Error(errs)
	}
}
