// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// together is a scenario of five nodes that are a fleet, with faults and expectations.
func together(duration, faults string, expect ...string) string {
	return fmt.Sprintf(`
simulation: together
duration: %s
runs: 1
zones: {a: 3, b: 2}
policies:
  dependencies:
    payments: {breaker: {failure_rate: 50%%, min_calls: 20, open_for: 2s}, fleet: {mode: follow}}
dependencies:
  payments: {latency: 20ms}
load:
  - {to: payments, rate: 50/s, safe: true, timeout: 2s}
faults:
  - %s
expect:
  - %s
`, duration, strings.ReplaceAll(faults, "\n", "\n  - "), strings.Join(expect, "\n  - "))
}

const outageOfAll = "{name: outage, at: 20s, for: 15s, dependency: payments, errors: 100%}"

func TestAnOutageIsHeldByTheWholeFleet(t *testing.T) {
	run := holding(t, together("65s", outageOfAll,
		"members 5 from 0s to 3s", "members stay 5 from 3s to 65s", "payments never held before outage", "payments held within 10s of outage",
		"payments stays held from 30s to 35s", "payments clear within 30s after outage", "holds(payments) == 1 per node", "holds(payments) == 5",
		"flips(payments) == 2 per node", "probes(payments) <= 3/s during outage", "probes(payments) > 0.2/s during outage", "probes(payments) == 0/s before outage"))
	if got := textsOf(run, "fleet"); len(got) != 5 || !strings.Contains(got[0], "callers fail, quorum 3") {
		t.Errorf("%q", got)
	}
	ramps := 0
	for _, e := range run.Events {
		if e.Kind == "transition" && e.From == "open" && e.To == "ramping" && strings.Contains(e.Text, "the fleet") {
			ramps++
		}
	}
	if ramps != 5 {
		t.Errorf("%d ramps of the fleet are shown as transitions", ramps)
	}
}

func TestWithoutItsSectionThereIsNoFleet(t *testing.T) {
	r := simulate(t, together("32s", outageOfAll, "members 5 from 0s to 32s", "payments held from 20s to 32s", "holds(payments) == 0")+"baselines: [without payments.fleet, no policy]\n",
		Options{Interleavings: 1})
	if !r.Expectations[1].Held || r.Variants[0].Values[2].Held {
		t.Errorf("with a fleet: %+v", r.Expectations)
	}
	for _, v := range r.Variants[1:] {
		for i, found := range v.Values {
			if found.Held || i == 2 && found.Known > 0 {
				t.Errorf("%s has %s: %s", v.Name, found.Text, found.Found)
			}
		}
	}
}

func TestAPartitionPartsTheFleetAndItsEndHealsIt(t *testing.T) {
	run := holding(t, together("75s", "{name: partition, at: 15s, for: 25s, partition: [1, 2]}\n{name: deaf, at: 55s, for: 15s, cut: {to: 3}}",
		"members stay 5 from 5s to 15s", "members 5 within 15s after partition", "members stay 5 from 52s to 55s", "goodput == 100%"))
	if got := textsOf(run, "isolated"); len(got) < 2 || !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "node 1 ") }) {
		t.Errorf("who is cut off: %q", got)
	}
	if got := textsOf(run, "member"); !slices.Contains(got, "node 3 is not seen by node 1, 2") || !slices.Contains(got, "node 3 is seen by all again") ||
		!slices.Contains(got, "node 3 is not seen by node 1, 2, 4, 5") {
		t.Errorf("who is seen: %q", got)
	}
}

func TestLossAndDelayAreOfTheNetworkAlone(t *testing.T) {
	run := holding(t, together("40s", "{name: bad network, at: 10s, for: 25s, loss: 10%, delay: 20ms}\n{name: lost, at: 10s, for: 25s, loss: 100%, nodes: 5}",
		"members stay 5 from 3s to 10s", "goodput == 100%", "max <= 21ms"))
	if got := textsOf(run, "isolated"); !slices.Equal(got, []string{"node 5 is cut off from most of the fleet"}) {
		t.Errorf("who is cut off: %q", got)
	}
	for _, e := range run.Events {
		if e.Kind != "member" || e.At >= 35*time.Second {
			continue // node 5 has taken the others for dead, and says so when it is heard again: they hear it, and answer
		}
		if !strings.HasPrefix(e.Text, "node 5 ") && !strings.HasSuffix(e.Text, " is not seen by node 5") && e.Text != "all 5 nodes see each other" {
			t.Errorf("with a tenth lost: %s", e.Text)
		}
	}
}

func TestAKilledNodeIsMissedAndComesBack(t *testing.T) {
	run := holding(t, together("60s", "{name: crash, at: 12s, for: 20s, kill: 2}\n{name: deploy, at: 45s, for: 3s, stop: [4]}",
		"members 4 within 12s of crash", "members 5 within 8s after crash", "members 4 within 2s of deploy", "members 5 within 5s after deploy",
		"throughput(node 2) == 0/s from 12s to 32s", "throughput(node 2) >= 5/s after 33s", "goodput >= 99.9%", "goodput == 100% from 40s to 60s"))
	for kind, want := range map[string]string{"kill": "node 2 is killed", "stop": "node 4 says goodbye and stops"} {
		if got := textsOf(run, kind); !slices.Equal(got, []string{want}) {
			t.Errorf("%q", got)
		}
	}
	if got := textsOf(run, "start"); !slices.Equal(got, []string{"node 2 begins anew", "node 4 begins anew"}) {
		t.Errorf("%q", got)
	}
}

func TestAPausedNodeAnswersNobody(t *testing.T) {
	run := holding(t, together("50s", "{name: stopped, at: 12s, for: 20s, pause: [3]}\n{name: short, at: 14s, for: 3s, pause: [3]}",
		"members 4 within 15s of stopped", "members 5 within 15s after stopped", "late(node 3) >= 99% from 12s to 29s", "attempts(node 3) == 0 from 13s to 31s", "late(node 2) == 0%", "goodput(node 3) == 100% after 35s"))
	if got := textsOf(run, "resume"); len(got) != 1 {
		t.Errorf("%q", got)
	}
}

func TestALiarAloneHoldsNobody(t *testing.T) {
	run := holding(t, together("60s", "{name: lie, at: 12s, for: 25s, liar: [2]}", "payments never held", "goodput == 100%", "members 5 within 5s of lie", "members 5 within 8s after lie"))
	if got := textsOf(run, "liar"); !slices.Equal(got, []string{"node 2 begins to lie: fail"}) {
		t.Errorf("%q", got)
	}
}

// Three of five are believed: that their evidence arrives is why one liar's does nothing.
func TestAMajorityOfLiarsIsBelieved(t *testing.T) {
	text := together("45s", "{name: lies, at: 12s, dependency: payments, liar: {nodes: [1, 2, 4], claims: fail}}\n{name: half, at: 12s, dependency: payments, errors: 40%}", "holds(payments) >= 1")
	r := simulate(t, text, Options{Interleavings: 1})
	if !r.Expectations[0].Held {
		t.Errorf("%s", r.Expectations[0].Found)
	}
}

func TestTheSameSeedHasTheSameArrivalsAndFaultsInAFleet(t *testing.T) {
	text := together("20s", "{name: crash, at: 5s, for: 5s, kill: 2}\n{name: bad network, at: 8s, loss: 30%}\n{name: outage, at: 12s, dependency: payments, errors: 60%}", "goodput >= 0%") +
		"baselines: [without payments.fleet]\n"
	r := simulate(t, text, Options{Interleavings: 2})
	first := r.Variants[0].Runs[0]
	for _, v := range r.Variants {
		for _, run := range v.Runs {
			if run.Digest != first.Digest {
				t.Errorf("%s: digest %s, want %s", v.Name, run.Digest, first.Digest)
			}
			if got, want := faultsOf(run), faultsOf(first); !slices.Equal(got, want) || len(got) < 4 {
				t.Errorf("%s: %v, want %v", v.Name, got, want)
			}
		}
	}
}

func faultsOf(run Trial) (all []string) {
	for _, e := range run.Events {
		if slices.Contains([]string{"fault", "healed", "kill", "start"}, e.Kind) {
			all = append(all, fmt.Sprint(e.At.Round(time.Microsecond), " ", e.Text))
		}
	}
	return all
}
