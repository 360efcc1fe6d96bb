// SPDX-License-Identifier: Apache-2.0

package scenarios_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// mutantVariable names the mutant that a process is.
const mutantVariable = "FUSEBOARD_MUTANT"

// TestMutantsAreNoticed builds the product once, with every line of the table in both forms, and runs
// the scenario of each mutant with the right form and with the wrong one.
func TestMutantsAreNoticed(t *testing.T) {
	if !thorough {
		t.Skip("builds the product, and simulates for a while: .ci/run gallery (make gallery)")
	}
	program := buildMutants(t)
	clean := map[string]bool{}
	for _, m := range mutants {
		clean[m.scenario] = true
	}
	t.Run("none", func(t *testing.T) {
		names := slices.Sorted(maps.Keys(clean))
		if found := simulate(t, program, "", names...); found != "" {
			t.Errorf("without a mutant this does not hold:\n%s", found)
		}
	})
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			if found := simulate(t, program, m.name, m.scenario); found == "" {
				t.Errorf("%s passes although %s has\n\t%s", m.scenario, m.file, m.wrong)
			} else {
				t.Log(found)
			}
		})
	}
}

// simulate runs scenarios and returns what does not hold.
func simulate(t *testing.T, program, mutant string, names ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), program, names...)
	c.Env = append(os.Environ(), mutantVariable+"="+mutant, "GOMAXPROCS=1")
	var told, complaints bytes.Buffer
	c.Stdout, c.Stderr = &told, &complaints
	if err := c.Run(); err != nil {
		t.Fatalf("%v: %s", err, complaints.String())
	}
	return told.String()
}

// buildMutants builds the program in which an environment variable says which line is wrong.
func buildMutants(t *testing.T) (program string) {
	t.Helper()
	dir, root := t.TempDir(), filepath.Join("..", "..")
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	put := func(path string, text []byte) {
		full, err := filepath.Abs(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		kept := filepath.Join(dir, fmt.Sprintf("%d.go", len(overlay.Replace)))
		overlay.Replace[full] = kept
		if err := os.WriteFile(kept, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for path, text := range mutated(t, root) {
		put(path, text)
	}
	for _, pkg := range []string{"supervision", "mailbox", "patterns/ratelimit"} {
		put(pkg+"/is_mutant.go", fmt.Appendf(nil, helper, filepath.Base(pkg), mutantVariable))
	}
	list, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	names := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(names, list, 0o600); err != nil {
		t.Fatal(err)
	}
	program = filepath.Join(dir, "mutant")
	build := exec.CommandContext(t.Context(), "go", "build", "-overlay", names, "-o", program, "./testdata/mutant")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	return program
}

// helper is a file of a package with mutants.
const helper = `package %s

import "os"

var mutant = os.Getenv(%q)

func isMutant(name string) bool { return mutant == name }
`

// mutated returns the files of the table, by their paths, with every line in both forms.
func mutated(t *testing.T, root string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, m := range mutants {
		text, known := files[m.file]
		if !known {
			var err error
			if text, err = os.ReadFile(filepath.Join(root, m.file)); err != nil {
				t.Fatal(err)
			}
		}
		lines := strings.Split(string(text), "\n")
		at := func(l string) bool { return strings.TrimSpace(l) == m.right }
		i := slices.IndexFunc(lines, at)
		if i < 0 || slices.ContainsFunc(lines[i+1:], at) {
			t.Fatalf("%s: this line is not there, or not only once; the table of mutants must follow the code:\n\t%s", m.file, m.right)
		}
		lines[i] = m.both(t)
		files[m.file] = []byte(strings.Join(lines, "\n"))
	}
	return files
}

// The forms of lines that are no plain statements.
var (
	condition  = regexp.MustCompile(`^(case |if (?:[^;]+; )?)(.+)( \{|:)$`)
	definition = regexp.MustCompile(`^(\w+) := (.+)$`)
	function   = regexp.MustCompile(`^(func .+ \{ return )(.+)( \})$`)
)

// both is the line in both forms.
func (m mutant) both(t *testing.T) string {
	t.Helper()
	is := fmt.Sprintf("isMutant(%q)", m.name)
	for _, form := range []struct {
		of    *regexp.Regexp
		write func(right, wrong []string) string
	}{
		{function, func(right, wrong []string) string {
			return fmt.Sprintf("%sfunc() %s { if %s { return %s }; return %s }()%s", right[1], m.result, is, wrong[2], right[2], right[3])
		}},
		{condition, func(right, wrong []string) string {
			return fmt.Sprintf("%s%s && (%s) || !%s && (%s)%s", right[1], is, wrong[2], is, right[2], right[3])
		}},
		{definition, func(right, wrong []string) string {
			return fmt.Sprintf("%s\nif %s { %s = %s }", right[0], is, right[1], wrong[2])
		}},
	} {
		right, wrong := form.of.FindStringSubmatch(m.right), form.of.FindStringSubmatch(m.wrong)
		if right == nil {
			continue
		}
		if wrong == nil || right[1] != wrong[1] {
			t.Fatalf("%s: the wrong line must have the form of the right one:\n\t%s\n\t%s", m.name, m.right, m.wrong)
		}
		return form.write(right, wrong)
	}
	return fmt.Sprintf("if %s {\n%s\n} else {\n%s\n}", is, m.wrong, m.right)
}

func TestTheTableOfMutantsIsSound(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range mutants {
		if seen[m.name] || m.name == "" || m.right == m.wrong || !strings.HasSuffix(m.file, ".go") {
			t.Errorf("%q is there twice, or says nothing", cmp.Or(m.name, m.file))
		}
		seen[m.name] = true
		open(t, m.scenario)
	}
	mutated(t, filepath.Join("..", ".."))
}
