// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fuseboard/fuseboard"
)

// What is read of one condition.
const (
	longest  = 1000 // runes
	deepest  = 16   // parentheses and negations inside each other
	broadest = 32   // comparisons and windows
	mostSaid = 20   // flaws
)

// Parse reads a condition as the package doc writes it down. The error is [Flaws]: all
// that is wrong, as far as what is wrong lets the rest be understood.
func Parse(text string) (Condition, error) {
	if n := utf8.RuneCountInString(text); n > longest {
		return Condition{}, Flaws{{Column: longest + 1, Length: n - longest, Problem: fuseboard.Problem{
			Code: CodeTooLong, Value: strconv.Itoa(n) + " letters", Message: "is too long",
			Accepted: "up to " + strconv.Itoa(longest), Fix: "make two rules of it",
		}}}
	}
	p := &parser{tokens: tokens(text)}
	if p.peek().end() {
		return Condition{}, Flaws{emptyFlaw("condition")}
	}
	root := p.disjunction()
	for !p.peek().end() { // only a parenthesis that nobody opened ends it before
		p.flaw(p.next(), CodeSyntax, "closes what was not opened", "", "leave it out, or open it before")
		if p.take("and") || p.take("or") || !p.peek().end() {
			p.disjunction()
		}
	}
	if len(p.flaws) > 0 {
		slices.SortStableFunc(p.flaws, func(a, b Flaw) int { return a.Column - b.Column })
		return Condition{}, p.flaws
	}
	return Condition{root: root}, nil
}

// MustParse is Parse for conditions that are written in a program. It panics where Parse
// returns an error, so it is not for a user's text.
func MustParse(text string) Condition {
	c, err := Parse(text)
	if err != nil {
		panic("rule: " + strconv.Quote(text) + ": " + err.Error())
	}
	return c
}

// parser reads a condition by recursive descent. What it cannot understand it reports, and
// goes on behind it with a node that stands for it.
type parser struct {
	tokens []token
	at     int
	depth  int
	leaves int
	flaws  Flaws
}

// unread stands for what was not understood.
func unread() *node { return &node{form: compare} }

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) ahead(n int) token { return p.tokens[min(p.at+n, len(p.tokens)-1)] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if !t.end() {
		p.at++
	}
	return t
}

// take takes the next token if it is the word.
func (p *parser) take(word string) bool {
	if p.peek().text != word {
		return false
	}
	p.next()
	return true
}

func (p *parser) flaw(t token, code, message, accepted, fix string) {
	p.flawOf(t, t.text, code, message, accepted, fix)
}

func (p *parser) flawOf(t token, value, code, message, accepted, fix string) {
	if n := len(p.flaws); n == mostSaid || n > 0 && p.flaws[n-1].Code == CodeTooLong {
		return // what follows was not read
	}
	p.flaws = append(p.flaws, Flaw{Column: t.column, Length: t.length, Problem: fuseboard.Problem{
		Code: code, Value: shown(value), Message: message, Accepted: accepted, Fix: fix,
	}})
}

func (p *parser) disjunction() *node { return p.rest(p.conjunction()) }

// rest reads what else a disjunction has behind its first part.
func (p *parser) rest(first *node) *node {
	parts := []*node{first}
	for p.joins("or", "||") {
		parts = append(parts, p.conjunction())
	}
	return join(some, parts...)
}

func (p *parser) conjunction() *node {
	parts := []*node{p.negation()}
	for p.joins("and", "&&") || p.lacksJoin() {
		parts = append(parts, p.negation())
	}
	return join(all, parts...)
}

// joins takes the word that joins two parts, or reports what was meant for it.
func (p *parser) joins(word, sign string) bool {
	t := p.peek()
	if t.text == word {
		p.next()
		return true
	}
	if t.text != sign && !strings.EqualFold(t.text, word) && (word != "and" || t.text != ",") {
		return false
	}
	p.flaw(p.next(), CodeSyntax, "is not how conditions are joined", "and, or", "write "+word)
	return true
}

// lacksJoin reports what stands behind a part and neither joins another nor ends it.
func (p *parser) lacksJoin() bool {
	t := p.peek()
	switch {
	case t.end() || t.text == ")" || t.text == "or" || t.text == "||" || strings.EqualFold(t.text, "or"):
		return false
	case t.text == "(" || t.text == "not" || isLeaf(t.text):
		p.flaw(t, CodeSyntax, "stands behind a condition with nothing between", "and, or", "write \"and\" or \"or\" before it")
		return true
	}
	fix := "write \"and\" or \"or\" before it, or leave it out"
	if _, err := parseFor(t.text); err == nil {
		fix = "write for " + t.text
	}
	p.flaw(t, CodeSyntax, "does not belong here", "and, or, for", fix)
	p.skip()
	return p.lacksMore()
}

// lacksMore reports whether another part follows what was skipped.
func (p *parser) lacksMore() bool {
	if p.take("and") {
		return true
	}
	return p.peek().text == "("
}

// skip passes over what was not understood, up to where something new begins.
func (p *parser) skip() {
	for t := p.peek(); !t.end() && t.text != "(" && t.text != ")" && t.text != "and" && t.text != "or"; t = p.peek() {
		p.next()
	}
}

func (p *parser) negation() *node {
	t := p.peek()
	if t.text != "not" && t.text != "!" && !strings.EqualFold(t.text, "not") {
		return p.part()
	}
	if p.next(); t.text != "not" {
		p.flaw(t, CodeSyntax, "is not how conditions are negated", "not", "write not")
	}
	return p.deeper(t, func() *node { return negate(p.negation()) })
}

// deeper reads what is inside of t, if that is not too deep.
func (p *parser) deeper(t token, read func() *node) *node {
	if p.depth == deepest {
		p.flaw(t, CodeTooLong, "is nested too deep", "up to "+strconv.Itoa(deepest)+" parentheses and negations", "make two rules of it")
		p.at = len(p.tokens) - 1
		return unread()
	}
	p.depth++
	defer func() { p.depth-- }()
	return read()
}

// part reads a comparison, a window or a parenthesis, and how long it must hold.
func (p *parser) part() *node {
	first := p.peek()
	if first.text != "(" {
		return p.during(p.leaf(), first)
	}
	p.next()
	return p.deeper(first, func() *node {
		inner := p.disjunction()
		if !p.take(")") {
			p.flaw(first, CodeSyntax, "is not closed", "", "write ) where it ends")
		}
		return p.during(inner, first)
	})
}

// shown is a given text as messages repeat it.
func shown(text string) string {
	const most = 40
	if r := []rune(text); len(r) > most {
		text = string(r[:most]) + "…"
	}
	if quoted := strconv.Quote(text); quoted != `"`+text+`"` {
		return quoted
	}
	return text
}
