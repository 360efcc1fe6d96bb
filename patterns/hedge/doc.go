// SPDX-License-Identifier: Apache-2.0

// Package hedge sends a copy of a call that takes longer than most do, and takes the answer
// that comes first. Where a few calls of many are slow by chance (a pause, a queue, a lost packet), and
// a second one is most probably not, that cuts the tail of the latencies for little load.
//
// A [Policy] says when. A [Hedger] knows how long to wait: [Hedger.Wait] and [Hedger.Record] are
// pure of clocks and goroutines, for who runs copies itself; [Do] is a runner for who does not.
//
// # What is recorded
//
// The wait is a quantile of how long first copies take. A first copy that lost is cancelled, and its time is
// known to be more than it had, no more. Were it left out, only fast ones would be left, the
// quantile would fall, more copies would be sent, and more would be left out. So [Hedger.Lost] counts it
// with the time that it had. That is at least the wait, so it counts among those that are longer
// than the wait, where the true time would count, too: the share that is longer is right, and with it
// the quantile (TestLostCopiesDoNotBiasTheQuantile). A time that was cut below the wait may belong on
// either side, and is not counted; neither is a failure below it: it says nothing about how long an answer takes.
// Of further copies nothing is recorded: those that win are the fast ones (Finagle records both,
// and so waits somewhat less than the quantile that it was told).
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// The next copy is sent when a wait is over since the one before, and never because one has failed
// (TestAFailureSendsNoCopy): to repeat what failed is the business of a retry, with its
// backoff and its classes. A call fails when all copies that run have failed, with the error of the
// first (TestACallFailsWhenAllThatRunHaveFailed). The first answer wins; then the context of all copies ends
// with [ErrLost] (TestLosersAreCancelledWithErrLost), and each answer that nobody gets goes to
// Discard, once (TestStorm_EachAnswerIsTakenOrDiscardedOnce). A caller leaves when its context ends, whatever copies
// do (TestACallerLeavesAtTheEndOfItsContext).
//
// Every copy runs on a goroutine of its own, for which [Hedger.Close] waits (TestCloseWaitsForLosers).
// A [Hedger] may be used by any goroutine at any time (TestStorm_EachAnswerIsTakenOrDiscardedOnce).
//
// # Sources
//
// Dean and Barroso, "The Tail at Scale" (CACM 56:2, 2013): hedged requests, deferred until the
// 95th percentile. gRFC A6: hedging in gRPC, where a failure sends the next copy at once. Finagle's
// BackupRequestFilter: a live percentile, a least wait of 1ms, and that superseded requests are recorded.
// failsafe-go's hedgepolicy: hedges by a fixed delay or a quantile.
package hedge
