// SPDX-License-Identifier: Apache-2.0

// Package text writes what a simulation found as text: for a terminal ([Text], [Bar]), for a build server ([JUnit]), and as rows for programs ([Events], [Series]).
// [Compare] sets two results side by side.
//
//	err := text.Text(os.Stdout, result, text.Options{Width: 100})
//
// The verdict comes first, then when what happened, goodput over time, and how the baselines fared. Nothing is said by a colour alone.
//
// # Ordering and ownership
//
// Every function reads its result, changes nothing in it and keeps nothing of it, so any number may write one result at once
// (TestAResultIsWrittenByManyAtOnce). The same result gives the same bytes, whatever the machine (TestTheSameResultGivesTheSameText).
// No line of a picture or a table is wider than it was told (TestNoLineIsWiderThanItWasTold). A control
// character of a name or a story does not reach a terminal (TestHostileNamesDoNotSteerATerminal).
// Expectations, variants and events come in the order of the result (TestExpectationsComeInTheirOrder).
package text
