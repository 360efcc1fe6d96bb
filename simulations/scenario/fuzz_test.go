// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/fuseboard/fuseboard/config"
)

// FuzzRead reads anything as a scenario: it ends, without a panic, with a Scenario or with errors that stand in the text.
func FuzzRead(f *testing.F) {
	for _, dir := range []string{"bad", "good"} {
		files, err := filepath.Glob(filepath.Join("testdata", dir, "*.yaml"))
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
	}
	for _, text := range []string{brownout, service, string(Template()), "load: &x [*x]", "? a\n: b"} {
		f.Add([]byte(text))
	}
	files := fstest.MapFS{
		"policies.yaml": {Data: []byte("apiVersion: fuseboard/v1\ndependencies: {payments: {deadline: {total: 2s}}}\n")},
		"trace.csv":     {Data: []byte("1ms\n")}, "arrivals.csv": {Data: []byte("at\n1s\n")},
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, ps := Read(config.Source{Name: "a.yaml", Data: data}, files)
		if (s == nil) != (ps.Err() != nil) {
			t.Fatalf("a scenario: %v, and %v", s != nil, ps)
		}
		lines := strings.Split(strings.TrimPrefix(string(data), "\ufeff"), "\n")
		for _, p := range ps {
			standsInText(t, lines, p)
		}
		if err := ps.WriteText(io.Discard, true); err != nil {
			t.Fatal(err)
		}
		if s != nil {
			usable(t, s)
		}
	})
}

func standsInText(t *testing.T, lines []string, p config.Problem) {
	t.Helper()
	if p.Message == "" || p.Code == "" {
		t.Errorf("says nothing: %+v", p)
	}
	if p.Origin.File != "a.yaml" || p.Code == config.CodeUnreadable {
		return
	}
	if p.Origin.Line < 1 || p.Origin.Line > len(lines) {
		t.Fatalf("line %d of %d: %s", p.Origin.Line, len(lines), p)
	}
	if most := utf8.RuneCountInString(lines[p.Origin.Line-1]) + 1; p.Origin.Column < 1 || p.Origin.Column > most {
		t.Fatalf("column %d of %d: %s", p.Origin.Column, most, p)
	}
}

// usable asks a scenario for all that is made of it.
func usable(t *testing.T, s *Scenario) {
	t.Helper()
	list, ps := s.Variants(nil)
	if (len(list) == 0) != (ps.Err() != nil) || ps.Err() != nil {
		t.Fatalf("%d variants, and %v", len(list), ps)
	}
	for _, o := range s.Spans() {
		if o.From < 0 || o.From >= s.Duration || o.To < o.From || o.To > s.Duration || o.Name == "" {
			t.Fatalf("%+v", o)
		}
	}
	for _, e := range s.Expect {
		back, err := ParseExpectation(e.String(), s)
		if err != nil || back.Measure != e.Measure {
			t.Fatalf("%s was %s: %+v, %v", e, e.Text, back, err)
		}
	}
}

// FuzzParseExpectation reads anything as a sentence: what is understood is read back to the same, what is not is a flaw within it.
func FuzzParseExpectation(f *testing.F) {
	s := mustRead(f)
	for _, text := range []string{
		"goodput >= 95%", `p99(load "checkout page") <= 200ms in 90% of runs`, "payments open within 3s of outage", "goodput >= that of no policy + 20% after outage",
		"payments opens at most 3 times since outage 2", "recovery(payments) <= 10s from 30s to 1m", "goodput(", `"`, "payments stays half-open within 1s after fault 2",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := ParseExpectation(text, s)
		var flaw *Flaw
		if errors.As(err, &flaw) {
			if most := utf8.RuneCountInString(text) + 1; flaw.Column < 1 || flaw.Length < 1 || flaw.Column > most || flaw.Message == "" || flaw.Fix == "" {
				t.Fatalf("%q: %+v", text, flaw)
			}
			return
		}
		if err != nil || e.Share <= 0 || e.Measure.From >= e.Measure.To || e.Measure.To > s.Duration {
			t.Fatalf("%q: %+v, %v", text, e, err)
		}
		back, err := ParseExpectation(e.String(), s)
		if back.Text = e.Text; err != nil || back != e {
			if err != nil || back.Measure != e.Measure || back.Op != e.Op || back.Baseline != e.Baseline || back.Share != e.Share {
				t.Fatalf("%q is %+v, and %s is %+v, %v", text, e, e, back, err)
			}
		}
	})
}
