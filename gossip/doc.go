// SPDX-License-Identifier: Apache-2.0

// Package gossip is a node of a fleet: it knows who else is there, and carries versioned records to everybody,
// of which it never knows what they mean. Beneath it is memberlist.
//
//	node, err := gossip.Start(ctx, gossip.Options{
//		Name: "shop-1", Label: "shop/production",
//		Keys: [][]byte{key}, Bind: "10.0.0.1:7946",
//		Seeds: []gossip.Seeds{gossip.DNS("shop.internal:7946")},
//		Dir: "/var/lib/shop",
//	})
//	err = node.Put(record.Transition, "payments", body)
//
// # What it adds to memberlist
//
// A record that is new to a node is sent on by it. memberlist sends what a node broadcasts to some, who tell nobody: a third of a
// fleet of 20 got it. A transition goes to some members at once besides, since packets of gossip are filled with news of members first.
//
// Every 2 seconds a node asks a member at random what it lacks, by a digest of 512 bytes, and sends what the other lacks. So what
// gossip loses is repaired, and a new node gets everything.
//
// A fleet that was split is whole again: memberlist never looks again for whom it takes for dead. Nodes that miss somebody try
// the addresses where he was, and seeds; about six of them in 2 seconds, however many miss him. What two nodes say of each other when
// they meet is answered within a second, so they meet again after that. Questions carry a hash of the members that the asker sees:
// where it is another, once nobody came or went for a second, both meet.
//
// A life of a node has a name of its own for memberlist, the stable name and the boot. So a node that comes back at once,
// or at another address, is no conflict.
//
// # What it does not promise
//
// Who is a member may still be out of reach: one broken link between two nodes is seen by nobody else. Who is no member any
// more may live. The answer to both is not here. Everybody who has a key can write as any owner: authority needs a
// carrier with identities. [Options.Accept] must be the same on all nodes: what one refuses, others send it again and again.
//
// # Ordering and ownership
//
// The tests that need a fleet are in gossip/internal/trial.
//
// A record reaches all (TestATransitionReachesAll). Records of one key never go back: the newest version stays, whatever comes in which
// order. A node that comes back writes newer ones than its former life (TestANodeComesBackUnderItsName); of two lives that are here
// at once the later counts (TestOfTwoLivesOfOneNameTheLaterCounts). After a split all members and records are the same again
// (TestAFleetIsWholeAgainAfterASplit). Who leaves is not missed (TestANodeThatLeavesIsMissedByNobody), nor waits for who leaves, too
// (TestNodesThatLeaveAtOnceDoNotWaitForEachOther); who crashes is missed
// (TestACrashIsSeenByAll), and who is cut off knows it (TestANodeThatIsCutOffKnowsIt).
//
// What has another key, another label or none is never read (TestStrangersAreRefusedAndCounted), and what is damaged changes nothing
// (TestGarbageIsCountedAndChangesNothing); who is refused can see why, and who refuses whom (TestWhoIsRefusedIsToldWhyOnBothSides). What is
// compressed is not unpacked where everybody may send it, without keys (TestBombsAreNotUnpacked); who has a key may send
// what is unpacked, in packets of up to 2 KiB (TestWhoHasAKeyMaySendNoLongPackets) and in streams. Keys change without losing anybody (TestAKeyIsChangedWithoutLosingAnybody).
//
// Nothing waits for a watcher: who is slow gets the newest of each thing (TestASlowWatcherGetsTheNewestOfEachThing), and what came before
// the end is not lost (TestAWatcherWaitsAndEnds). Nothing of memberlist waits for this package (TestWhatComesTooFastIsDroppedAndCounted).
//
// A [Node] owns its carrier, its goroutines and its folder; [Node.Close] ends the first two, and waits for all but timers of memberlist,
// which do nothing. It copies what it is given, and what it returns is the caller's, but for the bodies of [Node.Records], which
// nobody may write into. Users' functions in [Options] must not call the node.
package gossip
