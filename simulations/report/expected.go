// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard/simulations"
)

// expectations writes the table of what was expected and found. Its roles are written out, because a phone shows its cells one
// below the other, and then a browser forgets that it is a table.
func (p *page) expectations() {
	p.open("table", "class", "expected", "role", "table")
	p.el("caption", "Found is the median over seeds, and in brackets where nine of ten seeds lie.")
	p.open("thead", "role", "rowgroup")
	p.open("tr", "role", "row")
	for _, h := range []string{"Verdict", "Expected", "Found", "Held in", "Why"} {
		p.el("th", h, "scope", "col", "role", "columnheader")
	}
	p.close()
	p.close()
	p.open("tbody", "role", "rowgroup")
	order := p.missedFirst(p.d.expected)
	for _, i := range order {
		p.expectation(p.r.Expectations[i])
	}
	p.close()
	p.close()
	p.more(len(p.r.Expectations), len(order), "expectations are listed, those that do not hold first")
}

// more says that not everything is shown.
func (p *page) more(all, shown int, what string) {
	if shown < all {
		p.el("p", fmt.Sprintf("%d of %s %s; the JSON report has all.", shown, grouped(float64(all)), what), "class", "note")
	}
}

// missedFirst returns the numbers of so many expectations: in their own order where all fit, else those that do not hold first.
func (p *page) missedFirst(most int) []int {
	order := make([]int, len(p.r.Expectations))
	for i := range order {
		order[i] = i
	}
	if len(order) <= most {
		return order
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(rank(p.r.Expectations[a]), rank(p.r.Expectations[b]))
	})
	return order[:most]
}

func rank(e simulations.Judgement) int {
	if e.Held && len(e.Unsettled) == 0 {
		return 1
	}
	return 0
}

func (p *page) expectation(e simulations.Judgement) {
	word, sign := judged(e)
	p.open("tr", "class", word, "role", "row")
	p.open("td", "class", "sign", "role", "cell")
	p.el("span", sign, "aria-hidden", "true")
	p.text(" " + says[word])
	p.close()
	p.open("th", "scope", "row", "role", "rowheader")
	p.text(cut(e.Text, 300))
	if e.Line > 0 {
		p.el("small", " line "+strconv.Itoa(e.Line))
	}
	p.close()
	p.el("td", found(e), "role", "cell", "data-head", "Found: ")
	p.el("td", fmt.Sprintf("%d of %s", e.HeldIn, count(e.Runs, "run", "runs")), "role", "cell", "data-head", "Held in ")
	p.el("td", why(e), "role", "cell")
	p.close()
	p.line()
}

// judged says what became of an expectation: its word in the style sheet, and its sign.
func judged(e simulations.Judgement) (word, sign string) {
	switch {
	case len(e.Unsettled) > 0:
		return "unsettled", "≈"
	case e.Held:
		return "held", "✓"
	}
	return "missed", "✗"
}

var says = map[string]string{"held": "holds", "missed": "does not hold", "unsettled": "unsettled"}

// found says what was measured, in the result's own words where it has some.
func found(e simulations.Judgement) string {
	if e.Found != "" {
		return cut(e.Found, 200)
	}
	if e.Known == 0 {
		return "nothing to measure"
	}
	return amount(e.Median, e.Unit) + " (" + amount(e.Low, e.Unit) + " to " + amount(e.High, e.Unit) + ")"
}

func why(e simulations.Judgement) string {
	if len(e.Unsettled) == 0 {
		return cut(e.Why, 400)
	}
	var all []string
	for i, s := range e.Unsettled {
		if i == 10 {
			all = append(all, "…")
			break
		}
		all = append(all, strconv.FormatUint(s, 10))
	}
	return strings.TrimSpace(cut(e.Why, 400) + " Runs of one seed differ: " + strings.Join(all, ", ") + ".")
}
