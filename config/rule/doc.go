// SPDX-License-Identifier: Apache-2.0

// Package rule reads and judges conditions, the when and until of a policy file's rules,
// and keeps them from flapping. It is pure: it reads no clock, starts no goroutine, and
// opens nothing but the database of time zones.
//
// # Conditions
//
//	when: cpu > 85% for 10s
//	when: cpu > 85% for 10s and memory > 90%
//	when: failure_rate > 20% for 10s or circuit is open
//	when: (in_flight > 90% or queue > 50%) for 30s
//	when: shedding is shed-normal, shed-high
//	when: time 22:00-06:00 Europe/Berlin
//	when: weekday sat,sun and not time 08:00-20:00
//
// The grammar:
//
//	condition  = part { "or" part }
//	part       = negation { "and" negation }
//	negation   = "not" negation | ( comparison | window | "(" condition ")" ) [ "for" duration ]
//	comparison = signal ( ">" | ">=" | "<" | "<=" ) value | signal "is" [ "not" ] word { "," word }
//	window     = "time" HH:MM "-" HH:MM [ zone ] | "weekday" days [ zone ]
//
// So and binds tighter than or, and for belongs to the comparison or parenthesis before it:
// that has held without a break for so long, 100ms to 24h. [Signals] lists what can be
// compared, in which unit and range. A share is written in percent, a duration with its
// unit. All is written in small letters, but for zones.
//
// A window of time is what the wall clock of its zone shows, the beginning included, the end
// not: of an hour that the clock leaves out in spring the window loses that part, and the
// hour that comes twice in autumn counts twice. 22:00-06:00 goes over midnight; with a
// weekday, each side of midnight is a day of its own. Days are sat,sun or mon-fri. Without a
// zone it is UTC. A for is refused behind windows alone.
//
// # What is not known
//
// Where a signal is missing a comparison is neither true nor false but unknown, and so is
// what depends on it (Kleene's strong logic, see [Truth]). Only what is true turns a rule
// on or off: a rule neither begins nor ends for want of a value. [Signals] says when one is missing;
// what can be said without calls (amplification 1, in_flight 0% without a limit) is said, so
// that a rule which takes retries or the bulkhead away can still end.
//
// # What keeps a rule from flapping
//
// The until: where there is none it is [Condition.Opposite], with a margin, and [Judge]
// warns of one that may hold while the when does. The for: a break begins it anew, what held
// before a change of the rule does not count after it, and neither does what held before a
// [Gap] without values. At last the [Dwell]: no rule changes twice within a second.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// A [Condition], a [Sample] and a [Signal] are values that never change. What a condition
// says of itself is read back to the same (TestAConditionReadsBackAsItIsWritten), so is its
// opposite (TestAnOppositeIsAConditionLikeOthersAndExcludesIt), which never holds together
// with it. All that is wrong is reported at once and in the order of the text
// (TestAllFlawsAreReportedInTheOrderOfTheText), and no text makes it panic (FuzzParse).
//
// A [Machine] belongs to one goroutine at a time. It does what a naive replay of the whole
// history does (TestAMachineDoesWhatANaiveReplayOfHistoryDoes), whatever the samples:
//
//   - It does not change within the Dwell, or before what ends its state has held for its
//     "for" since the change (TestNoMachineFlapsFasterThanItsFor).
//   - It neither begins nor ends for want of a value (TestARuleNeitherBeginsNorEndsForWantOfAValue).
//   - What held before a gap does not count (TestAForIsBrokenByAGapAndNotByAMissingSample).
//   - While the sample stays it does not change before its Next, and where there is none
//     never (TestNothingChangesBeforeNextWhileTheSampleStays).
//   - Instants that go back count as the last (TestInstantsThatGoBackCountAsTheLast).
//
// Windows follow the wall clock through both nights on which it is changed
// (TestWindowsFollowTheClockThroughTheNightsOfItsChange), and their edges are where they
// say (TestTheEdgeOfAWindowIsTheFirstMinuteThatDiffers).
//
// A [Meter] belongs to one goroutine at a time, and forgets what another guard of the same
// name has counted (TestAMeterBeginsAgainWhereCountersFall). A step and a judgement allocate
// nothing (TestStepAllocatesNothing_Alloc).
package rule
