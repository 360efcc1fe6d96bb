// SPDX-License-Identifier: Apache-2.0

// Package quantile knows quantiles of the durations that were recorded lately: how long
// it takes until a call is later than 95 % of the last half minute's. Who records pays some
// nanoseconds, who asks pays one atomic load; both are cheap enough for each call.
//
// Durations are counted in buckets, 16 to each doubling from 1.024 µs to about 18 minutes, so
// that a value is at most 5 % beside the true quantile (TestValuesAreThoseOfASortedList), and much less
// where many durations lie in a bucket evenly (TestManyDurationsGiveAFineValue);
// what is shorter or longer counts as the shortest or the longest. The counts lie in a ring of seven slots, a
// seventh of the window each, of which the newest is still filling.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// A [Live] reads no clock and starts no goroutine: it forgets a slot when somebody
// records at an instant a window later. While nobody records, values stay as they are
// (TestValuesStayWhileNobodyRecords). Instants need not rise: an earlier one is booked
// in the newest slot (TestValuesAreThoseOfASortedList).
//
// Any goroutine may call anything at any time. Nobody waits to record, and every record is
// counted once (TestStorm_EveryRecordIsCountedOnce); one that comes in the very moment in which a slot begins may be
// booked in the slot before. Values are worked out by one of those who record, at most once in a
// fiftieth of the window (TestValuesAreWorkedOutRarely), and in the moment in which enough is known
// (TestAValueIsKnownWithTheLeastSample).
//
// Nothing is allocated but for the first duration of each doubling
// (TestRecordAllocatesOncePerDoubling_Alloc).
package quantile
