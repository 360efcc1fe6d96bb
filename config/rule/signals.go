// SPDX-License-Identifier: Apache-2.0

package rule

// The places of the signals in the table.
const (
	cpu = iota
	memory
	gc
	runQueue
	sheddingLevel
	amplification
	failureRate
	rejectionRate
	callsPerSecond
	latencyP50
	latencyP99
	inFlight
	queued
	circuit

	signalCount = iota
)

const (
	most       = 1e9 // of numbers without a bound of their own
	mostWait   = 600 // seconds
	mostFactor = 1000
)

var (
	levelWords = []string{"admit-all", "shed-sheddable", "shed-normal", "shed-high"}
	stateWords = []string{"closed", "open", "half-open", "ramping"}
)

// signals are all that actors can tell. The last of each reading counts, unless it is said
// otherwise; rates are of the last ten seconds, see [Meter].
var signals = [signalCount]Signal{
	cpu: {
		Name: "cpu", Kind: Share, Scope: Host, Unit: "%", Most: 1, Example: "cpu > 85% for 10s",
		Summary: "The use of the processor time that the process may use: smoothed as the shedding policy smooths it that watches it, else as last read. Package config/live reads it itself where a rule asks; else it is not known where no guard obeys a shedding policy.",
	},
	memory: {
		Name: "memory", Kind: Share, Scope: Host, Unit: "%", Most: 1, Example: "memory > 90%",
		Summary: "The use of the nearest limit of memory, without what can be had back, as last read; known where cpu is.",
	},
	gc: {
		Name: "gc", Kind: Share, Scope: Host, Unit: "%", Most: 1, Example: "gc > 30% for 10s",
		Summary: "The share of the processor time that the collector takes; smoothed, and known, as cpu.",
	},
	runQueue: {
		Name: "run_queue", Kind: Duration, Scope: Host, Unit: "s", Most: mostWait, Example: "run_queue > 20ms for 10s",
		Summary: "How long goroutines that could run wait for a processor, the 99th percentile; smoothed, and known, as cpu.",
	},
	sheddingLevel: {
		Name: "shedding", Kind: Word, Scope: Host, Words: levelWords, Example: "shedding is shed-normal, shed-high",
		Summary: "The level of the shedding policies that guards obey; of several the one that admits least. Not known where no guard obeys one.",
	},
	amplification: {
		Name: "amplification", Kind: Number, Scope: Dependency, Least: 1, Most: mostFactor, Example: "amplification > 1.5 for 30s",
		Summary: "How many attempts there are for each call, repetitions of hops further in included, within retry.budget.window: the number of Stats.Amplification. 1 where nothing is repeated, also without retries and without calls.",
	},
	failureRate: {
		Name: "failure_rate", Kind: Share, Scope: Dependency, Unit: "%", Most: 1, Example: "failure_rate > 20% for 10s",
		Summary: "Failures among the successes and failures of the last 10s, attempts counted. Not known below 10 of them.",
	},
	rejectionRate: {
		Name: "rejection_rate", Kind: Share, Scope: Dependency, Unit: "%", Most: 1, Example: "rejection_rate > 5% for 30s",
		Summary: "Calls of the last 10s that the policy refused before their first attempt, among all calls. Not known below 10 calls.",
	},
	callsPerSecond: {
		Name: "calls_per_second", Kind: Number, Scope: Dependency, Unit: "calls/s", Most: most, Example: "calls_per_second > 500 for 10s",
		Summary: "Calls of the last 10s, refused ones included, by the seconds that they were counted for.",
	},
	latencyP50: {
		Name: "latency_p50", Kind: Duration, Scope: Dependency, Unit: "s", Most: mostWait, Example: "latency_p50 > 100ms for 30s",
		Summary: "The time that half of the attempts of the last 10s did not exceed, less than 28% beside the true one. Not known below 10 attempts.",
	},
	latencyP99: {
		Name: "latency_p99", Kind: Duration, Scope: Dependency, Unit: "s", Most: mostWait, Example: "latency_p99 > 800ms for 30s",
		Summary: "As latency_p50, the time that 99% did not exceed: below 100 attempts nearly the slowest.",
	},
	inFlight: {
		Name: "in_flight", Kind: Share, Scope: Dependency, Unit: "%", Most: 1, Example: "in_flight > 90% for 10s",
		Summary: "The share of the bulkhead's permits that is lent now. 0% where there is no limit.",
	},
	queued: {
		Name: "queue", Kind: Share, Scope: Dependency, Unit: "%", Most: 1, Example: "queue > 50% for 10s",
		Summary: "The share of the bulkhead's queue that waits now. 0% where there is no queue.",
	},
	circuit: {
		Name: "circuit", Kind: Word, Scope: Dependency, Words: stateWords, Example: "circuit is open",
		Summary: "The state of the circuit, whatever its mode. Not known for keyrings: each key has its own.",
	},
}
