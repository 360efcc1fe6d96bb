// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"slices"
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/simulations/world"
)

// measure reads METRIC [(WHOSE)] OP VALUE [SCOPE].
func (p *parser) measure(e *Expectation) {
	first := p.next()
	m, _ := metricOf(first.text)
	e.Measure.Metric, e.Measure.Unit = m.name, m.unit
	if p.take("(") {
		p.whose(e, m)
		p.need(")")
	}
	p.operator(e)
	p.value(e, m)
	p.perNode(e, m)
	p.scope(&e.Measure)
	if m.name == "recovery" && !p.scoped() {
		p.refuse(first, first, fuseboard.Problem{Value: m.name, Message: "does not say from what", Accepted: "after or since a fault, from 30s to 1m", Fix: "write after and the name of a fault"})
	}
}

// scoped reports whether the sentence has a word that begins a scope behind its comparison.
func (p *parser) scoped() bool {
	return slices.ContainsFunc(p.tokens, func(t token) bool {
		return !t.quoted && slices.Contains(scopeWords, strings.ToLower(t.text))
	})
}

// perNode reads "per node".
func (p *parser) perNode(e *Expectation, m metric) {
	first := p.peek()
	if !p.take("per") {
		return
	}
	p.need("node")
	if e.Measure.PerNode = true; !slices.Contains(perNode, m.name) {
		p.refuse(first, p.tokens[max(p.at-1, 0)], fuseboard.Problem{
			Value: "per node", Message: "is not known of " + m.name, Accepted: "per node of " + strings.Join(perNode, ", "), Fix: "leave it out, or write for example " + m.name + "(node 1)",
		})
	}
}

// kinds are what names are of; a node has a number and no name, so that its kind must be said.
var kinds = []string{"dependency", "load", "tenant", "operation", "priority"}

const node = "node"

// there lists the names of a kind.
func (p *parser) there(kind string) []string {
	switch kind {
	case "dependency":
		return p.s.names()
	case node:
		names := make([]string, p.s.Nodes)
		for i := range names {
			names[i] = strconv.Itoa(i + 1)
		}
		return names
	case "load":
		names := make([]string, len(p.s.Load))
		for i, l := range p.s.Load {
			names[i] = l.Name
		}
		return names
	}
	if names, known := p.s.named[kind]; known {
		return names
	}
	switch kind {
	case "tenant":
		return p.s.tenants()
	case "operation":
		return p.s.operations()
	}
	return p.s.priorities()
}

// priorities are those of all loads.
func (s *Scenario) priorities() []string {
	return s.ofLoads(func(l world.Load) []string { return []string{l.Priority.String()} }, func(a world.Arrival) string { return a.Priority.String() })
}

// whose reads what a measure is of.
func (p *parser) whose(e *Expectation, m metric) {
	candidates := kinds
	if t := p.peek(); !t.quoted && p.is(slices.Concat(kinds, []string{node})...) && p.ahead(1).text != ")" {
		p.next()
		candidates = []string{strings.ToLower(t.text)}
	}
	var fit, all []string
	name, from := "", p.at
	for _, kind := range candidates {
		there := p.there(kind)
		all = append(all, there...)
		p.at = from
		if found, is := p.name(there); is && p.peek().text == ")" {
			fit, name = append(fit, kind), found
		}
	}
	p.at = from
	last := p.toParenthesis()
	if problem, wrong := misnamed(strings.Join(words(p.tokens[from:p.at]), " "), m, fit, unique(all)); wrong {
		p.refuse(p.tokens[from], last, problem)
		return
	}
	e.Measure.Of, e.Measure.OfKind = name, fit[0]
}

// misnamed says what is wrong with a name that fits so many kinds.
func misnamed(given string, m metric, fit, all []string) (p fuseboard.Problem, wrong bool) {
	p.Value = plain.Shorten(given)
	switch {
	case len(fit) == 0:
		p.Code, p.Message, p.Accepted = CodeUnknown, "is the name of nothing that could be measured", listed(all)
		p.Fix = meant(given, all, "name a dependency, or load, tenant, operation, priority or node and a name")
	case fit[0] == kinds[0]:
		return p, false
	case len(fit) > 1:
		p.Message, p.Fix = "is the name of several: "+strings.Join(fit, ", "), "write "+fit[0]+" "+given
	case m.narrow:
		p.Message, p.Fix = "is "+article(fit[0])+", and "+m.name+" is of dependencies alone", "name a dependency"
	default:
		return p, false
	}
	return p, true
}

// toParenthesis passes over what stands before the closing parenthesis, and returns the last of it.
func (p *parser) toParenthesis() (last token) {
	last = p.peek()
	for t := p.peek(); !t.end() && t.text != ")"; t = p.peek() {
		last = p.next()
	}
	return last
}

func words(list []token) (all []string) {
	for _, t := range list {
		all = append(all, t.text)
	}
	return all
}

func unique(names []string) (all []string) {
	for _, name := range names {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// name takes the longest of the names that stands ahead, whatever its case; of two that differ by that alone, the
// one that is written so.
func (p *parser) name(names []string) (found string, is bool) {
	if t := p.peek(); t.quoted {
		if slices.Contains(names, t.text) {
			p.next()
			return t.text, true
		}
		return "", false
	}
	length := 0
	for _, name := range names {
		n := len(strings.Fields(name))
		there := p.text(n)
		if n < length || n == 0 || !strings.EqualFold(there, name) {
			continue
		}
		if n > length || there == name {
			found, length = name, n
		}
	}
	p.at += length
	return found, length > 0
}

// text is what the next tokens say; nothing where there are fewer, or one is in quotes.
func (p *parser) text(n int) string {
	if p.at+n > len(p.tokens)-1 {
		return ""
	}
	ahead := p.tokens[p.at : p.at+n]
	if slices.ContainsFunc(ahead, func(t token) bool { return t.quoted }) {
		return ""
	}
	return strings.Join(words(ahead), " ")
}
