// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

// faulty is a scenario of 30 seconds with one fault, given as the lines of a list item, and what is expected.
func faulty(policies, fault string, expect ...string) string {
	return fmt.Sprintf(`
simulation: faulty
duration: 30s
runs: 1
nodes: 2
policies:
  dependencies:
    payments: %s
dependencies:
  payments: {latency: {median: 20ms, p99: 100ms}, capacity: {concurrency: 20, queue: 100}}
load:
  - {to: payments, rate: 100/s, safe: true}
faults:
  - %s
expect:
  - %s
`, policies, fault, strings.Join(expect, "\n  - "))
}

// holding runs a scenario whose expectations all hold.
func holding(t *testing.T, text string) Trial {
	t.Helper()
	r := simulate(t, text, Options{Interleavings: 1})
	for _, j := range r.Expectations {
		if !j.Held {
			t.Errorf("%s: %s; %s", j.Text, j.Found, j.Why)
		}
	}
	return r.Variants[0].Runs[0]
}

const plainBreaker = "{breaker: {failure_rate: 50%, min_calls: 20, open_for: 2s}}"

func TestACommandIsGivenToEveryNodeAndEnds(t *testing.T) {
	run := holding(t, faulty(plainBreaker, "{name: held, at: 10s, for: 5s, dependency: payments, command: hold-open}",
		"refused == 100% from 11s to 14s", "goodput >= 99% before held", "goodput >= 99% after 16s", "payments opens at most 2 times", "payments stays open from 11s to 14s", "payments stays closed after 16s"))
	if got := run.Tracks["payments"]; got.Open[len(got.Open)*12/30] != 2 || got.Open[len(got.Open)*20/30] != 0 || got.Closed[len(got.Open)*20/30] != 2 {
		t.Errorf("held open: %v; closed: %v", got.Open, got.Closed)
	}
	if got := textsOf(run, "command"); len(got) != 2 || !strings.Contains(got[1], "node 2: payments is told to hold-open") {
		t.Errorf("%q", got)
	}
	if states, modes := textsOf(run, "transition"), textsOf(run, "mode"); len(states) != 4 || len(modes) != 0 || !strings.Contains(states[0], "enforce -> hold-open") {
		t.Errorf("states %q, modes %q", states, modes)
	}
}

func TestAnOperatorsValueHoldsForItsTime(t *testing.T) {
	run := holding(t, faulty("{rate: {limit: 1000, per: 1s}}", "{name: throttled, at: 10s, for: 10s, dependency: payments, set: ['payments.rate.limit=10']}",
		"refused >= 60% during throttled", "refused == 0% before throttled", "refused == 0% after 22s"))
	if got := textsOf(run, "override"); len(got) != 2 {
		t.Errorf("%q", got)
	}
}

func TestARollOutIsAnEditWithAllThatTheProductSaysOfIt(t *testing.T) {
	const cut = "{name: rollout, at: 10s, for: 10s, policies: {dependencies: {payments: {rate: {limit: 10, per: 1s}}}%s}}"
	run := holding(t, faulty("{rate: {limit: 1000, per: 1s}}", fmt.Sprintf(cut, ""), "refused == 0%"))
	if got := textsOf(run, "policies-refused"); len(got) != 2 || !strings.Contains(got[0], "force") {
		t.Errorf("a cut without a line of force: %q", got)
	}
	run = holding(t, faulty("{rate: {limit: 1000, per: 1s}}", fmt.Sprintf(cut, ", force: [payments.rate.limit, payments.rate.burst]"),
		"refused >= 60% during rollout", "refused == 0% before rollout", "refused == 0% after 22s"))
	if got := textsOf(run, "policies"); len(got) != 4 || !strings.Contains(got[0], "has the policies of rollout, version 2") || !strings.Contains(got[3], "the end of rollout") {
		t.Errorf("%q", got)
	}
}

func TestOnlyCircuitsOfProcessesThatRunAreMeasured(t *testing.T) {
	text := faulty(plainBreaker, "{name: crash, at: 14s, restart: [1]}", "payments open within 6s of outage", "payments stays closed from 25s to 30s", "openings(payments) <= 10")
	text = strings.Replace(text, "faults:\n", "faults:\n  - {name: reboot, at: 4s, restart: [1]}\n  - {name: outage, at: 8s, for: 7s, dependency: payments, errors: 100%}\n", 1)
	holding(t, text)
}

func TestAnEditWhereThereAreNoPoliciesIsTold(t *testing.T) {
	text := faulty("{rate: {limit: 1000, per: 1s}}", "{name: rollout, at: 10s, policies: {dependencies: {payments: {rate: {limit: 10, per: 1s}}}}}", "goodput >= 0%")
	r := simulate(t, text+"baselines: [no policy]\n", Options{Interleavings: 1})
	if got := textsOf(r.Variants[1].Runs[0], "policies-refused"); len(got) != 1 || !strings.Contains(got[0], "without policy files") {
		t.Errorf("%q", got)
	}
}

func TestANodeThatRestartsForgets(t *testing.T) {
	text := faulty(plainBreaker, "{name: crash, at: 20s, restart: [1]}", "goodput >= 99% before 5s", "refused >= 30% from 21s to 23s")
	text = strings.Replace(text, "faults:\n", "faults:\n  - {name: outage, at: 5s, dependency: payments, errors: 100%}\n", 1)
	run := holding(t, text)
	if got := textsOf(run, "restart"); len(got) != 1 {
		t.Errorf("%q", got)
	}
	again := false
	for _, e := range run.Events {
		again = again || e.Kind == "transition" && e.Node == 1 && e.From == "closed" && e.At > 20*sec
	}
	if !again {
		t.Error("the circuit of node 1 did not begin closed")
	}
}

func TestTheHostsLookIsTheScenarios(t *testing.T) {
	run := holding(t, faulty("{shedding: {cpu: 90%, hold_for: 500ms}}", "{name: busy, at: 10s, for: 10s, host: {cpu: 99%}}",
		"refused >= 50% during busy", "refused == 0% before busy", "refused == 0% after 25s"))
	if got := textsOf(run, "shedding"); len(got) < 2 {
		t.Errorf("%q", got)
	}
}

func TestASickNodeIsSickAlone(t *testing.T) {
	run := holding(t, faulty(plainBreaker, "{name: sick, at: 5s, dependency: payments, errors: 100%, nodes: [2]}", "goodput >= 49%", "goodput <= 75%"))
	for _, e := range run.Events {
		if e.Kind == "transition" && e.Node != 2 {
			t.Errorf("%+v", e)
		}
	}
	if got := run.Tracks["payments"].Open; got[len(got)-1] > 1 {
		t.Errorf("%d circuits are open", got[len(got)-1])
	}
}

// hops are three services one behind the other, each of which tries three times.
func hops(deadlines string) string {
	return `
simulation: hops
duration: 20s
runs: 1
deadlines: ` + deadlines + `
policies:
  defaults: {retry: {attempts: 3, backoff: {base: 1ms, max: 2ms}, budget: {min_per_second: 1000}}, deadline: {total: 1s}}
  dependencies:
    front: {}
    middle: {}
    back: {}
dependencies:
  front: {latency: 1ms, calls: middle}
  middle: {latency: 1ms, calls: back}
  back: {latency: 1ms}
load:
  - {to: front, rate: 20/s, safe: true}
faults:
  - {name: outage, at: 10s, dependency: back, errors: 100%}
expect:
  - amplification(front) <= 100
  - amplification(back) <= 100
`
}

func TestOfSeveralHopsTheInnermostRepeatsAndUsersAreCountedOnce(t *testing.T) {
	r := simulate(t, hops("passed"), Options{Interleavings: 1})
	run := r.Variants[0].Runs[0]
	front, middle, back := sums(run.Tracks["front"]), sums(run.Tracks["middle"]), sums(run.Tracks["back"])
	if front.attempts != front.calls || middle.attempts != front.attempts || middle.calls != front.calls {
		t.Errorf("front %+v, middle %+v", front, middle)
	}
	if back.calls != front.calls || back.attempts*10 < 18*back.calls {
		t.Errorf("back %+v for %d requests of users", back, front.calls)
	}
	if got, want := run.Summary["amplification"], float64(back.attempts)/float64(back.calls); math.Abs(got-want) > 0.02 { // some attempts are made after the end

		t.Errorf("amplification is %v, want %v", got, want)
	}
	if peak := run.Summary["peak-amplification"]; peak <= 2.5 || peak > 3.3 { // a call and its repetitions may be of two buckets
		t.Errorf("at most it is %v", peak)
	}
	lost := simulate(t, hops("lost"), Options{Interleavings: 1}).Variants[0].Runs[0]
	if peak := lost.Summary["peak-amplification"]; peak < 20 {
		t.Errorf("where nobody is told of repetitions they multiply to %v", peak)
	}
	if sums(run.All).offered != front.offered || middle.offered != front.attempts {
		t.Errorf("users made %d requests, front was called %d times and called middle %d times", sums(run.All).offered, front.offered, middle.offered)
	}
}

func TestWhoIsNotToldOfADeadlineWorksOnForNobody(t *testing.T) {
	slow := func(deadlines string) string {
		text := strings.Replace(hops(deadlines), "errors: 100%", "latency: +3s", 1)
		return strings.Replace(text, "    middle: {}", "    middle: {deadline: {total: 10s}, retry: off}\n", 1)
	}
	passed := simulate(t, slow("passed"), Options{Interleavings: 1}).Variants[0].Runs[0]
	lost := simulate(t, slow("lost"), Options{Interleavings: 1}).Variants[0].Runs[0]
	if a, b := sums(passed.Tracks["middle"]), sums(lost.Tracks["middle"]); a.late <= b.late {
		t.Errorf("%d calls of middle ended by a deadline where it was told, %d where not", a.late, b.late)
	}
}

type sum struct{ offered, late, calls, attempts uint32 }

func sums(t Track) (s sum) {
	for i := range t.Offered {
		s.offered, s.late, s.calls, s.attempts = s.offered+t.Offered[i], s.late+t.Late[i], s.calls+t.Calls[i], s.attempts+t.Attempts[i]
	}
	return s
}

func TestRecordedRequestsCallTheOperationThatTheyWereOf(t *testing.T) {
	source := config.Source{Name: "recorded.yaml", Data: []byte(`
duration: 10s
runs: 1
dependencies: {payments: {latency: 10ms}}
load: [{to: payments, recorded: a.csv}]
expect: [goodput(operation refund) == 50%, goodput(operation call) == 100%]
faults: [{at: 0s, dependency: payments, errors: 100%, operations: refund, for: 4s}]
`)}
	s, problems := scenario.Read(source, fstest.MapFS{"a.csv": {Data: []byte("at,operation\n1,\n2,refund\n5,refund\n")}})
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	r, err := Run(t.Context(), s, Options{Children: -1})
	if err != nil || r.Verdict != Passed {
		t.Errorf("%v, %v: %+v", r, err, r.Expectations)
	}
}

func TestACrashEndsCallsUnderWayAndOpenCircuits(t *testing.T) {
	text := faulty("{breaker: {failure_rate: 50%, min_calls: 10, open_for: 20s}}", "{name: crash, at: 10s, restart: [1, 2]}",
		"payments open within 2s of outage", "payments stays closed from 10001ms to 20s", "goodput == 100% from 10001ms to 19s",
		"payments closed within 6s after outage", "payments opens at most 2 times", "failed == 100% from 19501ms to 19999ms", "goodput == 100% from 20200ms to 30s")
	text = strings.Replace(text, "{median: 20ms, p99: 100ms}, capacity: {concurrency: 20, queue: 100}", "500ms", 1)
	text = strings.Replace(text, "faults:\n", "faults:\n  - {name: outage, at: 2s, for: 2s, dependency: payments, errors: 100%, class: refused}\n  - {at: 20s, restart: [1, 2]}\n", 1)
	holding(t, text)
}

func TestOfEditsThatOverlapTheLaterHoldsAndEachEndsInItsTime(t *testing.T) {
	limit := func(n int) string {
		return fmt.Sprintf("policies: {dependencies: {payments: {rate: {limit: %d, per: 1s}}}, force: [payments.rate.limit, payments.rate.burst]}", n)
	}
	holding(t, faulty("{rate: {limit: 1000, per: 1s}}",
		"{name: a, at: 5s, for: 10s, "+limit(40)+"}\n  - {name: b, at: 10s, for: 10s, "+limit(20)+"}",
		"refused == 0% before a", "refused <= 40% from 7s to 10s", "refused >= 50% from 12s to 15s", "refused >= 50% from 16s to 20s", "refused == 0% from 21s to 30s"))
}

func TestAnEarlierFaultsEndLeavesTheLaterOnesValueAndHost(t *testing.T) {
	holding(t, faulty("{rate: {limit: 1000, per: 1s}}",
		"{name: a, at: 5s, for: 10s, set: ['payments.rate.limit=40']}\n  - {name: b, at: 10s, for: 10s, set: ['payments.rate.limit=10']}",
		"refused == 0% before a", "refused >= 70% from 12s to 15s", "refused >= 70% from 16s to 20s", "refused == 0% from 21s to 30s"))
	holding(t, faulty("{shedding: {cpu: 90%, hold_for: 500ms}}",
		"{name: a, at: 5s, for: 8s, host: {cpu: 100%}}\n  - {name: b, at: 8s, for: 10s, host: {cpu: 99%}}",
		"refused == 0% before a", "refused >= 50% from 14s to 18s", "refused == 0% after 25s"))
}
