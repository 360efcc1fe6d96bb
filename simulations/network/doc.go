// SPDX-License-Identifier: Apache-2.0

// Package network is a network in one process: nodes with addresses, the packets and streams between them, and what
// goes wrong there. Each node is a [memberlist.NodeAwareTransport], so that plain memberlist runs over it, in a
// bubble of testing/synctest in virtual time, or outside of one in real time.
//
//	net, err := network.New(network.Options{Seed: 1})
//	config.Transport, err = net.Node("a")
//	…
//	err = net.Part([]string{"a", "b"}) // and later net.Heal()
//
// # What is simulated
//
// A [Link] is one direction between two nodes. A packet takes its latency, may be lost, may come twice, or behind others.
// A stream is like TCP: in order and whole, with a handshake of one round trip. A lost segment costs it
// a retransmission timeout of 200ms, which doubles with each loss in a row, and what is behind it waits. A cut stalls it.
// Bandwidth, acknowledgements, congestion and fast retransmission are not simulated, and a packet is never damaged.
//
// # Faults
//
// [Network.SetLink] makes a link bad, [Network.Cut] and [Network.Part] close it until [Network.Heal]; [Network.Pause]
// is SIGSTOP, and [Network.Kill] SIGKILL. A paused node's goroutines run on until they send, dial,
// read or write; its timers run, too.
//
// # Seeds
//
// What a link does to its n-th packet (lost, duplicated, reordered, how long) is a pure function of the seed, the two names
// and n (TestTheFateOfAPacketIsItsSeedItsLinkAndItsNumber), and so are the shares (TestSharesOfFatesAreThoseOfTheLink). For the
// n-th segment that streams send over it the same holds. What nodes send, and in which order, is theirs: memberlist uses the global
// math/rand and several goroutines, so two runs of one seed differ.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// Packets of a link arrive in the order in which they were sent, except those that are drawn to be reordered or twice; none arrives
// that was not sent, and without loss each arrives within its latency (TestProperty_PacketsArriveOnceWhereTheyWereSentWithinTheirLatency).
// Every packet is counted once as what became of it, in the same test. A stream delivers all bytes in order, or
// an error (TestProperty_AStreamDeliversAllBytesInOrderWhateverLoss), after the latency of each way (TestAStreamTakesItsLatencyEachWay).
// It holds a bounded number of bytes (TestAWriterWaitsWhileTheWindowIsFull), as buffers do of packets
// (TestAFullBufferDropsAndCounts), and ends waiting at its deadlines (TestDeadlinesEndReadsAndDials).
//
// A cut is one way (TestACutIsOneWay) and stalls streams (TestACutStallsStreamsUntilItHeals). A killed node's streams are
// reset, its address refuses, and its name may live again (TestKillResetsStreamsAndRefusesDials). Nothing passes a paused
// node (TestNothingPassesAPausedNode).
//
// A [Network] owns its nodes. It has no goroutine of its own: one timer serves all that is on the way, and
// [Network.Close] waits for it and ends what waits in calls (TestCloseEndsWhatWaits). Who runs memberlist on a node shuts it
// down himself. All methods may be called by any goroutine at any time.
package network
