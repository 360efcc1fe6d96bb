// SPDX-License-Identifier: Apache-2.0

// Package wire is what clients/httpclient and clients/httpserver say to each other
// in HTTP headers: what is left of the deadline, who wants it and how urgently, and
// how often it was tried. Both sides use these functions alone, so that what one
// writes is what the other reads.
//
// # Ordering and ownership
//
// Nothing here keeps state or starts a goroutine. A header belongs to the caller:
// functions whose names begin with Write change it, all others only read it, and none
// keeps it.
//
//   - What a peer sends is never an error and never a panic: what cannot be used counts
//     as not sent (TestWhatCannotBeUsedCountsAsNotSent, FuzzReadTakesAnything).
//   - What is written is read as it was meant, or was not written
//     (TestWhatIsWrittenIsReadAsItWasMeant, FuzzWriteIsReadBack).
//   - What is told of repetitions is kept at its most (TestTheMostRepetitionsAreKept).
//   - Times are relative, so that the clocks of two machines need not agree
//     (TestRetryAfterDateIsRelativeToTheResponsesOwnDate), and rounding never makes a
//     deadline later or a retry earlier (TestRoundingNeverGivesTimeThatIsNotThere).
package wire
