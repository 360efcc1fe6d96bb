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
