// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// widestValue is how many characters of a value the table shows.
const widestValue = 40

// Explain writes a table for people: each value, where it came from, and indented under it what it hides, the
// nearest first. The error is that of w.
func (r Resolved) Explain(w io.Writer) error {
	rows := [][3]string{{"PATH", "VALUE", "FROM"}}
	for _, v := range r.Values {
		rows = append(rows, [3]string{v.Path, v.Text, v.Origin.String()})
		for _, u := range v.Under {
			rows = append(rows, [3]string{"  instead of", u.Text, u.Origin.String()})
		}
	}
	var widths [2]int
	for i, row := range rows {
		rows[i][1] = cut(row[1])
		for c := range widths {
			widths[c] = max(widths[c], utf8.RuneCountInString(rows[i][c]))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		fmt.Fprintf(&b, "%s%s%s\n", padded(row[0], widths[0]), padded(row[1], widths[1]), row[2])
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// cut returns a value in one line, its beginning where it is long.
func cut(text string) string {
	text = inLine(strings.Join(strings.Fields(text), " "))
	if r := []rune(text); len(r) > widestValue {
		return string(r[:widestValue-1]) + "…"
	}
	return text
}

func padded(s string, width int) string {
	return s + strings.Repeat(" ", width-utf8.RuneCountInString(s)+2)
}
