// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/config"
)

const brownout = `simulation: brownout
story: Payments gets slow, and then does not answer.
duration: 2m
runs: 3
policies:
  dependencies:
    payments:
      deadline: {total: 2s, attempt: 600ms}
      retry: {attempts: 3}
      breaker: {failure_rate: 50%, min_calls: 20, open_for: 10s}
dependencies:
  payments: {latency: {median: 40ms, p99: 250ms}, capacity: {concurrency: 40, queue: 200}}
load:
  - {to: payments, rate: 200/s}
faults:
  - {name: outage, at: 30s, for: 20s, dependency: payments, errors: 100%}
expect:
  - goodput >= 60%
  - payments open within 3s of outage
  - goodput >= no policy + 20%
baselines: [no policy, without each section]
`

func read(t testing.TB, text string) (*Scenario, config.Problems) {
	t.Helper()
	return Read(config.Source{Name: "s.yaml", Data: []byte(text)}, nil)
}

// sound reads a scenario without a problem.
func sound(t testing.TB, text string) *Scenario {
	t.Helper()
	s, ps := read(t, text)
	if s == nil || len(ps) > 0 {
		t.Fatalf("%s", ps)
	}
	return s
}

func TestAPlainScenarioIsRead(t *testing.T) {
	s := sound(t, brownout)
	if s.Simulation != "brownout" || s.Duration != 2*time.Minute || s.Runs != 3 || s.Seed != 1 || s.Nodes != 1 {
		t.Errorf("%+v", s)
	}
	list, ps := s.Variants(nil)
	if ps.Err() != nil {
		t.Fatal(ps)
	}
	var names []string
	for _, b := range list {
		names = append(names, b.Name)
	}
	t.Log(names, s.Expect, s.Spans())
}
