// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strings"
	"testing"
)

func TestAnExcerptMarksTheWord(t *testing.T) {
	for _, c := range []struct {
		line           string
		column, length int
		here, marked   string
	}{
		{"  retry: 3", 3, 0, "  7 |   retry: 3", "    |   ^^^^^"},
		{"  retry: 3", 10, 0, "  7 |   retry: 3", "    |          ^"},
		{"a: {b: [c, d]}", 9, 0, "  7 | a: {b: [c, d]}", "    |         ^"},
		{"a: 'x y', b", 4, 0, "  7 | a: 'x y', b", "    |    ^^^^^"},
		{"a: 'x y", 4, 0, "  7 | a: 'x y", "    |    ^^^^"},
		{"a: 22:00 b", 4, 0, "  7 | a: 22:00 b", "    |    ^^^^^"},
		{"a: 5 sec", 4, 5, "  7 | a: 5 sec", "    |    ^^^^^"},
		{"\ta: 1", 1, 0, "  7 |  a: 1", "    | ^"},
		{"\ta:\t1", 5, 0, "  7 |  a: 1", "    |     ^"},
		{"\"申\": x", 6, 0, "  7 | \"申\": x", "    |       ^"},
		{"申 é\u0301 x", 6, 0, "  7 | 申 é\u0301 x", "    |      ^"},
		{"申し: 1", 1, 0, "  7 | 申し: 1", "    | ^^^^"},
		{"a\x00\x1bb", 2, 0, "  7 | a\uFFFD\uFFFDb", "    |  ^^^"},
		{"", 1, 0, "  7 |", "    | ^"},
		{"ab", 99, 5, "  7 | ab", "    |   ^"},
		{"ab", -1, 99, "  7 | ab", "    | ^^"},
		{strings.Repeat("x", 50) + " bad " + strings.Repeat("y", 10_000), 52, 0, "  7 | …" + strings.Repeat("x", 32) + " bad " + strings.Repeat("y", 63) + "…", "    |  " + strings.Repeat(" ", 33) + "^^^"},
		{strings.Repeat("x", 10_000), 10_000, 0, "  7 | …" + strings.Repeat("x", 100), "    |  " + strings.Repeat(" ", 99) + "^"},
		{strings.Repeat("x", 10_000), 1, 0, "  7 | " + strings.Repeat("x", 100) + "…", "    | " + strings.Repeat("^", 50)},
	} {
		here, marked, _ := strings.Cut(excerpt(c.line, 7, c.column, c.length), "\n")
		if here != c.here || marked != c.marked {
			t.Errorf("%.40q column %d\ngot  %q\n     %q\nwant %q\n     %q", c.line, c.column, here, marked, c.here, c.marked)
		}
	}
}

func TestLinesAreFoundWhateverTheirEnds(t *testing.T) {
	x := newTexts([]Source{{Data: []byte("\ufeffa\r\nb\n\nd")}, {}})
	for n, want := range []string{1: "a", 2: "b", 3: "", 4: "d"} {
		if got, found := x.line(0, n); n > 0 && (got != want || !found) {
			t.Errorf("line %d is %q", n, got)
		}
	}
	for _, at := range [][2]int{{0, 0}, {0, 5}, {2, 1}, {0, -1}} {
		if _, found := x.line(at[0], at[1]); found {
			t.Errorf("there is a line %v", at)
		}
	}
}
