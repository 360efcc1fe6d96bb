// SPDX-License-Identifier: Apache-2.0

// Package strategy carries out what package supervision decides, as a protoactor
// [actor.SupervisorStrategy]. It is the only room of supervision that knows
// protoactor.
//
// Two things can fail. An actor breaks: it panics, and the panic value is the
// reason. Then it is rebuilt after a backoff, or the failure is escalated when the
// restart budget is spent. Or a request fails in a healthy worker, which says so
// with [Fail]. Then its outcome is recorded, the worker goes on at once, and the same
// envelope is delivered again after the backoff, or its sender is answered: see
// [Request].
//
// Protoactor's own strategies restart at once or grow their backoff linearly, have
// no cap, no jitter and no budget, and lose the failed message.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// A strategy acts as [supervision.Decide] says, for every fault, after it has recorded
// the outcome; its nth restart uses the nth number of its seed
// (TestTheStrategyActsAsDecideSays).
//
// A broken child stays suspended until it is restarted or stopped; what is sent to
// it meanwhile waits in its mailbox (TestABrokenActorIsRebuiltAfterItsBackoffAndKeepsItsMail); its supervisor
// hears when it will be (TestTheSupervisorHearsWhenABrokenChildWillBeRestarted).
// Failures of a child that already waits for its
// restart are part of that restart: one restart serves them all
// (TestFailuresOfAChildThatWaitsForItsRestartAreOneRestart).
//
// A failed request suspends nothing for longer than the decision takes
// (TestAWorkerGoesOnWhileItsFailedRequestWaits). Its
// envelope belongs to the strategy from [Fail] until it is delivered again or
// answered; exactly one of the two happens, once
// (TestStopRacesWithTimersAndEveryRequestIsAnsweredOrRepeatedOnce). Nobody waits
// longer than the request's context (TestARequestWhoseSenderLeavesIsAnsweredAtOnce).
//
// A strategy owns its timers. After [Strategy.Stop] returns no timer and no
// goroutine of it is left, every waiting request has been answered with
// [ErrStopped] (TestStopAnswersWaitingRequestsOnceAndLeavesNothingBehind), and every
// child that waited for its restart is stopped (TestStopStopsChildrenThatWaitForTheirRestart).
//
// A strategy may serve several supervisors and, under a guardian, failures of
// several children at the same moment. A request's methods run on the goroutine of
// the failure, of a timer or of a context, without a lock (TestOneStrategyMayServeSeveralSupervisors,
// TestUnderAGuardianManyChildrenMayBreakAtOnce).
//
// A child whose restart budget is spent goes up: to the strategy above, which counts
// all children of the one below as one child of its own, and answers with a wait of
// its own (TestASpentBudgetIsAnsweredAboveAndBeginsAnew,
// TestChildrenThatClimbTogetherAreEachRestarted). The last one may keep it
// (TestAStrategyThatKeepsRestartsAtTheLongestBackoff); that wait takes a further
// number of the seed (TestTheLongestBackoffIsDrawnFromItsUpperHalf). All waits belong
// to the strategy of the child. Rules may change at any time
// (TestAReshapedStrategyKeepsItsCount).
//
// The memory of restarts is bounded: at most Restart.Max instants for each child
// that failed within the last two Restart.Within
// (TestRestartsAreCountedWithinTheTimeAndMemoryIsBounded).
package strategy
