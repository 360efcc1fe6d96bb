// SPDX-License-Identifier: Apache-2.0

package report

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/simulations"
)

func TestResultsThatLackSomethingAreReported(t *testing.T) {
	for name, c := range map[string]struct {
		change func(r *simulations.Result)
		says   string
	}{
		"nothing at all": {func(r *simulations.Result) { *r = simulations.Result{} }, "Nothing was expected"},
		"one seed": {func(r *simulations.Result) {
			r.Seeds = r.Seeds[:1]
			for i := range r.Variants {
				r.Variants[i].Runs = r.Variants[i].Runs[:1]
			}
		}, "nothing is known of their spread"},
		"no baselines":    {func(r *simulations.Result) { r.Variants = r.Variants[:1] }, "Each dependency"},
		"no expectations": {func(r *simulations.Result) { r.Expectations = nil }, "Nothing was expected"},
		"no faults":       {func(r *simulations.Result) { r.Faults = nil }, "Nothing goes wrong"},
		"no events": {func(r *simulations.Result) {
			for i := range r.Variants[0].Runs {
				r.Variants[0].Runs[i].Events = nil
			}
		}, "0" + nobr + "events"},
		"no runs": {func(r *simulations.Result) {
			for i := range r.Variants {
				r.Variants[i].Runs = nil
			}
		}, "What is simulated"},
		"no good call": {func(r *simulations.Result) {
			eachTrack(r, func(t *simulations.Track) {
				t.Good, t.Degraded, t.Failed = make([]uint32, len(t.Good)), make([]uint32, len(t.Good)), t.Offered
				for i := range t.P50 {
					t.P50[i], t.P95[i], t.P99[i], t.Max[i] = -1, -1, -1, -1
				}
			})
		}, "There was nothing to measure"},
		"no request": {func(r *simulations.Result) {
			eachTrack(r, func(t *simulations.Track) {
				none := make([]uint32, len(t.Good))
				t.Offered, t.Good, t.Degraded, t.Failed, t.Refused, t.Late, t.Calls, t.Attempts = none, none, none, none, none, none, none, none
			})
		}, "No request arrived"},
		"lists cut short": {func(r *simulations.Result) {
			eachTrack(r, func(t *simulations.Track) { t.Good, t.P99 = t.Good[:7], nil })
		}, "Goodput"},
		"tracks without lists": {func(r *simulations.Result) {
			eachTrack(r, func(t *simulations.Track) { *t = simulations.Track{Offered: t.Offered} })
		}, "Goodput"},
		"a dependency unknown":  {func(r *simulations.Result) { r.Dependencies = []string{"nobody"} }, "Nothing was measured of it"},
		"numbers that are none": {unmeasurable, absent},
		"a run that broke": {func(r *simulations.Result) {
			r.Verdict, r.Broken = simulations.Broken, []simulations.BrokenRun{{Variant: "as written", Seed: 3, Why: "silent for 60s"}}
		}, "as written, seed 3: silent for 60s"},
		"by interleaving": {func(r *simulations.Result) {
			r.Verdict, r.Expectations = simulations.Unsettled, r.Expectations[:1]
			r.Expectations[0].Unsettled = []uint64{1}
		}, "1 of 1" + nobr + "expectation holds with one and the same seed or does not"},
		"a second and no more": {func(r *simulations.Result) {
			r.Duration = time.Second
			for i := range r.Variants {
				for j := range r.Variants[i].Runs {
					r.Variants[i].Runs[j].Width = time.Second / 240
				}
			}
		}, "0.2"},
	} {
		t.Run(name, func(t *testing.T) {
			r := resultForTest(2, shape{duration: usual.duration, buckets: 240, seeds: 3, baselines: 1, dependent: 2, nodes: 2})
			c.change(r)
			text := string(reportOf(t, r))
			page := parse(t, []byte(text))
			if !strings.Contains(page.text(), c.says) {
				t.Errorf("it does not say %q", c.says)
			}
			for _, bad := range []string{"NaN", "Inf", "%!"} {
				rest := strings.ReplaceAll(text, styleSheet, "")
				if at := strings.Index(rest, bad); at >= 0 {
					t.Errorf("there is %q in it: %s", bad, around([]byte(rest), at))
				}
			}
		})
	}
}

func eachTrack(r *simulations.Result, change func(t *simulations.Track)) {
	for i := range r.Variants {
		for j := range r.Variants[i].Runs {
			run := &r.Variants[i].Runs[j]
			change(&run.All)
			for name, t := range run.Tracks {
				change(&t)
				run.Tracks[name] = t
			}
		}
	}
}

func unmeasurable(r *simulations.Result) {
	none := math.NaN()
	for i := range r.Expectations {
		e := &r.Expectations[i]
		e.Found, e.Median, e.Low, e.High, e.Least, e.Most, e.Value = "", none, none, math.Inf(1), none, none, none
	}
	for i := range r.Variants {
		for j := range r.Variants[i].Summary {
			f := &r.Variants[i].Summary[j]
			f.Median, f.Low, f.High, f.Delta, f.DeltaLow, f.DeltaHigh = none, none, none, none, math.Inf(-1), none
		}
		for j := range r.Variants[i].Runs {
			for k := range r.Variants[i].Runs[j].Measured {
				r.Variants[i].Runs[j].Measured[k].Value = none
			}
		}
	}
	r.Speedup, r.WallSeconds = math.Inf(1), none
}
