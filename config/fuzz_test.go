// SPDX-License-Identifier: Apache-2.0

package config

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzRead reads anything as a file: it ends, without a panic, with a Set or with errors that stand in the text.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "bad", "*.yaml"))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, text := range []string{good, "a: &x [*x]\n<<: *x", "? - a\n: b", "- |+2\n a", "{a: [b: c], 'd':e}", "!!str &a a: *a", "%TAG ! x\n---\n*a : b"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		set, ps := Read([]Source{{Name: "a.yaml", Data: data}}, Options{})
		if (set == nil) != (ps.Err() != nil) {
			t.Fatalf("a set: %v, and %v", set != nil, ps)
		}
		lines := strings.Split(strings.TrimPrefix(string(data), string(mark)), "\n")
		for _, p := range ps {
			standsInText(t, lines, p)
			if p.Code == CodeUnreadable {
				t.Logf("the parser panics: %s", p)
			}
			if p.Message == "" || p.Code == "" {
				t.Errorf("says nothing: %+v", p)
			}
		}
		if err := ps.WriteText(io.Discard, true); err != nil {
			t.Fatal(err)
		}
		if text, err := json.Marshal(ps); err != nil || !json.Valid(text) {
			t.Fatal(err)
		}
	})
}

func standsInText(t *testing.T, lines []string, p Problem) {
	o := p.Origin
	if o.Line == 0 && p.Code == CodeUnreadable {
		return
	}
	if o.File != "a.yaml" || o.Line < 1 || o.Line > len(lines) {
		t.Fatalf("%s:%d stands in no line of %d: %s", o.File, o.Line, len(lines), p)
	}
	if most := utf8.RuneCountInString(lines[o.Line-1]) + 1; o.Column < 1 || o.Column > most {
		t.Fatalf("column %d of %d: %s", o.Column, most, p)
	}
	if line, caret, _ := strings.Cut(p.Excerpt, "\n"); !strings.Contains(caret, "^") || strings.Contains(caret, "\n") || utf8.RuneCountInString(line) > widest+20 {
		t.Fatalf("excerpt %q", p.Excerpt)
	}
}
