// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"slices"

	"github.com/fuseboard/fuseboard/simulations"
)

// expectation is one that judge knows how to measure.
type expectation struct {
	text, op, unit string
	value          float64
	of             func(t *simulations.Trial) (float64, bool)
}

var expected = []expectation{
	{"goodput >= 85%", ">=", "%", 0.85, func(t *simulations.Trial) (float64, bool) { return goodput(t), true }},
	{"amplification <= 1.02", "<=", "", 1.02, func(t *simulations.Trial) (float64, bool) { return total(attempts)(t) / total(calls)(t), true }},
	{"p99 <= 1.5s after outage", "<=", "s", 1.5, func(t *simulations.Trial) (float64, bool) {
		return float64(slices.Max(t.All.P99[len(t.All.P99)/2:])) / 1000, true
	}},
	{"refused <= 8%", "<=", "%", 0.08, func(t *simulations.Trial) (float64, bool) { return total(refused)(t) / total(offered)(t), true }},
	{"payments open within 2s of outage", "", "s", 0, func(t *simulations.Trial) (float64, bool) {
		for _, e := range t.Events {
			if e.To == "open" {
				return e.At.Seconds() - outageFrom, true
			}
		}
		return 0, false
	}},
	{"recovery(payments) <= 7s after outage", "<=", "s", 7, func(t *simulations.Trial) (float64, bool) {
		for _, e := range slices.Backward(t.Events) {
			if e.To == "closed" {
				return e.At.Seconds() - outageTo, true
			}
		}
		return 0, false
	}},
}

func total(of list) func(t *simulations.Trial) float64 {
	return func(t *simulations.Trial) float64 {
		n, _ := sum(of(&t.All), 0, len(t.All.Offered))
		return n
	}
}

// judge measures every run and says what became of the expectations.
func judge(r *simulations.Result) {
	for _, e := range expected {
		j := simulations.Judgement{Text: e.text, Line: 20 + len(r.Expectations), Op: e.op, Value: e.value, Unit: e.unit}
		var values []float64
		for i := range r.Variants[0].Runs {
			t := &r.Variants[0].Runs[i]
			v, known := e.of(t)
			held := known && (e.op == "" && v <= 2 || e.op == ">=" && v >= e.value || e.op == "<=" && v <= e.value)
			t.Measured = append(t.Measured, simulations.Measured{Value: v, Known: known, Held: held})
			j.Runs++
			if held {
				j.HeldIn++
			} else if j.Why == "" {
				j.Why = fmt.Sprintf("in seed %d it is %s", t.Seed, amount(v, e.unit))
			}
			if known {
				values = append(values, v)
			}
		}
		slices.Sort(values)
		j.Held, j.Known = j.HeldIn == j.Runs, len(values)
		if len(values) > 0 {
			j.Median, j.Low, j.High = quantile(values, 0.5), quantile(values, 0.05), quantile(values, 0.95)
			j.Least, j.Most = values[0], values[len(values)-1]
			j.Found = amount(j.Median, j.Unit) + " (" + amount(j.Low, j.Unit) + " to " + amount(j.High, j.Unit) + ")"
		}
		r.Expectations = append(r.Expectations, j)
	}
}

// compare makes the summaries.
func compare(r *simulations.Result) {
	figures := []struct {
		name, unit string
		of         func(t *simulations.Trial) float64
	}{
		{"goodput", "%", goodput},
		{"amplification", "", func(t *simulations.Trial) float64 { return total(attempts)(t) / max(total(calls)(t), 1) }},
		{"p50", "s", func(t *simulations.Trial) float64 { return float64(slices.Max(t.All.P50)) / 1000 }},
		{"p99", "s", func(t *simulations.Trial) float64 { return float64(slices.Max(t.All.P99)) / 1000 }},
		{"refused", "%", func(t *simulations.Trial) float64 { return total(refused)(t) / max(total(offered)(t), 1) }},
		{"load", "/s", func(t *simulations.Trial) float64 { return total(attempts)(t) / r.Duration.Seconds() }},
	}
	for i := range r.Variants {
		v := &r.Variants[i]
		for _, f := range figures {
			var values, deltas []float64
			for j := range v.Runs {
				x := f.of(&v.Runs[j])
				values = append(values, x)
				deltas = append(deltas, x-f.of(&r.Variants[0].Runs[j]))
				v.Runs[j].Summary[f.name] = x
			}
			slices.Sort(values)
			slices.Sort(deltas)
			out := simulations.Figure{Name: f.name, Unit: f.unit, Median: quantile(values, 0.5), Low: quantile(values, 0.05), High: quantile(values, 0.95)}
			if i > 0 {
				out.Delta, out.DeltaLow, out.DeltaHigh = quantile(deltas, 0.5), quantile(deltas, 0.4), quantile(deltas, 0.6)
			}
			v.Summary = append(v.Summary, out)
		}
	}
}

// goodput is the share of a run's requests that went well.
func goodput(r *simulations.Trial) float64 {
	good, _ := sum(r.All.Good, 0, len(r.All.Good))
	offered, _ := sum(r.All.Offered, 0, len(r.All.Offered))
	return good / max(offered, 1)
}
