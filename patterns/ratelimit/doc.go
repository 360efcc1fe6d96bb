// SPDX-License-Identifier: Apache-2.0

// Package ratelimit says how much may be asked of a dependency in how much time: a
// [Policy] is plain data, a [Limiter] keeps it, and a [Keyed] keeps one for each tenant.
//
//	limiter := ratelimit.New(ratelimit.Policy{Limit: 100, Burst: 20}, clock)
//	if again, ok := limiter.Take(clock.Now(), 1); !ok {
//		return later(again) // the exact instant; the dependency was not touched
//	}
//
// # Which kind
//
// In any stretch of time t, with L for Limit, B for Burst and P for Per:
//
//	kind             lets through at most       holds        costs              for
//	token-bucket     L·t/P + B                  one word     a read, one write  nearly everything
//	smooth           L·t/P + 1                  one word     the same           a dependency that bears no bursts; with a queue
//	sliding-log      L in any P, so L·⌈t/P⌉     8 B a unit   a lock; t/P units  a partner that counts exactly so, small L
//	sliding-counter  2·L-1 in any P at worst,   two numbers  a lock             "per minute" limits, large L
//	                 about L where units come evenly
//	fixed-window     L in each window, so       one number   a lock             a partner that counts by the clock's
//	                 2·L in any P at worst                                      minutes or days
//	warm-up          as without it, and less    four numbers a lock             caches and pools that are cold after quiet
//	                 after quiet: L/ColdFactor
//
// The bound of the token bucket is exact: no more ever comes, and nothing is refused that
// could have come a nanosecond before. Where the time of a unit is no whole number of
// nanoseconds, the word counts shorter steps, of which it is; so nothing is rounded from one take to the next.
// The log may be two windows apart: a unit that came exactly a Per ago does not count.
// The counter is wrong, by up to a window, where units come unevenly: who comes at
// the end of one window and then all through the next gets almost twice the limit in
// a Per. It refuses as much too early where they came at its beginning. Windows begin with the wall
// clock as it was when the limiter's clock started, in UTC: a wall clock that is set moves none of them.
//
// Two that call at once bring instants of which one is older. It is judged as of its own: by a
// bucket as if those of later instants had come before, so one that is older by more than the
// burst is worth is refused; by windows as if it were the latest.
//
// # The limit in force
//
// It is Limit, unless it is adaptive ([Adaptive]: additive increase, multiplicative
// decrease), times the share that a fleet gave ([Source]); a share that expired is
// [Policy.Fallback]. Burst changes with it and stays worth the same time, at least 1. Windows let the
// whole units of it through, so less than one is nothing. What changes the limit makes a new
// shape: some allocations, for a sliding log 8 bytes a unit. Calls in that moment wait for it.
//
// Whoever waits for a turn has an instant, and no place in any list: there is nothing that
// could leak. A cold limiter counts a waiting unit as up to ColdFactor places.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// A token bucket and smooth are the ideal bucket of rational numbers, to a nanosecond
// (TestTokenBucketIsTheIdealBucketToANanosecond), for ever (TestTokenBucketDoesNotDrift).
// No stretch of time sees more than its limit and its burst
// (TestNoStretchOfTimeSeesMoreThanLimitAndBurst), whoever calls at once
// (TestStorm_NeverMoreThanTheLimitComes), and smooth spaces evenly (TestSmoothSpacesUnitsEvenly).
// Windows say what one that remembers everything would say
// (TestWindowsAgreeWithWhoRemembersEverything); the log keeps its limit in any Per
// (TestSlidingLogNeverLetsMoreThanLimitIntoAnyPer), the others less than twice
// (TestWindowsLetLessThanTwiceTheLimitIntoAnyPer), which the counter reaches
// (TestSlidingCounterIsWrongByAWindowAtWorst) but where units come evenly
// (TestSlidingCounterIsRightWhereUnitsComeEvenly). Fixed windows begin with the wall clock
// (TestFixedWindowsBeginWithTheWallClock). Warm-up has Guava's curve (TestWarmUpIsThatOfGuava),
// comes up to the limit in its time (TestColdLimiterComesUpToItsLimitOverWarmUp) and stays
// within the bucket (TestWarmLimiterNeverExceedsItsBucket).
//
// The instant at which a call may come again is the first one
// (TestAgainIsTheFirstInstantAtWhichItMayCome). Who comes later never gets an earlier turn,
// and nobody goes round those who wait (TestWhoComesLaterNeverGetsAnEarlierTurn). A wait
// ends by itself (TestPlacesInTheQueueEndByThemselves), and Wait gives its place back when
// its caller leaves (TestWaitEndsWithItsCallerAndGivesItsPlaceBack).
//
// A refund in the same instant leaves no trace (TestRefundInTheSameInstantLeavesNoTrace), a
// later one gives no more than was lent (TestRefundGivesNoMoreThanWhatWasLent), and what
// is refunded others use (TestRefundedUnitsAreUsedByOthersUnderOverload). No refund undoes a
// drain (TestDrainLetsNothingThroughBeforeItsEndWhateverComesBack), which is bounded
// (TestDrainIsBoundedAndEmptiesTheBucket).
//
// Changes of policy, level, share and drains keep the same part of the bucket missing and
// every turn where it is, in whatever order they come
// (TestLimiterAgreesWithItsModelWhateverChanges), and a limiter as warm as it was
// (TestReshapeKeepsHowWarmALimiterIs), forget nothing that is taken meanwhile
// (TestReplacedShapeGivesNothing, TestStorm_NoTakeIsForgottenWhileShapesChange) or comes back
// (TestStorm_WhatIsLentComesBackWhileShapesChange), and say what could not
// survive (TestReshapeKeepsWhatIsSpentAndSaysWhatIsLost). A share holds at once and until it
// expires (TestShareHoldsAtOnceAndUntilItExpires). An adaptive limit moves once in an
// interval, between its bounds (TestAdaptiveLimitMovesBetweenFloorAndCeiling).
//
// A Keyed never holds more keys than its bound (TestTableIsNeverLargerThanItsBound), evicts
// those first whose bucket is full (TestFullTableEvictsFirstWhoseBucketIsFull), and gives
// no key more than its limit (TestStorm_NoKeyGetsMoreThanItsLimit).
//
// A limiter belongs to whoever made it, holds nothing that must be ended, starts no
// goroutine and allocates nothing for a call (TestAllocationsOfACallAreNone). A [Source]'s
// stop is its follower's to call (TestShareHoldsAtOnceAndUntilItExpires).
package ratelimit
