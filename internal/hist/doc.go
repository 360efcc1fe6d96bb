// SPDX-License-Identifier: Apache-2.0

// Package hist counts durations in buckets whose bounds are the same everywhere:
// for every dependency, in every process, in every version. So two histograms may
// always be added, whoever filled them.
//
// The bounds are the Renard series R10 (1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8 in
// each decade) from 10 µs to 100 s, with one bucket below and one above. Neighbours
// are 25 % to 28 % apart, which bounds the error of a quantile.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// A [Hist] belongs to nobody: any goroutine adds to it and reads it, no one waits
// (TestAddsFromManyGoroutinesAreAllCounted). Adding allocates nothing, but for the
// first duration of a page (TestAddAllocatesOncePerPage_Alloc). A [Snapshot] is a
// value of its own, exact at the bounds and mergeable in any order
// (TestSnapshotsAreThoseOfTheNaiveModel); while others add, its sum may be ahead of
// its count by those adds, or behind.
package hist
