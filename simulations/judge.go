// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

// measured judges what one run came to by itself.
func measured(e scenario.Expectation, value float64, known bool) Measured {
	m := Measured{Value: value, Known: known}
	switch {
	case e.Measure.Metric == "reaches":
		m.Held = known
		if !known {
			m.Why = fmt.Sprintf("%s is not %s within %s", e.Measure.Of, e.Measure.State, plain.Duration(e.Measure.To-e.Measure.From))
		}
	case e.Op == "": // never, stays
		m.Held = value == 0
		if !m.Held {
			m.Why = stateWhy(e, value)
		}
	case !known:
		m.Why = unknownWhy(e)
	default:
		m.Held = holds(e.Op, value, e.Value)
	}
	return m
}

// stateWhy says of how much of the time a circuit was where it should not be.
func stateWhy(e scenario.Expectation, share float64) string {
	not := ""
	if e.Measure.Metric == "stays" {
		not = "not "
	}
	return fmt.Sprintf("%s is %s%s for %s of the time", e.Measure.Of, not, e.Measure.State, show(share, "%"))
}

func unknownWhy(e scenario.Expectation) string {
	if e.Measure.Metric == "recovery" {
		return "goodput did not come back"
	}
	return "there was nothing to measure"
}

// judge judges every expectation over the runs of the variant that is under test; others are there for their values.
func judge(s *scenario.Scenario, variants []Variant) {
	for i := range variants {
		v := &variants[i]
		v.Values = make([]Judgement, len(s.Expect))
		for j, e := range s.Expect {
			v.Values[j] = judgeOne(e, j, *v, variants)
		}
	}
}

// judgeOne judges one expectation of one variant.
func judgeOne(e scenario.Expectation, j int, v Variant, all []Variant) Judgement {
	found := Judgement{Text: e.Text, Line: e.Line, Unit: unitOf(e.Measure), Runs: len(v.Runs)}
	if e.Baseline == "" {
		found.Op, found.Value = e.Op, e.Value
	}
	held := map[uint64][]bool{}
	var values, seeds []float64
	for _, r := range v.Runs {
		m := against(e, j, r, all)
		if m.Known {
			values = append(values, m.Value)
		}
		if m.Known && r.Interleaving == 0 {
			seeds = append(seeds, m.Value)
		}
		if m.Held {
			found.HeldIn++
		} else if found.Why == "" {
			found.Why = fmt.Sprintf("seed %d: %s", r.Seed, cmp.Or(m.Why, show(m.Value, found.Unit)))
		}
		held[r.Seed] = append(held[r.Seed], m.Held)
	}
	found.settle(held, e.Share)
	if found.Held {
		found.Why = ""
	}
	found.spread(values, seeds)
	found.Found = found.words(e)
	return found
}

// unitOf is the unit of what is measured: of a state it is how long it took, or the share of the time that was wrong.
func unitOf(m scenario.Measure) string {
	switch m.Metric {
	case "reaches":
		return "s"
	case "never", "stays":
		return "%"
	}
	return m.Unit
}

// settle says whether enough seeds hold, by what their runs say. A seed holds where all its runs do.
func (j *Judgement) settle(held map[uint64][]bool, share float64) {
	always, sometimes := 0, 0
	for seed, by := range held {
		yes, no := slices.Contains(by, true), slices.Contains(by, false)
		if yes && no {
			j.Unsettled = append(j.Unsettled, seed)
		}
		if yes {
			sometimes++
		}
		if !no {
			always++
		}
	}
	slices.Sort(j.Unsettled)
	need := share*float64(len(held)) - 1e-9
	j.Verdict = Failed
	switch {
	case len(held) == 0:
	case float64(always) >= need:
		j.Verdict, j.Held = Passed, true
	case float64(sometimes) >= need:
		j.Verdict = Unsettled
	}
}

// against is a run's measure, compared with that of a baseline where the expectation asks for it.
func against(e scenario.Expectation, j int, r Trial, all []Variant) Measured {
	m := r.Measured[j]
	if e.Baseline == "" || !m.Known {
		return m
	}
	base, known := baselineValue(e.Baseline, j, r.Seed, all)
	if !known {
		return Measured{Value: m.Value, Known: true, Why: e.Baseline + " has nothing to compare with"}
	}
	m.Held = holds(e.Op, m.Value, base+e.Value)
	m.Why = ""
	if !m.Held {
		m.Why = fmt.Sprintf("%s; %s has %s", show(m.Value, e.Measure.Unit), e.Baseline, show(base, e.Measure.Unit))
	}
	return m
}

func baselineValue(name string, j int, seed uint64, all []Variant) (float64, bool) {
	for _, v := range all {
		if !strings.EqualFold(v.Name, name) {
			continue
		}
		for _, r := range v.Runs {
			if r.Seed == seed && r.Measured[j].Known {
				return r.Measured[j].Value, true
			}
		}
	}
	return 0, false
}

// spread fills in the middle and the interval over seeds, each of which counts once however often it was run, and the bounds of all runs.
func (j *Judgement) spread(values, seeds []float64) {
	j.Known = len(values)
	if j.Known == 0 {
		return
	}
	if len(seeds) == 0 {
		seeds = slices.Clone(values)
	}
	slices.Sort(seeds)
	j.Median, j.Low, j.High = quantileOf(seeds, 0.5), quantileOf(seeds, 0.05), quantileOf(seeds, 0.95)
	j.Least, j.Most = slices.Min(values), slices.Max(values)
}

// words say what was found.
func (j *Judgement) words(e scenario.Expectation) string {
	if e.Op == "" && e.Measure.Metric != "reaches" {
		if j.Held {
			return "held in every run"
		}
		return fmt.Sprintf("held in %d of %d runs", j.HeldIn, j.Runs)
	}
	switch {
	case j.Known == 0 && e.Measure.Metric == "reaches":
		return "did not happen in time"
	case j.Known == 0:
		return "nothing was measured"
	}
	if j.Known == 1 || j.Low == j.High {
		return show(j.Median, j.Unit)
	}
	return fmt.Sprintf("%s (%s to %s)", show(j.Median, j.Unit), show(j.Low, j.Unit), show(j.High, j.Unit))
}

// show writes a value with its unit.
func show(v float64, unit string) string {
	switch unit {
	case "%":
		scale := math.Pow10(plain.PercentDecimals(v) + 2)
		return plain.Rate(math.Round(v*scale) / scale)
	case "s":
		return plain.Duration(rounded(v))
	case "/s":
		return fmt.Sprintf("%.4g/s", v)
	}
	return fmt.Sprintf("%.4g", v)
}

// rounded is a number of seconds as a duration of three figures.
func rounded(seconds float64) time.Duration {
	d := time.Duration(seconds * float64(time.Second))
	grain := time.Duration(math.Pow(10, math.Max(0, math.Floor(math.Log10(math.Max(math.Abs(float64(d)), 1)))-2)))
	return d.Round(grain)
}

// quantileOf interpolates in a sorted list that is not empty.
func quantileOf(sorted []float64, share float64) float64 {
	at := share * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// verdict is what all judgements come to.
func verdict(judged []Judgement, broken []BrokenRun) Verdict {
	switch {
	case len(broken) > 0:
		return Broken
	case slices.ContainsFunc(judged, func(j Judgement) bool { return j.Verdict == Failed }):
		return Failed
	case slices.ContainsFunc(judged, func(j Judgement) bool { return j.Verdict == Unsettled }):
		return Unsettled
	}
	return Passed
}
