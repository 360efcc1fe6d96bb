// SPDX-License-Identifier: Apache-2.0

// Package actors protects the things a service calls: each dependency is an
// actor, its guard, whose mailbox is the bulkhead and whose supervision decides
// retry and breaker. It is the one import of a simple user.
//
//	sys, err := actors.Start(actors.Options{})
//	payments, err := actors.Protect(sys, "payments", actors.Policy{
//		Bulkhead: actors.Bulkhead{Concurrency: 32, Queue: 64},
//		Deadline: actors.Deadline{Total: 2 * time.Second, Attempt: 800 * time.Millisecond},
//		Retry:    actors.Retry{Attempts: 2},
//		Breaker:  actors.Breaker{FailureRate: 0.5, MinCalls: 20, OpenFor: 10 * time.Second},
//	})
//	charge, err := actors.Bind(payments, "charge", gateway.Charge)
//	receipt, err := charge.Call(ctx, Charge{Cents: 1250})
//	if errors.Is(err, actors.ErrOpen) { … }
//
// There are three ways in: [Ref.Call] runs the handler on the caller's own
// goroutine, [Ref.Ask] answers through a [Future], and [Ref.Message] makes a
// message that any protoactor actor sends to [Guard.PID] and that is answered
// with a [Reply]. They share one gate, one queue, one circuit, one budget.
// Where the work is no function, [Guard.Enter] begins a call that its caller ends by
// himself. [Forward] is the way out to an actor that exists already. [SpawnKeyed] makes a
// guard for each key of a dependency: tenant, host, shard.
//
// # Answers under failure
//
// Beside the handler, a call may be answered by what is cached ([Policy].Cache, With.Key), by a
// fallback ([Policy].Fallback, With.Fallback, [Instead]), or by code of the user's that stands in the way
// ([Stage]). [WithInfo] tells a call who answered it, and whether that answer is degraded. They stand around calls of
// operations, [Ref] and [Keyed]; [Do] and [Guard.Enter] have no request that could be compared, and are
// answered by their work alone.
//
// # Modes
//
// A policy in shadow ([ShadowPolicy]) refuses nothing and counts what it would have
// done; in bypass ([BypassPolicy]) it is as if it were not there. [Policy] has a mode for
// one dependency, [Options] and [System.SetMode] for all, and so has the environment
// ([ModeVariable]). Of two the weaker is in force.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// The policies of one dependency act in a fixed order, outermost first: cache, fallback, total
// deadline, retry, hedge, shedding, breaker, workers, throttle, rate, bulkhead, attempt deadline, handler
// (TestEveryPairOfPatternsIsPassedInItsOrder). Only an open
// circuit refuses even before the deadline is looked at, because that needs no
// clock (TestPoliciesActInTheirOrder).
//
// A degraded answer, of a fallback or stale in place of a failure, is told to who asks
// (TestInfoTellsHowACallCameByItsAnswer) and never gets into the cache (TestP20AFallbackNeverGetsIntoTheCache). A
// stale answer comes before a fallback (TestAStaleAnswerComesBeforeTheFallback). A fallback is asked once, with the
// failure of the last attempt (TestAFallbackAnswersByItsSteps), by every way in (TestEveryWayInIsAnsweredAlike), and not for who
// has left (TestWhoLeftGetsNoFallback). Calls that share a load leave one by one (TestCallsOfOneKeyShareALoad); one that
// hangs is a failure also where only its callers have deadlines (TestALoadThatHangsIsEvidence). An answer that another
// replaces is discarded once (TestAnAnswerThatAnotherReplacesIsDiscardedOnce). However callers leave, policies change and guards stop, nothing is left
// behind (TestStorm_AnswersLeaveNothingBehind). A value of a policy that is no answer of the operation is refused where it is given
// (TestABadValueIsRefusedWhereItIsGiven).
//
// Of the copies of a slow attempt the first answer wins (TestCopyIsSentAfterTheWaitAndTheFirstAnswerWins); the others are void
// (TestP4_LostHedgeClosesNothingAndOpensNothing), keep their permits until they have ended
// (TestP6_PermitOfALoserStaysTakenUntilItHasEnded), and wait for nothing before they begin
// (TestCopyNeverWaitsAndWhatRefusesItIsCounted). Stages are passed as often as their seams say (TestEachSeamIsPassedAsOftenAsItSays),
// in every mode (TestStagesArePassedInEveryMode).
//
// A guard owns its dependency's state. Starts, transitions, policy changes and
// stops of one dependency are published in one total order, numbered from 1
// without gaps (TestEventsOfAGuardAreNumberedWithoutGapsInEpochOrder); between
// two dependencies there is no order. A slow subscriber delays nobody: what does
// not fit its buffer is dropped for it and counted
// (TestSlowSubscriberDelaysNobodyAndCountsWhatItMissed). No user code runs inside
// a transition, so a subscriber may use the guard it hears of
// (TestP8_SubscriberMayCallTheGuardItHearsOf), and it finds in [Guard.Explain]
// what it heard (TestSubscriberFindsInTheExplanationWhatItHeardOf). What an
// explanation says of the next call is what that call gets, if nothing comes
// between them (TestVerdictIsWhatTheNextCallGets); the failures that it says would be
// repeated are those that are (TestRepetitionsForetoldAreThoseThatHappen), and it
// counts every refusal and every failure once (TestEveryFailureOfAStormIsToldOnce).
//
// Where the System has a PolicySource, each guard begins with what that makes of its policy
// (TestGuardsOfEveryKindBeginWithThePolicyOfTheSource).
//
// A policy may change at any time. What survives and what does not is in the
// [Change], and nothing else is (TestEveryFieldChangesUnderLoadAndTheChangeIsExact).
// Updates and commands take effect one by one (TestUpdatesAndCommandsAtOnceAreSerialised);
// a command holds its time whatever the policies (TestCommandsInForceKeepTheirTimeThroughAnyUpdate).
// A call finishes on the plan it began with (TestCallsUnderWayFinishOnThePlanTheyBeganWith).
//
// A policy may differ by operation, priority, tenant and attempt ([Case]). Each call has the cases that
// match it, laid over in their order (TestEachCallHasTheCasesThatMatchLaidOverInTheirOrder),
// whichever way it came (TestEveryWayInHasTheCasesOfItsContext, TestEveryWayInHasTheCasesOfItsOperation,
// TestEveryWayInWaitsAsLongAsItsCasesSay), also while the table changes
// (TestStorm_OperationsFindTheirCasesWhileTheTableChanges); work without an operation has those that name none
// (TestWorkWithoutAnOperationHasNoCaseThatNamesOne). Each attempt has those of its number
// (TestEachAttemptHasTheCasesOfItsNumber), and a call under way keeps the table that it began
// with (TestCallsUnderWayFinishOnTheCasesTheyBeganWith). Tenants that no case names
// cost no memory (TestTenantsThatNoCaseNamesBringNoPlans), what cases name has a bound
// (TestCombinationsOfOperationsAndTenantsAreBounded), and cases cost no allocation
// (TestCasesAllocateNothing_Alloc, TestCasesOfOperationsAllocateNothing_Alloc). Everything wrong with a case is said at once, what
// it only is beside others included (TestEverythingWrongWithCasesIsSaidAtOnce). An explanation of
// a call is that of a policy with its values (TestExplanationOfACallIsThatOfThePolicyByHand).
//
// The mode of a policy is in force for every call that begins after [System.SetMode] or
// Update has returned (TestModeIsInForceWhenSetModeReturns); of the System's and the
// policy's own the weaker is (TestWeakerModeOfSystemAndPolicyIsInForce). The word by which a
// call knows it never says anything else than mode, policy and gate do
// (TestWayIsWhatModePlanAndGateSay), whoever changes them at the same time
// (TestStorm_WaysFollowWhoeverChangesThem). In shadow a caller
// gets what the handler gave (TestShadowGivesTheCallerWhatTheHandlerGave), nothing is
// refused and every would-have is counted
// (TestShadowRefusesNothingAndCountsWhatWouldHaveBeen): what an enforced policy does to
// the same calls (TestShadowForetellsWhatAnEnforcedPolicyDoes). In bypass nothing is
// looked at or counted (TestBypassCallsTheHandlerAsIfThereWereNoGuard), and no key has a
// guard made (TestBypassOfAKeyMakesNoGuard). However modes change, each request is answered
// once, and all permits come back (TestStorm_ModesFlipWhileCallsRun).
//
// A call takes the shortest of two ways that are the same in all that can be seen
// (TestStraightAndWindingCallsAreTheSame), and what lies between Enter and End is what Do
// would have run (TestDoAndEnterAreTheSame), but for repetitions. What busy guards spread over
// lanes is summed exactly, at one lane and at four.
//
// A call gives its permit back after its outcome is recorded, whatever its
// handler does: return, panic or end its goroutine
// (TestP5_AllPermitsAreBackAfterAnyStorm). It holds none while it waits to be
// repeated (TestSafeFailureIsRepeatedAfterTheBackoffHoldingNoPermit). Calls, asks
// and messages wait for permits in one queue, first come first served
// (TestCallsAsksAndMessagesQueueInOneOrder) among those of one priority. Higher ones
// go first: the priority is that of the context, whichever way the request came
// (TestEveryWayInHonoursThePriorityOfItsContext), a repetition has it as well
// (TestRepeatedAttemptKeepsItsPriority), and the handler's context carries it to the
// next guard (TestPriorityGoesOnToTheNextGuard), as it carries all of [fuseboard.Meta]
// (TestMetaCrossesMessagesBetweenGuards), also through a forwarded message
// (TestMetaCrossesAForwardedMessage). Each is answered exactly once
// (TestMixedLoadOfCallsAndMessagesKeepsOnePeakAndAnswersAll). After the circuit's
// trip no call of the old state reaches the handler
// (TestAfterTheTripNoQueuedCallReachesTheHandler), and a result of an older state
// changes nothing (TestP3_LateResultOfAnOlderStateChangesNothing).
//
// An idle guard directly under the System is small (TestIdleGuardIsSmall); a hundred thousand
// hold less than 250 MB and no goroutine
// (TestHundredThousandGuardsHoldLessThan250MegabytesAndNoGoroutine). One that only answers
// calls has no actor (TestGuardThatOnlyAnswersCallsHasNoActor): that comes with the first
// thing that is said to it, and goes on as if it had been there from the start
// (TestWhatIsSaidToAGuardWakesIt, TestGuardStopsWithoutAnActorAsWithOne,
// TestStormOfWakersAndAStop).
//
// The guards of a [Keyring] are at most KeyLimits.Max, whatever keys come
// (TestFloodOfRandomKeysStaysBoundedAndCheap). None is forgotten while its circuit is
// not closed, a command is in force or a call of its key is under way
// (TestKeyIsNeverEvictedWhileItMatters), so a command that was acknowledged holds
// (TestAcknowledgedCommandIsNeverLostToAnEviction) and a repeated call keeps guard and
// deadline (TestRepeatedCallOfAKeyKeepsItsFirstDeadline). Where none can be forgotten a
// new key is refused, at no cost (TestFloodAgainstOpenKeysLooksAtThemOnce). The events
// of a key's guard end before those of its next guard begin
// (TestOldGuardOfAKeySaysStoppedBeforeTheNewOneSpeaks), and none is lost
// (TestKeyIsNotEvictedBeforeItsTransitionsAreTold). After an Update no key has the
// old policy (TestUpdateStormMissesNoKey).
//
// Of the replies to a forwarded request the first decides, and no other is seen
// (TestForwardTakesTheFirstReplyOnly); what comes after the end of its context is
// dropped (TestForwardEndsWithItsContextAndDropsLateReplies).
//
// Stats are exact: every attempt is timed once, every call that had one as well, a wait
// apart from both (TestDurationsOfCallsAttemptsAndWaitsAreCountedApart), transitions and
// the time in each state add up (TestTransitionsAndTimesInStatesAddUp), and the numbers of
// a [Keyring] survive its keys (TestNumbersOfKeysSurviveTheirEviction). Options.Observe is
// told of every call once, whichever way it came (TestObserverIsToldOfEveryWayInOnce), or of
// exactly one in so many (TestPickerPicksExactlyOneInSoManyAndNeverMoreASecond) and no more
// than so many a second (TestObserverIsToldOfNoMoreThanSoManyASecond), and
// whatever it does, no answer is lost (TestObserverThatPanicsIsLoggedAndHarmsNoCall,
// TestObserverThatEndsItsGoroutineLosesNoAnswer).
//
// Of what follows the load only news is told: a drain that says more than the last
// (TestDrainIsToldWhereItSaysMoreThanTheLastOne), an adaptive limit that moved by a quarter, at
// most once a second (TestLimitIsToldAtMostOnceASecondAndByAQuarter), the beginning and the end
// of a throttle that keeps calls away, also where nobody calls any more
// (TestThrottleIsToldWhenItBeginsAndWhenItEnds), and each change of a shedding level, once, by the
// System itself (TestLevelOfSheddingIsToldOnceAsTheSystemsOwn). That of a key comes before its
// end or not at all (TestStorm_NewsOfKeysAreNumberedWithoutGapsAndEndWithThem). An Update
// changes which pressure is obeyed, for keys as well (TestUpdateChangesWhichPressureIsObeyed).
//
// [Limits] bound what all guards of a System hold together: none is ever exceeded, and
// all that was taken comes back (TestStorm_NoLimitIsExceededAndAllComesBack). A call
// without a caller of its own has its goroutine before it waits, so one that is granted
// a permit runs (TestGoroutinesOfPostedCallsAreLimited); an idle key of any keyring goes
// before a new one is refused (TestKeysOfAllKeyringsTogetherAreLimited); a policy that
// needs too many bytes changes nothing (TestUpdateThatNeedsTooManyBytesChangesNothing).
// To refuse for a limit allocates nothing (TestRefusalForALimitAllocatesNothing_Alloc).
//
// A request that is sent as a message is handled by a worker, a child of the guard's
// actor, and its failure is judged by the guard's supervisor strategy. Its answers,
// attempts, transitions and times are those of a Call (TestCallsAndMessagesAreTheSame).
// There are never more workers than permits under a policy that is enforced, and none when idle
// (TestWorkersAreMadeOnDemandUpToThePermitsAndStopWhenIdle). Each message is answered
// once, however the guard stops (TestStorm_EveryMessageIsAnsweredOnceHoweverItsGuardStops).
//
// A handler made by [Rebuild] has generations: the first fault of one ends it and
// directs the building of the next (TestFirstFaultOfAGenerationDirectsARebuild), also one
// that comes when its caller has left (TestLateFaultOfAHandlerThatWasLeftEndsItsGeneration), and calls
// under way finish on it with their permits
// (TestCallsOnAStaleGenerationFinishAndKeepTheirPermits). build runs on one goroutine at
// a time, and the contexts it was given end with their generations
// (TestStorm_FaultsBuildsAndStopsLeaveNothing). Whoever stops or restarts guards, workers
// and builders behind their backs costs no answer and no permit
// (TestStorm_MeddlersLoseNoAnswerOfARebuiltHandlerInAGroup). What is meant for a builder
// or an actor of [System.SpawnActor] that is gone never finds the next
// (TestRestartMeantForABuilderThatIsGoneDoesNotFindItsSuccessor,
// TestReplyToAnActorThatIsGoneDoesNotFindTheNextOfItsName), and a mailbox that panics on
// a reply breaks nobody else (TestMailboxThatPanicsOnAReplyBreaksNobodyElse).
//
// A [Group] is a supervisor of guards and of groups below it; a guard belongs to one
// group or to none (TestGuardsAndGroupsFormATree). A group's events are numbered like
// a guard's, apart from those of its guards
// (TestAGroupIsJudgedAnewAndOpensLonger). A command over it reaches the guards that
// are there (TestCommandOverAGroupReachesEveryGuardBelow). Its breaker counts only
// circuits that opened by themselves (TestAGroupNeverKeepsItselfOpen), and no
// operator's command gives way to it (TestAnOperatorsCommandIsNeverOverriddenByAGroup).
// A guard whose actor breaks too often is answered by the next group above that has
// room in its restart budget (TestABrokenGuardClimbsGroupByGroupToTheSystem), at last
// by the System, which keeps it whatever happens
// (TestTheSystemKeepsAGuardThatBreaksForAWholeDay). When a group has stopped, nothing
// of it is left (TestMakingRacesWithStoppingStorm).
//
// Whatever a System lives through (things made, called, commanded, broken and stopped in
// any order) every request is answered once, with what its own handler or a section that
// is on has said; numbers add up, a stop ends in its time and says what it left; and
// when the last handler has returned nothing is left: no permit, no goroutine, no actor
// (TestMachineOfASystem).
//
// A handler runs on its caller's goroutine (Call, Do) or on one that the guard
// waits for when it stops (Ask, Tell, messages): TestHandlerOfACallRunsOnItsCallersGoroutine,
// TestStopLetsQueuedAndRunningCallsFinish. That one is of the System, which keeps it for the
// next (TestAGoroutineIsKeptForTheNextWithoutACaller), at most 1024 of them
// (TestNoMoreGoroutinesAreKeptThanTheMost), ends those that nobody needed for 10 s
// (TestGoroutinesThatNobodyNeedsEnd), and waits for all when it shuts down
// (TestShutdownWaitsForTheGoroutinesThatAreKept). What a handler ties to its goroutine
// (a locked thread, labels of the profiler) it must untie. Requests without a caller are
// used again, and each is answered its own
// (TestStorm_WhatIsUsedAgainAnswersItsOwnRequest). Deadlines are cooperative: the permit
// is held until the handler returns (TestP6_PermitStaysTakenUntilTheWorkReallyEnds).
//
// With [Workers] a handler runs on a pooled goroutine instead, whichever way its
// call came (TestEveryWayInLeavesAHangingHandler). Its caller leaves at exactly
// its deadline, and the permit stays until the handler has returned
// (TestCallerLeavesAHangingHandlerAtExactlyItsDeadline). The outcome is noted when
// the caller leaves; a late result is given to Discard once, and counts nowhere
// (TestLateResultIsDiscardedOnceAndCountsNowhere). Past MaxAbandoned new calls are
// refused until some of that work ends
// (TestTooMuchAbandonedWorkRefusesNewCallsUntilSomeEnds). Whatever handlers do, all
// permits and goroutines come back
// (TestStorm_AllPermitsAndPooledGoroutinesAreBack). For a handler that heeds its
// context nothing changes (TestIsolationChangesNothingForHandlersThatHeedTheirContext).
package actors
