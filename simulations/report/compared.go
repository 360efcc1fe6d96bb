// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/simulations"
)

// compared writes the figures of every variant, and how its goodput went.
func (p *page) compared() {
	text := "Every set of policies met the same arrivals, faults and chances, seed by seed. First the median over seeds, and where nine of ten seeds lie; " +
		"then Δ, the median of the differences to " + cut(p.r.Variants[0].Name, 80) + ", and its 95 % interval. ▲ and ▼ mark a difference whose interval leaves zero out."
	switch n := len(p.r.Seeds); {
	case n > 1 && n < 5: // the range of so few holds the median of all with less than 90 %
		text = strings.Replace(text, "and its 95 % interval", fmt.Sprintf("and their whole range: %d seeds are too few for an interval", n), 1)
		text = strings.Replace(text, "whose interval", "whose range", 1)
	case n == 1:
		text = "Every set of policies met the same arrivals, faults and chances. Δ is the difference to " + cut(p.r.Variants[0].Name, 80) +
			". It is that of one seed: how much another seed would change it is not known."
	}
	p.el("p", text)
	names := p.figures()
	p.scroll("Figures of every set of policies", func() {
		p.open("table", "class", "compared")
		p.el("caption", "Figures of every set of policies")
		p.headRow(append([]string{"Policies"}, names...))
		p.open("tbody")
		for i := range p.variants() {
			p.variant(&p.r.Variants[i], i == 0, names)
		}
		p.close()
		p.close()
	})
	p.more(len(p.r.Variants), len(p.variants()), "sets of policies are shown")
	p.goodputs()
}

// variants are those that are shown.
func (p *page) variants() []simulations.Variant {
	return p.r.Variants[:min(len(p.r.Variants), p.d.variants)]
}

// figures are the names of those that variants have, in their order.
func (p *page) figures() (names []string) {
	for _, v := range p.variants() {
		for _, f := range v.Summary {
			if !slices.Contains(names, f.Name) {
				names = append(names, f.Name)
			}
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return telling(a) - telling(b) })
	return names
}

// telling is where a figure stands: what tells most comes first, since a narrow page shows the first ones.
func telling(name string) int {
	first := []string{"goodput", "p99", "amplification", "attempts", "refused", "failed"}
	if i := slices.Index(first, name); i >= 0 {
		return i
	}
	return len(first)
}

func (p *page) variant(v *simulations.Variant, own bool, names []string) {
	class := ""
	if own {
		class = "own"
	}
	p.open("tr", "class", class)
	p.el("th", cut(v.Name, 80), "scope", "row")
	for _, name := range names {
		i := slices.IndexFunc(v.Summary, func(f simulations.Figure) bool { return f.Name == name })
		p.open("td")
		if i < 0 {
			p.text(absent)
		} else {
			p.figure(v.Summary[i], own)
		}
		p.close()
	}
	p.close()
	p.line()
}

func (p *page) figure(f simulations.Figure, own bool) {
	p.el("b", amount(f.Median, f.Unit))
	if low, high := amount(f.Low, f.Unit), amount(f.High, f.Unit); low != high {
		p.el("small", " "+between(f.Low, f.High, f.Unit, " to ", sayer(f.Unit)))
	}
	if own {
		return
	}
	sign, class := "", "delta"
	one := len(p.r.Seeds) == 1
	switch {
	case one: // what is clear is not known
	case f.DeltaLow > 0:
		sign, class = "▲ ", "delta clear"
	case f.DeltaHigh < 0:
		sign, class = "▼ ", "delta clear"
	}
	p.open("span", "class", class)
	p.text(sign + "Δ " + difference(f.Delta, f.Unit))
	if !one {
		p.el("small", " ["+strings.TrimSuffix(between(f.DeltaLow, f.DeltaHigh, f.Unit, ", ", delta), nobr+"%")+"]")
	}
	p.close()
}

// sayer says numbers in a unit that is told elsewhere.
func sayer(unit string) func(v float64) string {
	if unit == "%" {
		return func(v float64) string { return trim(v, plain.PercentDecimals(v/100)) }
	}
	return figure
}

// goodputs draws the goodput of every variant, small, one beside the other, each over that of the policies under test.
func (p *page) goodputs() {
	cols := fit(p.width, p.buckets, min(p.d.points, 120))
	own := cols.over(all(p.runs), ratio(good, offered)).middle
	p.el("h3", "Goodput of each, over time")
	p.open("ul", "class", "legend")
	p.key("c1", "the policies named")
	p.key("ghost", p.r.Variants[0].Name)
	p.close()
	p.el("p", "good answers, of requests offered; median over seeds", "class", "unit")
	p.open("div", "class", "minis")
	for i := range p.variants() {
		v := &p.r.Variants[i]
		s := cols.over(all(first(v)), ratio(good, offered))
		p.mini(cut(v.Name, 60), cols, s, own, i == 0)
	}
	p.close()
	p.goodputTable()
}

func (p *page) key(class, name string) {
	p.open("li")
	p.open("svg", "class", "key", "width", "26", "height", "12", "aria-hidden", "true")
	p.void("path", "class", "curve "+class, "d", "M1 6H25")
	p.close()
	p.text(name)
	p.close()
}

func (p *page) mini(name string, cols columns, s spread, own []float64, isOwn bool) {
	words := p.dips("Goodput", p.spans)(cols, []spread{s})
	p.open("figure", "class", "chart mini")
	p.caption("h4", name, words)
	f := frame{title: name + ": goodput", words: words, xTitle: p.xTitle, faults: p.spans, settle: p.r.Settle.Seconds()}
	f.canvas = canvas{x: p.x, y: linear(0, 1, 2, "%"), height: 80}
	p.draw(f, func() {
		if !isOwn {
			p.path("curve ghost", f.line(cols, own))
		}
		p.path("curve c1", f.line(cols, s.middle))
	})
	p.close()
	p.line()
}

func (p *page) goodputTable() {
	cols := fit(p.width, p.buckets, min(p.d.rows, 30))
	say, _ := clockFace(p.r.Duration)
	heads := []string{p.xTitle}
	cells := make([][]string, cols.len())
	for i := range cells {
		cells[i] = []string{say(cols.begins(i))}
	}
	for i := range p.variants() {
		v := &p.r.Variants[i]
		heads = append(heads, cut(v.Name, 60))
		for j, x := range cols.over(all(first(v)), ratio(good, offered)).middle {
			cells[j] = append(cells[j], share(x))
		}
	}
	title := "Goodput of every set of policies"
	p.data("Numbers: "+title, fmt.Sprintf("%s, median over seeds. Each row is %s, from the time given on.", title, seconds(cols.seconds(0, cols.per))), heads, cells)
}
