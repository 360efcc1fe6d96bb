// SPDX-License-Identifier: Apache-2.0

// Package report shows what a simulation found, as one HTML file that needs nothing else: no script, no
// font, no request. It can be mailed, kept beside an incident, printed, and read without sight.
//
//	err := report.HTML(file, result)
//
// What comes first is what is asked first: the verdict, then what was expected and found, then how requests
// fared over time, each dependency, the baselines, the spread over seeds, events, policies, and
// what was not simulated. Every chart says its finding in words and has its numbers in a table.
//
// Where the result has several seeds, a curve is the median over them, column by column, and a band reaches from their 5th to
// their 95th percentile. Of a seed that was run several times, the first run counts.
// Longer simulations are drawn in wider columns, and wide results with fewer of them, so that the file stays below [MaxBytes].
//
// # Ordering and ownership
//
// A report is a function of its result: the same one makes the same bytes (TestTheSameResultMakesTheSameBytes). The result is
// read, and neither changed nor kept (TestAResultIsOnlyRead). Nothing is written where a report cannot be made or is too large
// (TestAResultThatIsTooLargeWritesNothing). Texts of a result are shown and never obeyed
// (TestHostileTextsAreShownAndNeverObeyed).
package report
