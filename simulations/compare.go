// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"math/rand/v2"
	"slices"
)

// units are those of the summary.
var units = map[string]string{
	"goodput": "%", "answered": "%", "refused": "%", "failed": "%", "late": "%", "waste": "%", "p50": "s", "p99": "s",
}

// resamples is how many bootstrap samples an interval is made of.
const resamples = 1000

// summarize fills in the figures by which variants are compared; the first variant is what the others are compared with.
func summarize(variants []Variant) {
	for i := range variants {
		v := &variants[i]
		v.Summary = nil
		for _, name := range summary {
			values := valuesOf(v.Runs, name)
			if len(values) == 0 {
				continue
			}
			f := Figure{Name: name, Unit: units[name]}
			slices.Sort(values)
			f.Median, f.Low, f.High = quantileOf(values, 0.5), quantileOf(values, 0.05), quantileOf(values, 0.95)
			if i > 0 {
				f.Delta, f.DeltaLow, f.DeltaHigh = interval(differences(variants[0].Runs, v.Runs, name))
			}
			v.Summary = append(v.Summary, f)
		}
	}
}

// valuesOf are those of the first run of each seed, so that each seed counts once.
func valuesOf(runs []Trial, name string) (values []float64) {
	for _, r := range runs {
		if v, ok := r.Summary[name]; ok && r.Interleaving == 0 {
			values = append(values, v)
		}
	}
	return values
}

// differences are those of the runs with the same seed: what the second has more.
func differences(a, b []Trial, name string) (ds []float64) {
	for _, r := range b {
		i := slices.IndexFunc(a, func(o Trial) bool { return o.Seed == r.Seed && o.Interleaving == r.Interleaving })
		if i < 0 || r.Interleaving > 0 {
			continue
		}
		before, has := a[i].Summary[name]
		after, too := r.Summary[name]
		if has && too {
			ds = append(ds, after-before)
		}
	}
	return ds
}

// interval returns the median of values and its bootstrap 95% interval (Efron 1979, percentile method).
func interval(values []float64) (median, low, high float64) {
	if len(values) == 0 {
		return 0, 0, 0
	}
	slices.Sort(values)
	median = quantileOf(values, 0.5)
	dice := rand.New(rand.NewPCG(1, uint64(len(values)))) //nolint:gosec // no secret
	medians, sample := make([]float64, resamples), make([]float64, len(values))
	for i := range medians {
		for j := range sample {
			sample[j] = values[dice.IntN(len(values))]
		}
		slices.Sort(sample)
		medians[i] = quantileOf(sample, 0.5)
	}
	slices.Sort(medians)
	return median, quantileOf(medians, 0.025), quantileOf(medians, 0.975)
}
