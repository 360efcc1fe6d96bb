// SPDX-License-Identifier: Apache-2.0

package scenarios_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/fuseboard/fuseboard/simulations"
	"github.com/fuseboard/fuseboard/simulations/scenario"
	"github.com/fuseboard/fuseboard/simulations/scenarios"
)

// open reads a scenario of the gallery.
func open(t *testing.T, name string) *scenario.Scenario {
	t.Helper()
	source, files, err := scenarios.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	s, problems := scenario.Read(source, files)
	for _, p := range problems { // warnings, too
		t.Error(p)
	}
	if t.Failed() {
		t.FailNow()
	}
	return s
}

// results are those of simulated: one run serves all tests.
var results sync.Map

// thorough: every scenario over three seeds, and the mutants; else over one.
var thorough = os.Getenv("FUSEBOARD_GALLERY") == "all"

// simulated runs a scenario and its baselines.
func simulated(t *testing.T, name string) *simulations.Result {
	t.Helper()
	run, _ := results.LoadOrStore(name, sync.OnceValues(func() (*simulations.Result, error) {
		o := simulations.Options{Runs: 1, Interleavings: 1}
		if thorough && !large[name] {
			o.Runs = 3
		}
		return simulations.Run(context.Background(), open(t, name), o)
	}))
	r, err := run.(func() (*simulations.Result, error))()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range r.Broken {
		t.Fatalf("%s with seed %d is broken: %s", b.Variant, b.Seed, b.Why)
	}
	return r
}

// large are scenarios of so many nodes that one run takes as long as all others: only who is thorough runs them, once.
var large = map[string]bool{"recovery-of-fifty": true}

// names are those that are simulated: under the race detector some.
func names() []string {
	if underRace {
		return []string{"flapping", "quiet-line", "rate-limited-api"}
	}
	return slices.DeleteFunc(slices.Clone(scenarios.Names()), func(name string) bool { return large[name] && !thorough })
}

func TestEveryScenarioIsReadWithoutAWarning(t *testing.T) {
	if n := len(scenarios.Names()); n < 10 {
		t.Errorf("%d scenarios, want 10 at least", n)
	}
	for _, name := range scenarios.Names() {
		s := open(t, name)
		if said := strings.ReplaceAll(strings.ToLower(s.Simulation), " ", "-"); said != name {
			t.Errorf("%s.yaml is the simulation %q, want the same words", name, s.Simulation)
		}
		if n := len(strings.Fields(s.Story)); n < 40 || strings.Contains(s.Story, "\n\n") {
			t.Errorf("%s has a story of %d words, want one paragraph of 40 at least", name, n)
		}
		if lines := strings.Count(string(s.Data), "\n"); lines > 80 {
			t.Errorf("%s has %d lines, want 80 at most", name, lines)
		}
		if len(s.Expect) == 0 || len(s.Baselines) == 0 || s.Policies.Set == nil {
			t.Errorf("%s has %d expectations and %d baselines, want policies, and both of these", name, len(s.Expect), len(s.Baselines))
		}
	}
}

func TestEveryScenarioPasses(t *testing.T) {
	for _, name := range names() {
		t.Run(name, func(t *testing.T) {
			r := simulated(t, name)
			if r.Verdict != simulations.Passed {
				t.Errorf("the verdict is %s", r.Verdict)
			}
			for _, j := range r.Expectations {
				if !j.Held {
					t.Errorf("%s: %s, %s", j.Text, j.Found, j.Why)
				}
			}
		})
	}
}

// TestBaselinesShowTheContrast lists for every scenario which baseline fails by what the policies under test are for.
func TestBaselinesShowTheContrast(t *testing.T) {
	for _, name := range names() {
		t.Run(name, func(t *testing.T) {
			if len(contrasts[name]) == 0 {
				t.Fatal("has no contrast in the table")
			}
			r := simulated(t, name)
			for baseline, expectation := range contrasts[name] {
				fails(t, r, baseline, expectation)
			}
		})
	}
}

// fails checks that the expectation does not hold of the baseline, in any run.
func fails(t *testing.T, r *simulations.Result, baseline, expectation string) {
	t.Helper()
	v := slices.IndexFunc(r.Variants, func(v simulations.Variant) bool { return v.Name == baseline })
	e := slices.IndexFunc(r.Expectations, func(j simulations.Judgement) bool { return j.Text == expectation })
	if v < 0 || e < 0 {
		t.Fatalf("there is no baseline %q, or no expectation %q", baseline, expectation)
	}
	if found := r.Variants[v].Values[e]; found.HeldIn > 0 {
		t.Errorf("%q holds of %s in %d of %d runs: %s", expectation, baseline, found.HeldIn, found.Runs, found.Found)
	}
}

// contrasts are, by scenario, a baseline and what does not hold of it.
var contrasts = map[string]map[string]string{
	"bad-rollout":          {"concurrency 4 all along": "goodput >= 98% during slip"},
	"blips":                {"at once": "goodput(stock) >= 99.8% before 50s", "without stock.retry": "goodput(stock) >= 92% during noise"},
	"brownout":             {"no policy": "late <= 0.5%", "opens at 40%": "payments stays closed", "without payments.bulkhead": "goodput >= 30% during brownout"},
	"busy-host":            {"no policy": "goodput(health) >= 99.9% from 40s to 50s", "without reports.shedding": "refused(batch) >= 75% during hot"},
	"cascading-timeouts":   {"no policy": "queue(orders) <= 5", "retries at every hop": "amplification(warehouse) <= 1.2"},
	"fleet-of-quiet-nodes": {"no policy": "attempts(payments) <= 0.7 during outage", "without payments.fleet": "refused >= 35% during outage"},
	"recovery-of-fifty":    {"without profiles.fleet": "openings(profiles) <= 2 per node"},
	"rolling-restart":      {"no policy": "refused >= 50% during outage", "without payments.fleet": "attempts(payments) <= 0.5 during outage"},
	"split-fleet":          {"no policy": "refused(node 4) >= 30% during outage", "without payments.fleet": "refused(node 4) >= 30% during outage"},
	"zone-outage":          {"no policy": "attempts(node 2) <= 0.7 during zone outage", "without payments.fleet": "refused(node 2) >= 30% during zone outage"},
	"flapping":             {"no policy": "failed <= 10% from 20s to 124s", "eager": "payments opens at most 34 times"},
	"hard-outage":          {"no policy": "late <= 0.1%", "without payments.breaker": "attempts(payments) <= 0.07 during outage"},
	"heavy-tail":           {"without search.hedge": "p99 <= 300ms"},
	"noisy-tenant":         {"no policy": "p99(small) <= 300ms", "first come first served": "goodput(ada) >= 99%"},
	"queue-collapse":       {"first come first served": "goodput >= 60% from 20s to 40s"},
	"quiet-line":           {"jumpy": "archive never open before outage"},
	"rate-limited-api":     {"without partner.rate": "failed <= 0.5%", "without partner.rate.per_tenant": "goodput(shops) >= 99% before 45s"},
	"retry-storm":          {"naive retries": "goodput >= 99% after 55s"},
	"sick-node":            {"no policy": "late <= 0.1%"},
	"slow-leak":            {"no policy": "answered >= 99.5%", "without recommendations.breaker": "p99 <= 700ms"},
	"spiky-api":            {"without maps.retry": "goodput >= 99.9%"},
	"stale-cache":          {"without rates.cache": "answered >= 99.9%"},
	"thundering-herd":      {"no policy": "recovery <= 30s after crash", "without profiles.breaker.ramp": "waste <= 3%"},
}

func TestNamesAreTheCallers(t *testing.T) {
	first := scenarios.Names()
	if !slices.IsSorted(first) {
		t.Errorf("%v are not in alphabetical order", first)
	}
	clear(first)
	for _, name := range scenarios.Names() {
		if info, err := fs.Stat(scenarios.FS(), name+".yaml"); err != nil || info.Size() == 0 {
			t.Errorf("%q has no file: %v", name, err)
		}
	}
}

func TestAnUnknownNameIsToldWithThoseThatThereAre(t *testing.T) {
	for _, name := range []string{"brownuot", "", "../scenarios", "brownout.yaml"} {
		_, _, err := scenarios.Open(name)
		if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "brownout, busy-host") {
			t.Errorf("Open(%q): %v, want one that lists the names", name, err)
		}
	}
}
