// SPDX-License-Identifier: Apache-2.0

// Package fuseboard holds the few words that every room of the runtime shares:
// how a call ended ([Outcome]), who refused it ([Rejection]), what time it is
// ([Instant], [Clock]), whose work goes first ([Priority]), what a request carries
// from hop to hop ([Meta]) and what is wrong with a policy ([Problem]).
//
// A user of the runtime imports package actors; this package appears in the
// signatures of hooks (a classifier returns an [Outcome]) and of errors.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// Every type here is a value; a [Clock] is read-only after [NewClock] and may be
// read from any goroutine (TestClockIsReadByManyAtOnce). It belongs to the System
// that made it; instants of two clocks are not comparable. That of [NewClock] never goes
// back and follows virtual time (TestClockNeverGoesBackAndFollowsVirtualTime).
//
// A [Priority] belongs to the context that it was given to and to those derived from
// it; the innermost counts (TestContextCarriesTheInnermostPriority). The same holds of
// [Meta], of which it is a part (TestMetaCrossesGoroutinesAndTheInnermostCounts,
// TestPriorityIsPartOfMeta).
package fuseboard
