// SPDX-License-Identifier: Apache-2.0

// Package cluster joins a System to the fleet of its service's replicas, so that what one
// of them learns of a dependency is of use to all, and one that is sick harms nobody.
//
//	node, err := cluster.Join(ctx, sys, cluster.Options{
//		Service: "checkout", Name: "checkout-0", Zone: "eu-west-1a",
//		Seeds: []gossip.Seeds{gossip.DNS("checkout.internal:7946")},
//		Keys: [][]byte{key}, Trust: cluster.TrustGossipKey, Dir: "/var/lib/checkout",
//	})
//	defer node.Leave(ctx)
//
// Nothing above changes: guards are protected and called as before. Those whose policy has
// a fleet section take part:
//
//	fleet: { mode: follow }
//
// # What travels
//
// Evidence, and never a state that others have to take over. Each node writes one cell for each
// dependency (what its own attempts say, whether it holds back) when that changes, and a
// beacon that says that it lives. Every node computes the verdict of all cells by itself, by the rule of
// package [github.com/fuseboard/fuseboard/cluster/verdict], and tells its own guard, which decides:
// an operator's command comes first, its own success always wins, and an order of the fleet
// is a lease that ends by itself where the fleet falls silent.
//
// # What a fleet is
//
// The replicas of one service, up to 200 of them. Another service's calls have other rights,
// other timeouts and another network, so that its failures say nothing here: its nodes have
// another label, and are refused. Below three callers of a dependency nobody can be outvoted,
// and the verdict is inactive ("inactive, 2 callers").
//
// # Operators
//
// What is not evidence needs a signature: [Node.Order] takes an order of package
// [github.com/fuseboard/fuseboard/cluster/orders] that a trusted operator signed, and so does each node that
// hears of it. Whoever is in the fleet can carry an order; nobody can make one, change it or bring an older one back.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// One goroutine owns what a node knows of its fleet, and waits for nobody; a second one
// takes news from the gossip, and a third tells guards what takes a while. [Node.Leave] and [Node.Close] wait for
// all of them (TestANodeThatLeftHasNoGoroutine).
//
// An outage is held by all and released by all (TestAnOutageIsHeldByAllAndReleasedByAll), whoever restarts in it
// (TestWhoeverRestartsInAnOutageAllHoldAgainAndAreReleased); one sick node holds
// nobody (TestOneSickNodeHoldsNobody).
//
// A node that starts again and again knows it from what the others remember
// (TestANodeThatStartsAgainAndAgainCountsItsBootsByWhatTheOthersRemember), or its folder
// (TestBootsOutliveARestartOfAllNodesWhereThereIsADisk), and has no say until it stays up.
//
// Who has another key is shown on both sides (TestAReplicaWithAnotherKeyIsShownOnBothSides).
//
// A node that begins again gets the events of its former lives from the others, and tells its own two seconds
// later where others are (TestANodeThatBeginsAgainGetsTheEventsOfItsFormerLivesBack), or when it leaves before that (TestWhatHappenedInAShortLifeIsToldWhenTheNodeLeaves). Events come in the order of each origin, and once (TestEventsOfAllNodesComeInTheOrderOfEachAndOnce); orders and
// events find who was cut off when it comes back (TestANodeThatWasCutOffHearsOfOrdersAndEventsWhenItComesBack), orders that have
// ended included: who was away has what they superseded (TestAnOrderThatWasSupersededDoesNotComeBackWithWhoWasAway). Who does not
// have an order is named at the others (TestStatusSaysWhichMembersDoNotHaveAnOrder).
package cluster
