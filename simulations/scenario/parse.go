// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// longestSentence is how many characters of an expectation are read.
const longestSentence = 500

// Flaw is what is wrong with one sentence, with its place in it. Its Path is empty; who knows the file says it.
type Flaw struct {
	fuseboard.Problem
	// Column is where it begins, in characters from 1, and Length how many characters it spans, at least 1.
	Column, Length int
}

// Error returns the flaw in one line: column, value, message, accepted words, fix and code.
func (f *Flaw) Error() string {
	return fmt.Sprintf("column %d: %s", f.Column, strings.TrimPrefix(strings.TrimPrefix(f.Problem.Error(), " = "), ": "))
}

// ParseExpectation understands one sentence, in the light of a scenario whose dependencies, load, faults and baselines are known; the package doc has
// the grammar. The error is a *[Flaw]: it names the word that is not understood and those that would be.
func ParseExpectation(text string, s *Scenario) (Expectation, error) {
	if n := utf8.RuneCountInString(text); n > longestSentence {
		return Expectation{}, &Flaw{Column: longestSentence + 1, Length: n - longestSentence, Problem: fuseboard.Problem{
			Code: CodeExpectation, Message: "is too long", Accepted: "up to " + strconv.Itoa(longestSentence) + " characters", Fix: "make two expectations of it",
		}}
	}
	p := &parser{s: s, tokens: tokens(text), spans: s.Spans()}
	e := p.expectation()
	if p.flaw != nil {
		return Expectation{}, p.flaw
	}
	e.Text = text
	return e, nil
}

// parser reads one sentence. It stops at what it does not understand: then flaw is set, and nothing is read any more.
type parser struct {
	s      *Scenario
	spans  []Occurrence
	tokens []token
	at     int
	flaw   *Flaw
}

func (p *parser) peek() token { return p.ahead(0) }

func (p *parser) ahead(n int) token { return p.tokens[min(p.at+n, len(p.tokens)-1)] }

func (p *parser) next() token {
	t := p.peek()
	if !t.end() {
		p.at++
	}
	return t
}

// is reports whether the token ahead is the word.
func (p *parser) is(words ...string) bool {
	t := p.peek()
	return !t.quoted && slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(t.text, w) })
}

// take takes the next token if it is the word.
func (p *parser) take(words ...string) bool {
	if !p.is(words...) {
		return false
	}
	p.next()
	return true
}

// need takes the word, or tells what stands in its place.
func (p *parser) need(word string) {
	if !p.take(word) {
		p.unexpected("want "+word, word, "write "+word)
	}
}

// refuse tells what is wrong with some tokens, unless something was told.
func (p *parser) refuse(first, last token, problem fuseboard.Problem) {
	if p.flaw != nil {
		return
	}
	if problem.Code == "" {
		problem.Code = CodeExpectation
	}
	p.flaw = &Flaw{Problem: problem, Column: first.column, Length: max(last.column+last.length-first.column, 1)}
	p.at = len(p.tokens) - 1
}

// unexpected tells of the token ahead.
func (p *parser) unexpected(message, accepted, fix string) {
	t := p.peek()
	if t.end() {
		message += ", and the sentence ends"
	} else {
		message += ", got " + strconv.Quote(plain.Shorten(t.text))
	}
	p.refuse(t, t, fuseboard.Problem{Value: plain.Shorten(t.text), Message: message, Accepted: accepted, Fix: fix})
}

const form = "goodput >= 95%, p99(payments) <= 200ms during outage, payments open within 3s of outage, payments never open"

func (p *parser) expectation() Expectation {
	e := Expectation{Share: 1}
	first := p.peek()
	_, known := metricOf(first.text)
	follows := p.ahead(1)
	switch {
	case first.end():
		p.refuse(first, first, fuseboard.Problem{Message: "expects nothing", Fix: "write a sentence such as " + form})
	case known && !first.quoted && (follows.text == "(" || isOperator(follows.first())):
		p.measure(&e)
	case p.membersAhead():
		p.members(&e)
	case p.dependencyAhead():
		p.state(&e)
	default:
		p.unknownStart(first)
	}
	p.share(&e)
	if t := p.peek(); !t.end() {
		p.refuse(t, t, fuseboard.Problem{
			Value: plain.Shorten(t.text), Message: "does not belong here", Accepted: "during, before, after, since, from, within, in",
			Fix: meant(t.text, []string{"during", "before", "after", "since", "from", "within", "in"}, "leave out what follows"),
		})
	}
	return e
}

// dependencyAhead reports whether the next token is a dependency's name.
func (p *parser) dependencyAhead() bool {
	_, known := p.s.dependency(p.peek().text)
	return known
}

// unknownStart tells of a first word that is neither a measure nor a dependency.
func (p *parser) unknownStart(t token) {
	names := slices.Concat(Metrics(), p.s.names(), []string{members})
	follows := p.ahead(1)
	if _, known := metricOf(t.text); known && !t.quoted {
		p.next()
		p.unexpected("want a comparison behind "+strings.ToLower(t.text), "< <= > >= == !=", "write for example "+strings.ToLower(t.text)+" >= 95%")
		return
	}
	problem := fuseboard.Problem{Value: plain.Shorten(t.text), Message: "is neither a measure nor a dependency", Accepted: listed(names), Fix: meant(t.text, names, "write a sentence such as "+form)}
	if words := slices.Concat(states, []string{never, stays, "opens"}); !slices.Contains(words, strings.ToLower(follows.text)) {
		problem.Message = "is no measure"
		if follows.text != "(" && !isOperator(follows.first()) {
			problem.Message = "is neither a measure nor a dependency"
		}
	} else {
		problem.Code, problem.Message, problem.Accepted = CodeUnknownDependency, "no dependency has this name", listed(p.s.names())
		problem.Fix = meant(t.text, p.s.names(), "name a dependency of the scenario")
	}
	p.refuse(t, t, problem)
}

// share reads "in 90% of runs".
func (p *parser) share(e *Expectation) {
	if !p.take("in") {
		return
	}
	if p.take("all") {
		p.take("runs")
		return
	}
	t := p.next()
	v, err := plain.ParseRate(t.text)
	if err != nil || v <= 0 || v > 1 || !strings.HasSuffix(t.text, "%") {
		p.refuse(t, t, fuseboard.Problem{Value: plain.Shorten(t.text), Message: "is no share of the runs", Accepted: "more than 0% to 100%", Fix: "write for example in 90% of runs"})
		return
	}
	e.Share = v
	p.need("of")
	p.need("runs")
}
