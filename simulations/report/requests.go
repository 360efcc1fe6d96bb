// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"math"

	"github.com/fuseboard/fuseboard/simulations"
)

// The lists of a track, as measures want them.
func offered(t *simulations.Track) []uint32  { return t.Offered }
func good(t *simulations.Track) []uint32     { return t.Good }
func degraded(t *simulations.Track) []uint32 { return t.Degraded }
func failed(t *simulations.Track) []uint32   { return t.Failed }
func refused(t *simulations.Track) []uint32  { return t.Refused }
func late(t *simulations.Track) []uint32     { return t.Late }

// requests writes how all requests fared.
func (p *page) requests() {
	p.faults()
	tracks := all(p.runs)
	p.chart(chart{
		title: "What became of requests", unit: "requests a second by time of arrival; means over seeds", say: figure, height: 260, head: "h3", named: true,
		tracks: tracks, faults: p.spans, scale: fromZero(5), found: p.shares,
		curves: []curve{
			{name: "good", class: "good", of: rate(good), kind: stacked, mean: true},
			{name: "degraded", class: "degraded", of: rate(degraded), kind: stacked, mean: true},
			{name: "late", class: "late", of: rate(late), kind: stacked, mean: true},
			{name: "refused", class: "refused", of: rate(refused), kind: stacked, mean: true},
			{name: "failed", class: "failed", of: rate(failed), kind: stacked, mean: true},
			{name: "offered", class: "offered", of: rate(offered), mean: true},
		},
	})
	p.chart(chart{
		title: "Goodput", unit: "good answers, of requests offered; over seeds", say: share, height: 180, head: "h3", named: true,
		tracks: tracks, faults: p.spans, scale: wholeShare, found: p.dips("Goodput", p.spans),
		curves: []curve{{name: "median", class: "c1", of: ratio(good, offered), kind: banded}},
	})
	p.chart(p.latency("Latency of answers", "h3", tracks, p.spans, 200))
}

// latency is the chart of percentiles.
func (p *page) latency(title, head string, tracks []*simulations.Track, faults []simulations.Span, height float64) chart {
	unit := "time until an answer, good or degraded; medians over seeds"
	if cols := fit(p.width, p.buckets, p.d.points); cols.per > 1 {
		unit += "; each point is the slowest of " + count(cols.per, "bucket", "buckets")
	}
	return chart{
		title: title, unit: unit, say: seconds, height: height, head: head, named: true,
		tracks: tracks, faults: faults, scale: spreadOut("s"), found: func(c columns, s []spread) string {
			return p.course(c, s[2].middle, "p99", seconds, faults).rise()
		},
		curves: []curve{
			{name: "p50", class: "c1", of: longest(func(t *simulations.Track) []float32 { return t.P50 })},
			{name: "p95", class: "c2", of: longest(func(t *simulations.Track) []float32 { return t.P95 })},
			{name: "p99", class: "c3", of: longest(func(t *simulations.Track) []float32 { return t.P99 })},
		},
	}
}

func (p *page) course(c columns, v []float64, name string, say func(float64) string, faults []simulations.Span) course {
	return course{c: c, v: v, name: name, say: say, faults: faults, settle: p.r.Settle.Seconds()}
}

// dips says how a share falls and comes back.
func (p *page) dips(name string, faults []simulations.Span) func(columns, []spread) string {
	return func(c columns, s []spread) string { return p.course(c, s[0].middle, name, share, faults).dip() }
}

// shares says what became of all requests together, and when most failed.
func (p *page) shares(c columns, s []spread) string {
	totals := make([]float64, len(s))
	for i := range s {
		for j, v := range s[i].mean {
			from, to := c.span(j)
			if !math.IsNaN(v) {
				totals[i] += v * c.seconds(from, to)
			}
		}
	}
	whole := totals[5]
	if whole == 0 {
		return "No request arrived."
	}
	text := fmt.Sprintf("Of %s in a run, %s are good, %s degraded, %s late, %s refused, %s failed.", count(int(math.Round(whole)), "request", "requests"),
		share(totals[0]/whole), share(totals[1]/whole), share(totals[2]/whole), share(totals[3]/whole), share(totals[4]/whole))
	if most, at := top(c, s[4].mean); most > 0 {
		text += " Most fail at " + clock(at) + ": " + figure(most) + " a second."
	}
	return text
}

// faults lists what went wrong when.
func (p *page) faults() {
	if len(p.spans) == 0 {
		p.el("p", "Nothing goes wrong in this scenario.")
		return
	}
	p.open("ul", "class", "faults")
	for i, f := range p.spans {
		if i == 12 && len(p.spans) > 13 {
			p.el("li", "and "+count(len(p.spans)-i, "more", "more")+".")
			break
		}
		p.open("li")
		p.el("b", cut(f.Name, 60))
		p.text(" " + clock(f.From.Seconds()) + " to " + clock(f.To.Seconds()))
		if f.Text != "" {
			p.text(": " + cut(f.Text, 200))
		}
		p.close()
	}
	p.close()
}

// fromZero scales from zero.
func fromZero(steps int) func(low, high float64) axis {
	return func(_, high float64) axis { return linear(0, high, steps, "") }
}

// wholeShare scales from nothing to all.
func wholeShare(_, _ float64) axis { return linear(0, 1, 4, "%") }

// spreadOut scales by decades where the greatest is many times the least.
func spreadOut(unit string) func(low, high float64) axis {
	return func(low, high float64) axis {
		if high/low > 20 {
			return logarithmic(low, high, unit)
		}
		return linear(0, high, 5, unit)
	}
}
