// SPDX-License-Identifier: Apache-2.0

package scenario_test

import (
	"fmt"

	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

const text = `simulation: outage
duration: 2m
policies:
  dependencies:
    payments: {deadline: {total: 2s}, retry: {attempts: 2}, breaker: {failure_rate: 50%}}
dependencies:
  payments: {latency: {median: 40ms, p99: 250ms}}
load:
  - {to: payments, rate: 200/s}
faults:
  - {name: outage, at: 30s, for: 20s, dependency: payments, errors: 100%}
expect:
  - goodput >= 60%
  - payments open within 3s of outage
baselines: [no policy, without each section]
`

func ExampleRead() {
	s, problems := scenario.Read(config.Source{Name: "outage.yaml", Data: []byte(text)}, nil)
	if s == nil {
		fmt.Println(problems)
		return
	}
	for _, e := range s.Expect {
		fmt.Println(e)
	}
	variants, _ := s.Variants(nil)
	for _, v := range variants {
		fmt.Println(v.Name, v.Set)
	}
	// Output:
	// goodput >= 60% from 0s to 2m
	// payments open from 30s to 33s
	// as written []
	// no policy []
	// without payments.deadline [payments.deadline=off]
	// without payments.retry [payments.retry=off]
	// without payments.breaker [payments.breaker=off]
}

func ExampleRead_problems() {
	_, problems := scenario.Read(config.Source{Name: "outage.yaml", Data: []byte(`dependencies: {payments: {latency: 40ms}}
load: [{to: payment, rate: 200/s}]
expect: [godput >= 60%]
`)}, nil)
	fmt.Println(problems.Err())
	// Output:
	// outage.yaml:2:13: error[unknown-dependency]: load[0].to = payment: no dependency has this name; did you mean payments?
	//   2 | load: [{to: payment, rate: 200/s}]
	//     |             ^^^^^^^
	//   help: accepted: payments
	// outage.yaml:3:10: error[not-understood]: expect[0] = godput: is no measure; did you mean goodput?
	//   3 | expect: [godput >= 60%]
	//     |          ^^^^^^
	//   help: accepted: goodput, answered, degraded, failed, refused, late, throughput, amplification, peak-amplification, attempts, waste, mean, p50, p90, p95, p99, p99.9, max, queue, openings, …
}

func ExampleParseExpectation() {
	s, _ := scenario.Read(config.Source{Name: "outage.yaml", Data: []byte(text)}, nil)
	e, err := scenario.ParseExpectation("p99(payments) <= no policy + 200ms after outage in 90% of runs", s)
	fmt.Println(e, err)
	fmt.Printf("%s of %s, from %v to %v, %s %q + %vs\n", e.Measure.Metric, e.Measure.Of, e.Measure.From, e.Measure.To, e.Op, e.Baseline, e.Value)
	_, err = scenario.ParseExpectation("p99(payments) <= 200", s)
	fmt.Println(err)
	// Output:
	// p99(payments) <= "no policy" + 200ms from 50s to 2m in 90% of runs <nil>
	// p99 of payments, from 50s to 2m0s, <= "no policy" + 0.2s
	// column 18: 200: is not a value of p99 (accepted: a value such as 200ms); add the unit: 200ms or 200s [not-understood]
}
