// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/simulations/world"
)

var signs = map[string]string{"<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "==", "!=": "!=", "≤": "<=", "≥": ">=", "≠": "!="}

func (p *parser) operator(e *Expectation) {
	t := p.peek()
	sign, known := signs[t.text]
	if !known || t.quoted {
		fix := "write <= for at most, >= for at least"
		if t.text == "=" {
			fix = "write =="
		}
		p.unexpected("want a comparison", "< <= > >= == !=", fix)
		return
	}
	p.next()
	e.Op = sign
}

// value reads a number with its unit, or a baseline with or without what is added to it.
func (p *parser) value(e *Expectation, m metric) {
	if p.flaw != nil {
		return
	}
	that := false
	if p.is("that") {
		that = true
		p.next()
		p.need("of")
	}
	if t := p.peek(); !that && (t.end() || strings.ContainsRune("0123456789.+-", t.first())) {
		e.Value = p.number(m, false)
		return
	}
	p.baseline(e, m)
}

// baseline reads the name of one, and what is added to it.
func (p *parser) baseline(e *Expectation, m metric) {
	name, is := p.name(p.s.baselineNames())
	if !is {
		p.noBaseline(m)
		return
	}
	e.Baseline = name
	t := p.peek()
	if !strings.ContainsRune("+-", t.first()) {
		return
	}
	minus := t.first() == '-'
	if t.length == 1 {
		p.next()
	} else {
		p.tokens[p.at] = token{text: t.text[1:], column: t.column + 1, length: t.length - 1}
	}
	if e.Value = p.number(m, true); minus && e.Value != 0 {
		e.Value = -e.Value
	}
}

// noBaseline tells of a value that is none, and no baseline's name.
func (p *parser) noBaseline(m metric) {
	first, from, names := p.peek(), p.at, p.s.baselineNames()
	for t := first; !t.end() && !p.is("in") && !p.is(scopeWords...) && !strings.ContainsRune("+-", t.first()); t = p.peek() {
		p.next()
	}
	given := strings.Join(words(p.tokens[from:p.at]), " ")
	problem := fuseboard.Problem{
		Code: CodeUnknownBaseline, Value: plain.Shorten(given), Message: "is neither a value nor a baseline of this scenario", Accepted: listed(names),
		Fix: meant(given, names, "write a value such as "+example(m)+", or name it under baselines"),
	}
	if len(names) == 0 {
		problem.Accepted = "a value such as " + example(m)
	}
	p.refuse(first, p.tokens[max(p.at-1, from)], problem)
}

// baselineNames are the names of what can be compared with.
func (s *Scenario) baselineNames() (names []string) {
	for _, name := range s.variants {
		if name != AsWritten {
			names = append(names, name)
		}
	}
	if s.variants != nil {
		return names
	}
	for _, b := range s.Baselines {
		if b.Name != eachSection {
			names = append(names, b.Name)
			continue
		}
		for _, d := range s.protected() {
			for _, section := range sectionsOf(s.Policies.Set, d) {
				names = append(names, withoutWord+d+"."+section)
			}
		}
	}
	return unique(names)
}

// example is a value with the unit of a measure.
func example(m metric) string {
	switch m.unit {
	case share:
		return "95%"
	case seconds:
		return "200ms"
	case rate:
		return "100/s"
	}
	return "1.5"
}

// number reads a value with the unit of the measure. A difference may be as large as it likes.
func (p *parser) number(m metric, difference bool) float64 {
	t := p.peek()
	if t.end() {
		p.unexpected("want a value", example(m), "write for example "+example(m))
		return 0
	}
	v, fix := parseValue(t.text, m.unit)
	if fix != "" {
		p.refuse(t, t, fuseboard.Problem{Value: plain.Shorten(t.text), Message: "is not a value of " + m.name, Accepted: "a value such as " + example(m), Fix: fix})
		return 0
	}
	most, accepted := m.most()
	if difference && m.unit == share {
		most = math.MaxFloat64
	}
	if !(v >= 0 && v <= most) {
		p.refuse(t, t, fuseboard.Problem{Code: CodeRange, Value: plain.Shorten(t.text), Message: "is out of range", Accepted: accepted, Fix: "write a value such as " + example(m)})
		return 0
	}
	p.next()
	if v == 0 {
		return 0 // and not -0, which is written otherwise
	}
	return v
}

// most is the largest value of a measure, and what is accepted in words.
func (m metric) most() (most float64, accepted string) {
	switch m.unit {
	case share:
		return 1, "0% to 100%"
	case seconds:
		return mostDuration.Seconds(), "0s to " + plain.Duration(mostDuration)
	}
	return math.MaxFloat64, "0 or more"
}

// parseValue reads a number with a unit; fix says what to write where it is none.
func parseValue(text, unit string) (v float64, fix string) {
	var err error
	fix = "write for example " + example(metric{unit: unit})
	switch unit {
	case share:
		v, err = plain.ParseRate(text)
	case seconds:
		var d time.Duration
		if d, err = time.ParseDuration(text); isNumber(text) {
			fix = "add the unit: " + plain.Shorten(text) + "ms or " + plain.Shorten(text) + "s"
		}
		v = d.Seconds()
	case rate:
		var r world.Rate
		err = r.UnmarshalText([]byte(text))
		v = float64(r)
	default:
		v, err = strconv.ParseFloat(text, 64)
		if bare := strings.TrimSuffix(text, "x"); bare != text && isNumber(bare) {
			fix = "write " + bare
		}
		if !isNumber(text) {
			err = strconv.ErrSyntax
		}
	}
	if err != nil {
		return 0, fix
	}
	return v, ""
}

// isNumber reports whether a text is a number in decimal digits.
func isNumber(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil && strings.Trim(text, "0123456789.eE+-") == ""
}
