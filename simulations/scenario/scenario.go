// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"time"

	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/simulations/world"
)

// Scenario is a simulation as data. Read makes one; it never changes, so that it may be used from any goroutine.
type Scenario struct {
	// Simulation is its name: a few words. Default: that of the file, without its ending.
	Simulation string
	// Story says in a paragraph what happens and what is to be learned.
	Story string
	// Duration is how long it takes, in virtual time. Default 1m; 1s to 24h.
	Duration time.Duration
	// Settle is how much of the beginning is not judged. Default 0.
	Settle time.Duration
	// Runs is how many seeds are run. Default 5; 1 to 10000.
	Runs int
	// Seed is the first of them. Default 1.
	Seed uint64
	// Nodes is how many replicas of the service there are, each with guards of its own; requests come to them in turn.
	// Default 1, or as many as there are in all zones; 1 to 100.
	Nodes int
	// Zones are where they run, in the order of the file. Default: nowhere in particular.
	Zones []Zone
	// Deadlines says whether a dependency that calls others knows how long its caller waits. Default passed, as Fuseboard's clients do it.
	Deadlines Deadlines
	// Policies are those under test.
	Policies Policies
	// Dependencies are what is called, by name, in the order of the file.
	Dependencies []Dependency
	// Load are the streams of requests.
	Load []world.Load
	// Faults are what goes wrong, and what is done about it.
	Faults []Fault
	// Expect is what is expected.
	Expect []Expectation
	// Baselines are what the policies are compared with: other ones, over the same seeds.
	Baselines []Baseline

	// File is the name under which it was read, and Data its text.
	File string
	Data []byte
	// Files are the texts of the other files that it names (policies, recorded arrivals, traces), by the names in it.
	Files map[string][]byte
	// Arrivals are the recorded arrivals, by the names of their files.
	Arrivals map[string][]world.Arrival

	variants []string            // their names
	named    map[string][]string // operations, tenants and priorities of loads and recordings, by their kind
}

// Dependency is a model with a name.
type Dependency struct {
	world.Model
	// Name is the dependency's.
	Name string
	// Calls are other dependencies that each of its requests calls, one after the other, when its own work is done: through guards of its own process, with the
	// policies of their names. No circles.
	Calls []string
}

// Deadlines says what a dependency knows of its caller's deadline.
type Deadlines uint8

// What it knows.
const (
	// Passed: how long its caller waits; and its callers are told how often it repeated a call itself.
	Passed Deadlines = iota
	// Lost: nothing, as with a plain HTTP client.
	Lost
)

// Policies are a policy file: its words, or where it stands.
type Policies struct {
	// File is the name of a policy file (or directory of them), relative to the scenario; empty: the words stand here, or nothing does.
	File string
	// Sources are what [config.Read] reads: files, or the scenario itself with Within set.
	Sources []config.Source
	// Set is what they say; nil: no policies.
	Set *config.Set
}

// Fault is something that goes wrong, or is done, at a time.
type Fault struct {
	// Name is what expectations and the report call it. Default "fault 1" by its number.
	Name string
	// At is when it begins, and For how long it lasts; zero: to the end.
	At, For time.Duration
	// Every repeats it: it begins again so long after its last beginning, Times in all. Zero: once.
	Every time.Duration
	Times int
	// Dependency is the one that is concerned. Needed for an effect and a command.
	Dependency string
	// Effect is what happens to it; its fields stand among those of the fault.
	Effect world.Effect
	// Fleet is what happens to nodes, and between them; its fields stand among those of the fault, too.
	Fleet OnFleet
	// Set changes values of policies as an operator's override does, which needs no line of force: "payments.retry.attempts=5". It ends with the fault.
	Set []string
	// Policies are put in the place of the former ones, as an edit of the file; an edit that the product refuses is refused. At the fault's end the former come back.
	Policies Policies
	// Command is an operator's word to the circuit of Dependency, on all nodes.
	Command Command
	// Host is how the service's own machines look to shedding and to rules.
	Host Host
	// Restart are nodes, from 1, that end and begin anew: calls under way fail, circuits and windows are forgotten.
	Restart []int
}

// Command is an operator's word to a circuit.
type Command struct {
	// Mode is one of hold-open, hold-closed, shadow, off, enforce.
	Mode string
	// By and Reason are who and why. Default "the scenario" and the fault's name.
	By, Reason string
}

// Host is what a machine reads of itself. Zero: idle.
type Host struct {
	// CPU and Memory are shares of what there is.
	CPU    float64 `plain:"rate"`
	Memory float64 `plain:"rate"`
}

// Baseline is what the policies are compared with.
type Baseline struct {
	// Name is what the report calls it: "no policy", "without payments.retry", or its own.
	Name string
	// None: no policies at all.
	None bool
	// Policies are other ones. Zero: those under test.
	Policies Policies
	// Set changes them, as flags do: "payments.retry=off".
	Set []string
}

// Expectation is one sentence of expect, understood.
type Expectation struct {
	// Text is the sentence, and Line where it stands.
	Text string
	Line int
	// Measure is what is measured of a run.
	Measure Measure
	// Op compares it with Value: "<", "<=", ">", ">=", "==" or "!=". Durations are in seconds, shares between 0 and 1. A measure of a state (Open, Closed, Never) has none: it holds or not.
	Op    string
	Value float64
	// Baseline, where not empty, is the variant whose own measure of the same seed Value is added to.
	Baseline string
	// Share is in how many of the runs it must hold. Default 1: in all.
	Share float64
}

// Measure is what is measured of one run.
type Measure struct {
	// Metric is the word: goodput, answered, degraded, failed, refused, late, throughput, amplification, peak-amplification, attempts, waste,
	// mean, p50, p90, p95, p99, p99.9, max, queue, openings, recovery, holds, flips, probes; or a state: reaches, never, stays.
	Metric string
	// Of is whose: the name of a dependency, a load, a tenant, an operation or a priority, or the number of a node, and OfKind which of these. Empty: all.
	// Of a fleet it is "members", and OfKind "fleet".
	Of, OfKind string
	// State is the circuit's state for reaches, never and stays: open, closed, half-open, ramping; or what the fleet makes of it: held, clear. Of a fleet's members it
	// is how many there are.
	State string
	// PerNode: the most of any node, and not the sum of all.
	PerNode bool
	// From and To bound the time, since the beginning. For reaches: From is where counting begins and To the latest. recovery counts from From.
	From, To time.Duration
	// Unit says how a value is shown: "%", "s", "/s" or "" for a plain number.
	Unit string
}
