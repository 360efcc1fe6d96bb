// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"slices"
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// state reads a sentence about a dependency's circuit.
func (p *parser) state(e *Expectation) {
	e.Measure.Of, e.Measure.OfKind = p.next().text, kinds[0]
	switch {
	case p.take(never):
		e.Measure.Metric, e.Measure.State = never, p.stateWord()
		p.scope(&e.Measure)
	case p.take(stays):
		e.Measure.Metric, e.Measure.State = stays, p.stateWord()
		p.scope(&e.Measure)
	case p.take("opens"):
		p.openings(e)
		p.scope(&e.Measure)
	case p.is(states...):
		e.Measure.Metric, e.Measure.State = reaches, p.stateWord()
		if !p.is("within", "from") {
			p.unexpected("want within and a time behind a state", "within 3s of FAULT, within 10s after FAULT, from 30s to 35s", "write within 3s of and a fault; or stays, or never, before the state")
			return
		}
		p.scope(&e.Measure)
	default:
		names := slices.Concat(states, []string{never, stays, "opens"})
		p.unexpected("want what the circuit of "+e.Measure.Of+" does", strings.Join(names, ", "), meant(p.peek().text, names, "write for example "+e.Measure.Of+" open within 3s of a fault"))
	}
}

func (p *parser) stateWord() string {
	if !p.is(states...) {
		p.unexpected("want a state of a circuit", strings.Join(states, ", "), meant(p.peek().text, states, "write one of the accepted words"))
		return ""
	}
	return strings.ToLower(p.next().text)
}

// membersAhead reports whether a sentence about the members of the fleet is ahead, and not one about a dependency of that name.
func (p *parser) membersAhead() bool {
	if !p.is(members) {
		return false
	}
	number := p.ahead(1)
	if strings.EqualFold(number.text, stays) || strings.EqualFold(number.text, stay) {
		number = p.ahead(2)
	}
	return isNumber(number.text) || !p.dependencyAhead()
}

// members reads how many nodes see each other: "members 5 within 15s after partition", "members stay 5 during bad network".
func (p *parser) members(e *Expectation) {
	first := p.next()
	e.Measure.Of, e.Measure.OfKind, e.Measure.Metric = members, ofFleet, reaches
	if p.take(stay, stays) {
		e.Measure.Metric = stays
	}
	t := p.peek()
	n, err := strconv.Atoi(t.text)
	switch {
	case err != nil || t.quoted:
		p.unexpected("want how many members there are", "1 to "+strconv.Itoa(p.s.Nodes), "write for example members 5 within 15s after a fault, or members stay 5")
		return
	case n < 1 || n > p.s.Nodes:
		p.refuse(t, t, fuseboard.Problem{Code: CodeRange, Value: plain.Shorten(t.text), Message: "is out of range", Accepted: "1 to " + strconv.Itoa(p.s.Nodes), Fix: "write how many of the nodes are to be seen"})
		return
	case p.s.Nodes < 2:
		p.refuse(first, t, fuseboard.Problem{Message: "is about a fleet, and there is one node alone", Fix: "write nodes: 5 at the top"})
		return
	}
	p.next()
	e.Measure.State = strconv.Itoa(n)
	if e.Measure.Metric == reaches && !p.is("within", "from") {
		p.unexpected("want within and a time behind the number of members", "within 15s after FAULT, from 30s to 35s", "write within 15s after and a fault; or members stay "+e.Measure.State)
		return
	}
	p.scope(&e.Measure)
}

// openings reads "at most 3 times".
func (p *parser) openings(e *Expectation) {
	e.Measure.Metric, e.Op = "openings", "<="
	p.need("at")
	p.need("most")
	if p.take("once") {
		e.Value = 1
		return
	}
	t := p.peek()
	n, err := strconv.ParseUint(t.text, 10, 20)
	if err != nil || t.quoted {
		p.refuse(t, t, fuseboard.Problem{Value: plain.Shorten(t.text), Message: "is no number of times", Accepted: "0 to 1048575, once", Fix: "write for example at most 2 times"})
		return
	}
	p.next()
	e.Value = float64(n)
	if !p.take("times", "time") {
		p.need("times")
	}
}
