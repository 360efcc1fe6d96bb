// SPDX-License-Identifier: Apache-2.0

package world

import "time"

// Model says how a dependency behaves while nothing goes wrong. The zero Model answers every request at once.
type Model struct {
	// Latency is how long the work of one request takes, once it has begun.
	Latency Latency
	// Errors is the share of requests that fail by themselves, after their work. Default 0; 0% to 100%.
	Errors float64 `plain:"rate"`
	// Capacity is how much work is done at once, and who waits for it. Zero: any amount.
	Capacity Capacity
	// WarmUp is how the dependency is slower after its start.
	WarmUp WarmUp
	// Quota is how many requests it takes in a time, whoever sends them. Zero: any number.
	Quota Quota
	// Abandoned says what becomes of work whose caller has left. Default works-on.
	Abandoned Abandoned
}

// Latency is a distribution of durations. The fields that a Kind does not read must be zero. The zero Latency is none at all.
type Latency struct {
	// Kind is the distribution. Default: trace where Trace is set, lognormal where Median is, uniform
	// where Min and Max are alone, and constant for a latency written as a single duration (see [ParseLatency]).
	Kind LatencyKind
	// Median is the middle of lognormal, exponential and pareto, and all of constant.
	Median time.Duration
	// P99 is the 99th percentile of lognormal (default 3 times Median) and pareto (default 10 times). More than Median.
	P99 time.Duration
	// Min and Max are the bounds of uniform; those of every other distribution where they are not zero.
	Min, Max time.Duration
	// Trace are the durations that trace draws from, each as probable as the others: recorded ones.
	Trace []time.Duration
}

// LatencyKind is a distribution.
type LatencyKind uint8

// The distributions.
const (
	// ByFields: what the fields of the [Latency] say. Its word is "by-fields".
	ByFields LatencyKind = iota
	// Constant: always Median.
	Constant
	// Uniform: from Min to Max, each as probable.
	Uniform
	// Exponential: with this Median, memoryless, as service times of an M/M/c queue.
	Exponential
	// Lognormal: with this Median and P99, as most services have it.
	Lognormal
	// Pareto: with this Median and P99, a heavy tail.
	Pareto
	// Trace: one of the durations that were recorded.
	Trace
)

// Capacity is a server's.
type Capacity struct {
	// Concurrency is how many requests are worked on at once. Zero: any number, and then nobody waits. At most 100000.
	Concurrency int
	// Queue is how many wait for that; a request that finds it full is refused at once. Default 0: nobody waits. At most 1000000.
	Queue int
	// Order says who is next. Default fifo, as in most servers.
	Order Order
	// RetryAfter is what a refusal says, as a server's Retry-After header does. Zero: nothing, and
	// the refusal is an error as others.
	RetryAfter time.Duration
}

// Order says which of those that wait is next.
type Order uint8

// The orders.
const (
	// FIFO: who has waited longest.
	FIFO Order = iota
	// LIFO: who came last.
	LIFO
)

// WarmUp is what follows the start of a dependency: empty caches, code that is not compiled yet.
type WarmUp struct {
	// For is how long it takes. Zero: none.
	For time.Duration
	// From is the share of its speed with which it begins; latencies are divided by it. It grows evenly to 100%.
	// Default 10%; 1% to 100%.
	From float64 `plain:"rate"`
	// Cold: the simulation begins with it; else only the end of a crash does.
	Cold bool
}

// Quota is a limit that a dependency itself enforces, as an API of somebody else does.
type Quota struct {
	// Limit is how many requests it takes Per time. Zero: any number.
	Limit int
	// Per is the length of a window. Default 1s.
	Per time.Duration
	// RetryAfter is what it says to those it refuses: zero for the time to the next window.
	RetryAfter time.Duration
}

// Abandoned says what becomes of work whose caller has left.
type Abandoned uint8

// What becomes of it.
const (
	// WorksOn: it goes on and takes capacity, as in most servers.
	WorksOn Abandoned = iota
	// Cancelled: it ends at once, and gives its place to the next.
	Cancelled
	// Dropped: it goes on once it has begun; who still waits leaves the queue.
	Dropped
)
