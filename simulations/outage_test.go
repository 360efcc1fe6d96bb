// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/config"
)

// valueOf is what an expectation was found to be.
func valueOf(t *testing.T, r *Result, text string) Judgement {
	t.Helper()
	for _, j := range r.Expectations {
		if j.Text == text {
			return j
		}
	}
	t.Fatalf("nothing of %q is expected", text)
	return Judgement{}
}

// said are the texts of the events of a kind.
func textsOf(run Trial, kind string) (texts []string) {
	for _, e := range run.Events {
		if e.Kind == kind {
			texts = append(texts, e.Text)
		}
	}
	return texts
}

func TestAnOutageOpensTheCircuitAndItsEndClosesIt(t *testing.T) {
	r := simulate(t, outage, Options{})
	if r.Verdict != Failed { // two of its expectations are too much to ask
		t.Errorf("the verdict is %s", r.Verdict)
	}
	for _, j := range r.Expectations {
		tooMuch := j.Text == "goodput >= 70%" || j.Text == "payments open within 2s of outage"
		if j.Held == tooMuch {
			t.Errorf("%s: held %v, %s, %s", j.Text, j.Held, j.Found, j.Why)
		}
	}
	if j := valueOf(t, r, "payments closed within 10s after outage"); j.Median < 1 || j.Median > 10 || j.Unit != "s" {
		t.Errorf("closed after %+v", j)
	}
	states := []string{}
	for _, e := range r.Variants[0].Runs[0].Events {
		if e.Kind == "transition" {
			states = append(states, e.To)
		}
	}
	if len(states) < 3 || states[0] != "open" || states[1] != "half-open" || states[len(states)-1] != "closed" {
		t.Errorf("the circuit was %v", states)
	}
}

func TestEveryRequestHasOneFateInEveryTrack(t *testing.T) {
	r := simulate(t, outage, Options{Runs: 1})
	for _, v := range r.Variants {
		for _, run := range v.Runs {
			offered := uint32(0)
			for i, n := range run.All.Offered {
				offered += n
				p := run.Tracks["payments"]
				if sum := p.Good[i] + p.Degraded[i] + p.Failed[i] + p.Refused[i] + p.Late[i]; sum != n || p.Offered[i] != n {
					t.Fatalf("%s: of %d requests in bucket %d %d have a fate", v.Name, n, i, sum)
				}
			}
			if want := uint32(4000); offered < want-250 || offered > want+250 { // Poisson: four deviations
				t.Errorf("%d requests came, not some %d", offered, want)
			}
		}
	}
}

func TestTheSameSeedHasTheSameArrivalsAndFaultsWhateverThePolicies(t *testing.T) {
	r := simulate(t, outage, Options{Interleavings: 3})
	digests := map[uint64][]string{}
	for _, v := range r.Variants {
		for _, run := range v.Runs {
			digests[run.Seed] = append(digests[run.Seed], run.Digest)
			if !slices.Equal(run.All.Offered, r.Variants[0].Runs[slices.IndexFunc(r.Variants[0].Runs, func(o Trial) bool { return o.Seed == run.Seed })].All.Offered) {
				t.Errorf("%s, seed %d, interleaving %d: other requests came", v.Name, run.Seed, run.Interleaving)
			}
		}
	}
	if len(digests[1]) != 4 || len(digests[2]) != 2 {
		t.Fatalf("%v", digests)
	}
	for seed, ds := range digests {
		if len(slices.Compact(ds)) != 1 {
			t.Errorf("seed %d: %v", seed, ds)
		}
	}
	if digests[1][0] == digests[2][0] {
		t.Error("two seeds are one")
	}
}

func TestABaselineWithoutPoliciesProtectsNothing(t *testing.T) {
	r := simulate(t, outage, Options{Runs: 1})
	bare := r.Variants[1]
	if bare.Name != "no policy" {
		t.Fatalf("the baseline is %q", bare.Name)
	}
	run := bare.Runs[0]
	if got := run.Summary["refused"] + run.Summary["openings"]; got != 0 {
		t.Errorf("refused %v, openings %v", run.Summary["refused"], run.Summary["openings"])
	}
	if a := run.Summary["amplification"]; a != 1 {
		t.Errorf("amplification %v", a)
	}
	if f := bare.Summary[0]; f.Name != "goodput" || f.Delta <= 0 || f.DeltaLow > f.Delta || f.DeltaHigh < f.Delta {
		t.Errorf("goodput is compared so: %+v", f)
	}
}

func TestChildrenFindWhatThisProcessFinds(t *testing.T) {
	here, there := simulate(t, outage, Options{}), simulate(t, outage, Options{Children: 2})
	if there.Children != 2 || here.Children != 1 {
		t.Errorf("%d and %d children", here.Children, there.Children)
	}
	for i, j := range here.Expectations {
		if k := there.Expectations[i]; j.Verdict != k.Verdict || j.Runs != k.Runs {
			t.Errorf("%s: %s in %d runs here, %s in %d there", j.Text, j.Verdict, j.Runs, k.Verdict, k.Runs)
		}
	}
	for i, v := range here.Variants {
		for n, run := range v.Runs {
			if other := there.Variants[i].Runs[n]; run.Digest != other.Digest || run.Seed != other.Seed || run.Interleaving != other.Interleaving {
				t.Errorf("%s: run %d differs", v.Name, n)
			}
		}
	}
	if len(there.Policies) != 1 || !strings.Contains(there.Policies[0].Text, "failure_rate") || len(there.Faults) != 1 || there.Faults[0].Text != "payments: errors 100%" {
		t.Errorf("%+v %+v", there.Policies, there.Faults)
	}
}

func TestASweepTriesEachValue(t *testing.T) {
	r := simulate(t, outage, Options{Runs: 1, Interleavings: 1, Sweep: Sweep{Path: "payments.retry.attempts", Values: []string{"1", "4"}}})
	if len(r.Variants) != 3 || r.Variants[0].Name != "as written" || r.Variants[2].Name != "payments.retry.attempts=4" {
		t.Fatalf("%d variants", len(r.Variants))
	}
	few, many := r.Variants[1].Runs[0].Summary["peak-amplification"], r.Variants[2].Runs[0].Summary["peak-amplification"]
	if few != 1 || many < 2 {
		t.Errorf("peak amplification %v with one attempt, %v with four", few, many)
	}
}

func TestFlagsLieOverThePoliciesUnderTest(t *testing.T) {
	r := simulate(t, outage, Options{Runs: 1, Alone: true, Set: []string{"payments.breaker=off"}})
	if n := r.Variants[0].Runs[0].Summary["openings"]; n != 0 || len(r.Variants) != 1 {
		t.Errorf("%v openings, %d variants", n, len(r.Variants))
	}
	_, err := Run(t.Context(), read(t, outage), Options{Children: -1, Set: []string{"payments.braker=off"}})
	if problems, ok := errors.AsType[config.Problems](err); !ok || !strings.Contains(problems.Error(), "breaker") {
		t.Errorf("a flag that is misspelt: %v", err)
	}
}

func TestWhatIsWrongWithOptionsIsToldAtOnce(t *testing.T) {
	o := Options{Runs: 20_000, Interleavings: -1, Silence: time.Millisecond, Sweep: Sweep{Path: "x"}, Service: func(Process) (Caller, error) { return nil, nil }}
	_, err := Run(t.Context(), read(t, outage), o)
	if err == nil {
		t.Fatal("they are taken")
	}
	for _, path := range []string{"runs", "interleavings", "silence", "sweep", "service"} {
		if !strings.Contains(err.Error(), path) {
			t.Errorf("nothing is said of %s: %v", path, err)
		}
	}
}

func TestProgressComesToItsEnd(t *testing.T) {
	var last Progress
	times := 0
	simulate(t, outage, Options{Runs: 1, Progress: func(p Progress) {
		if p.Share < last.Share || p.Done < last.Done {
			t.Errorf("from %+v back to %+v", last, p)
		}
		last, times = p, times+1
	}})
	if last.Done != 3 || last.Runs != 3 || last.Share < 0.999 || times < 3 {
		t.Errorf("told %d times, at last %+v", times, last)
	}
}

func TestABaselineThatAnExpectationComparesWithIsNeverLeftOut(t *testing.T) {
	text := strings.Replace(outage, "expect:\n", "expect:\n  - goodput >= no policy - 50%\n", 1)
	text = strings.Replace(text, "[no policy]", "[without payments.breaker, no policy]", 1)
	for _, o := range []Options{
		{Runs: 1, Alone: true},
		{Runs: 1, Children: 1, Alone: true},
		{Runs: 1, Sweep: Sweep{Path: "payments.retry.attempts", Values: []string{"2"}}},
	} {
		r := simulate(t, text, o)
		if last := r.Variants[len(r.Variants)-1].Name; last != "no policy" || len(r.Variants) != 2+len(o.Sweep.Values) {
			t.Errorf("%d variants, %q the last", len(r.Variants), last)
		}
		if !r.Expectations[0].Held {
			t.Errorf("%+v", r.Expectations[0])
		}
	}
}
