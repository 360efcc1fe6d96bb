// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"slices"
	"strings"
)

// comparison reads what a signal with numbers is compared with.
func (p *parser) comparison(name token, signal int) *node {
	s, t := &signals[signal], p.peek()
	o := slices.Index(opWords[:], t.text)
	if o < 0 {
		p.noOperator(name, s)
		return unread()
	}
	p.next()
	return p.threshold(name.text+" "+t.text+" ", &node{form: compare, signal: signal, op: op(o)})
}

// threshold reads what stands behind the operator of n. What was said before is for fixes.
func (p *parser) threshold(said string, n *node) *node {
	s, before := &signals[n.signal], len(p.flaws)
	value := p.value(s, n.op)
	if len(p.flaws) > before {
		return unread()
	}
	level, code, fix := s.read(value.text)
	n.level = level
	switch code {
	case "":
		p.constant(n, value, said)
	case CodeRange:
		p.flaw(value, code, "is out of the range of "+s.Name, s.accepted(), "")
	case CodeUnit:
		p.flaw(value, code, s.unitMessage(), s.accepted(), "write "+said+fix)
	default:
		p.flaw(value, code, "is not a "+s.Kind.String()+", and "+s.Name+" is one", s.accepted(), "write "+said+fix)
	}
	return n
}

// value takes the value behind an operator, or reports what stands there instead.
func (p *parser) value(s *Signal, o op) token {
	value, after := p.peek(), p.ahead(1).text
	switch {
	case isLeaf(value.text) && after != "is" && !strings.ContainsAny(after, operatorRunes):
		p.flaw(p.next(), CodeValue, "is a signal, and signals are compared with values", s.accepted(), "write "+s.Example)
	case ends(value.text) || isLeaf(value.text):
		p.flawOf(value, "", CodeValue, "a value is missing behind "+opWords[o], s.accepted(), "write "+s.Example)
	default:
		return p.glued(p.next())
	}
	return value
}

// constants says of each operator at which end of the range it says nothing, what is then
// always or never so, and which operator is probably meant.
var constants = [...]struct {
	least   bool
	holds   string
	instead op
}{
	above: {false, "never holds", atLeast}, atLeast: {true, "always holds", above},
	below: {true, "never holds", atMost}, atMost: {false, "always holds", below},
}

// constant reports a comparison that always or never holds: with an end of the range
// behind which nothing is.
func (p *parser) constant(n *node, value token, said string) {
	s, c := &signals[n.signal], constants[n.op]
	if c.least && n.level == s.Least || !c.least && s.Kind == Share && n.level == s.Most {
		p.flawOf(value, said+value.text, CodeConstant, c.holds, "", "write "+opWords[c.instead]+" "+value.text)
	}
}

// noOperator reports what stands where an operator should, and passes over it.
func (p *parser) noOperator(name token, s *Signal) {
	t, accepted := p.peek(), strings.Join(opWords[:], ", ")
	said := map[string]string{
		"=": ">=", "==": ">=", "=>": ">=", "=<": "<=", "≥": ">=", "≤": "<=", ">>": ">", "<<": "<", "is": ">",
	}[t.text]
	switch {
	case said != "":
		value := p.ahead(1).text
		if _, code, _ := s.read(value); code != "" {
			value = s.exampleValue()
		}
		p.flaw(t, CodeOperator, "does not compare "+s.Kind.String()+"s", accepted, "write "+name.text+" "+said+" "+value)
	case ends(t.text):
		p.flawOf(t, "", CodeSyntax, "nothing says what "+name.text+" is compared with", accepted, "write "+s.Example)
		return
	default:
		if _, code, _ := s.read(t.text); code == "" {
			p.flaw(t, CodeOperator, "stands behind "+name.text+" without a comparison", accepted, "write "+name.text+" > "+t.text)
		} else {
			p.flaw(t, CodeOperator, "is no comparison", accepted, "write "+s.Example)
		}
	}
	p.skipValue()
}

// skipValue passes over an operator and its value, up to what may follow them.
func (p *parser) skipValue() {
	for !ends(p.peek().text) && !isLeaf(p.peek().text) {
		p.next()
	}
}
