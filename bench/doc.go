// SPDX-License-Identifier: Apache-2.0

// Command bench measures what protection costs, Fuseboard's beside its peers', and prints
// a table in Markdown:
//
//	go run -C bench .                      # every scenario, every contender
//	go run -C bench . -rounds 11 -for 500ms -only get
//
// Each measurement is a process of its own, because a peer that leaves garbage or
// goroutines behind would slow the next one down; the rounds are interleaved, so that a
// machine that grows slower does so for all; the table has their medians. The same
// contenders run under `go test -bench .`, whose output benchstat reads.
//
// A contender is one file, with_*.go, with one registration. A scenario is one entry of
// the list in scenario.go. The tests prove that each contender gives back what the stub
// answers, and that it has the policies that it is said to have.
package main
