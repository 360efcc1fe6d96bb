// SPDX-License-Identifier: Apache-2.0

// Package verdict computes what the fleet's evidence says about a dependency: whether a
// node should leave it to its own circuit, hold calls back, or let a growing share pass.
//
// A [Machine] is stepped with what the node counted itself ([Own]) and what it holds of
// the others ([View]), and returns an [Order]:
//
//	m := verdict.New(verdict.Rules{}, "a", "zone-1", seed)
//	order := m.Step(now, own, view)      // every 100 ms, and when something came
//	cell := m.Cell(now)                  // what the others should know of me
//	if verdict.Publish(sent, cell, now.Sub(sentAt)) { … }
//
// It is a pure decision: it reads no clock, starts nothing, keeps nothing of what it is
// given. Every node computes its own verdict; none obeys another's.
//
// # The rule
//
// A node votes by its own attempts alone. It holds calls back when most of at least three
// callers vote that the dependency is down, when that would be so without any one of them,
// and when nothing of its own says otherwise: a node that sees it work needs two thirds of
// the others against it, and one that sees it work well is never held. A hold is a lease
// that fresh failing probes renew; the probes of the whole fleet are two a second; it ends
// when the callers' probes, or a row of the node's own, succeed, in a ramp. What is worn
// and not down is left to each node's circuit. docs/adr/0014-fleet.md says what was
// simulated, with which figures, and where the rule differs from the first one and why.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// A [Machine] belongs to one goroutine. It gives equal orders for equal seeds and steps,
// whatever the steps are (TestAnyStepsGiveTheSameSoundOrdersTwice,
// TestEqualSeedsAreEqualRuns), and an older instant is taken as the last
// (TestAnOlderInstantIsTakenAsTheLast). A step allocates nothing
// (TestAStepAllocatesNothing).
//
// A cell is written by the node that it is about. Bytes that no node wrote are refused
// (FuzzDecodeCell, FuzzDecodeBeacon, TestForeignBytesAreRefused), and what one wrote is
// read as it was (TestWhatIsPublishedIsReadAsItWas).
//
// A node counts once, by its name, and only while it is alive, heard, up for a window and
// not suspect (TestPeersThatAreDoubledDeadOrNewHaveNoVote). No voice has more than a third
// of the pool (TestNoVoiceHasMoreThanAThirdOfThePool), and none decides an entry
// (TestNoSingleVoiceDecidesAnEntry, TestOneLiarHoldsNobodyWhateverItClaims).
//
// A node's own probes end its hold, whatever the others say
// (TestMyOwnProbesAlwaysEndAHold); a hold that nothing renews ends
// (TestAHoldThatNothingRenewsEnds), who is cut off in one is let out and comes back into it
// (TestWhoWasCutOffInAHoldFollowsTheOthersBackIntoIt), one that only its own failing probes renew stands
// (TestAHoldThatOnlyIRenewStands). Every caller has its own place among the fleet's probes
// (TestEveryCallerHasAProbesPlaceOfItsOwn). Whoever restarts in an outage, all hold again
// (TestWhoeverRestartsInAnOutageAllHoldAgainAndAreReleased), and so do few callers and quiet ones
// (TestFewAndQuietCallersHoldTogetherToo). What is worn costs no goodput
// (TestABrownoutAtTheThresholdIsLeftToTheCircuits, TestAdviceCostsNothingInABrownout). Alone, with one other, or out of reach, a node does
// what it does without a fleet (TestAnIsolatedNodeDoesWhatASingleNodeDoes,
// TestTwoCallersAreLeftToTheirCircuits).
package verdict
