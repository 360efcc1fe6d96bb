// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"slices"
	"time"

	"github.com/fuseboard/fuseboard/simulations"
)

// page is a report that is being written.
type page struct {
	markup
	d       detail
	r       *simulations.Result
	runs    []*simulations.Trial // of the policies under test, one for each seed
	typical *simulations.Trial   // the one whose goodput is in the middle; nil without runs
	width   time.Duration        // of a bucket
	buckets int
	spans   []simulations.Span // the faults, by time
	x       axis
	xTitle  string
}

func newPage(r *simulations.Result, d detail) *page {
	p := &page{d: d, r: r}
	if len(r.Variants) > 0 {
		p.runs, p.typical = first(&r.Variants[0]), r.Variants[0].MedianRun()
	}
	p.spans = slices.SortedStableFunc(slices.Values(r.Faults), func(a, b simulations.Span) int { return cmp.Compare(a.From, b.From) })
	p.width, p.buckets = buckets(p.runs, r.Duration)
	whole := max(r.Duration, time.Duration(p.buckets)*p.width, time.Nanosecond)
	x, unit := overTime(whole)
	p.x, p.xTitle = x, "time since the beginning, "+unit
	return p
}

// part is a section of a report; one without content is left out.
type part struct {
	id, title string
	there     bool
	write     func(p *page)
}

func (p *page) parts() []part {
	charts := p.buckets > 0
	return []part{
		{"expected", "What was expected, and found", len(p.r.Expectations) > 0, (*page).expectations},
		{"requests", "All requests", charts, (*page).requests},
		{"dependencies", "Each dependency", charts && len(p.r.Dependencies) > 0, (*page).dependencies},
		{"compared", "Compared with other policies", charts && len(p.r.Variants) > 1, (*page).compared},
		{"spread", "Spread over seeds", p.measured(), (*page).spread},
		{"events", "Events", p.typical != nil, (*page).events},
		{"policies", "Policies under test", len(p.r.Policies) > 0, (*page).policies},
		{"simulated", "What is simulated, and what is not", true, (*page).simulated},
	}
}

// full reports that a report is too large already, so that the rest of it need not be made.
func (p *page) full() bool { return p.out.Len() > MaxBytes }

// write returns a report as text; where it is too large, only so much of it that this shows.
func write(r *simulations.Result, d detail) string {
	p := newPage(r, d)
	p.out.WriteString("<!DOCTYPE html>\n")
	p.open("html", "lang", "en")
	p.line()
	p.head()
	p.open("body")
	p.defs()
	p.open("header")
	p.title()
	p.contents()
	p.close()
	p.line()
	p.open("main")
	p.verdict()
	for _, s := range p.parts() {
		if s.there && !p.full() {
			p.section(s)
		}
	}
	p.close()
	p.close()
	p.close()
	p.line()
	return p.out.String()
}

func (p *page) section(s part) {
	p.open("section", "id", s.id, "aria-labelledby", s.id+"-h")
	p.el("h2", s.title, "id", s.id+"-h")
	s.write(p)
	p.close()
	p.line()
}

// head says what the page is, and that nothing in it may run or be fetched.
func (p *page) head() {
	p.open("head")
	p.void("meta", "charset", "utf-8")
	p.void("meta", "http-equiv", "Content-Security-Policy", "content", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'")
	p.void("meta", "name", "viewport", "content", "width=device-width, initial-scale=1")
	p.void("meta", "name", "color-scheme", "content", "light dark")
	p.void("meta", "name", "referrer", "content", "no-referrer")
	p.el("title", cut(p.name(), 120)+": "+verdictWord(p.r.Verdict)+" – Fuseboard simulation")
	p.open("style")
	p.out.WriteString(styleSheet)
	p.close()
	p.close()
	p.line()
}

func (p *page) name() string {
	if p.r.Simulation == "" {
		return "Simulation"
	}
	return p.r.Simulation
}

func (p *page) title() {
	p.el("p", "Fuseboard simulation", "class", "over")
	p.el("h1", cut(p.name(), 200))
	if p.r.Story != "" {
		p.el("p", cut(p.r.Story, p.d.text), "class", "story")
	}
}

func (p *page) contents() {
	p.open("nav", "aria-label", "Parts of this report")
	p.open("ul")
	for _, s := range p.parts() {
		if s.there {
			p.open("li")
			p.el("a", s.title, "href", "#"+s.id)
			p.close()
		}
	}
	p.close()
	p.close()
}

// defs are the patterns by which areas are told apart without colour.
func (p *page) defs() {
	p.open("svg", "width", "0", "height", "0", "class", "defs", "aria-hidden", "true")
	p.open("defs")
	for _, d := range []struct{ id, lines string }{
		{"degraded", "M0 2H8M0 6H8"},
		{"late", "M2 1V3M6 5V7"},
		{"refused", "M0 8L8 0M-2 2L2 -2M6 10L10 6"},
		{"failed", "M0 0L8 8M0 8L8 0"},
		{"half", "M0 8L8 0M-2 2L2 -2M6 10L10 6"},
		{"ramping", "M2 1V3M6 5V7"},
	} {
		p.open("pattern", "id", "p-"+d.id, "width", "8", "height", "8", "patternUnits", "userSpaceOnUse")
		p.void("rect", "class", "ground "+d.id, "width", "8", "height", "8")
		p.void("path", "class", "weave", "d", d.lines)
		p.close()
	}
	p.close()
	p.close()
	p.line()
}
