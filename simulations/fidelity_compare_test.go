// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// pair is one real run beside the simulations that its tape drives.
type pair struct {
	real      outcome
	simulated []outcome
}

// row is a line of the table.
type row struct {
	scenario, measure, real, simulated, difference, bound string
	ok                                                    bool
}

// gate is one measure with what it may differ by.
type gate struct {
	name  string
	unit  string
	of    func(outcome) float64
	bound func(median float64) float64
}

const (
	goodputBound       = 0.03
	amplificationBound = 0.1
	latencyShare       = 0.10
	latencyBound       = 2 * time.Millisecond
	timeShare          = 0.15
)

// gates are the measures of a kind.
func gates(k kind) []gate {
	within := func(share float64, least time.Duration) func(float64) float64 {
		return func(actual float64) float64 {
			if math.IsInf(actual, 0) {
				return least.Seconds()
			}
			return max(share*actual, least.Seconds())
		}
	}
	list := []gate{
		{"goodput", "%", func(o outcome) float64 { return o.goodput }, func(float64) float64 { return goodputBound }},
		{"amplification", "", func(o outcome) float64 { return o.amplification }, func(float64) float64 { return amplificationBound }},
		{"p50", "s", func(o outcome) float64 { return o.p50 }, within(latencyShare, latencyBound)},
	}
	if k.tail {
		list = append(list, gate{"p99", "s", func(o outcome) float64 { return o.p99 }, within(latencyShare, latencyBound)})
	}
	times := within(timeShare, k.bucket+k.jitter)
	if k.circuit {
		list = append(list, gate{"opens after", "s", func(o outcome) float64 { return o.open }, times})
	}
	return append(list, gate{"recovers after", "s", func(o outcome) float64 { return o.recovery }, times})
}

// compare compares the pairs of a kind. They must not be empty.
func compare(k kind, pairs []pair) (rows []row) {
	for _, g := range gates(k) {
		rows = append(rows, g.judge(k.name, pairs))
	}
	rows = append(rows, exact(k.name, "who refused", pairs, func(o outcome) string { return o.refusers }))
	if k.circuit {
		rows = append(
			rows, exact(k.name, "order of states", pairs, func(o outcome) string { return o.order }),
			exact(k.name, "final state", pairs, func(o outcome) string { return o.final }),
		)
	}
	return rows
}

// agree reports whether all rows agree.
func agree(rows []row) bool {
	return !slices.ContainsFunc(rows, func(r row) bool { return !r.ok })
}

// judge holds the interval of the difference against the bound.
func (g gate) judge(name string, pairs []pair) row {
	var reals, simulated []float64
	for _, p := range pairs {
		reals = append(reals, g.of(p.real))
		for _, o := range p.simulated {
			simulated = append(simulated, g.of(o))
		}
	}
	actual, sim := median(reals), median(simulated)
	low, high := differ(pairs, g.of)
	bound := g.bound(actual)
	return row{
		scenario: name, measure: g.name, real: shown(actual, g.unit), simulated: shown(sim, g.unit),
		difference: fmt.Sprintf("%s (%s to %s)", signed(less(sim, actual), g.unit), signed(low, g.unit), signed(high, g.unit)),
		bound:      "± " + shown(bound, g.unit), ok: low >= -bound && high <= bound,
	}
}

// differ is the bootstrap 90% interval of the difference of medians, simulated less real. What is drawn anew are the real runs, each with
// its simulations, which met what it met, and then of these.
func differ(pairs []pair, of func(outcome) float64) (low, high float64) {
	r := rand.New(rand.NewPCG(1, uint64(len(pairs)))) //nolint:gosec // a bootstrap, the same each time
	diffs := make([]float64, resamples)
	var reals, simulated []float64
	for i := range diffs {
		reals, simulated = reals[:0], simulated[:0]
		for range pairs {
			p := pairs[r.IntN(len(pairs))]
			reals = append(reals, of(p.real))
			for range p.simulated {
				simulated = append(simulated, of(p.simulated[r.IntN(len(p.simulated))]))
			}
		}
		diffs[i] = less(median(simulated), median(reals))
	}
	slices.Sort(diffs)
	return diffs[resamples*5/100], diffs[resamples*95/100-1]
}

// less is a - b, and nothing where both are infinite.
func less(a, b float64) float64 {
	if a == b {
		return 0
	}
	return a - b
}

// median returns the middle, or the lower of the two: times that are infinite have no mean.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)-1)/2]
}

// agreeing is the share of simulations that must have exactly what the real run had that drives them.
const agreeing = 0.9

// exact compares what is no number.
func exact(name, measure string, pairs []pair, of func(outcome) string) row {
	reals, simulated := map[string]int{}, map[string]int{}
	same, all := 0, 0
	for _, p := range pairs {
		reals[of(p.real)]++
		for _, o := range p.simulated {
			simulated[of(o)]++
			all++
			if of(o) == of(p.real) {
				same++
			}
		}
	}
	actual, sim := commonest(reals), commonest(simulated)
	return row{
		scenario: name, measure: measure,
		real: fmt.Sprintf("%s (%d of %d)", actual, reals[actual], len(pairs)), simulated: fmt.Sprintf("%s (%d of %d)", sim, simulated[sim], all),
		difference: fmt.Sprintf("the same in %d of %d", same, all), bound: "exact", ok: actual == sim && float64(same) >= agreeing*float64(all),
	}
}

func commonest(counts map[string]int) (most string) {
	for value, n := range counts {
		if n > counts[most] || n == counts[most] && value < most {
			most = value
		}
	}
	return most
}

// table writes the rows as Markdown.
func table(rows []row) string {
	var b strings.Builder
	b.WriteString("| scenario | measure | real | simulated | difference (90% interval) | bound | verdict |\n|---|---|---|---|---|---|---|\n")
	last := ""
	for _, r := range rows {
		name := r.scenario
		if name == last {
			name = ""
		}
		last = r.scenario
		verdict := "agrees"
		if !r.ok {
			verdict = "**differs**"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", name, r.measure, r.real, r.simulated, r.difference, r.bound, verdict)
	}
	return b.String()
}

// shown writes a value of a measure.
func shown(v float64, unit string) string {
	switch {
	case math.IsInf(v, 0):
		return "never"
	case unit == "%":
		return fmt.Sprintf("%.1f%%", 100*v)
	case unit == "s" && math.Abs(v) < 1:
		return fmt.Sprintf("%.1fms", 1000*v)
	case unit == "s":
		return plain.Duration(time.Duration(v * float64(time.Second)).Round(time.Millisecond))
	}
	return fmt.Sprintf("%.2f", v)
}

func signed(v float64, unit string) string {
	text := strings.TrimPrefix(shown(v, unit), "-")
	switch {
	case strings.Trim(text, "0.%ms") == "":
		return text
	case v > 0:
		return "+" + text
	}
	return "-" + text
}
