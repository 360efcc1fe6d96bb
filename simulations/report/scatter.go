// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard/simulations"
)

// dot is one run's measure of an expectation.
type dot struct {
	seed  uint64
	value float64
	held  bool
}

// measured reports whether any run has measured an expectation.
func (p *page) measured() bool {
	for i := range p.r.Expectations {
		if dots, _ := p.dots(i); len(dots) > 0 {
			return true
		}
	}
	return false
}

// dots returns the measures of an expectation, and in how many runs there was nothing to measure.
func (p *page) dots(expectation int) (dots []dot, unknown int) {
	if len(p.r.Variants) == 0 {
		return nil, 0
	}
	for _, r := range p.r.Variants[0].Runs {
		if expectation >= len(r.Measured) {
			continue
		}
		m := r.Measured[expectation]
		if !m.Known || !finite(m.Value) {
			unknown++
			continue
		}
		dots = append(dots, dot{r.Seed, m.Value, m.Held})
	}
	return dots, unknown
}

// spread writes the measures of every expectation, run by run: those that do not hold first, where not all fit.
func (p *page) spread() {
	order := p.missedFirst(p.d.strips)
	p.more(len(p.r.Expectations), len(order), "are drawn, those that do not hold first")
	p.open("ul", "class", "legend")
	p.mark("held", "a run in which it holds", dotAt("13", "9"))
	p.mark("missed", "a run in which it does not", dotAt("13", "9"))
	p.mark("limit", "the limit", "M13 1V17")
	p.mark("range", "where nine of ten runs lie", "M1 9H25")
	p.close()
	p.open("div", "class", "grid strips")
	for _, i := range order {
		p.strip(i)
	}
	p.close()
}

func (p *page) mark(class, name, d string) {
	p.open("li")
	p.open("svg", "class", "key", "width", "26", "height", "18", "aria-hidden", "true")
	p.void("path", "class", class, "d", d)
	if class == "missed" {
		p.void("path", "class", "hole", "d", d)
	}
	p.close()
	p.text(name)
	p.close()
}

// strip draws one expectation.
func (p *page) strip(i int) {
	e := p.r.Expectations[i]
	dots, unknown := p.dots(i)
	title := cut(e.Text, 120)
	words := spreadWords(e, dots, unknown)
	p.open("figure", "class", "chart strip")
	p.caption("h3", title, words)
	if len(dots) > 0 {
		p.scatter(title, words, e, dots)
		p.seeds(title, e, dots)
	}
	p.close()
	p.line()
}

func spreadWords(e simulations.Judgement, dots []dot, unknown int) string {
	var parts []string
	if len(dots) > 0 {
		parts = append(parts, "It holds in "+fmt.Sprintf("%d of %s", e.HeldIn, count(e.Runs, "run", "runs"))+
			"; the median is "+amount(e.Median, e.Unit)+", the least "+amount(e.Least, e.Unit)+", the most "+amount(e.Most, e.Unit))
	}
	switch {
	case unknown > 0 && e.Op == "" && e.Unit == "s": // a state that is to be reached
		parts = append(parts, "in "+count(unknown, "run", "runs")+" it did not happen in time")
	case unknown > 0:
		parts = append(parts, "in "+count(unknown, "run", "runs")+" there was nothing to measure")
	}
	if len(parts) == 0 {
		return "There was nothing to measure."
	}
	text := strings.Join(parts, "; ") + "."
	return strings.ToUpper(text[:1]) + text[1:]
}

// scatter draws dots over the axis of their values. Dots of like values stand above each other.
func (p *page) scatter(title, words string, e simulations.Judgement, dots []dot) {
	low, high := dots[0].value, dots[0].value
	for _, d := range dots {
		low, high = min(low, d.value), max(high, d.value)
	}
	if e.Op != "" {
		low, high = min(low, e.Value), max(high, e.Value)
	}
	margin := max((high-low)*0.06, math.Abs(high)*1e-3)
	f := frame{title: title, words: words, xTitle: unitWords(e.Unit), class: "scatter"}
	left := low - margin
	if low >= 0 { // nothing that is measured is less than none
		left = max(left, 0)
	}
	f.canvas = canvas{x: linear(left, high+margin, 4, e.Unit), height: 66}
	p.draw(f, func() {
		p.void("path", "class", "rule", "d", "M0 66H1000")
		at := func(v float64) string { return coordinate(f.x.place(v) * across) }
		if len(dots) > 1 {
			p.void("path", "class", "range", "d", "M"+at(e.Low)+" 60H"+at(e.High))
		}
		var held, missed strings.Builder
		for n, d := range swarm(f.x, dots) {
			on := &missed
			if d.held {
				on = &held
			}
			on.WriteString(dotAt(at(d.value), coordinate(n)))
		}
		p.path("held", held.String())
		p.path("missed", missed.String())
		p.path("hole", missed.String())
		if e.Op != "" {
			p.void("path", "class", "limit", "d", "M"+at(e.Value)+" 0V66")
		}
	})
}

// dotAt is a dot as a line of no length with round ends: so it stays round however wide the drawing is.
func dotAt(x, y string) string { return "M" + x + " " + y + "h0" }

// swarm yields dots with their height, in the order of their values: each in the lowest lane that is free there.
func swarm(x axis, dots []dot) func(yield func(height float64, d dot) bool) {
	const lanes, gap = 6, 16.0
	sorted := slices.SortedStableFunc(slices.Values(dots), func(a, b dot) int { return cmp.Compare(a.value, b.value) })
	return func(yield func(float64, dot) bool) {
		var ends [lanes]float64
		for n, d := range sorted {
			at, lane := x.place(d.value)*across, n%lanes
			for i, end := range ends {
				if at >= end {
					lane = i
					break
				}
			}
			ends[lane] = at + gap
			if !yield(50-float64(lane)*8.5, d) {
				return
			}
		}
	}
}

func unitWords(unit string) string {
	switch unit {
	case "%":
		return "share"
	case "s":
		return "time"
	case "/s":
		return "a second"
	}
	return "number"
}

// seeds writes the measures as a table, those of the first runs.
func (p *page) seeds(title string, e simulations.Judgement, dots []dot) {
	var cells [][]string
	for i, d := range dots {
		if i == p.d.rows {
			break
		}
		word := "no"
		if d.held {
			word = "yes"
		}
		cells = append(cells, []string{strconv.FormatUint(d.seed, 10), amount(d.value, e.Unit), word})
	}
	p.data("Numbers: "+title, title+", run by run", []string{"seed", "measured", "holds"}, cells)
}
