// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

func TestMain(m *testing.M) {
	Serve()
	os.Exit(m.Run())
}

// outage is a scenario with an outage of 10 seconds.
const outage = `
simulation: outage
duration: 40s
runs: 2
policies:
  dependencies:
    payments:
      deadline: {total: 2s, attempt: 500ms}
      retry: {attempts: 3}
      breaker: {failure_rate: 50%, min_calls: 20, open_for: 2s}
dependencies:
  payments: {latency: {median: 20ms, p99: 100ms}}
load:
  - {to: payments, rate: 100/s, safe: true}
faults:
  - {name: outage, at: 10s, for: 10s, dependency: payments, errors: 100%}
expect:
  - goodput >= 70%
  - goodput >= 99% before outage
  - payments open within 2s of outage
  - payments closed within 10s after outage
  - amplification <= 1.5
  - p99 <= 200ms
  - recovery <= 10s after outage
baselines: [no policy]
`

// read reads a scenario that has no flaw.
func read(t *testing.T, text string) *scenario.Scenario {
	t.Helper()
	s, problems := scenario.Read(config.Source{Name: "test.yaml", Data: []byte(strings.TrimLeft(text, "\n"))}, nil)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return s
}

// simulate runs a scenario in this process.
func simulate(t *testing.T, text string, o Options) *Result {
	t.Helper()
	if o.Children == 0 {
		o.Children = -1
	}
	r, err := Run(context.Background(), read(t, text), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range r.Broken {
		t.Fatalf("%+v", b)
	}
	return r
}
