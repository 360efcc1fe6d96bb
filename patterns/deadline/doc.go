// SPDX-License-Identifier: Apache-2.0

// Package deadline says until when a call may take: a [Policy] is cut into
// [Span] values, and a span becomes the context of a handler, which costs no
// timer and no channel until the handler looks at it.
//
// # Ordering and ownership
//
// An attempt's limit may follow how long attempts took lately: [Policy.AttemptLimit] makes it of a quantile that
// the caller knows, and [Policy.TryWithin] and [First.Within] cut spans by it. It stays between Adaptive.Min and Attempt,
// whatever it is made of (TestAttemptLimitNeverLeavesItsBounds). Where attempts that it ended are recorded with the time
// that they had, one that is too short rises again, within a window where the dependency became three times slower
// (TestALimitThatIsTooShortRisesAgain, TestALimitIsNeverTooShortForEver).
//
// A [Policy] and a [Span] are values; their methods decide from their
// arguments alone, and the clock is read by the caller, never by Begin or Try
// (TestBeginAndTryDecideFromTheirArgumentsAlone).
//
//   - A span never ends later than the span or the caller it was cut from
//     (TestNoSpanEndsLaterThanWhatItWasCutFrom).
//   - The context made by [Context] ends once. The first of deadline, caller's
//     end, [Family.Cancel] and [Lazy.End] that somebody could see decides Err and
//     context.Cause, and both stay as they are (TestErrAndCauseStayAsFirstSeen).
//     An end that nobody looked for before End is reported as context.Canceled
//     (TestEndWithoutALookIsCancelledWhateverPassedUnseen). Else it can't be told from
//     the library's own (TestContextCannotBeToldFromTheLibrarys).
//   - Whoever called [Context] owns the [*Lazy] and calls End when the work has
//     really ended (TestP12_BodyIsReadableUntilEnd). The context itself may be used
//     by any goroutine, also after End
//     (TestStormOfLookersSeesOneChannelWhoeverEndsItMeanwhile).
//   - A context that nobody looked at is in no list and owns no timer; one that
//     was looked at leaves its [Family] and its parent at End
//     (TestP7_EndLeavesNothingInTheFamily).
//   - A context of an [Origin.WithCauses] tells why it was cancelled, looked at or not, and
//     leaves its caller's alone (TestCancelledContextTellsTheCause).
//   - What [Outlast] returns ends with the caller and with the [Family], never by the
//     span (TestWhatOutlastsASpanEndsWithItsCallerAndItsFamilyAlone).
//   - No goroutine is started here: not by a context, nor by a child of one that
//     the standard library makes (TestHTTPRequestCostsNoGoroutineOfItsOwn).
//
// Nothing here blocks, but for a few instructions under the lock of a context or
// of its family; a foreign parent's methods may be called under the former
// (TestNothingHereBlocks).
package deadline
