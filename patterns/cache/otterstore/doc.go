// SPDX-License-Identifier: Apache-2.0

// Package otterstore keeps the entries of a cache in otter (github.com/maypok86/otter/v2,
// Apache-2.0): for more keys than the built-in store is made for, or where it matters which are
// kept. It is a package of its own so that only who imports it links otter.
//
//	users := cache.New[User](policy, clock, otterstore.New)
//
// Otter chooses who makes room by W-TinyLFU (Einziger, Friedman and Manes, "TinyLFU: A Highly
// Efficient Cache Admission Policy", ACM Transactions on Storage 13(4), 2017), so an entry that is new may be
// the one that goes. Of what otter can do, only that is used: time, loads and refreshes are the cache's.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// A store does what a map does as long as it has room (TestStoreIsAMapWithRoom). It holds no more than it
// may once its upkeep has caught up with who writes (TestStoreIsBounded). That runs on a goroutine of
// its own, one at a time, which ends by itself; Close waits for it, and whoever still reads afterwards runs
// it himself (TestStormLeavesNothingRunning). A read allocates nothing (TestReadAllocatesNothing_Alloc).
// A cache on it does what one on the built-in store does (TestCacheOnOtter).
package otterstore
