// SPDX-License-Identifier: Apache-2.0

package config

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// texts are sources by their lines, which are found when first asked for. They belong to one reading.
type texts struct {
	sources []Source
	starts  [][]int // of each source, where its lines begin
	// The line that was asked for last, since many problems stand in one.
	source, number int
	text           string
}

func newTexts(sources []Source) *texts {
	return &texts{sources: sources, starts: make([][]int, len(sources))}
}

// line returns a line of a source, from 1, without its end.
func (t *texts) line(source, n int) (string, bool) {
	if source >= len(t.sources) || n < 1 {
		return "", false
	}
	data := bytes.TrimPrefix(t.sources[source].Data, mark)
	if t.starts[source] == nil {
		t.starts[source] = []int{0}
		for i, c := range data {
			if c == '\n' {
				t.starts[source] = append(t.starts[source], i+1)
			}
		}
	}
	starts := t.starts[source]
	if n > len(starts) {
		return "", false
	}
	if t.number == n && t.source == source {
		return t.text, true
	}
	end := len(data)
	if n < len(starts) {
		end = starts[n] - 1
	}
	t.source, t.number, t.text = source, n, strings.TrimSuffix(string(data[starts[n-1]:end]), "\r")
	return t.text, true
}

// widest is how many characters of a line an excerpt shows.
const widest = 100

// tail is a line from a column on.
func tail(line string, column int) string {
	for i := range line {
		if column--; column < 1 {
			return line[i:]
		}
	}
	return ""
}

// excerpt shows a line with its number, and a caret under length characters from column on; both count
// characters from 1. Without a length it is the word there. A tab is shown as one space and what can't be printed as a sign for it,
// so that the caret stands where it should; a long line is cut around it.
func excerpt(line string, n, column, length int) string {
	total := utf8.RuneCountInString(line)
	column = min(max(column, 1), total+1)
	from, before, after := 0, "", ""
	if total > widest {
		from = max(0, min(column-1-widest/3, total-widest))
		if from > 0 {
			before = "…"
		}
		if from+widest < total {
			after = "…"
		}
	}
	runes := firstOf(tail(line, from+1), widest)
	at := column - 1 - from
	if length < 1 {
		length = wordLength(runes, at)
	}
	length = min(length, max(len(runes)-at, 1), widest/2)
	number := strconv.Itoa(n)
	here := displayed(runes)
	caret := cells(displayed(runes[min(at, len(runes)):min(at+length, len(runes))]))
	return strings.TrimRight("  "+number+" | "+before+here, " ") + after + "\n  " + strings.Repeat(" ", len(number)) + " | " +
		strings.Repeat(" ", cells(before)+cells(displayed(runes[:min(at, len(runes))]))) + strings.Repeat("^", max(caret, 1))
}

// firstOf are the first characters of a text, at most so many.
func firstOf(text string, most int) (runes []rune) {
	for _, r := range text {
		if len(runes) == most {
			break
		}
		runes = append(runes, r)
	}
	return runes
}

// displayed is what an excerpt shows of a part of a line.
func displayed(runes []rune) string {
	shows := make([]rune, len(runes))
	for i, r := range runes {
		shows[i] = shown(r)
	}
	return string(shows)
}

// shown is what stands for a character in an excerpt.
func shown(r rune) rune {
	switch {
	case r == '\t':
		return ' '
	case r == utf8.RuneError, !unicode.IsPrint(r):
		return '\uFFFD'
	}
	return r
}

func cells(s string) int {
	n := 0
	for _, r := range s {
		n += cellsOf(r)
	}
	return n
}

// wide are the characters that take two cells of a terminal: those that Unicode's East Asian Width calls wide,
// in coarse ranges (UAX #11), and the symbols that are shown as pictures.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1100, Hi: 0x115f, Stride: 1},
		{Lo: 0x2e80, Hi: 0x303e, Stride: 1},
		{Lo: 0x3041, Hi: 0xa4cf, Stride: 1},
		{Lo: 0xac00, Hi: 0xd7a3, Stride: 1},
		{Lo: 0xf900, Hi: 0xfaff, Stride: 1},
		{Lo: 0xfe30, Hi: 0xfe6f, Stride: 1},
		{Lo: 0xff00, Hi: 0xff60, Stride: 1},
		{Lo: 0xffe0, Hi: 0xffe6, Stride: 1},
	},
	R32: []unicode.Range32{{Lo: 0x1f300, Hi: 0x1faff, Stride: 1}, {Lo: 0x20000, Hi: 0x3fffd, Stride: 1}},
}

// cellsOf is how many cells of a terminal a character takes.
func cellsOf(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case unicode.Is(wide, r):
		return 2
	}
	return 1
}

// wordLength is how many characters the word has that begins at i: to its closing quote, or to a space or sign that ends it.
func wordLength(line []rune, i int) int {
	if i >= len(line) {
		return 1
	}
	if q := line[i]; q == '"' || q == '\'' {
		for j := i + 1; j < len(line); j++ {
			if line[j] == q {
				return j - i + 1
			}
		}
		return len(line) - i
	}
	j := i
	for j < len(line) && !ends(line, j) {
		j++
	}
	return max(j-i, 1)
}

func ends(line []rune, i int) bool {
	switch line[i] {
	case ' ', '\t', ',', ']', '}', '[', '{':
		return true
	case ':':
		return i+1 == len(line) || line[i+1] == ' ' || line[i+1] == '\t'
	}
	return false
}
