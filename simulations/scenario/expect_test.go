// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// service is a scenario with several of each.
const service = `simulation: service
duration: 2m
settle: 10s
nodes: 3
policies:
  dependencies:
    payments: {deadline: {total: 2s}, retry: {attempts: 2}, breaker: {failure_rate: 50%}, fleet: {mode: follow}}
    ledger: {deadline: {total: 1s}, retry: {attempts: 2}}
dependencies:
  payments: {latency: 40ms, capacity: 40, calls: ledger}
  ledger: {}
  max:
load:
  - {to: payments, rate: 20/s, tenants: {gold: 1, free: 3}}
  - {to: payments, rate: 20/s, operation: charge, priority: high}
  - {name: checkout page, to: ledger, users: 5, tenants: {ledger: 1}}
  - {name: charge, to: max, rate: 1/s}
faults:
  - {name: outage, at: 30s, for: 10s, dependency: payments, errors: 100%, every: 30s, times: 2}
  - {at: 50s, for: 1s, dependency: ledger, latency: +2s}
  - {name: forever, at: 1m50s, dependency: ledger, hang: 10%}
  - {name: restart, at: 20s, restart: 2}
baselines: [no policy, without each section, without retry, {name: calm, set: payments.retry.attempts=1}]
`

func mustRead(t testing.TB) *Scenario {
	t.Helper()
	s, ps := read(t, service)
	if s == nil {
		t.Fatal(ps)
	}
	return s
}

// TestSentencesAreUnderstood: each is told as it was understood, with its times.
func TestSentencesAreUnderstood(t *testing.T) {
	s := mustRead(t)
	const all = " from 10s to 2m"
	for text, want := range map[string]string{
		"goodput >= 95%":                                    "goodput >= 95%" + all,
		"GOODPUT ≥ 0.95":                                    "goodput >= 95%" + all,
		"p99(payments)<=200ms":                              "p99(payments) <= 200ms" + all,
		"p99.9( dependency ledger ) < 1.5s":                 "p99.9(ledger) < 1.5s" + all,
		"max(max) <= 1s":                                    "max(max) <= 1s" + all,
		"throughput(gold) > 30/m":                           `throughput(tenant "gold") > 0.5/s` + all,
		"throughput > 10":                                   `throughput > 10/s` + all,
		"failed(load checkout page) == 0%":                  `failed(load "checkout page") == 0%` + all,
		`failed(load "checkout page") == 0%`:                `failed(load "checkout page") == 0%` + all,
		"failed(Payments 2) != 0%":                          `failed(load "payments 2") != 0%` + all,
		"goodput(operation charge) >= 95%":                  `goodput(operation "charge") >= 95%` + all,
		"goodput(load charge) >= 95%":                       `goodput(load "charge") >= 95%` + all,
		"goodput(ledger) >= 95%":                            "goodput(ledger) >= 95%" + all,
		"goodput(tenant ledger) >= 95%":                     `goodput(tenant "ledger") >= 95%` + all,
		"goodput(priority high) >= 95%":                     `goodput(priority "high") >= 95%` + all,
		"goodput(high) >= 95%":                              `goodput(priority "high") >= 95%` + all,
		"amplification <= 1.5 during outage":                "amplification <= 1.5 from 30s to 40s",
		"queue(payments) <= 0 during outage 2":              "queue(payments) <= 0 from 1m to 1m10s",
		"goodput >= 95% before outage":                      "goodput >= 95% from 10s to 30s",
		"goodput >= 95% before 30s":                         "goodput >= 95% from 10s to 30s",
		"goodput >= 95% after outage":                       "goodput >= 95% from 40s to 2m",
		"goodput >= 95% after 90s":                          "goodput >= 95% from 1m30s to 2m",
		"goodput >= 95% since fault 2":                      "goodput >= 95% from 50s to 2m",
		"goodput >= 95% after restart":                      "goodput >= 95% from 20s to 2m",
		"goodput >= 95% from 30s to 1m":                     "goodput >= 95% from 30s to 1m",
		"goodput >= 95% within 20s after outage":            "goodput >= 95% from 40s to 1m",
		"goodput >= 95% within 5s of outage":                "goodput >= 95% from 30s to 35s",
		"goodput >= 95% in 90% of runs":                     "goodput >= 95%" + all + " in 90% of runs",
		"goodput >= 95% in all runs":                        "goodput >= 95%" + all,
		"goodput >= 95% during forever IN 50% of RUNS":      "goodput >= 95% from 1m50s to 2m in 50% of runs",
		"goodput >= no policy + 20%":                        `goodput >= "no policy" + 20%` + all,
		"goodput >= that of no policy +20%":                 `goodput >= "no policy" + 20%` + all,
		"p99 <= without payments.retry - 20ms":              `p99 <= "without payments.retry" - 20ms` + all,
		"p99 <= Calm after outage":                          `p99 <= "calm" from 40s to 2m`,
		"amplification < without retry":                     `amplification < "without retry"` + all,
		"payments open within 3s of outage":                 "payments open from 30s to 33s",
		"payments closed within 20s after outage 2":         "payments closed from 1m10s to 1m30s",
		"payments Half-Open from 30s to 33s":                "payments half-open from 30s to 33s",
		"payments never open":                               "payments never open" + all,
		"payments never open before outage":                 "payments never open from 10s to 30s",
		"payments stays closed during fault 2":              "payments stays closed from 50s to 51s",
		"payments opens at most 3 times":                    "openings(payments) <= 3" + all,
		"payments opens at most once during outage":         "openings(payments) <= 1 from 30s to 40s",
		"recovery(payments) <= 10s after outage":            "recovery(payments) <= 10s from 40s to 2m",
		"payments held within 3s of outage":                 "payments held from 30s to 33s",
		"payments never held":                               "payments never held" + all,
		"payments Clear within 30s after outage":            "payments clear from 40s to 1m10s",
		"payments stays held during fault 2":                "payments stays held from 50s to 51s",
		"holds <= 3":                                        "holds <= 3" + all,
		"holds(payments) <= 1 per node":                     "holds(payments) <= 1 per node" + all,
		"flips(payments) <= 3 per node during outage":       "flips(payments) <= 3 per node from 30s to 40s",
		"openings <= no policy + 2 per node in 90% of runs": `openings <= "no policy" + 2 per node` + all + " in 90% of runs",
		"probes(payments) <= 3/s during outage":             "probes(payments) <= 3/s from 30s to 40s",
		"members 3 within 15s after outage":                 "members 3 from 40s to 55s",
		"Members 2 from 30s to 40s":                         "members 2 from 30s to 40s",
		"members stay 3":                                    "members stays 3" + all,
		"members stays 3 during outage 2":                   "members stays 3 from 1m to 1m10s",
		"goodput(node 2) >= 95%":                            "goodput(node 2) >= 95%" + all,
		"recovery <= 10s from 1m to 2m":                     "recovery <= 10s from 1m to 2m",
	} {
		e, err := ParseExpectation(text, s)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := e.String(); got != want || e.Text != text {
			t.Errorf("%s: %q, text %q, want %q", text, got, e.Text, want)
		}
	}
}

func TestMeasuresHaveTheirUnits(t *testing.T) {
	s := mustRead(t)
	for text, want := range map[string]Expectation{
		"goodput >= 95%":   {Measure: Measure{Metric: "goodput", Unit: "%"}, Op: ">=", Value: 0.95, Share: 1},
		"p99 <= 200ms":     {Measure: Measure{Metric: "p99", Unit: "s"}, Op: "<=", Value: 0.2, Share: 1},
		"throughput < 5/s": {Measure: Measure{Metric: "throughput", Unit: "/s"}, Op: "<", Value: 5, Share: 1},
		"attempts == 3":    {Measure: Measure{Metric: "attempts"}, Op: "==", Value: 3, Share: 1},
		"p50 <= no policy - 5ms in 20% of runs": {
			Measure: Measure{Metric: "p50", Unit: "s"}, Op: "<=", Value: -0.005, Baseline: "no policy", Share: 0.2,
		},
	} {
		want.Text, want.Measure.From, want.Measure.To = text, 10*time.Second, 2*time.Minute
		if e, err := ParseExpectation(text, s); err != nil || e != want {
			t.Errorf("%s: %+v, %v", text, e, err)
		}
	}
}

// TestSentencesThatAreNotUnderstood: the word is named with what would be accepted or done.
func TestSentencesThatAreNotUnderstood(t *testing.T) {
	s := mustRead(t)
	for text, want := range map[string]struct {
		column int
		said   string
	}{
		"":                               {1, "expects nothing"},
		"   ":                            {1, "expects nothing"},
		"goodput":                        {8, "want a comparison behind goodput, and the sentence ends"},
		"goodput 95%":                    {9, `want a comparison behind goodput, got "95%"`},
		"goodput => 95%":                 {9, "want a comparison"},
		"goodput(":                       {9, "is the name of nothing that could be measured"},
		"goodput() >= 95%":               {9, "is the name of nothing that could be measured"},
		"goodput(paymnts) >= 95%":        {9, "did you mean payments?"},
		"goodput(charge) >= 95%":         {9, "is the name of several: load, operation"},
		"goodput(ledger >= 95%":          {9, "is the name of nothing"},
		"goodput(load ledger) >= 95%":    {14, "is the name of nothing"},
		"openings(load charge) >= 95":    {15, "is a load, and openings is of dependencies alone"},
		"goodput >= 95% during":          {22, "want the name of a fault, and the sentence ends"},
		"goodput >= 95% during outage 3": {23, "happens less often before the end"},
		"goodput >= 95% during outtage in 90% of runs": {23, "did you mean outage?"},
		"goodput >= 95% after forever":                 {22, "does not end before the simulation does"},
		"goodput >= 95% within 3s":                     {25, "want of or after"},
		"goodput >= 95% within 3 of outage":            {23, "add the unit: 3s"},
		"goodput >= 95% from 30s":                      {24, "want to"},
		"goodput >= 95% from 30s until 40s":            {25, "write to"},
		"goodput >= 95% from 30s to 30s":               {16, "is no time at all"},
		"goodput >= 95% before 5s":                     {16, "is no time at all"},
		"goodput >= 95% during restart":                {16, "is no time at all"},
		"goodput >= 95% after 3m":                      {16, "is no time at all"},
		"goodput >= 95% from 30s to 3m":                {16, "ends at 3m, behind the end"},
		"goodput >= 95% in 90%":                        {22, "want of"},
		"goodput >= 95% in 90 of runs":                 {19, "is no share of the runs"},
		"goodput >= 95% in 0% of runs":                 {19, "is no share of the runs"},
		"goodput >= 95% for ever":                      {16, "does not belong here"},
		"goodput >= 95% durin outage":                  {16, "did you mean during?"},
		"goodput >= 1":                                 {0, ""},
		"goodput >= -5%":                               {12, "is out of range"},
		"goodput >= 200ms":                             {12, "is not a value of goodput"},
		"p99 <= 95%":                                   {8, "is not a value of p99"},
		"p99 <= 48h":                                   {8, "is out of range"},
		"amplification <= 1.5x":                        {18, "write 1.5"},
		"amplification <= 1e999":                       {18, "is not a value"},
		"amplification <= +Inf":                        {18, "is not a value"},
		"amplification <= 0x1p-2":                      {18, "is not a value"},
		"goodput >= that of":                           {19, "is neither a value nor a baseline"},
		"goodput >= that of nobody":                    {20, "is neither a value nor a baseline"},
		"goodput >= that 95%":                          {17, "want of"},
		"goodput >= as written":                        {12, "is neither a value nor a baseline"},
		"goodput >= no policy + lots":                  {24, "is not a value of goodput"},
		"payments":                                     {9, "want what the circuit of payments does, and the sentence ends"},
		"payments opn within 3s of outage":             {10, "did you mean open?"},
		"payments open":                                {14, "want within and a time"},
		"payments never":                               {15, "want a state of a circuit"},
		"payments never shut":                          {16, "want a state of a circuit"},
		"payments opens at least 3 times":              {19, "want most"},
		"payments opens at most 3":                     {25, "want times"},
		"payments opens at most -1 times":              {24, "is no number of times"},
		"paymnts open within 3s of outage":             {1, "did you mean payments?"},
		"godput >= 95%":                                {1, "did you mean goodput?"},
		`"goodput" >= 95%`:                             {1, "is no measure"},
		"( goodput >= 95%":                             {1, "is neither a measure nor a dependency"},
		"recovery(payments) <= 10s":                    {1, "does not say from what"},
		"holds(payments) <= 1 per":                     {25, "want node"},
		"goodput >= 95% per node":                      {16, "is not known of goodput"},
		"goodput(node 4) >= 95%":                       {14, "is the name of nothing"},
		"queue(node 2) <= 5":                           {12, "is a node, and queue is of dependencies alone"},
		"payments heldd within 3s of outage":           {10, "did you mean held?"},
		"probes <= 3":                                  {0, ""},
		"members":                                      {8, "want how many members there are, and the sentence ends"},
		"members many within 3s of outage":             {9, "want how many members there are"},
		"members 4 within 3s of outage":                {9, "is out of range"},
		"members stay 0":                               {14, "is out of range"},
		"members 3":                                    {10, "want within and a time behind the number of members"},
		"members 3 after outage":                       {11, "or members stay 3"},
		strings.Repeat("goodput ", 100):                {501, "is too long"},
	} {
		_, err := ParseExpectation(text, s)
		var f *Flaw
		if !errors.As(err, &f) {
			if want.said != "" {
				t.Errorf("%s is understood", text)
			}
			continue
		}
		if f.Column != want.column || !strings.Contains(f.Error(), want.said) || f.Length < 1 {
			t.Errorf("%s: %v, want column %d %s", text, f, want.column, want.said)
		}
	}
}

func TestScopesAreResolved(t *testing.T) {
	s := mustRead(t)
	e, err := ParseExpectation("recovery(payments) <= 10s after outage 2", s)
	if err != nil || e.Measure.From != 70*time.Second || e.Measure.To != 2*time.Minute {
		t.Errorf("%+v, %v", e.Measure, err)
	}
}

// drawn is any expectation that a scenario may have.
func drawn(r *rapid.T, s *Scenario) Expectation {
	e := Expectation{Share: 1, Op: rapid.SampledFrom([]string{"<", "<=", ">", ">=", "==", "!="}).Draw(r, "op")}
	m := &e.Measure
	second := func(label string, least, most int64) time.Duration {
		return time.Duration(rapid.Int64Range(least, most).Draw(r, label))
	}
	m.From = second("from", 0, int64(s.Duration)-1)
	m.To = second("to", int64(m.From)+1, int64(s.Duration))
	if rapid.Bool().Draw(r, "some") {
		e.Share = float64(rapid.IntRange(1, 1000).Draw(r, "share")) / 1000
	}
	if rapid.IntRange(0, 3).Draw(r, "kind") == 0 {
		m.Metric, m.State, e.Op = rapid.SampledFrom([]string{reaches, never, stays}).Draw(r, "word"), rapid.SampledFrom(states).Draw(r, "state"), ""
		m.Of, m.OfKind = rapid.SampledFrom(s.names()).Draw(r, "of"), "dependency"
		return e
	}
	of := rapid.SampledFrom(metrics).Draw(r, "metric")
	m.Metric, m.Unit = of.name, of.unit
	p := parser{s: s}
	if kind := rapid.SampledFrom(append([]string{""}, kinds...)).Draw(r, "of kind"); kind == "dependency" || kind != "" && !of.narrow {
		m.OfKind, m.Of = kind, rapid.SampledFrom(p.there(kind)).Draw(r, "of")
	}
	most := 1.0
	if of.unit != share {
		most = 1e4
	}
	e.Value = rapid.Float64Range(0, most).Draw(r, "value")
	if of.unit == seconds {
		e.Value = time.Duration(e.Value * 1e9).Seconds()
	}
	if rapid.Bool().Draw(r, "to a baseline") {
		e.Baseline = rapid.SampledFrom(s.baselineNames()).Draw(r, "baseline")
		if rapid.Bool().Draw(r, "less") && e.Value != 0 {
			e.Value = -e.Value
		}
	}
	return e
}

// TestASentenceIsReadBackToTheSame: whatever was understood is written so that it is understood again.
func TestASentenceIsReadBackToTheSame(t *testing.T) {
	s := mustRead(t)
	rapid.Check(t, func(r *rapid.T) {
		e := drawn(r, s)
		text := e.String()
		back, err := ParseExpectation(text, s)
		if err != nil {
			r.Fatalf("%s: %v", text, err)
		}
		if math.Abs(back.Value-e.Value) <= 1e-9*math.Abs(e.Value) { // durations are written in nanoseconds
			back.Value = e.Value
		}
		e.Text = text
		if back != e {
			r.Fatalf("%s: %+v, want %+v", text, back, e)
		}
	})
}
