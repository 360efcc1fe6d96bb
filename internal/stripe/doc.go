// SPDX-License-Identifier: Apache-2.0

// Package stripe counts what many processors count at once. A [Counter] is one word
// while one processor writes it, or several seldom meet; [Counter.Spread] gives each
// lane a cell on a cache line of its own, because a word that two processors write in turn costs
// each of them three to six times as much.
//
//	if !calls.Try(1) { clashes++ }  // somebody was in the way
//	…
//	calls.Spread(lane.Count())      // it happens too often
//	calls.AddAt(lane.Here(), 1)
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// A Counter belongs to nobody: any goroutine may call anything, nobody waits. No Add is
// lost, also across a Spread (TestNothingIsLostAcrossASpread), and what Load returns to one
// goroutine never falls (TestLoadNeverFalls). While others add, Load is no picture of one moment: it is at
// least what had been added when it began, and at most what had been when it ended
// (TestLoadLiesBetween). Adding allocates nothing, Spread once (TestAddAllocatesNothing_Alloc).
package stripe
