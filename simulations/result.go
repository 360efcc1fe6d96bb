// SPDX-License-Identifier: Apache-2.0

package simulations

import "time"

// Verdict is what a simulation comes to.
type Verdict string

// The verdicts, the worse ones later.
const (
	// Passed: every expectation holds in as many runs as it must.
	Passed Verdict = "passed"
	// Unsettled: one that holds or not by how goroutines interleave, with one and the same seed, and by that alone.
	Unsettled Verdict = "unsettled"
	// Failed: one does not hold.
	Failed Verdict = "failed"
	// Broken: a run did not come to its end.
	Broken Verdict = "broken"
)

// Result is what a simulation found. It is plain data: what the JSON report says.
type Result struct {
	// Verdict is that of the policies under test; expectations are not judged of baselines.
	Verdict Verdict `json:"verdict"`
	// Simulation, Story and File are the scenario's.
	Simulation string `json:"simulation"`
	Story      string `json:"story,omitempty"`
	File       string `json:"file,omitempty"`
	// Repeat is the command line that gives the same result, where a command ran it.
	Repeat string `json:"repeat,omitempty"`
	// Set is how the policies were changed, as flags do it; Version is what ran all: "fuseboard v0.9.0, go1.26.8".
	Set     []string `json:"set,omitempty"`
	Version string   `json:"version,omitempty"`
	// Expectations are what was expected and found, in the scenario's order.
	Expectations []Judgement `json:"expectations"`
	// Seeds are those that were run.
	Seeds []uint64 `json:"seeds"`
	// VirtualSeconds is the virtual time of all runs together, WallSeconds the real time that they took on Children cores, and Speedup is the
	// former by the latter.
	VirtualSeconds float64 `json:"virtual_seconds"`
	WallSeconds    float64 `json:"wall_seconds"`
	Speedup        float64 `json:"speedup"`
	Children       int     `json:"children"`
	// Duration, Settle and Nodes are the scenario's; Calls is how many requests arrived in all runs.
	Duration time.Duration `json:"duration_ns"`
	Settle   time.Duration `json:"settle_ns"`
	Nodes    int           `json:"nodes"`
	Calls    uint64        `json:"calls"`
	// Variants are what was run: the policies under test first, then the baselines (or the values of a sweep).
	Variants []Variant `json:"variants"`
	// Faults are when what went wrong.
	Faults []Span `json:"faults"`
	// Dependencies are the names, in the scenario's order.
	Dependencies []string `json:"dependencies"`
	// Policies are those under test as text, by dependency: "payments" and the table of its values with their origins.
	Policies []PolicyText `json:"policies"`
	// Warnings are of the scenario and its policies: who read it puts them here.
	Warnings []string `json:"warnings,omitempty"`
	// Broken are runs that did not come to their end.
	Broken []BrokenRun `json:"broken,omitempty"`
}

// PolicyText is one dependency's policy, for people.
type PolicyText struct {
	// Dependency is its name, and Text the table.
	Dependency string `json:"dependency"`
	Text       string `json:"text"`
}

// BrokenRun is a run that did not come to its end.
type BrokenRun struct {
	// Variant and Seed say which it was, Why what kept it from its end.
	Variant string `json:"variant"`
	Seed    uint64 `json:"seed"`
	Why     string `json:"why"`
}

// Span is a time in which something was wrong.
type Span struct {
	// Name is the fault's, with its number where it repeats.
	Name string `json:"name"`
	// From and To bound it, since the beginning.
	From time.Duration `json:"from_ns"`
	To   time.Duration `json:"to_ns"`
	// Dependency is the one concerned; empty for none or all. Text says what it is: "payments: errors 100%".
	Dependency string `json:"dependency,omitempty"`
	Text       string `json:"text"`
}

// Judgement is what became of one expectation.
type Judgement struct {
	// Text is the sentence, Line where it stands.
	Text string `json:"text"`
	Line int    `json:"line,omitempty"`
	// Verdict is passed, failed, or unsettled: it would be passed if those seeds counted whose runs differ by their interleaving alone.
	Verdict Verdict `json:"verdict"`
	// Held: it holds in as many runs as it must. HeldIn of Runs did.
	Held   bool `json:"held"`
	HeldIn int  `json:"held_in"`
	Runs   int  `json:"runs"`
	// Unsettled lists the seeds whose runs differ by their interleaving alone.
	Unsettled []uint64 `json:"unsettled,omitempty"`
	// Op and Value are what it is compared with (">=" and 0.95), where that is the same in every run: neither for a state, nor for a sum with a baseline's measure.
	Op    string  `json:"op,omitempty"`
	Value float64 `json:"value,omitempty"`
	// Median is the middle of what was measured, Low and High its 90% interval over the seeds (5th and 95th percentile; of a seed that is run more than once the
	// first run counts), Least and Most the bounds of all runs. Unit is "%",
	// "s", "/s" or ""; a share is between 0 and 1, whatever its unit shows. Nothing where Known is 0: the number of runs that could be measured.
	Median float64 `json:"median"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Least  float64 `json:"least"`
	Most   float64 `json:"most"`
	Unit   string  `json:"unit"`
	Known  int     `json:"known"`
	// Found says it in words: "97.2 % (96.8 to 97.5)".
	Found string `json:"found"`
	// Why says what is missing where it does not hold: "in seed 3 payments did not open; 12 of 20 calls failed".
	Why string `json:"why,omitempty"`
}

// Variant is what one set of policies came to, over all seeds.
type Variant struct {
	// Name is "as written" for the policies under test, and a baseline's name.
	Name string `json:"name"`
	// Values are what the expectations' measures are of this variant, judged or not, in their order.
	Values []Judgement `json:"values"`
	// Summary are the figures that every variant is compared by: goodput, amplification, p50, p99, refused, load on dependencies.
	Summary []Figure `json:"summary"`
	// Runs are its runs, by seed and interleaving.
	Runs []Trial `json:"runs"`
}

// Figure is a measure over the seeds.
type Figure struct {
	// Name is the measure: "goodput", "p99".
	Name string `json:"name"`
	// Median, Low, High and Unit are as in a Judgement.
	Median float64 `json:"median"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Unit   string  `json:"unit"`
	// Delta is the median of the differences to the policies under test, seed by seed, and DeltaLow and DeltaHigh its bootstrap 95% interval; zero for those themselves.
	Delta     float64 `json:"delta"`
	DeltaLow  float64 `json:"delta_low"`
	DeltaHigh float64 `json:"delta_high"`
}

// Trial is one run: a simulation with one seed.
type Trial struct {
	// Seed is where its chance comes from, and Interleaving which of the runs with that seed it is, from 0.
	Seed         uint64 `json:"seed"`
	Interleaving int    `json:"interleaving"`
	// Digest is of the arrivals of open loads and of the faults' times: the same for the same seed, whatever the policies do.
	Digest string `json:"digest"`
	// Virtual and Wall are how long it took.
	Virtual time.Duration `json:"virtual_ns"`
	Wall    time.Duration `json:"wall_ns"`
	// Measured are the measures of the expectations, in their order, and Summary those of every run, by name.
	Measured []Measured         `json:"measured"`
	Summary  map[string]float64 `json:"summary"`
	// Width is that of a bucket of the tracks.
	Width time.Duration `json:"width_ns"`
	// All is of all requests, Tracks those of each dependency, by name. A request counts in the bucket of its arrival.
	All    Track            `json:"all"`
	Tracks map[string]Track `json:"tracks"`
	// Events are what happened, in order.
	Events []Event `json:"events"`
}

// Measured is one expectation's measure of one run.
type Measured struct {
	// Value is what was measured; not known where Known is false: there was nothing to measure.
	Value float64 `json:"value"`
	Known bool    `json:"known"`
	// Held reports whether it holds (before a baseline is asked).
	Held bool `json:"held"`
	// Why says more where it does not.
	Why string `json:"why,omitempty"`
}

// Track is what became of requests, in buckets of time. All lists are of one length.
type Track struct {
	// Offered is how many arrived; each of them is one of the five that follow: Good (answered by the dependency in time, or by a cache that is fresh), Degraded (by a fallback, or stale),
	// Failed, Refused (by a policy), Late (the user's own timeout came first).
	Offered  []uint32 `json:"offered"`
	Good     []uint32 `json:"good"`
	Degraded []uint32 `json:"degraded"`
	Failed   []uint32 `json:"failed"`
	Refused  []uint32 `json:"refused"`
	Late     []uint32 `json:"late"`
	// Calls is how many of a guard's calls had an attempt, and Attempts how many attempts reached the dependency, in the bucket of their own beginning.
	Calls    []uint32 `json:"calls"`
	Attempts []uint32 `json:"attempts"`
	// P50, P95, P99 and Max are how long answers took, good or degraded, in milliseconds; -1 where there was none.
	P50 []float32 `json:"p50_ms"`
	P95 []float32 `json:"p95_ms"`
	P99 []float32 `json:"p99_ms"`
	Max []float32 `json:"max_ms"`
	// Gate is the most that waited at the guard's own gate (all nodes), Queue in the dependency's queue, Busy the most it worked on at once.
	Gate  []uint32 `json:"gate"`
	Queue []uint32 `json:"queue"`
	Busy  []uint32 `json:"busy"`
	// Closed, Open, HalfOpen and Ramping are how many circuits were so at the end of a bucket: one for each node that calls the dependency, and one for each
	// dependency that does. One that an operator holds open counts as open.
	Closed   []uint32 `json:"closed,omitempty"`
	Open     []uint32 `json:"open"`
	HalfOpen []uint32 `json:"half_open"`
	Ramping  []uint32 `json:"ramping"`
}

// Event is something that happened in a run.
type Event struct {
	// At is when, since the beginning.
	At time.Duration `json:"at_ns"`
	// Kind is "fault", "healed", "transition", "mode", "policies", "refused-policies", "command", "shedding", "limit", "restart" and so on.
	Kind string `json:"kind"`
	// Node is whose, from 1; 0 for the world's. Process names a dependency whose own guards it is about ("orders"); empty for the service's.
	Node    int    `json:"node,omitempty"`
	Process string `json:"process,omitempty"`
	// Dependency is the one concerned.
	Dependency string `json:"dependency,omitempty"`
	// From and To are the states of a transition, as callers meet them: held open is open.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// Text says it in words.
	Text string `json:"text"`
}
