// SPDX-License-Identifier: Apache-2.0

package text

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/simulations"
)

// Comparison is what became otherwise from one result to another, of the policies under test.
type Comparison struct {
	// Before is the file of the earlier result, as it was called.
	Before string `json:"before"`
	// Notes say what keeps the two from being compared as they should be: another scenario, other seeds. None: nothing does.
	Notes []string `json:"notes"`
	// Expectations are those of both, by their sentences: first those of the later result, then those that it has no more.
	Expectations []Difference `json:"expectations"`
	// Figures are those that every variant has: goodput, p99.
	Figures []Difference `json:"figures"`
}

// Difference is that of one measure.
type Difference struct {
	// Name is the sentence of an expectation or the word of a figure, and Unit that of a judgement: "%", "s", "/s" or "".
	Name string `json:"name"`
	Unit string `json:"unit"`
	// Was and Is say how the expectation fared: "held", "failed", "unsettled" or "absent". Empty for a figure.
	Was string `json:"was,omitempty"`
	Is  string `json:"is,omitempty"`
	// Before and After are the medians over the seeds that both have; 0 where Pairs is.
	Before float64 `json:"before"`
	After  float64 `json:"after"`
	// Delta is the median of the differences, seed by seed, and Low and High its 95% bootstrap interval.
	Delta float64 `json:"delta"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	// Pairs is how many seeds were measured in both. 0: nothing can be said.
	Pairs int `json:"pairs"`
}

// Certain reports whether the interval has no zero in it.
func (d Difference) Certain() bool { return d.Pairs > 0 && (d.Low > 0 || d.High < 0) }

// Compare compares the policies under test of two results: expectation by expectation and figure by figure, seed by seed. name is what the earlier one is called.
// Results of other scenarios or seeds are compared as far as they go, and the notes say so.
func Compare(name string, before, after *simulations.Result) Comparison {
	b, a := trials(before), trials(after)
	c := Comparison{Before: name, Notes: notes(before, after, b, a), Expectations: []Difference{}, Figures: []Difference{}}
	for i, e := range after.Expectations {
		d := Difference{Name: e.Text, Unit: e.Unit, Was: "absent"}
		_, _, d.Is = state(e)
		j := slices.IndexFunc(before.Expectations, func(o simulations.Judgement) bool { return o.Text == e.Text })
		if j >= 0 {
			_, _, d.Was = state(before.Expectations[j])
			d = d.paired(b, a, measured(j), measured(i))
		}
		c.Expectations = append(c.Expectations, d)
	}
	for _, e := range before.Expectations {
		if !slices.ContainsFunc(after.Expectations, func(o simulations.Judgement) bool { return o.Text == e.Text }) {
			d := Difference{Name: e.Text, Unit: e.Unit, Is: "absent"}
			_, _, d.Was = state(e)
			c.Expectations = append(c.Expectations, d)
		}
	}
	if len(after.Variants) > 0 {
		for _, f := range after.Variants[0].Summary {
			d := Difference{Name: f.Name, Unit: f.Unit}
			c.Figures = append(c.Figures, d.paired(b, a, summary(f.Name), summary(f.Name)))
		}
	}
	return c
}

// trials are the runs of the policies under test, one for each seed.
func trials(r *simulations.Result) map[uint64]simulations.Trial {
	all := map[uint64]simulations.Trial{}
	if len(r.Variants) == 0 {
		return all
	}
	for _, t := range r.Variants[0].Runs {
		if t.Interleaving == 0 {
			all[t.Seed] = t
		}
	}
	return all
}

// reading reads one measure of a run, if it is known.
type reading func(simulations.Trial) (float64, bool)

func measured(i int) reading {
	return func(t simulations.Trial) (float64, bool) {
		if i >= len(t.Measured) {
			return 0, false
		}
		return t.Measured[i].Value, t.Measured[i].Known
	}
}

func summary(name string) reading {
	return func(t simulations.Trial) (float64, bool) {
		v, ok := t.Summary[name]
		return v, ok
	}
}

// paired is d with what both have measured, by their seeds.
func (d Difference) paired(before, after map[uint64]simulations.Trial, was, is reading) Difference {
	var b, a, deltas []float64
	for _, seed := range shared(before, after) {
		v, known := was(before[seed])
		w, also := is(after[seed])
		if known && also {
			b, a, deltas = append(b, v), append(a, w), append(deltas, w-v)
		}
	}
	if d.Pairs = len(deltas); d.Pairs == 0 {
		return d
	}
	d.Before, d.After, d.Delta = median(b), median(a), median(deltas)
	d.Low, d.High = bootstrap(deltas)
	return d
}

// shared are the seeds of both, in order.
func shared(before, after map[uint64]simulations.Trial) []uint64 {
	var seeds []uint64
	for seed := range after {
		if _, ok := before[seed]; ok {
			seeds = append(seeds, seed)
		}
	}
	slices.Sort(seeds)
	return seeds
}

// bootstrap is the 95% interval of the median of values, by the percentiles of medians of drawn samples. The same values give the same interval.
func bootstrap(values []float64) (low, high float64) {
	const samples = 2000
	chance := rand.New(rand.NewPCG(1, uint64(len(values))))
	medians, drawn := make([]float64, samples), make([]float64, len(values))
	for i := range medians {
		for j := range drawn {
			drawn[j] = values[chance.IntN(len(values))]
		}
		medians[i] = median(drawn)
	}
	return quantile(medians, 0.025), quantile(medians, 0.975)
}

// notes say what differs beside the policies.
func notes(before, after *simulations.Result, b, a map[uint64]simulations.Trial) []string {
	found := []string{}
	add := func(format string, values ...any) { found = append(found, fmt.Sprintf(format, values...)) }
	if before.Simulation != after.Simulation {
		add("other scenarios: %s before, %s now", before.Simulation, after.Simulation)
	}
	if before.Duration != after.Duration || before.Nodes != after.Nodes {
		add("other sizes: %s on %s before, %s on %s now", plain.Duration(before.Duration), plain.Count(before.Nodes, "node", "nodes"),
			plain.Duration(after.Duration), plain.Count(after.Nodes, "node", "nodes"))
	}
	both := shared(b, a)
	switch {
	case len(both) == 0:
		add("no seed is in both: nothing can be compared; give --seed %d --runs %d, as before", first(before.Seeds), len(before.Seeds))
	case len(both) < len(b) || len(both) < len(a):
		add("other seeds: %d before, %d now; the %d of both are compared", len(b), len(a), len(both))
	}
	differing := 0
	for _, seed := range both {
		if b[seed].Digest != a[seed].Digest {
			differing++
		}
	}
	if differing > 0 {
		add("in %d of %s other requests, faults or draws: the scenario differs, or the policies made other attempts", differing, plain.Count(len(both), "seed", "seeds"))
	}
	return found
}

func first(seeds []uint64) uint64 {
	if len(seeds) == 0 {
		return 1
	}
	return seeds[0]
}

// compared shows what became otherwise.
func (p *page) compared(c *Comparison) {
	p.heading("COMPARED", "with "+clean(c.Before)+"; medians of the seeds that both have, and in brackets the 95% interval of the difference, seed by seed")
	for _, n := range c.Notes {
		p.fold("  "+p.paint(yellow, "!")+" ", 4, "    ", []string{clean(n)}, " ")
	}
	rows := [][]string{{"", "before", "now", "difference", ""}}
	for _, d := range slices.Concat(c.Expectations, c.Figures) {
		rows = append(rows, []string{cut(clean(d.Name), p.width/3), d.value(d.Before), d.value(d.After), d.difference(), d.fate()})
	}
	p.table(rows)
	p.line("")
}

func (d Difference) value(v float64) string {
	if d.Pairs == 0 {
		return "?"
	}
	return shown(v, d.Unit)
}

func (d Difference) difference() string {
	if d.Pairs == 0 || math.IsNaN(d.Delta) {
		return "not comparable"
	}
	if d.Low == 0 && d.High == 0 {
		return "none"
	}
	if d.Pairs == 1 {
		return signed(d.Delta, d.Unit) // of one seed nothing is known of another
	}
	text := fmt.Sprintf("%s [%s, %s]", signed(d.Delta, d.Unit), signed(d.Low, d.Unit), signed(d.High, d.Unit))
	if !d.Certain() {
		text = "≈ " + text
	}
	return text
}

// fate says how an expectation fared in both.
func (d Difference) fate() string {
	switch {
	case d.Was == d.Is:
		return d.Is
	case d.Was == "absent":
		return d.Is + ", new"
	case d.Is == "absent":
		return "was " + d.Was + ", is gone"
	}
	return "was " + d.Was + ", now " + d.Is
}
