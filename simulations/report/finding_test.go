// SPDX-License-Identifier: Apache-2.0

package report

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/simulations"
)

func curveOf(v []float64, faults ...simulations.Span) course {
	return course{c: fit(time.Second, len(v), len(v)), v: v, name: "Goodput", say: share, faults: faults}
}

func repeat(parts ...float64) (all []float64) {
	for i := 0; i < len(parts); i += 2 {
		all = append(all, slices.Repeat([]float64{parts[i+1]}, int(parts[i]))...)
	}
	return all
}

func TestFindingsSayWhenACurveFallsAndIsBack(t *testing.T) {
	outage := simulations.Span{Name: "outage", From: 30 * time.Second, To: 50 * time.Second}
	none := math.NaN()
	for want, c := range map[string]course{
		"Goodput is 99 % before outage, falls to 31 % at 32.5 s and is back at 53 s.":                       curveOf(repeat(32, 0.99, 1, 0.31, 20, 0.5, 30, 0.98), outage),
		"Goodput is 99 % before outage, falls to 31 % at 32.5 s and is not back at the end.":                curveOf(repeat(32, 0.99, 1, 0.31, 20, 0.5), outage),
		"Goodput stays between 98 % and 99 %.":                                                              curveOf(repeat(32, 0.99, 10, 0.98), outage),
		"Goodput is 99 % all the time.":                                                                     curveOf(repeat(42, 0.99)),
		"Goodput is 99 % at the median, falls to 10 % at 40.5 s and is back at 41 s.":                       curveOf(repeat(40, 0.99, 1, 0.1, 9, 0.99)),
		"Goodput is 90 % before outage, falls to 50 % at 35.5 s and is back at 44 s.":                       curveOf(repeat(35, 0.9, 5, 0.5, 2, 0.9, 2, 0.6, 6, 0.9), outage),
		"Goodput is 90 % before outage, falls to 0 % at 35.5 s and is back at 36 s.":                        curveOf(repeat(35, 0.9, 1, 0, 10, none), outage),
		"There was nothing to measure.":                                                                     curveOf(repeat(35, none), outage),
		"Goodput is 50 % at the median, falls to 40 % at 10.5 s and is back at 11 s.":                       curveOf(repeat(10, 0.5, 1, 0.4, 10, 0.5), simulations.Span{Name: "at once"}),
		"Goodput is 99 % before " + cut(outage.Name, 40) + ", falls to 50 % at 31.5 s and is back at 32 s.": curveOf(repeat(31, 0.99, 1, 0.5, 9, 0.99), outage, simulations.Span{Name: "later", From: 35 * time.Second}),
	} {
		if have := spaced(c.dip()); have != want {
			t.Errorf("have %q, want %q", have, want)
		}
	}
}

func TestFindingsSayWhenACurveRises(t *testing.T) {
	outage := simulations.Span{Name: "outage", From: 30 * time.Second}
	c := curveOf(repeat(32, 0.25, 4, 2.1, 10, 0.26), outage)
	c.name, c.say = "p99", seconds
	if have, want := spaced(c.rise()), "p99 is 250 ms before outage, rises to 2.1 s at 32.5 s and is back at 36 s."; have != want {
		t.Errorf("have %q, want %q", have, want)
	}
	c.v = repeat(46, 0.25)
	if have, want := spaced(c.rise()), "p99 is 250 ms all the time."; have != want {
		t.Errorf("have %q, want %q", have, want)
	}
}

func TestWhatIsNotJudgedIsNoFinding(t *testing.T) {
	c := curveOf(repeat(5, 0.1, 40, 0.99))
	c.settle = 5
	if have, want := spaced(c.dip()), "Goodput is 99 % all the time."; have != want {
		t.Errorf("have %q, want %q", have, want)
	}
}

func TestWordsOfAVerdictSayWhatItRestsOn(t *testing.T) {
	held, not := simulations.Judgement{Held: true}, simulations.Judgement{}
	for want, r := range map[string]simulations.Result{
		"2 of 3 expectations do not hold.":                                   {Expectations: []simulations.Judgement{not, held, not}},
		"1 of 3 expectations does not hold.":                                 {Expectations: []simulations.Judgement{not, held, held}},
		"All 2 expectations hold.":                                           {Expectations: []simulations.Judgement{held, held}},
		"The one expectation holds.":                                         {Expectations: []simulations.Judgement{held}},
		"Nothing was expected, so nothing could fail.":                       {},
		"1 run did not come to the end, so the rest is not to be relied on.": {Broken: []simulations.BrokenRun{{}}},
		"1 of 2 expectations holds with one and the same seed or does not, by how goroutines interleave.": {
			Expectations: []simulations.Judgement{held, {Held: true, Unsettled: []uint64{1}}},
		},
	} {
		if have := spaced(sentence(&r)); have != want {
			t.Errorf("have %q, want %q", have, want)
		}
	}
}

func TestVerdictsHaveASignAndAWord(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range []simulations.Verdict{simulations.Passed, simulations.Unsettled, simulations.Failed, simulations.Broken} {
		seen[verdictSign(v)+verdictWord(v)] = true
		if verdictSign(v) == "" || verdictWord(v) == "" {
			t.Errorf("%s has the sign %q and the word %q", v, verdictSign(v), verdictWord(v))
		}
	}
	if len(seen) != 4 {
		t.Errorf("verdicts look alike: %v", seen)
	}
}
