// SPDX-License-Identifier: Apache-2.0

// Package orders holds what operators want of a whole fleet: hold a circuit open or closed, put a
// policy into shadow or bypass, lay values over it, or release all that. An order is obeyed only
// with the signature of an operator whom the node trusts; whatever else members of the fleet say is evidence.
//
//	signer, err := orders.ReadSigner("ada.key") // where the operator is
//	…
//	signed, err := signer.Sign(orders.Order{
//		Fleet: "shop/live", Dependency: "payments", Verb: orders.HoldOpen, Author: "Ada", Reason: "their disk is full",
//		Issued: now, Expires: now.Add(15 * time.Minute), Version: book.Next(now),
//	})
//
//	change, err := book.Receive(now, bytes) // on each node, whoever brought the bytes
//	…
//	force := book.For("payments", now) // what is in force: circuit, mode, values
//
// This package decides whose order holds. It carries none to other nodes, and obeys none: that is the cluster's
// and the guards'.
//
// # What holds
//
// An order concerns a slot of a dependency: its circuit, its mode, or its policy's values. Of those about one slot the
// newest holds, by version, a hybrid logical clock, so that operators whose clocks disagree are in an order that is the same
// everywhere; of one version, the key decides. An order for all dependencies counts as if it had been given for each.
// A release ends what is older than it, and keeps a dependency out of an older order for all.
//
// Every order ends by itself, after a week at most. The book remembers it for a week from its version, in force or not: so long
// an older order that it superseded could still be in force, and must not come back from a node that was away.
//
// # Whom to trust
//
// A node's file of operators has a line for each key, as keygen wrote it into the .pub file. To change a key, add the new
// one's line to all nodes, sign with the new one, and take the old line out a week later, or at once if the
// key is lost: its orders are then dropped ([Book.Retrust]). Compare fingerprints ([Key]) by voice before you add a line. Who can write that
// file commands the node. Times are those of the nodes' clocks: a node whose clock is ten minutes slow ends
// an order ten minutes late, and one more than a minute slow refuses new orders until their time has come.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// Who was given the same orders says the same, in whatever order, however often and whenever they came
// (TestBooksThatWereGivenTheSameOrdersSayTheSame), one by one or as what another book holds
// (TestABookMergedIntoAnotherIsAsGoodAsItsOrders), also when there are too many
// (TestFullBooksThatWereGivenTheSameOrdersKeepTheSame): then the newest are kept (TestAFullBookKeepsTheNewest).
// The newest holds, and replays change nothing (TestTheNewestOrderHoldsAndReplaysNever), also when it has ended
// (TestAnOrderThatHasEndedKeepsWhatItSupersededFromComingBack).
// Orders for all and for one count alike (TestOrdersForAllAndForOneCountAlikeAndTheNewestHolds).
// A version is above all that a book has seen, whatever the clock (TestAVersionIsAboveAllThatTheBookHasSeenWhateverTheClock).
//
// Nobody obeys an order of which a bit has changed (TestOneByteOfAnOrderChangedAndNobodyObeys), nor a signature that was
// made for something else (TestASignatureOverSomethingElseIsNoneOverAnOrder). What is refused changes nothing, and is counted by
// its reason (TestWhatIsRefusedChangesNothingAndIsCounted). An order with its signature fits one packet, and its bytes are the only
// ones that it has (TestEveryOrderThatCanBeSignedFitsOnePacketAndComesBackTheSame, FuzzParseSigned).
// A private key is in a file that only its owner may read (TestAPrivateKeyThatOthersMayReadIsRefused), and in no log
// (TestASignerNeverPrintsItsKey).
//
// A book has one owner, who calls it from one goroutine at a time, and takes what it gives as his own
// (TestWhatABookGivesIsTheCallersToChange). It reads no clock and starts no goroutine. On disk it is whole, or told to be damaged
// and put aside (TestADamagedBookIsToldPutAsideAndReadAsFarAsItIsGenuine, TestASaveThatDidNotEndLeavesTheOldBook); it
// says "disk" only when all is there (TestDurabilityIsDiskOnlyWhenEverythingIsThere). A clock that begins in the past, as
// on a board without a battery, forgets nothing (TestAClockThatBeginsInThePastForgetsNoOrder).
package orders
