// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"strings"
	"unicode/utf8"

	"github.com/fuseboard/fuseboard/console/api"
)

// eventTable writes events as they come: its columns grow, and are never narrower than before.
type eventTable struct {
	widths [4]int
	begun  bool
}

func (t *eventTable) write(w io.Writer, all []api.Event) error {
	var rows [][]string
	if !t.begun {
		rows, t.begun = append(rows, []string{"TIME", "NODE", "KIND", "DEPENDENCY", "WHAT"}), true
	}
	for _, e := range all {
		rows = append(rows, []string{e.At.UTC().Format("01-02 15:04:05Z"), e.Origin, e.Kind, or(e.Dependency, "-"), happened(e)})
	}
	used := 0
	for i := range t.widths {
		for _, row := range rows {
			t.widths[i] = max(t.widths[i], utf8.RuneCountInString(row[i]))
		}
		used += t.widths[i] + 2
	}
	var b strings.Builder
	for _, row := range rows {
		for i := range t.widths {
			b.WriteString(row[i] + strings.Repeat(" ", t.widths[i]+2-utf8.RuneCountInString(row[i])))
		}
		b.WriteString(wrapped(row[len(t.widths)], used) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// wrapped is the last cell of a row, its further lines beneath the first.
func wrapped(text string, before int) string {
	return strings.ReplaceAll(wrap(text, "", max(tableWidth-before, 24)), "\n", "\n"+strings.Repeat(" ", before))
}

// happened is an event in a sentence.
func happened(e api.Event) string {
	moved := e.To
	if e.From != "" {
		moved = e.From + " -> " + e.To
	}
	switch e.Kind {
	case "transition": // its text says all
		return or(e.Text, moved)
	case "fleet":
		return moved + ", scope " + or(e.Cause, "none") + ": " + e.Text
	case "member":
		return e.Text + ": " + moved
	case "order", "isolated":
		return moved + ": " + e.Text
	}
	switch {
	case moved != "" && e.Text != "":
		return moved + ": " + e.Text
	case moved+e.Text+e.Cause == "":
		return or(itself[e.Kind], "-")
	}
	return or(moved, or(e.Text, e.Cause))
}

// itself are kinds of events that say all there is to say.
var itself = map[string]string{
	"started": "protected from now on", "updated": "another policy is in force", "stopped": "not protected any more",
	"rebuilt": "its handler was made anew", "drained": "it asked for less",
}
