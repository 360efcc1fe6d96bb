// SPDX-License-Identifier: Apache-2.0

// Package scenario reads what a simulation is to be about, from YAML: which dependencies there are and how they
// behave, which requests arrive, which policies protect them, what goes wrong when, and what is
// expected of that.
//
//	simulation: brownout
//	duration: 2m
//	policies: fuseboard.yaml          # or a policy file's own words, indented
//	dependencies:
//	  payments: {latency: {median: 40ms, p99: 250ms}, capacity: {concurrency: 40, queue: 200}}
//	load:
//	  - {to: payments, rate: 200/s}
//	faults:
//	  - {name: outage, at: 30s, for: 20s, dependency: payments, errors: 100%}
//	expect:
//	  - goodput >= 60%
//	  - payments open within 3s of outage
//	baselines: [no policy, without each section]
//
// Every flaw of a scenario is told at once, with its line, column and fix, those of its policies included.
// Nothing here runs anything.
//
// # Words
//
// Beside the parts above there are story, settle, runs, seed, nodes, deadlines and apiVersion; [Scenario] says what they mean.
//
//   - A dependency has the fields of [world.Model], and calls. "latency: 40ms" is always that, "latency: {trace: file.csv}" draws from
//     the durations of a file, one a line, and "capacity: 40" is {concurrency: 40}. It may be empty.
//   - A load has the fields of [world.Load]; "recorded: file.csv" names a file of arrivals.
//   - A fault has the fields of [Fault], and those of [world.Effect] beside them. "command: hold-open" is {mode: hold-open}.
//   - policies, at the top, in a fault or in a baseline, are the words of a policy file, or the name of one, or of a directory of them.
//   - zones are names with numbers of nodes: "{a: 3, b: 2}". A fault has the fields of [OnFleet], too; "liar: [2]" is {nodes: [2], claims: fail}, and "partition: [1, 2]" is
//     [[1, 2]].
//   - A baseline is "no policy", "without each section", "without payments.retry" (or a field: "without payments.retry.budget"), "without retry" for every dependency that has
//     it, or an object with the fields of [Baseline].
//   - A list of one text or number may be written without brackets. Files are named relative to the scenario, below its directory.
//
// # Expectations
//
// Words are read whatever their case. Names may stand in double quotes, and must where they could be
// something else.
//
//	expectation = measure | state ; then, if it need not hold in every run: "in" 90% "of runs"
//	measure     = METRIC [ "(" whose ")" ] ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) value [ "per node" ] [ scope ]
//	whose       = NAME | ( "dependency" | "load" | "tenant" | "operation" | "priority" ) NAME | "node" NUMBER
//	value       = 95% | 200ms | 100/s | 1.5 | [ "that of" ] BASELINE [ ( "+" | "-" ) 20% ]
//	state       = DEPENDENCY STATE "within" 3s ( "of" | "after" ) FAULT
//	            | DEPENDENCY STATE "from" 30s "to" 33s
//	            | DEPENDENCY "never" STATE [ scope ]
//	            | DEPENDENCY "stays" STATE [ scope ]
//	            | DEPENDENCY "opens at most" ( 3 "times" | "once" ) [ scope ]
//	            | "members" 5 ( "within" 15s ( "of" | "after" ) FAULT | "from" 30s "to" 45s )
//	            | "members" ( "stay" | "stays" ) 5 [ scope ]
//	scope       = "during" FAULT
//	            | "before" ( FAULT | 30s ) | "after" ( FAULT | 30s ) | "since" ( FAULT | 30s )
//	            | "from" 30s "to" 1m
//	            | "within" 20s ( "after" | "of" ) FAULT
//
// In these words:
//
//   - METRIC is one of goodput, answered, degraded, failed, refused, late and waste (shares), throughput (a rate), amplification,
//     peak-amplification, attempts, queue, openings, holds and flips (numbers), mean, p50, p90, p95, p99, p99.9, max and recovery (durations), probes (a rate). waste, queue,
//     openings, holds, flips, recovery and peak-amplification are of dependencies alone; "per node" is of openings, holds and flips.
//   - STATE is one of open, closed, half-open and ramping, or what a fleet makes of the circuit: held or clear.
//   - A bare NAME in whose is a dependency's; one that no dependency has is that of a load, a tenant, an operation or a priority, if it is one of these alone.
//   - after a fault is from its end, since from its beginning, both to the end of the simulation; "within 20s after" are the 20 s that follow
//     its end, "within 10s of" the first 10 s of it. recovery counts from the beginning of its scope, and needs one.
//   - Without a scope it is from settle to the end.
//   - The first time of a fault that repeats is its name, the second "outage 2".
//   - BASELINE is the name of a variant; its own measure of the same seed is meant. Shares are added as they are: 40% + 20% is 60%.
//
// # Ordering and ownership
//
//   - A Scenario never changes, and may be used from any goroutine (TestVariantsLeaveTheScenarioAsItWas).
//   - Problems are in the order of the file, those of other files after them (TestProblemsAreInTheOrderOfTheFile), and of a bad one the line, the column, the
//     text and the fix are told (TestBadScenariosAreToldWithLineColumnExcerptAndFix), what only follows from them is not (TestABadScenarioWithOneFlawHasOneError).
//   - A sentence says what it was read as: [Expectation.String] is read back to the same (TestASentenceIsReadBackToTheSame).
//   - Times are resolved when a scenario is read, faults that repeat included (TestScopesAreResolved, TestSpansAreWrittenOut).
//   - The first variant has the policies under test, and those that follow are what the baselines say, each once (TestVariantsAreListed). One that can't do
//     without what is left out is left out itself, which is told (TestASectionThatOthersNeedIsNotLeftOut).
//   - What would be run for hours is refused (TestTooMuchIsRefused).
//   - The template has no problem (TestTheTemplateIsReadWithoutAProblem).
package scenario
