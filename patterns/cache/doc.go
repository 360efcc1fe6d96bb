// SPDX-License-Identifier: Apache-2.0

// Package cache keeps the answers of a dependency, lets callers that ask the same at the same time
// share one load, and gives old answers where there are no new ones.
//
//	users := cache.New[User](cache.Policy{TTL: time.Minute, StaleIfError: time.Hour}, nil, nil)
//	defer users.Close(ctx)
//	user, info, err := users.Get(ctx, id, cache.Loader(func(ctx context.Context) (User, error) {
//		return directory.User(ctx, id)
//	}))
//
// # The life of an answer
//
// For TTL it is fresh (RFC 9111, section 4.2). After that StaleWhileRevalidate gives it at once and
// refreshes it behind the caller's back, and StaleIfError gives it where the load fails (RFC 5861); past
// both it is a miss (TestAnAnswerIsFreshThenStaleThenGone). An error that is an answer ("no such user")
// lives for NegativeTTL and is never given stale (TestAnErrorThatIsAnAnswerIsKeptSoLong); a
// failure of a class in NegativeOn is remembered for as long, beside the answer it could not replace, and
// the dependency is left alone (TestAFailureThatIsRememberedIsNotTriedAgain): RFC 2308. Jitter shortens each
// life by its own share (TestKeysFilledTogetherDoNotExpireTogether).
//
// What a load says of its answer ([Keep]) decides whether it is kept. What is degraded never is: neither a
// fallback inside the load, nor the rescue, nor a stale answer that was given because of an error
// (TestP20_WhatIsDegradedIsNeverKept, TestP20_ARescueIsNeverKept, TestP20_AStaleAnswerDoesNotBecomeYounger).
//
// # Sharing a load
//
// golang.org/x/sync/singleflight runs the function of whoever came first, with that caller's
// context: where that one leaves, all fail. Here a load has a context of its own, with the values
// of whoever started it; who waits may leave, and when the last has left it is cancelled
// (TestLeaderMayLeaveAndItsDeadlineIsItsOwn, TestLastToLeaveCancelsTheLoad). A load that takes
// too long is no longer joined (TestNewcomersDoNotWaitForAnOldLoad), nor is one that does
// not end when it is cancelled (TestADeafLoadIsLeftAlone). A panic is an error for all (TestAPanicIsTheErrorOfAllWhoWait).
//
// All who share a load, and all who are given what was kept, get the same value: what it points to
// belongs to all of them, and nobody may change it. Copy what you want to change.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// At most one load of a key is on its way that newcomers join (TestAHerdSharesOneLoad), and one
// refresh (TestStaleIsGivenAtOnceWhileOneRefreshRuns). Of loads that overlap, what the one that began last brings is
// kept (TestNewcomersDoNotWaitForAnOldLoad). Forget, Put and Clear rule out what began before them: it is
// neither kept nor joined (TestWhatBeganBeforeAWriteIsNotKept, TestStormAForgetIsAtOnce).
// For one caller after the other a cache does what a map does of which each word is looked up again
// (TestCacheIsItsModel).
// Time is that of the clock (TestCacheIsItsModel); only the bound of a refresh is a timer
// (TestRefreshesAreBoundedInNumberAndTime). No randomness: the share of the jitter is made of
// key and time (TestKeysFilledTogetherDoNotExpireTogether).
// Loads run on goroutines that belong to the cache, with CoalesceOff on their callers'
// (TestWithoutCoalescingEachLoadsByItself). Close cancels them, waits for them, and keeps nothing that ends later
// (TestCloseCancelsAndWaitsForTheLoads, TestStormCloseLeavesNothingBehind). No lock is held while a load,
// a rescue or a caller runs (TestStormNobodyGetsWhatWasReadBeforeAWrite). A hit allocates nothing
// (TestAHitAllocatesNothing_Alloc).
package cache
