// SPDX-License-Identifier: Apache-2.0

// Package shelf is a bounded map from strings to values that many goroutines read at once:
// for a few to some ten thousand keys. A reader takes no lock and allocates nothing; a writer
// takes a lock and allocates what it puts.
//
//	names := shelf.New[string](1000)
//	names.Put("7", "Ada")
//	name, ok := names.Get("7")
//
// Who makes room is chosen by SIEVE (Zhang and others, "SIEVE is Simpler than LRU: an Efficient
// Turn-Key Eviction Algorithm for Web Caches", NSDI 2024): the keys stand in a queue in the
// order they came; a hand walks from the oldest to the newest and around again, spares each key that was
// used since it last came by, and takes the first that was not. So a reader writes one word at
// most, and mostly none, where LRU would move the key in a list under a lock.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// A shelf never holds more than it may, not even for a moment (TestStormNeverHoldsMoreThanItMay).
// It does what a list walked by a hand does (TestShelfIsItsModel). A reader sees a value that
// was there at some moment between its call and its answer, also while the table grows
// (TestStormReadersSeeWhatIsThere). Get allocates nothing (TestGetAllocatesNothing_Alloc). The text of a
// key is copied, so it may be a piece of something large (TestKeyOutlivesWhatItWasCutFrom).
// A shelf starts no goroutine and belongs to whoever made it; values are theirs to share.
package shelf
