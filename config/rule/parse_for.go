// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

const (
	leastFor = 100 * time.Millisecond
	mostFor  = 24 * time.Hour
)

// during reads the "for 10s" behind a part.
func (p *parser) during(part *node, first token) *node {
	for p.peek().text == "for" {
		at := p.next()
		d, ok := p.forHowLong(at)
		switch {
		case !ok:
		case part.form == hold && part.kids[0].form != hold && first.text != "(":
			p.flaw(at, CodeSyntax, "stands twice behind one comparison", "", "leave one of them out")
		case !part.within(func(n *node) bool { return n.form == compare || n.form == word }):
			p.flaw(at, CodeSyntax, "is for comparisons: a window of time has an end of its own", "", "leave it out, and write the times that are meant")
		default:
			part = &node{form: hold, kids: []*node{part}, hold: d}
		}
	}
	return part
}

func (p *parser) forHowLong(at token) (d time.Duration, ok bool) {
	t, accepted := p.peek(), plain.Duration(leastFor)+" to "+plain.Duration(mostFor)
	if ends(t.text) {
		p.flawOf(at, "", CodeSyntax, "for says how long, and nothing follows", accepted, "write for 10s")
		return 0, false
	}
	p.next()
	t = p.glued(t)
	d, err := parseFor(t.text)
	switch {
	case err != nil:
		p.flaw(t, CodeUnit, "is not a duration", accepted, "write "+durationFix(t.text, "10s"))
	case d < leastFor || d > mostFor:
		p.flaw(t, CodeRange, "is out of range", accepted, "leave the for out to act at once")
	default:
		return d, true
	}
	return 0, false
}

// glued returns a number together with the unit that stands behind it with a space
// between, and reports the space.
func (p *parser) glued(t token) token {
	unit := p.peek()
	if !isNumber(t.text) || !isUnit(unit.text) {
		return t
	}
	p.next()
	t.length = unit.column + unit.length - t.column
	given := t.text + " " + unit.text
	if t.text += unit.text; unit.text != "%" {
		t.text = durationFix(t.text, t.text)
	}
	p.flawOf(t, given, CodeUnit, "has a space before its unit", "", "write "+t.text)
	return t
}

// ends reports whether nothing that could be a value begins here.
func ends(text string) bool {
	switch text {
	case "", "(", ")", "and", "or", "not", "for":
		return true
	}
	return false
}

func isNumber(text string) bool { return text != "" && strings.Trim(text, "0123456789.") == "" }

var units = []string{
	"%", "ns", "us", "µs", "ms", "s", "m", "h",
	"sec", "secs", "second", "seconds", "min", "mins", "minute", "minutes", "hr", "hour", "hours",
}

func isUnit(text string) bool { return slices.Contains(units, text) }

// parseFor reads a duration with its unit.
func parseFor(text string) (time.Duration, error) {
	if isNumber(text) {
		return 0, errors.New("no unit") // time.ParseDuration takes a bare 0
	}
	return time.ParseDuration(text)
}

// durationFix is what a text probably meant as a duration, or an example.
func durationFix(text, example string) string {
	number := text[:len(text)-len(strings.TrimLeft(text, "0123456789."))]
	if number == "" {
		return example
	}
	unit := strings.ToLower(strings.TrimPrefix(text, number))
	for _, words := range [][2]string{{"ms", "millis"}, {"s", ""}, {"m", "min"}, {"h", "hour"}, {"s", "sec"}, {"h", "hr"}} {
		if unit == words[1] || words[1] != "" && strings.HasPrefix(unit, words[1]) || unit == words[0] {
			if _, err := time.ParseDuration(number + words[0]); err == nil {
				return number + words[0]
			}
		}
	}
	return example
}
