// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"math"
	"slices"

	"github.com/fuseboard/fuseboard/simulations"
)

func calls(t *simulations.Track) []uint32    { return t.Calls }
func attempts(t *simulations.Track) []uint32 { return t.Attempts }
func gate(t *simulations.Track) []uint32     { return t.Gate }
func queue(t *simulations.Track) []uint32    { return t.Queue }
func busy(t *simulations.Track) []uint32     { return t.Busy }
func open(t *simulations.Track) []uint32     { return t.Open }
func halfOpen(t *simulations.Track) []uint32 { return t.HalfOpen }
func ramping(t *simulations.Track) []uint32  { return t.Ramping }

// dependencies writes what became of each.
func (p *page) dependencies() {
	drawn := p.worst(p.d.drawn)
	p.more(len(p.r.Dependencies), len(drawn), "dependencies are drawn, those with the least goodput")
	for _, name := range drawn {
		if p.full() {
			return
		}
		tracks := of(p.runs, name)
		p.open("div", "class", "dependency")
		p.el("h3", cut(name, 80))
		if len(tracks) == 0 {
			p.el("p", "Nothing was measured of it.")
			p.close()
			continue
		}
		p.dependency(cut(name, 80), name, tracks)
		p.close()
		p.line()
	}
}

// worst returns so many dependencies in their order: all where they fit, else those with the least goodput.
func (p *page) worst(most int) []string {
	if len(p.r.Dependencies) <= most {
		return p.r.Dependencies
	}
	share := map[string]float64{}
	for _, name := range p.r.Dependencies {
		var some, all float64
		for _, t := range of(p.runs, name) {
			n, _ := sum(t.Good, 0, len(t.Good))
			offered, _ := sum(t.Offered, 0, len(t.Offered))
			some, all = some+n, all+offered
		}
		share[name] = some / max(all, 1)
	}
	sorted := slices.SortedStableFunc(slices.Values(p.r.Dependencies), func(a, b string) int { return cmp.Compare(share[a], share[b]) })
	return slices.DeleteFunc(slices.Clone(p.r.Dependencies), func(name string) bool { return !slices.Contains(sorted[:most], name) })
}

func (p *page) dependency(shown, name string, tracks []*simulations.Track) {
	faults := concerning(p.spans, name)
	base := chart{tracks: tracks, faults: faults, head: "h4", height: 120}

	strip := base
	strip.title, strip.unit, strip.say = shown+": circuit", "share of its circuits, one for each that calls it; mean over seeds; the rest is closed", share
	strip.height, strip.named, strip.scale, strip.found = 64, true, func(_, _ float64) axis { return linear(0, 1, 2, "%") }, p.circuits
	strip.curves = []curve{
		{name: "open", class: "open", of: circuits(open), kind: stacked, mean: true},
		{name: "half-open", class: "half", of: circuits(halfOpen), kind: stacked, mean: true},
		{name: "ramping", class: "ramping", of: circuits(ramping), kind: stacked, mean: true},
	}
	p.circuit(strip)
	p.lives(shown, name, faults)

	p.open("div", "class", "grid")
	p.chart(p.attempts(base, shown))
	p.chart(p.amplification(base, shown))
	p.chart(p.queues(base, shown))
	p.chart(p.latency(shown+": latency of answers", "h4", tracks, faults, 120).plain())
	p.close()
}

// circuit draws a circuit's states; of one that never moves it says so.
func (p *page) circuit(c chart) {
	cols := fit(p.width, p.buckets, p.d.points)
	for _, s := range c.measured(cols) {
		if maximum(s.mean) > 0 {
			p.chart(c)
			return
		}
	}
	p.el("p", "Its circuit is closed all the time, in every run.", "class", "finding")
}

// plain leaves the names of faults out: a chart above has them.
func (c chart) plain() chart {
	c.named = false
	return c
}

func (p *page) attempts(c chart, shown string) chart {
	c.title, c.unit, c.say, c.scale = shown+": attempts", "a second; medians over seeds", figure, fromZero(4)
	c.curves = []curve{
		{name: "attempts that reach it", class: "c1", of: rate(attempts)},
		{name: "calls with an attempt", class: "c2", of: rate(calls)},
		{name: "requests", class: "c3", of: rate(offered)},
	}
	c.found = func(cols columns, s []spread) string {
		most, at := top(cols, s[0].middle)
		if most == 0 {
			return "No attempt reaches it."
		}
		return "At most " + figure(most) + " attempts a second reach it, at " + clock(at) + "; the median is " + figure(median(s[0].middle)) + "."
	}
	return c
}

func (p *page) amplification(c chart, shown string) chart {
	c.title, c.unit, c.say, c.scale = shown+": amplification", "attempts for each call", figure, fromZero(4)
	c.curves = []curve{{name: "median", class: "c1", of: ratio(attempts, calls), kind: banded}}
	c.found = func(cols columns, s []spread) string {
		return p.course(cols, s[0].middle, "Amplification", figure, c.faults).rise()
	}
	return c
}

func (p *page) queues(c chart, shown string) chart {
	c.title, c.unit, c.say, c.scale = shown+": queues", "requests, the most at once; medians over seeds", figure, fromZero(4)
	c.curves = []curve{
		{name: "waiting at the gate", class: "c1", of: most(gate)},
		{name: "in its own queue", class: "c2", of: most(queue)},
		{name: "it works on", class: "c3", of: most(busy)},
	}
	c.found = func(cols columns, s []spread) string {
		return "Waiting at the gate: " + peak(cols, s[0].most) + "; in its own queue: " + peak(cols, s[1].most) + "; it works on " + peak(cols, s[2].most) + "; of all seeds."
	}
	return c
}

// peak says the greatest and when it was.
func peak(c columns, v []float64) string {
	most, at := top(c, v)
	if most == 0 {
		return "none at any time"
	}
	return "at most " + figure(most) + ", at " + clock(at)
}

// median is that of the values that are known.
func median(v []float64) float64 {
	known := slices.DeleteFunc(slices.Clone(v), math.IsNaN)
	slices.Sort(known)
	return quantile(known, 0.5)
}

// circuits says when most circuits open, and when all are closed again.
func (p *page) circuits(c columns, s []spread) string {
	first, last := -1, -1
	for i, v := range s[0].mean {
		if v >= 0.5 && first < 0 {
			first = i
		}
		if v+s[1].mean[i]+s[2].mean[i] > 0.01 {
			last = i
		}
	}
	if last < 0 {
		return "Closed all the time."
	}
	text := "At most " + share(maximum(s[0].mean)) + " of its circuits are open"
	if first >= 0 {
		text = "Half of its circuits or more are open from " + clock(c.begins(first))
	}
	if last == c.len()-1 {
		return text + "; not all are closed again at the end."
	}
	return text + "; all closed again at " + clock(c.begins(last+1)) + "."
}

func maximum(v []float64) float64 {
	most := 0.0
	for _, x := range v {
		if !math.IsNaN(x) {
			most = max(most, x)
		}
	}
	return most
}
