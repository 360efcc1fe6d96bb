// SPDX-License-Identifier: Apache-2.0

package schemagen

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/fuseboard/fuseboard"
)

var rewrite = flag.Bool("rewrite", false, "write config/schema.json and docs/policy.md anew")

func classes() []string {
	return []string{
		string(fuseboard.ClassError), string(fuseboard.ClassTimeout), string(fuseboard.ClassRefused), string(fuseboard.ClassReset),
		string(fuseboard.ClassThrottled), string(fuseboard.ClassPanicked),
	}
}

func TestSchemaIsTrue(t *testing.T) {
	text, err := pretty(newGenerator(t).schema(t))
	if err != nil {
		t.Fatal(err)
	}
	isWritten(t, filepath.Join(root, "config/schema.json"), text)
}

// isWritten compares a file with what it should say, and writes it where that is asked for.
func isWritten(t *testing.T, file string, want []byte) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s is not what the code says; run go test ./config/internal/schemagen -rewrite", filepath.Base(file))
	}
}

func TestEveryFieldHasWhatATableNeeds(t *testing.T) {
	g := newGenerator(t)
	g.schema(t)
	for _, f := range g.fields {
		if f.kind == "" || f.byDefault == "" || f.meaning == "" {
			t.Errorf("%s lacks a kind, a default or a meaning: %+v", f.path, f)
		}
		t.Logf("%s | %s | %s | %s", f.path, f.kind, f.byDefault, f.accepted)
	}
	for path := range g.defaults {
		if !g.seen[path] {
			t.Errorf("docs/defaults.md has %s, and no field is there", path)
		}
	}
}
