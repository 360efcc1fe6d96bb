// SPDX-License-Identifier: Apache-2.0

// Package mailbox is the gate: the mailbox of a guard that is also its
// bulkhead. It lends a fixed number of permits, keeps a bounded queue of those
// who wait for one, in the order of their priorities, and leaves the control lane of the actor untouched.
//
// A permit is lent to the caller's own goroutine ([Gate.TryEnter],
// [Gate.Enter]) or to a [Job] that somebody posted ([Gate.Post]); both take
// from the same permits and wait in the same queue. [Gate.Mailbox] puts the
// gate in front of an actor, so that a request sent as a message waits there too.
//
// Work that holds a permit runs on the caller's goroutine, or on one of a [Pool]:
// then the caller may leave before the work ends, and the permit stays with it.
//
//	gate := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 32, Queue: 64}, clock)
//	if err := gate.Enter(ctx, until); err != nil {
//		return err // refused: the dependency was not touched
//	}
//	defer gate.Leave() // deferred, so that a panic or Goexit gives the permit back
//
// # One word, or a share for each processor
//
// Coming and going writes one word. Where several processors do it at once they take that
// word from each other, which costs 3 to 6 times as much as the writing: so a gate with
// 16 permits or more for each processor, of which no more than half are in use, divides
// the free ones among the processors when they have clashed often enough. From then on
// each writes a word of its own, until somebody finds all shares empty, or
// asks for anything else than to come or to go: then they are brought together, and
// the gate is one word again, until the next clashes. Callers notice nothing:
// the bound stays exact, and so does every answer. A gate that was never divided, or is
// no longer, has no shares.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// Never more permits are in use than the bulkhead allows, except those that
// were inside when it shrank, and overruns (TestStorm_PeakNeverExceedsPermits).
// Waiters of a higher priority are served first
// (TestHigherPrioritiesAreServedFirst), those of one priority first in, first out,
// callers and jobs alike (TestWaitersAreServedFirstInFirstOut), unless the bulkhead's [Order]
// is another (TestLIFOServesWhoCameLast, TestLongQueuesAgreeWithTheNaiveModel). A queue that
// does not drain is cut to its target by [CoDel] (TestStandingQueueIsCutToItsTarget), which
// leaves a burst alone (TestCoDelServesABurstAsItCame) and refuses nobody for whom a permit
// would be idle (TestCoDelNeverRefusesTheLastOne, TestCoDelRefusesNobodyForOneThatIsGone).
// A full queue gives the place of its last one of the lowest priority to a higher one
// (TestFullQueueGivesTheLastPlaceOfTheLowestPriorityToAHigherOne), which has time to wait
// (TestWhoCannotWaitTakesNobodysPlace); that is no new place, here and under a shared [Quota]
// (TestWhoTakesAPlaceNeedsNoneOfASharedLimit).
// A [PriorityQuota] keeps permits and places for higher priorities
// (TestQuotaKeepsPermitsForHigherPriorities, TestQuotaKeepsPlacesForHigherPriorities), is
// never exceeded but by those inside when it shrank (TestStorm_QuotasAreNeverExceeded), and who waits for its own
// holds up nobody (TestWhoWaitsForItsQuotaHoldsUpNobodyAndIsServedBelowIt).
// Tenants that take turns get one permit a turn (TestTenantsTakeTurnsAndKeepTheOrderWithin),
// so that a noisy one takes nothing from a quiet one (TestNoisyTenantTakesNothingFromQuietOnes),
// nor its place (TestCrowdOfOneTenantGivesWayToOthers). A tenant is known while it waits, and no
// longer (TestNothingIsKnownOfATenantForWhomNobodyWaits).
// An estimate refuses nobody before it exists (TestEstimateExistsFromSixteenPermitsOnAndIsForgotten)
// or where nobody waits (TestNobodyIsHopelessWhereNobodyWaits), and less than one in twenty
// of those who would have been served (TestFewAreRefusedAsHopelessWhoWouldHaveBeenServed); where a
// quota keeps permits, each priority has its own (TestEstimateOfAPriorityIsNotThatOfThoseWhoWaitForTheirQuota).
// Rules may change while others wait: nobody is lost (TestStorm_RulesThatChangeLoseNobody).
// A lower one is promised nothing while higher ones keep coming, but its answer by
// [Bulkhead.MaxWait] (TestWhoIsPassedOverIsAnsweredAfterMaxWait).
// Who finds others waiting waits, too, behind those of a higher priority and, first in,
// first out, of its own (TestNobodyOvertakesTheQueue), from the moment at which it is counted
// (TestNobodyOvertakesWhoIsCounted). So whoever comes again and again gets no more than
// the others (TestCallersOfAContendedGateAreServedEqually).
// Each is late at its own limit and not before, though one alarm rings for all
// (TestEachOfManyIsLateAtItsOwnLimit).
// A wait allocates nothing while others wait (TestAllocationsOfAWaitAreNone); what it
// needs belongs to the gate, and is let go when nobody has waited for as long as anyone
// may (TestQuietGateKeepsNothingOfItsQueue), or by a stop (TestStoppedGateKeepsNothingOfItsQueue).
// The priority is the context's and is looked up only to wait or to take the place of another, once
// (TestPriorityIsLookedUpOnceAndOnlyToWaitOrToTakeAPlace).
// Jobs posted by one goroutine with one priority are granted in the order of posting
// (TestPostsOfOneGoroutineKeepTheirOrder).
// Every caller and every job is answered exactly once: with a permit or with
// one error (TestGateAgreesWithTheNaiveModel, TestStorm_EveryJobIsAnsweredOnce).
// A permit belongs to whoever was granted it until Leave; neither Stop nor
// Restart nor a deadline takes it back
// (TestP6_PermitStaysTakenWhileTheWorkStillRuns).
// No code of a user runs under the gate's lock: Run has its own goroutine, and
// Refuse and the hooks of idleness may call every method of the gate
// (TestP8_RefuseMayCallEveryMethodOfTheGate).
// The gate starts no goroutine that outlives its permit or its answer: the one
// of a granted job counts as in use, the one that a timer or a context needs to
// refuse a job counts until Refuse returned, and [Gate.Idle] waits for both
// (TestIdleWaitsForPermitsAndAnswers). A job that is a [Starter] brings its own
// (TestAJobThatBringsItsGoroutineIsToldToStart).
// Who is granted a permit of a gate bounded by [Workers.Bound] finds a goroutine
// of its pool, unless a [Quota] over several pools is spent, and no more than
// Workers.Max ever work
// (TestStorm_AllPooledGoroutinesAndPermitsAreBack).
// A caller that leaves pooled work leaves its permit with it, until the work and
// its disposal have ended (TestPermitOfLeftWorkStaysUntilItReallyEnds) and the
// caller has noted its outcome (TestPermitOfLeftWorkWaitsForItsCallerToSettle).
// A pooled goroutine without work ends when it was not needed for Workers.Idle
// (TestIdleGoroutineEndsAfterIdle, TestMostRecentlyIdleGoroutineIsUsedFirstAndTheRestEnd).
// Gates under one [Quota] never have more waiters together than it allows, whatever
// becomes of them (TestGatesUnderOneQuotaAgreeWithTheNaiveModel), nor their pools
// more goroutines (TestStorm_PoolsUnderOneQuotaNeverExceedIt), and all that was taken
// comes back (TestStorm_GatesUnderOneQuotaNeverExceedIt).
// Dividing permits among processors changes no answer: the models and storms named here
// run with gates that are whole, and divided over one share and over four. Nobody is
// refused or made to wait while a permit is free in any share
// (TestStorm_NobodyIsRefusedOrQueuedWhileAPermitIsFree), and never are more lent than
// there are (TestStorm_DividedPermitsAreNeverMoreThanThereAre). Who must wait, and
// everybody that asks for more than to come and go, finds them in one word
// (TestWhoMustWaitGathersThePermits, TestDividedPermitsAreGatheredForEverythingElse), so
// that [Gate.Depth] is exact. They are divided where it is worth it only
// (TestPermitsAreDividedWhereProcessorsClashAndThereAreEnough).
// [Overruns] are let in whatever the limit, and told what the gate would have said
// (TestOverrunsAreLetInWhateverTheLimitAndToldWhatItWouldHaveSaid), which is yes to no
// more than have a permit or a place (TestStorm_OverrunsNeverClaimMoreThanPermitsAndPlaces).
// They hold the gate's own permits: a stop waits for them
// (TestOverrunsKeepAStopWaitingAndAreRefusedAfterIt), and who queues comes in when they
// have left (TestWhoWaitsIsLetInWhenOverrunsHaveLeft).
// The actor's control lane never waits for a permit
// (TestControlMessagesPassWhileTheGateIsFull).
package mailbox
