// SPDX-License-Identifier: Apache-2.0

package text

import (
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The colours, as ANSI has them.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

// page is a text that grows line by line.
type page struct {
	o     Options
	width int
	b     strings.Builder
}

func newPage(o Options) *page {
	width := o.Width
	if width == 0 {
		width = defaultWidth
	}
	return &page{o: o, width: max(width, leastWidth)}
}

func (p *page) writeTo(w io.Writer) error {
	s := p.b.String()
	if p.o.ASCII {
		s = ascii(s)
	}
	_, err := io.WriteString(w, s)
	return err
}

func (p *page) line(s string) {
	p.b.WriteString(strings.TrimRight(s, " "))
	p.b.WriteByte('\n')
}

// paint gives s a colour, where that is allowed. It is to be padded before.
func (p *page) paint(color, s string) string {
	if !p.o.Color || s == "" {
		return s
	}
	return "\x1b[" + color + "m" + s + "\x1b[0m"
}

// heading begins a part.
func (p *page) heading(word, more string) {
	if more == "" {
		p.line(p.paint(bold, word))
		return
	}
	p.fold(p.paint(bold, word)+"  ", len(word)+2, strings.Repeat(" ", len(word)+2), strings.Fields(more), " ")
}

// wrapped writes parts with a separator between them, and breaks lines between parts.
func (p *page) wrapped(margin string, parts []string, separator string) {
	p.fold(margin, utf8.RuneCountInString(margin), margin, parts, separator)
}

// fold is wrapped with a first margin of its own: at columns wide, whatever colours it has.
func (p *page) fold(first string, at int, margin string, parts []string, separator string) {
	line, used, empty := first, at, true
	for i, part := range parts {
		n := utf8.RuneCountInString(part)
		if i < len(parts)-1 { // what a break would leave behind it
			n += utf8.RuneCountInString(strings.TrimRight(separator, " "))
		}
		if !empty && used+utf8.RuneCountInString(separator)+n > p.width {
			p.line(line + strings.TrimRight(separator, " "))
			line, used, empty = margin, utf8.RuneCountInString(margin), true
		}
		if !empty {
			line += separator
			used += utf8.RuneCountInString(separator)
		}
		line, used, empty = line+part, used+utf8.RuneCountInString(part), false
	}
	p.line(line)
}

// padded fills s up to n columns.
func padded(s string, n int) string {
	return s + strings.Repeat(" ", max(0, n-utf8.RuneCountInString(s)))
}

// right sets s at the right of n columns.
func right(s string, n int) string {
	return strings.Repeat(" ", max(0, n-utf8.RuneCountInString(s))) + s
}

// cut shortens s to n columns.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:max(0, n-1)]) + "…"
}

// clean is what a name or a sentence may show on a terminal: one line, and nothing that steers it.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return '?'
		}
		return r
	}, s)
}

// signs are those of ours that ASCII has something of the same width for.
var signs = strings.NewReplacer(
	"✓", "+", "✗", "!", " · ", " | ", " ·", " |", "·", ".", "×", "x", "−", "-", "─", "-", "━", "=", "│", "|", "└", "+", "┤", "|", "┬", "+", "…", ".",
	"█", "#", "≈", "~", "±", "+", "→", ">", "Δ", "d", "≥", ">", "≤", "<",
)

// ascii replaces what is not: by a sign of the same width, so that tables stay tables.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return '?'
		}
		return r
	}, signs.Replace(s))
}
