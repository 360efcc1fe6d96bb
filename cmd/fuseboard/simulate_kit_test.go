// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"
	"testing/fstest"
	"time"

	"github.com/fuseboard/fuseboard/simulations"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

// cannedSession is one whose simulations are made up, so that their answers can be written down. OLD_GO in the
// environment makes it a build without virtual time.
func cannedSession(t *testing.T, in io.Reader, out, errs io.Writer) *session {
	t.Helper()
	for name, value := range map[string]string{"COLUMNS": "", "LC_ALL": "C.UTF-8", "NO_COLOR": ""} {
		if os.Getenv(name) == "" {
			t.Setenv(name, value)
		}
	}
	fleet := cannedOperation(t)
	s := &session{in: in, out: out, errs: errs, env: os.Environ(), simulation: realSimulation(), operation: fleet}
	s.simulate = canned
	s.supported = func() error {
		if os.Getenv("OLD_GO") != "" {
			return errors.New("no virtual time in this program")
		}
		return nil
	}
	brownout, err := os.ReadFile("outage.yaml")
	if err == nil {
		s.gallery = fstest.MapFS{"brownout.yaml": {Data: brownout}, "policies.yaml": {Data: []byte("dependencies: {}\n")}}
	}
	return s
}

// canned is what simulations come to by the scenario's name: unmet, shaky, hung, interrupted; others pass.
func canned(_ context.Context, s *scenario.Scenario, o simulations.Options) (*simulations.Result, error) {
	if s.Simulation == "interrupted" {
		return nil, fmt.Errorf("simulations: %w", context.Canceled)
	}
	if o.Sweep.Path != "" && o.Sweep.Path != "payments.retry.attempts" {
		return nil, o.Validate().Err()
	}
	if o.Progress != nil {
		o.Progress(simulations.Progress{Done: 1, Runs: 4, Share: 0.25})
	}
	r := &simulations.Result{
		Verdict: simulations.Passed, Simulation: s.Simulation, Story: s.Story, File: s.File, Set: o.Set, Version: "fuseboard v1.2.3",
		VirtualSeconds: 120, WallSeconds: 0.5, Speedup: 240, Children: 2, Duration: s.Duration, Nodes: s.Nodes, Calls: 3600,
		Faults:       []simulations.Span{{Name: "outage", From: 10 * time.Second, To: 20 * time.Second, Dependency: "payments", Text: "payments: errors 100%"}},
		Dependencies: []string{"payments"},
	}
	seed, runs := max(o.Seed, s.Seed), s.Runs
	if o.Runs > 0 {
		runs = o.Runs
	}
	for i := range runs {
		r.Seeds = append(r.Seeds, seed+uint64(i))
	}
	for _, e := range s.Expect {
		r.Expectations = append(r.Expectations, simulations.Judgement{
			Text: e.Text, Line: e.Line, Verdict: simulations.Passed, Held: true, HeldIn: runs, Runs: runs, Median: 0.66, Low: 0.65, High: 0.67, Unit: "%", Known: runs, Found: "66 % (65 to 67)",
		})
	}
	worsen(r, s.Simulation)
	names := []string{scenario.AsWritten}
	switch {
	case o.Sweep.Path != "":
		for _, v := range o.Sweep.Values {
			names = append(names, o.Sweep.Path+"="+v)
		}
	case !o.Alone:
		names = append(names, "no policy")
	}
	for i, name := range names {
		r.Variants = append(r.Variants, cannedVariant(name, i, r))
	}
	return r, nil
}

func worsen(r *simulations.Result, name string) {
	if len(r.Expectations) == 0 {
		return
	}
	last := &r.Expectations[len(r.Expectations)-1]
	switch name {
	case "unmet":
		r.Verdict, last.Verdict, last.Held, last.HeldIn = simulations.Failed, simulations.Failed, false, 0
		last.Found, last.Why = "nothing was measured", "seed 1: payments is not open within 8s"
	case "shaky":
		r.Verdict, last.Verdict, last.Held, last.Unsettled = simulations.Unsettled, simulations.Unsettled, false, []uint64{1}
	case "hung":
		r.Verdict, r.Broken = simulations.Broken, []simulations.BrokenRun{{Variant: scenario.AsWritten, Seed: 2, Why: "virtual time stood still for 60s of real time"}}
	}
}

func cannedVariant(name string, place int, r *simulations.Result) simulations.Variant {
	v := simulations.Variant{Name: name, Values: r.Expectations, Summary: []simulations.Figure{
		{Name: "goodput", Median: 0.66 - float64(place)/10, Low: 0.65, High: 0.67, Unit: "%", Delta: -float64(place) / 10, DeltaLow: -float64(place)/10 - 0.01, DeltaHigh: -float64(place)/10 + 0.01},
		{Name: "p99", Median: 0.227, Low: 0.22, High: 0.23, Unit: "s"},
		{Name: "amplification", Median: 1.2, Low: 1.19, High: 1.21},
	}}
	for _, seed := range r.Seeds {
		goodput := 0.66 - float64(place)/10 + float64(seed)/1000
		t := simulations.Trial{
			Seed: seed, Digest: fmt.Sprintf("%016x", seed), Virtual: r.Duration, Width: 5 * time.Second,
			Summary: map[string]float64{"goodput": goodput, "p99": 0.227, "amplification": 1.2},
			All:     simulations.Track{Offered: []uint32{150, 150, 150, 150, 150, 150}, Good: []uint32{150, 150, 12, 0, 130, 150}, Failed: []uint32{0, 0, 138, 150, 20, 0}, P99: []float32{227, 230, 240, -1, 210, 220}},
			Events:  []simulations.Event{{At: 13400 * time.Millisecond, Kind: "transition", Node: 1, Dependency: "payments", From: "closed", To: "open", Text: "payments opened"}},
		}
		for range r.Expectations {
			t.Measured = append(t.Measured, simulations.Measured{Value: goodput, Known: true, Held: true})
		}
		t.Tracks = map[string]simulations.Track{"payments": t.All}
		v.Runs = append(v.Runs, t)
	}
	return v
}
