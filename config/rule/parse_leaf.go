// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"slices"
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// windowWords begin a window of time.
var windowWords = []string{"time", "weekday"}

func isLeaf(text string) bool { return signalOf(text) >= 0 || slices.Contains(windowWords, text) }

// leaf reads a comparison or a window.
func (p *parser) leaf() *node {
	t := p.peek()
	if !isLeaf(t.text) {
		p.noLeaf(t)
		return unread()
	}
	if p.leaves++; p.leaves > broadest {
		p.flaw(t, CodeTooLong, "is one comparison too many", "up to "+strconv.Itoa(broadest), "make two rules of it")
		p.at = len(p.tokens) - 1
		return unread()
	}
	p.next()
	switch {
	case t.text == "time":
		return p.dayWindow(t)
	case t.text == "weekday":
		return p.weekWindow(t)
	}
	i := signalOf(t.text)
	if signals[i].Kind == Word {
		return p.words(t, i)
	}
	return p.comparison(t, i)
}

// noLeaf reports what stands where a comparison should begin, and passes over it.
func (p *parser) noLeaf(t token) {
	switch {
	case t.end():
		p.flawOf(t, "", CodeSyntax, "a comparison is missing at the end", "", "write one, for example "+signals[cpu].Example)
		return
	case t.text == "and" || t.text == "or" || t.text == ")" || t.text == "&&" || t.text == "||":
		p.flaw(t, CodeSyntax, "has no comparison before it", "", "write one, or leave "+t.text+" out")
		return
	case t.text == "for":
		p.next()
		p.forHowLong(t)
		p.flaw(t, CodeSyntax, "stands behind a comparison, and there is none", "", "write cpu > 85% for 10s")
		return
	}
	p.strange(t)
	p.skip()
}

// strange reports a token that is no signal.
func (p *parser) strange(t token) {
	op, name := p.ahead(1), p.ahead(2).text
	_, isDays := daysOf(t.text)
	_, _, isTimes := timesOf(t.text)
	switch {
	case slices.Contains(opWords[:], op.text) && signalOf(name) >= 0:
		p.flaw(t, CodeSyntax, "stands before its signal", "", "write "+name+" "+mirrored(op.text)+" "+t.text)
	case isTimes:
		p.flaw(t, CodeSyntax, "is a window of time", "", "write time "+t.text)
	case isDays:
		p.flaw(t, CodeSyntax, "is a day of the week", "", "write weekday "+t.text)
	default:
		names := append(signalNames(), windowWords...)
		fix := ""
		if name, found := plain.Nearest(t.text, names); found {
			fix = "did you mean " + name + "?"
		}
		p.flaw(t, CodeUnknownSignal, "is no signal", strings.Join(names, ", "), fix)
	}
}

// mirrored is the operator that says the same when its sides are changed.
func mirrored(op string) string {
	return strings.NewReplacer("<", ">", ">", "<").Replace(op)
}

// words reads what a signal with words is compared with.
func (p *parser) words(name token, signal int) *node {
	s := &signals[signal]
	example := name.text + " is " + s.Words[1]
	t, wrong := p.peek(), strings.Trim(p.peek().text, operatorRunes) == ""
	switch {
	case t.text == "is":
		p.next()
	case t.end():
		p.flawOf(t, "", CodeSyntax, "nothing says what "+name.text+" is compared with", "is, is not", "write "+example)
		return unread()
	case !wrong:
		p.flaw(t, CodeOperator, "is no comparison", "is, is not", "write "+example)
		p.skip()
		return unread()
	default:
		fix := "is"
		if strings.ContainsAny(t.text, "!≠") || t.text == "<>" {
			fix = "is not"
		}
		p.flaw(p.next(), CodeOperator, name.text+" has words, not numbers", "is, is not", "write "+name.text+" "+fix+" "+p.peek().text)
	}
	inverse := p.take("not")
	return p.wordSet(name, signal, inverse)
}

// wordSet reads a list of words with commas between.
func (p *parser) wordSet(name token, signal int, inverse bool) *node {
	s, t := &signals[signal], p.peek()
	accepted := strings.Join(s.Words, ", ")
	if ends(t.text) {
		p.flawOf(t, "", CodeValue, "a word is missing behind is", accepted, "write "+name.text+" is "+s.Words[1])
		return unread()
	}
	p.next()
	n, every := &node{form: word, signal: signal}, uint32(1)<<len(s.Words)-1
	for _, w := range strings.Split(t.text, ",") {
		i := slices.Index(s.Words, w)
		if i >= 0 {
			n.words |= 1 << i
			continue
		}
		fix := ""
		if near, found := plain.Nearest(w, s.Words); found {
			fix = "did you mean " + near + "?"
		}
		p.flawOf(t, w, CodeValue, "is never what "+name.text+" is", accepted, fix)
		return unread()
	}
	if n.words == every {
		p.flaw(t, CodeConstant, "is all that "+name.text+" can be", "", "leave at least one of them out")
	}
	if inverse {
		n.words ^= every
	}
	return n
}
