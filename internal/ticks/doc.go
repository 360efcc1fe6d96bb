// SPDX-License-Identifier: Apache-2.0

// Package ticks holds clocks that cost less than the standard one, for systems that run in
// real time and whose calls are so short that two clock reads are a part of them: the
// processor's own counter ([NewTSC], about 10 ns a read where the standard one takes 27),
// and a value that a goroutine renews each millisecond ([NewCoarse], about 1 ns).
//
// Neither follows virtual time (testing/synctest): whoever simulates takes the standard clock.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// Coarse never goes back. TSC may, by as much as the counters of two cores differ, which is
// microseconds at most: it is read without a fence, which would cost what is saved
// (TestClocksNeverGoBack). None is far from the standard one
// (TestClocksAreNearTheStandardOne; its bounds are wide, since a busy machine holds up a
// ticker): TSC is measured anew every second, Coarse is two milliseconds behind at most
// where its goroutine runs in time. The counter is not used
// where it does not count evenly, or where time is virtual
// (TestCounterIsRefusedWhereTimeStandsStill). A Coarse owns its goroutine, which rests while nobody reads
// (TestCoarseRestsWhileNobodyReads); whoever made it stops it, and after that it is the standard clock.
package ticks
