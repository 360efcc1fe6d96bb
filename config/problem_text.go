// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// mostPrinted is how many problems are printed for people.
const mostPrinted = 100

// WriteText writes the problems for people, at most 100 of them and how many more there are; in colour if
// wanted, by the codes of ECMA-48 that terminals know.
func (ps Problems) WriteText(w io.Writer, color bool) error {
	var b strings.Builder
	for _, p := range ps[:min(len(ps), mostPrinted)] {
		p.write(&b, color)
		b.WriteByte('\n')
	}
	if more := len(ps) - mostPrinted; more > 0 {
		fmt.Fprintf(&b, "and %d more\n", more)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// The codes of a terminal.
const (
	red    = "\x1b[31;1m"
	yellow = "\x1b[33;1m"
	cyan   = "\x1b[36m"
	bold   = "\x1b[1m"
	usual  = "\x1b[0m"
)

func painted(on bool, code, text string) string {
	if !on || text == "" {
		return text
	}
	return code + text + usual
}

func (p Problem) write(b *strings.Builder, color bool) {
	severity, paint := "error", red
	if p.Warning {
		severity, paint = "warning", yellow
	}
	if p.Code != "" {
		severity += "[" + p.Code + "]"
	}
	place := placed(p.Origin)
	if place != "" {
		place += ": "
	}
	fmt.Fprintf(b, "%s%s: %s", painted(color, bold, place), painted(color, paint, severity), inLine(p.sentence()))
	if p.Excerpt != "" {
		line, caret, _ := strings.Cut(p.Excerpt, "\n")
		fmt.Fprintf(b, "\n%s", line)
		if caret != "" {
			fmt.Fprintf(b, "\n%s", painted(color, paint, caret))
		}
	}
	if help := p.help(); help != "" {
		fmt.Fprintf(b, "\n  %s %s", painted(color, cyan, "help:"), inLine(help))
	}
	for _, o := range p.Related {
		said := o.String()
		if o.Layer == BuiltIn {
			said = placed(o)
		}
		fmt.Fprintf(b, "\n  %s %s", painted(color, cyan, "see:"), said)
	}
}

// inLine is a text with what can't be printed as Go writes it (\n, \x1b): what a file says must not end a line of
// a message, nor speak to the terminal.
func inLine(text string) string {
	if strings.IndexFunc(text, unprintable) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if unprintable(r) {
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }

// placed is an origin as editors and terminals know places: file:line:column.
func placed(o Origin) string {
	switch {
	case o.File == "" && o.Layer == BuiltIn:
		return ""
	case o.File == "":
		return o.String()
	case o.Line == 0:
		return o.File
	default:
		return fmt.Sprintf("%s:%d:%d", o.File, o.Line, o.Column)
	}
}

// sentence says what is wrong with what, and what was probably meant.
func (p Problem) sentence() string {
	var b strings.Builder
	b.WriteString(p.Path)
	if p.Value != "" {
		fmt.Fprintf(&b, " = %s", plain.Shorten(p.Value))
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	b.WriteString(p.Message)
	if p.meant() {
		b.WriteString("; " + p.Fix)
	}
	return b.String()
}

// meant reports whether the fix is a guess at the name that was meant, which stands beside the message.
func (p Problem) meant() bool { return strings.HasPrefix(p.Fix, "did you mean ") }

func (p Problem) help() string {
	var parts []string
	if p.Fix != "" && !p.meant() {
		parts = append(parts, p.Fix)
	}
	if p.Accepted != "" {
		parts = append(parts, "accepted: "+p.Accepted)
	}
	return strings.Join(parts, "; ")
}
