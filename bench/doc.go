// SPDX-License-Identifier: Apache-2.0

// Command bench measures what protection costs, Fuseboard's beside its peers', and prints
// tables in Markdown:
//
//	go run -C bench .                          # every scenario, every contender
//	go run -C bench . -only http,stack -rounds 11 -for 300ms
//	go run -C bench . -out /tmp/figures        # and a file for benchstat for each contender
//	go run -C bench . -page ../docs/performance.md
//
// Each measurement is a process of its own, because a peer that leaves garbage or
// goroutines behind would slow the next one down; the rounds are interleaved, so that a
// machine that grows slower does so for all; the tables have their medians. CPU time stands
// beside wall time, because neighbours do not change it much. The same contenders run
// under `go test -bench .`.
//
// A contender is one file, with_*.go, with one registration: over HTTP a RoundTripper,
// else a [way] for each [kind] of call that it has. Scenarios are in scenario_*.go, in groups: calls,
// window, messages, http, memory. Who takes part in a scenario follows from its ways.
//
// # What the tests keep
//
// A figure means something only if everybody does the same, so each contender is proven to do
// what its scenarios say (TestEveryContenderDoesWhatItsScenariosSay,
// TestEveryHTTPContenderGivesBackWhatTheStubAnswers,
// TestEveryHTTPContenderHasThePoliciesThatItIsSaidToHave), and the proofs are proven to
// find who does not (TestBrokenContendersAreFound). Costs are compared as ratios of CPU
// time taken in turn (TestFuseboardCostsLessThanItsPeers, by `make ratios`), and a fleet costs a call
// nothing (TestAFleetCostsACallNothing, likewise); allocations are exact
// (TestAllocationsOfEveryKindOfCallAreExact_Alloc), and the page of figures has them
// all (TestPageHasEveryScenarioAndEveryContender).
package main
