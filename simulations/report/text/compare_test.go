// SPDX-License-Identifier: Apache-2.0

package text

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard/simulations"
)

func TestDifferencesArePairedBySeed(t *testing.T) {
	before, after := sample(5, 0), sample(5, 0)
	for i := range after.Variants[0].Runs { // seeds differ a lot, the change by little: only pairs show it
		before.Variants[0].Runs[i].Summary["p99"] = float64(i * i)
		after.Variants[0].Runs[i].Summary["p99"] = float64(i*i) + 0.5
	}
	slices.Reverse(after.Variants[0].Runs)
	c := Compare("base.json", before, after)
	i := slices.IndexFunc(c.Figures, func(d Difference) bool { return d.Name == "p99" })
	if d := c.Figures[i]; d.Pairs != 5 || d.Delta != 0.5 || d.Low != 0.5 || d.High != 0.5 || !d.Certain() || d.Before != 4 || d.After != 4.5 {
		t.Errorf("got %+v", d)
	}
	if len(c.Notes) != 0 {
		t.Errorf("nothing differs but the policies, and it says %q", c.Notes)
	}
}

func TestExpectationsAreComparedByTheirSentences(t *testing.T) {
	c := Compare("base.json", earlier(), sample(5, 0))
	var got []string
	for _, d := range c.Expectations {
		got = append(got, d.Name+": "+d.fate())
	}
	want := []string{"goodput >= 60%: was failed, now held", "amplification <= 1.5: failed", "payments open within 3s of outage: held, new", "payments never open: was held, is gone"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if d := c.Expectations[0]; d.Pairs != 4 || !d.Certain() || d.Delta <= 0 {
		t.Errorf("goodput went up for sure in 4 seeds, got %+v", d)
	}
}

func TestWhatKeepsResultsFromBeingComparedIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		change func(before, after *simulations.Result)
		want   string
	}{
		"scenario": {func(b, _ *simulations.Result) { b.Simulation = "storm" }, "other scenarios: storm before, brownout now"},
		"nodes":    {func(b, _ *simulations.Result) { b.Nodes = 1 }, "other sizes: 2m on 1 node before, 2m on 2 nodes now"},
		"seeds":    {func(b, _ *simulations.Result) { b.Variants[0].Runs = b.Variants[0].Runs[:3] }, "other seeds: 3 before, 5 now; the 3 of both are compared"},
		"no seed": {func(b, _ *simulations.Result) {
			b.Seeds = []uint64{40, 41, 42}
			for i := range b.Variants[0].Runs {
				b.Variants[0].Runs[i].Seed += 39
			}
		}, "no seed is in both: nothing can be compared; give --seed 40 --runs 3, as before"},
		"draws": {func(b, _ *simulations.Result) { b.Variants[0].Runs[2].Digest = "other" }, "in 1 of 5 seeds other requests, faults or draws: the scenario differs, or the policies made other attempts"},
	} {
		before, after := sample(5, 0), sample(5, 0)
		c.change(before, after)
		if got := Compare("base.json", before, after).Notes; !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestWhatWasNotMeasuredIsNotCompared(t *testing.T) {
	before, after := sample(2, 0), sample(2, 0)
	before.Variants[0].Runs[0].Measured[0].Known, after.Variants[0].Runs[1].Measured[0].Known = false, false
	d := Compare("base.json", before, after).Expectations[0]
	if d.Pairs != 0 || d.Certain() || d.difference() != "not comparable" {
		t.Errorf("got %+v, %q", d, d.difference())
	}
}

// An interval lies within the values, holds their median, moves with them, and is the same each time.
func TestBootstrapIntervals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-1000, 1000), 1, 12).Draw(t, "values")
		low, high := bootstrap(values)
		m := median(values)
		if low > m || high < m || low < slices.Min(values) || high > slices.Max(values) {
			t.Fatalf("[%v, %v] of %v with median %v", low, high, values, m)
		}
		moved := make([]float64, len(values))
		for i, v := range values {
			moved[i] = v + 10
		}
		if l, h := bootstrap(moved); math.Abs(l-low-10) > 1e-9 || math.Abs(h-high-10) > 1e-9 {
			t.Fatalf("[%v, %v], and moved by 10 [%v, %v]", low, high, l, h)
		}
	})
}

func TestQuantilesAreBetweenValues(t *testing.T) {
	values := []float64{4, 1, 3, 2}
	for q, want := range map[float64]float64{0: 1, 0.5: 2.5, 1: 4, 0.25: 1.75} {
		if got := quantile(values, q); got != want {
			t.Errorf("%v: got %v, want %v", q, got, want)
		}
	}
	if !slices.Equal(values, []float64{4, 1, 3, 2}) || !math.IsNaN(median(nil)) {
		t.Errorf("values are now %v, and the median of none is %v", values, median(nil))
	}
}

func TestAPlotShowsWhereValuesAre(t *testing.T) {
	c := newCanvas(4)
	c.draw([]float64{1, 1, 0, math.NaN()})
	c.mark([]float64{0, 1, 1, 0.5})
	var got []string
	for y := range plotRows {
		got = append(got, c.row(y, true))
	}
	want := []string{"***.", "  * ", "  * ", "  * ", "  *.", "  * ", "  * ", "  * ", ". * "}
	want[0] = "*** "
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestResampledValuesAreMeansOrTheNearest(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		values, want []float64
	}{
		{[]float64{1, 3, 5, 7}, []float64{2, 6}},
		{[]float64{1, nan, nan, nan}, []float64{1, nan}},
		{[]float64{4}, []float64{4, 4}},
		{nil, []float64{nan, nan}},
	} {
		got := resampled(c.values, 2)
		if !slices.EqualFunc(got, c.want, func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }) {
			t.Errorf("%v: got %v, want %v", c.values, got, c.want)
		}
	}
}
