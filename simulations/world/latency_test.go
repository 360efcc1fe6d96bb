// SPDX-License-Identifier: Apache-2.0

package world

import (
	"math"
	"slices"
	"testing"
	"time"
)

func TestDrawsHaveTheQuantilesThatTheModelSays(t *testing.T) {
	const draws = 100_000
	for name, c := range map[string]struct {
		l        Latency
		p50, p99 time.Duration
	}{
		"constant":          {Latency{Kind: Constant, Median: 40 * ms}, 40 * ms, 40 * ms},
		"lognormal":         {Latency{Median: 40 * ms, P99: 250 * ms}, 40 * ms, 250 * ms},
		"lognormal default": {Latency{Median: 40 * ms}, 40 * ms, 120 * ms},
		"pareto":            {Latency{Kind: Pareto, Median: 40 * ms, P99: 900 * ms}, 40 * ms, 900 * ms},
		"pareto default":    {Latency{Kind: Pareto, Median: 40 * ms}, 40 * ms, 400 * ms},
		"exponential":       {Latency{Kind: Exponential, Median: 40 * ms}, 40 * ms, 265754 * time.Microsecond},
		"uniform":           {Latency{Min: 100 * ms, Max: 200 * ms}, 150 * ms, 199 * ms},
		"trace":             {Latency{Trace: []time.Duration{10 * ms, 20 * ms, 30 * ms}}, 20 * ms, 30 * ms},
		"bounds":            {Latency{Kind: Exponential, Median: 40 * ms, Min: 45 * ms, Max: 50 * ms}, 45 * ms, 50 * ms},
	} {
		if problems := c.l.Validate(); len(problems) > 0 {
			t.Fatalf("%s: %v", name, problems)
		}
		q := newQuantiles(c.l)
		all := make([]time.Duration, draws)
		for i := range all {
			all[i] = q.at(uniform(fold(7, uint64(i))))
		}
		slices.Sort(all)
		for share, want := range map[float64]time.Duration{0.5: c.p50, 0.99: c.p99} {
			got := all[int(share*draws)]
			if math.Abs(float64(got)/float64(want)-1) > 0.04 {
				t.Errorf("%s: the %g quantile is %s, want %s", name, share, got, want)
			}
		}
	}
}

func TestChanceIsUniformWhateverItsBitsAre(t *testing.T) {
	sum, least, most := 0.0, 1.0, 0.0
	for i := range uint64(100_000) {
		u := uniform(fold(3, i))
		sum, least, most = sum+u, min(least, u), max(most, u)
	}
	if mean := sum / 100_000; math.Abs(mean-0.5) > 0.005 || least <= 0 || most >= 1 || least > 0.001 || most < 0.999 {
		t.Errorf("mean %g, from %g to %g", mean, least, most)
	}
	for _, h := range []uint64{0, math.MaxUint64} {
		if u := uniform(h); u <= 0 || u >= 1 {
			t.Errorf("%d stands for %g", h, u)
		}
	}
}
