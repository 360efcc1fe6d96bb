// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/config"
)

var rewrite = flag.Bool("rewrite", false, "write the expected results anew")

func source(t *testing.T, file string) config.Source {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return config.Source{Name: filepath.Base(file), Data: data}
}

// isGolden compares a text with the file that has it, and writes that where it is asked for.
func isGolden(t *testing.T, file, got string) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is another now; look at it, and run the test with -rewrite\n%s", file, got)
	}
}

// judged reports the errors that a policy file has.
func judged(t *testing.T, name string, data []byte) {
	t.Helper()
	_, problems := config.Read([]config.Source{{Name: name, Data: data}}, config.Options{})
	if errs := problems.Errors(); len(errs) > 0 {
		t.Errorf("%s\n%v\n%s", name, errs, data)
	}
}

func lines(notes config.Problems) string {
	var b strings.Builder
	for _, n := range notes {
		what := "to do"
		if n.Warning {
			what = "note"
		}
		fmt.Fprintf(&b, "%s:%d:%d: %s: %s\n", n.Origin.File, n.Origin.Line, n.Origin.Column, what, n.Problem.Error())
	}
	return b.String()
}

func TestFilesOfResilience4jBecomeFilesWithoutErrors(t *testing.T) {
	files, err := filepath.Glob("testdata/spring/*.yml")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		out, notes, err := FromResilience4j(source(t, file))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		isGolden(t, strings.TrimSuffix(file, ".yml")+".golden.yaml", string(out))
		isGolden(t, strings.TrimSuffix(file, ".yml")+".golden.notes", lines(notes))
		judged(t, file, out)
	}
}
