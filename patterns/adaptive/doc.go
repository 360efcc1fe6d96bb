// SPDX-License-Identifier: Apache-2.0

// Package adaptive finds by itself how many calls a dependency bears at once. A [Limiter] is told
// of every attempt that ended, gathers a window of them (a second), and moves its limit
// by one of three algorithms: [Gradient2], [Vegas] or [AIMD], which can be used alone. It holds no
// permits: whoever does asks it how many there are.
//
//	limiter := adaptive.New(adaptive.Policy{Min: 4, Max: 200})
//	…
//	if limit, moved := limiter.Sample(-1, now, took, inFlight, dropped); moved {
//		permits.Resize(limit)
//	}
//
// # What capacity is
//
// A dependency that works on c calls at once has its knee at c: with fewer inside it idles, with more
// they queue. Against a queueing model (exponential work, a queue without bound, more callers than
// it bears) the limit of each kind settles within 15% of c by default, over steps down and up
// (TestLimitSettlesAtTheCapacityOverStepsDownAndUp,
// TestLimitSettlesWhenMoreComesThanTheDependencyBears), and keeps the servers more than 95% busy: so from 20
// servers on with clients that call again, and from 40 on where half as much again comes by itself as is borne
// (vegas: 1.18 × c at most). For ten servers a call is 10% already: twenty seeds gave 10.1 to 12.0, and
// where calls come by themselves 11.0 to 12.9. Where only some 30 calls end in a second chance has more of a
// part in it: 0.9 to 1.2 × c, and the servers 90% busy. With another Tolerance gradient2 settles at
// Tolerance × c. Aimd
// does not see a queue: it settles between BackoffRatio and all of what makes the dependency drop, which
// is near c if the dependency has a short queue.
//
// # What we mended
//
// With [Policy.Published] the algorithms are those of Netflix/concurrency-limits (commit
// 78a74b9), whose own classes were run over three traces: the limits are the same
// (TestPublishedAlgorithmsGiveTheLimitsOfTheirReferences). Without it some things that
// made limits drift are mended. Until one of them acts, which [Move.Mended] tells, the limits
// are the published ones (TestMendedAlgorithmsGiveTheLimitsOfTheirReferencesUntilAMendActs).
//
//   - A limit does not grow while calls queue (TestP16_NoLimitGrowsWhileCallsQueue).
//   - A queue is not taken for how long work takes; a probe, one window with three quarters of the calls
//     that are worked on at once, measures that (TestP16_TheBaselineDoesNotFollowAQueue). Work that has
//     become slower is not taken for a queue for long (TestSlowerWorkIsNotTakenForAQueueForLong).
//   - A probe may be below Min, and is never above the limit
//     (TestP16_AProbeGoesBelowMinAndNeverAboveTheLimit).
//   - Calls dropped at once do not look like fast ones (TestP16_FastDropsDoNotLookHealthy,
//     TestP16_NothingButFastDropsIsNoBaseline); one in a thousand moves nothing
//     (TestP16_OneDropInAThousandMovesNothing).
//   - A limit that has reached Max stays there (TestP16_ALimitAtItsMostStaysThere).
//   - Chance moves no limit far (TestP16_ChanceDoesNotHoldTheLimitDown), and a limit that falls
//     is looked at, as it would fall without end if the baseline were too small
//     (TestALimitDoesNotFallBelowTheCapacityByChance).
//   - Attempts that began before a probe, or before a change by an eighth of the limit, do not
//     count after it (TestP16_AttemptsFromBeforeAProbeDoNotCount,
//     TestSamplesFromBeforeAChangeOfTheLimitDoNotCount).
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// Time is what the callers say it is; nothing here reads a clock, draws a random number or starts a
// goroutine (TestLimiterAgreesWithTheNaiveModel runs without any).
// Every sample that counts is in one window, whole, whichever goroutines tell of it and end windows
// (TestStorm_EverySampleIsInOneWindow). One that ended before its window began does not count
// (TestSamplesThatEndedBeforeTheWindowDoNotCount).
// One goroutine ends a window and is told that the limit moved; the algorithm is its alone for
// so long (TestStorm_EverySampleIsInOneWindow).
// A limit is from Min to Max whatever is told, but for a probe, which is 1 at least
// (TestHostileSamplesMoveNoLimitOutOfItsRange, TestStorm_LimiterStaysInItsRangeWhateverHappens).
// It does not drift in an hour (TestLimitDoesNotDriftInAnHour), and is never more than twice what was
// inside, and one step, because of calls that all went well (TestLimitDoesNotGrowWhileFewAreInside).
// A window with too few samples waits for more, and is forgotten in the end
// (TestWindowWaitsForEnoughSamples).
// A Reshape keeps limit and baseline (TestReshapeKeepsTheLimitAndTheBaseline).
// A sample allocates nothing, also where it ends a window (TestSampleAllocatesNothing_Alloc);
// what a limiter holds can be told from its policy (TestBytesAreThoseOfTheHeap_Alloc).
package adaptive
