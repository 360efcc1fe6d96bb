// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strings"
	"testing"
)

// head begins each file of the tests.
const head = "apiVersion: fuseboard/v1\n"

func file(text string) []Source { return []Source{{Name: "f.yaml", Data: []byte(head + text)}} }

// sound reads a file that has no error.
func sound(t testing.TB, text string, o Options) *Set {
	t.Helper()
	s, ps := Read(file(text), o)
	if s == nil {
		t.Fatalf("refused:\n%s", ps)
	}
	return s
}

// resolved resolves a dependency of which nothing is wrong.
func resolved(t testing.TB, s *Set, name string, l Layers) Resolved {
	t.Helper()
	r, ps := s.Resolve(name, l)
	if ps.Err() != nil {
		t.Fatalf("%s: %s", name, ps)
	}
	return r
}

// said is "text origin" of a value, and what lies under it, parted by " < ".
func said(r Resolved, path string) string {
	v := find(r.Values, path)
	if v == nil {
		return "none"
	}
	parts := []string{v.Text + " " + v.Origin.String()}
	for _, u := range v.Under {
		parts = append(parts, u.Text+" "+u.Origin.String())
	}
	return strings.Join(parts, " < ")
}

// brief is "severity code path line:column" of each problem.
func brief(ps Problems) (lines []string) {
	for _, p := range ps {
		severity := "error"
		if p.Warning {
			severity = "warning"
		}
		lines = append(lines, severity+" "+p.Code+" "+p.Path+" "+p.Origin.String())
	}
	return lines
}

// same compares lists of words, a line each.
func same(t testing.TB, got, want []string) {
	t.Helper()
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("got\n%s\nwant\n%s", g, w)
	}
}
