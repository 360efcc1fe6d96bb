// SPDX-License-Identifier: Apache-2.0

package simulations_test

import (
	"context"
	"fmt"

	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/simulations"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

func ExampleRun() {
	source := config.Source{Name: "outage.yaml", Data: []byte(`
simulation: outage
duration: 1m
policies:
  dependencies:
    payments: {breaker: {failure_rate: 50%, min_calls: 20, window: {span: 10s}, open_for: 2s}}
dependencies:
  payments: {latency: {median: 20ms, p99: 100ms}}
load:
  - {to: payments, rate: 50/s}
faults:
  - {name: outage, at: 20s, for: 10s, dependency: payments, errors: 100%}
expect:
  - payments open within 10s of outage
  - refused >= 30% during outage
  - goodput >= 99% before outage
`)}
	s, problems := scenario.Read(source, nil)
	if err := problems.Err(); err != nil {
		fmt.Println(err)
		return
	}
	result, err := simulations.Run(context.Background(), s, simulations.Options{Runs: 2, Children: -1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result)
	for _, e := range result.Expectations {
		fmt.Printf("%s: %s, in %d of %d runs\n", e.Text, e.Verdict, e.HeldIn, e.Runs)
	}
	// Output:
	// outage: passed, 3 of 3 expectations hold
	// payments open within 10s of outage: passed, in 3 of 3 runs
	// refused >= 30% during outage: passed, in 3 of 3 runs
	// goodput >= 99% before outage: passed, in 3 of 3 runs
}
