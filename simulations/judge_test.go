// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"slices"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/simulations/scenario"
)

// trials are runs with these values of one expectation, seed by seed; a seed that is given again is another interleaving.
func trials(e scenario.Expectation, seeds []uint64, values ...float64) (ts []Trial) {
	times := map[uint64]int{}
	for i, v := range values {
		times[seeds[i]]++
		ts = append(ts, Trial{Seed: seeds[i], Interleaving: times[seeds[i]] - 1, Measured: []Measured{measured(e, v, true)}, Summary: map[string]float64{"goodput": v}})
	}
	return ts
}

func goodputOf(share float64) scenario.Expectation {
	return scenario.Expectation{Text: "goodput >= 90%", Op: ">=", Value: 0.9, Share: share, Measure: scenario.Measure{Metric: "goodput", Unit: "%"}}
}

func TestAnExpectationHoldsInAsManySeedsAsItMust(t *testing.T) {
	seeds := []uint64{1, 2, 3, 4}
	for _, c := range []struct {
		share  float64
		seeds  []uint64
		values []float64
		want   Verdict
	}{
		{1, seeds, []float64{0.95, 0.9, 0.99, 1}, Passed},
		{1, seeds, []float64{0.95, 0.89, 0.99, 1}, Failed},
		{0.75, seeds, []float64{0.95, 0.89, 0.99, 1}, Passed},
		{0.75, seeds, []float64{0.95, 0.89, 0.5, 1}, Failed},
		{1, []uint64{1, 1, 2}, []float64{0.95, 0.89, 1}, Unsettled},
		{1, []uint64{1, 1, 2}, []float64{0.95, 0.89, 0.5}, Failed},
		{0.5, []uint64{1, 1, 2}, []float64{0.95, 0.89, 1}, Passed},
		{1, []uint64{1, 1}, []float64{0.8, 0.8}, Failed},
	} {
		e := goodputOf(c.share)
		s := &scenario.Scenario{Expect: []scenario.Expectation{e}}
		variants := []Variant{{Name: "as written", Runs: trials(e, c.seeds, c.values...)}}
		judge(s, variants)
		got := variants[0].Values[0]
		if got.Verdict != c.want || got.Held != (c.want == Passed) {
			t.Errorf("%v in %v of the runs: %s", c.values, c.share, got.Verdict)
		}
		if verdict(variants[0].Values, nil) != c.want {
			t.Errorf("%v: the whole is %s", c.values, verdict(variants[0].Values, nil))
		}
	}
}

func TestWhatIsFoundIsToldWithItsIntervalAndWhatIsMissing(t *testing.T) {
	e := goodputOf(1)
	s := &scenario.Scenario{Expect: []scenario.Expectation{e}}
	variants := []Variant{{Runs: trials(e, []uint64{7, 8, 9}, 0.95, 0.5, 0.97)}}
	judge(s, variants)
	got := variants[0].Values[0]
	if got.Found != "95% (54.5% to 96.8%)" || got.Why != "seed 8: 50%" || got.HeldIn != 2 || got.Runs != 3 || got.Least != 0.5 {
		t.Errorf("%+v", got)
	}
}

func TestABaselineIsComparedSeedBySeed(t *testing.T) {
	e := goodputOf(1)
	e.Baseline, e.Value = "no policy", 0.2
	s := &scenario.Scenario{Expect: []scenario.Expectation{e}}
	seeds := []uint64{1, 2}
	for _, c := range []struct {
		base []float64
		want Verdict
		why  string
	}{
		{[]float64{0.7, 0.5}, Passed, ""},
		{[]float64{0.7, 0.65}, Failed, "seed 2: 80%; no policy has 65%"},
	} {
		variants := []Variant{{Name: "as written", Runs: trials(e, seeds, 0.9, 0.8)}, {Name: "No policy", Runs: trials(e, seeds, c.base...)}}
		judge(s, variants)
		if got := variants[0].Values[0]; got.Verdict != c.want || got.Why != c.why {
			t.Errorf("%v: %s, %q", c.base, got.Verdict, got.Why)
		}
	}
	variants := []Variant{{Name: "as written", Runs: trials(e, seeds, 0.9, 0.8)}}
	judge(s, variants)
	if got := variants[0].Values[0]; got.Held || !strings.Contains(got.Why, "nothing to compare with") {
		t.Errorf("without the baseline: %+v", got)
	}
}

func TestWhatCouldNotBeMeasuredDoesNotHold(t *testing.T) {
	e := goodputOf(1)
	s := &scenario.Scenario{Expect: []scenario.Expectation{e}}
	variants := []Variant{{Runs: []Trial{{Seed: 1, Measured: []Measured{measured(e, 0, false)}}}}}
	judge(s, variants)
	if got := variants[0].Values[0]; got.Held || got.Found != "nothing was measured" {
		t.Errorf("%+v", got)
	}
	if verdict(nil, []BrokenRun{{}}) != Broken {
		t.Error("a broken run is none")
	}
}

func TestDifferencesAreThoseOfTheSameSeed(t *testing.T) {
	e := goodputOf(1)
	a, b := trials(e, []uint64{1, 2, 3}, 0.9, 0.5, 0.7), trials(e, []uint64{3, 2, 9}, 0.8, 0.7, 0.1)
	ds := differences(a, b, "goodput")
	slices.Sort(ds)
	if len(ds) != 2 || ds[0] < 0.0999 || ds[0] > 0.1001 || ds[1] < 0.1999 || ds[1] > 0.2001 {
		t.Errorf("%v", ds)
	}
	variants := []Variant{{Runs: a}, {Runs: b}}
	summarize(variants)
	if f := variants[1].Summary[0]; f.Name != "goodput" || f.Delta < 0.149 || f.Delta > 0.151 || f.DeltaLow > f.Delta || f.DeltaHigh < f.Delta {
		t.Errorf("%+v", f)
	}
	if f := variants[0].Summary[0]; f.Delta != 0 || f.Median != 0.7 {
		t.Errorf("%+v", f)
	}
}

func TestASeedThatIsRunTwiceCountsOnce(t *testing.T) {
	e := goodputOf(1)
	v := []Variant{{Runs: trials(e, []uint64{1, 1, 2, 3}, 0.9, 0.91, 0.6, 0.5)}}
	judge(&scenario.Scenario{Expect: []scenario.Expectation{e}}, v)
	summarize(v)
	if got := v[0].Values[0]; got.Median != 0.6 || got.Most != 0.91 || got.Known != 4 || got.Runs != 4 {
		t.Errorf("an expectation: %+v", got)
	}
	if got := v[0].Summary[0].Median; got != 0.6 {
		t.Errorf("a figure: %v", got)
	}
	if got := v[0].MedianRun(); got.Seed != 2 {
		t.Errorf("seed %d is in the middle", got.Seed)
	}
}

func TestWhatIsNearlyAllIsNotShownAsAll(t *testing.T) {
	for v, want := range map[float64]string{0.99966: "99.966%", 1: "100%", 0: "0%", 0.00042: "0.042%", 0.9723: "97.2%"} {
		if got := show(v, "%"); got != want {
			t.Errorf("%v is shown as %s, want %s", v, got, want)
		}
	}
}

func TestAnIntervalNarrowsWithTheRuns(t *testing.T) {
	width := func(n int) float64 {
		values := make([]float64, n)
		for i := range values {
			values[i] = float64(i%7) / 7
		}
		_, low, high := interval(values)
		return high - low
	}
	if few, many := width(7), width(700); many >= few {
		t.Errorf("7 values: %v, 700: %v", few, many)
	}
}
