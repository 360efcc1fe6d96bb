// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/simulations/scenario"
)

// kind is a scenario of the comparison. It has one dependency, one load and one fault.
type kind struct {
	name     string
	text     string
	scenario *scenario.Scenario
	deaf     bool          // its handler does not heed its context
	tail     bool          // the 99th percentile is compared too: it is what the policy is for
	circuit  bool          // it has a breaker
	bucket   time.Duration // of its window, or, where there is none, of the goodput by which recovery is seen
	jitter   time.Duration // of the time for which it opens
	misset   string        // what makes another policy of it, so that the comparison must fail
	quick    bool          // one of those that CI runs in real time
}

// kinds are the scenarios, those of CI first.
func kinds(t *testing.T) []kind {
	t.Helper()
	list := []kind{
		{
			name: "a breaker in an outage", text: breakerOutage, circuit: true, bucket: 500 * time.Millisecond, jitter: 40 * time.Millisecond, quick: true,
			misset: "payments.breaker.min_calls=400",
		},
		{
			name: "a bulkhead with a queue in an overload", text: bulkheadOverload, bucket: 100 * time.Millisecond, quick: true,
			misset: "payments.bulkhead.concurrency=16",
		},
		{
			name: "retries with backoff and a budget", text: retryErrors, bucket: 100 * time.Millisecond,
			misset: "payments.retry.budget.ratio=50%",
		},
		{
			name: "a rate limit", text: rateSpike, bucket: 100 * time.Millisecond,
			misset: "payments.rate.limit=120",
		},
		{
			name: "hedging", text: hedgeTail, tail: true, bucket: 100 * time.Millisecond,
			misset: "payments.hedge.after=150ms",
		},
		{
			name: "deadlines with workers", text: workersSlow, deaf: true, bucket: 100 * time.Millisecond,
			misset: "payments.deadline.attempt=150ms",
		},
	}
	for i := range list {
		list[i].scenario = read(t, list[i].text)
	}
	return list
}

// The outage comes when the window does not yet hold the calls that the breaker asks for: it opens half a second later, when it does.
const breakerOutage = `
simulation: a breaker in an outage
duration: 5500ms
policies:
  dependencies:
    payments:
      deadline: {attempt: 500ms}
      breaker: {failure_rate: 20%, min_calls: 200, window: {span: 5s}, open_for: 1s, open_growth: 1, open_jitter: 4%}
dependencies:
  payments: {latency: {median: 20ms, p99: 100ms}}
load:
  - {to: payments, rate: 100/s, arrivals: even}
faults:
  - {name: outage, at: 1500ms, for: 2s, dependency: payments, errors: 100%}
expect: [goodput >= 0%]
`

// For two seconds the bulkhead's permits are too few, its queue fills, and it refuses.
const bulkheadOverload = `
simulation: a bulkhead with a queue in an overload
duration: 4500ms
policies:
  dependencies:
    payments:
      deadline: {total: 1s}
      bulkhead: {concurrency: 8, queue: 16, max_wait: 500ms}
dependencies:
  payments: {latency: {median: 25ms, p99: 75ms}}
load:
  - {to: payments, rate: 150/s}
faults:
  - {name: slow, at: 1s, for: 2s, dependency: payments, latency: x4}
expect: [goodput >= 0%]
`

// More fails than the budget lets be repeated.
const retryErrors = `
simulation: retries with backoff and a budget
duration: 7s
policies:
  dependencies:
    payments:
      deadline: {total: 2s, attempt: 500ms}
      retry: {attempts: 3, backoff: {base: 40ms}, budget: {ratio: 10%, min_per_second: 2, window: 2s}}
dependencies:
  payments: {latency: {median: 20ms, p99: 80ms}}
load:
  - {to: payments, rate: 150/s, safe: true}
faults:
  - {name: errors, at: 2s, for: 3s, dependency: payments, errors: 60%}
expect: [goodput >= 0%]
`

// Twice as much comes as may be let through, for two seconds: a queue first, and then refusals. (The fault is there as a mark of that time.)
const rateSpike = `
simulation: a rate limit
duration: 6s
policies:
  dependencies:
    payments:
      deadline: {total: 1s}
      rate: {limit: 100, burst: 10, queue: 20, max_wait: 400ms}
dependencies:
  payments: {latency: {median: 20ms, p99: 60ms}}
load:
  - {to: payments, rate: 80/s, shape: [{at: 1500ms, rate: 200/s, for: 2s}]}
faults:
  - {name: spike, at: 1500ms, for: 2s, dependency: payments, latency: +1ms}
expect: [goodput >= 0%]
`

// One answer of twenty takes long, for a while all take twice as long.
const hedgeTail = `
simulation: hedging
duration: 8s
policies:
  dependencies:
    payments:
      deadline: {total: 1s, attempt: 900ms}
      workers: {max: 64}
      bulkhead: {concurrency: 64}
      hedge: {after: 60ms}
dependencies:
  payments: {latency: {median: 20ms, p99: 200ms}}
load:
  - {to: payments, rate: 150/s, safe: true}
faults:
  - {name: slow, at: 3s, for: 2s, dependency: payments, latency: x2}
expect: [goodput >= 0%]
`

// Handlers that do not heed their deadline keep their permits when their callers have left.
const workersSlow = `
simulation: deadlines with workers
duration: 6s
policies:
  dependencies:
    payments:
      deadline: {total: 500ms, attempt: 100ms}
      workers: {max: 12, max_abandoned: 3}
      bulkhead: {concurrency: 12, queue: 40, max_wait: 200ms}
dependencies:
  payments: {latency: {median: 20ms, p99: 60ms}}
load:
  - {to: payments, rate: 100/s}
faults:
  - {name: slow, at: 2s, for: 2s, dependency: payments, latency: x5}
expect: [goodput >= 0%]
`
