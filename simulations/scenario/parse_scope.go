// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

var scopeWords = []string{"during", "before", "after", "since", "from", "within"}

// scope reads when it is measured: from Settle to Duration where nothing is said.
func (p *parser) scope(m *Measure) {
	if p.flaw != nil {
		return
	}
	m.From, m.To = p.s.Settle, p.s.Duration
	first := p.peek()
	switch {
	case p.take("during"):
		o := p.fault()
		m.From, m.To = o.From, o.To
	case p.take("before"):
		m.To = p.moment(false)
	case p.take("after"):
		m.From = p.moment(true)
	case p.take("since"):
		m.From = p.moment(false)
	case p.take("from"):
		m.From = p.duration("from when")
		p.need("to")
		m.To = p.duration("to when")
	case p.take("within"):
		p.within(m)
	default:
		return
	}
	p.judgeScope(m, first)
}

// within reads "20s after FAULT", the time that follows its end, or "10s of FAULT", the first of it.
func (p *parser) within(m *Measure) {
	length := p.duration("how long")
	switch {
	case p.take("after"):
		m.From = p.endOf(p.faultAt())
	case p.take("of"):
		o := p.fault()
		m.From = o.From
	default:
		p.unexpected("want of or after", "of, after", "write of and a fault for the time from its beginning, after for that from its end")
	}
	m.To = m.From + min(length, mostDuration+time.Second)
}

// judgeScope tells of a scope that is empty, or is not within the simulation.
func (p *parser) judgeScope(m *Measure, first token) {
	last := p.tokens[max(p.at-1, 0)]
	switch {
	case p.flaw != nil:
	case m.To > p.s.Duration:
		p.refuse(first, last, fuseboard.Problem{
			Code: CodeTime, Message: "ends at " + plain.Duration(m.To) + ", behind the end of the simulation", Accepted: "up to " + plain.Duration(p.s.Duration),
			Fix: "write a shorter time, or a longer duration of the simulation",
		})
	case m.From >= m.To:
		p.refuse(first, last, fuseboard.Problem{
			Code: CodeTime, Message: "is no time at all: from " + plain.Duration(m.From) + " to " + plain.Duration(m.To), Accepted: "times between " + plain.Duration(p.s.Settle) + " and " + plain.Duration(p.s.Duration),
			Fix: "write an end that is later than the beginning",
		})
	}
}

// moment reads a time since the beginning, or a fault: its end or its beginning.
func (p *parser) moment(end bool) time.Duration {
	if first := p.peek().first(); first >= '0' && first <= '9' {
		return p.duration("when")
	}
	if end {
		return p.endOf(p.faultAt())
	}
	return p.fault().From
}

// duration reads one.
func (p *parser) duration(what string) time.Duration {
	t := p.peek()
	d, err := time.ParseDuration(t.text)
	if err != nil || d < 0 || t.quoted {
		fix := "write a number and its unit, such as 30s"
		if _, bare := strconv.ParseFloat(t.text, 64); bare == nil {
			fix = "add the unit: " + plain.Shorten(t.text) + "s"
		}
		p.unexpected("want "+what+", a duration", "800ms, 30s, 2m", fix)
		return 0
	}
	p.next()
	return d
}

// fault reads the name of one that happens.
func (p *parser) fault() Occurrence {
	o, _, _ := p.faultAt()
	return o
}

func (p *parser) faultAt() (o Occurrence, first, last token) {
	first, from := p.peek(), p.at
	names := make([]string, len(p.spans))
	for i, o := range p.spans {
		names[i] = o.Name
	}
	name, is := p.name(names)
	if is && p.isNumber() {
		p.refuse(first, p.next(), fuseboard.Problem{
			Code: CodeUnknownFault, Value: name + " " + p.tokens[p.at-1].text, Message: "happens less often before the end", Accepted: listed(names), Fix: "name a time that it happens",
		})
		return Occurrence{}, first, first
	}
	if is {
		return p.spans[slices.Index(names, name)], first, p.tokens[p.at-1]
	}
	for t := p.peek(); !t.end() && !strings.EqualFold(t.text, "in"); t = p.peek() {
		p.next()
	}
	given := strings.Join(words(p.tokens[from:p.at]), " ")
	problem := fuseboard.Problem{
		Code: CodeUnknownFault, Value: plain.Shorten(given), Message: "no fault has this name", Accepted: listed(names), Fix: meant(given, names, "name a fault of the scenario"),
	}
	switch {
	case p.at == from:
		problem.Message, problem.Code = "want the name of a fault, and the sentence ends", ""
	case len(names) == 0:
		problem.Message, problem.Fix = "there are no faults in this scenario", "write it under faults, or a time such as 30s"
	}
	p.refuse(first, p.tokens[max(p.at-1, from)], problem)
	return Occurrence{}, first, first
}

// isNumber reports whether the token ahead is a whole number.
func (p *parser) isNumber() bool {
	t := p.peek()
	return !t.end() && !t.quoted && strings.Trim(t.text, "0123456789") == ""
}

// endOf is the end of a fault that has one.
func (p *parser) endOf(o Occurrence, first, last token) time.Duration {
	if p.flaw == nil && !p.s.Ends(o) {
		p.refuse(first, last, fuseboard.Problem{
			Code: CodeTime, Value: o.Name, Message: "does not end before the simulation does, so nothing comes after it", Fix: "write for: under the fault, or since for the time from its beginning",
		})
	}
	return o.To
}
