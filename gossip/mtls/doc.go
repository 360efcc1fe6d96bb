// SPDX-License-Identifier: Apache-2.0

// Package mtls carries memberlist over TLS 1.3: packets and streams, both sides with certificates, and no byte in the clear.
//
//	config.Transport, err = mtls.New(mtls.Options{
//		Identity:    mtls.Identity{TrustDomain: "example.org", Service: "checkout", Name: "a"},
//		Credentials: mtls.Files("node.crt", "node.key", "ca.crt"),
//		Bind:        "10.1.2.3:7946",
//	})
//
// # Identity
//
// A node's certificate says who it is in a URI of the form that SPIFFE uses:
//
//	spiffe://<trust domain>/fuseboard/<service>/<name>
//
// A URI, not a host name: a name of a node need not be one of DNS, no server of the web has such a certificate by accident,
// and the host is none of its business. Each side demands of the other, in every handshake: signed by a CA that this node
// trusts, at its time, for clients and servers both; this node's trust domain and service; and where memberlist dials
// a node by name, that name. memberlist's names may carry a boot behind a "#", which is not part of it: "a#17" is name "a".
// A connection ends when its peer's certificate does, and when a reload takes away the CA that signed it.
//
// What a peer says about others is gossip, and not verified here. But who makes up a member is found out:
// every dial by that member's name refuses whoever answers, unless it has the certificate. [PeerOf] tells who sent a packet or
// opened a stream.
//
// Beneath TLS is TCP, or what [Options].Listen and Dial make (TestConnectionsAreMadeByListenAndDialWhereTheyAreGiven).
//
// # Wire
//
// A connection carries packets one way, or one stream. After the handshake, the dialler says which ("FBG1", a kind, the
// address it advertises), and the other side answers with one byte: 1 is welcome. So a refusal is known at the dial, and there is
// nothing unread that would make the kernel reset a stream which is closed early. A packet is a length of four bytes, big-endian,
// and its content, of 1 to 65536 bytes; a length of zero asks for an answer of one byte, so that a dead network is noticed before
// TCP does. Sessions are resumed, and verified again as if they were new.
//
// # Bounds
//
// [Options] has the numbers. Nothing that memberlist calls waits for a peer, except a dial of a stream. A packet waits in a queue of its
// peer, and is dropped and counted where that is full or the peer can't be reached, as UDP would do.
// Connections are bounded, those in a handshake too, in all and for each host; who is slow in a handshake or in the middle of a packet is
// cut. Put [github.com/fuseboard/fuseboard/gossip/limits] around it for what a verified peer may do. The first packet
// for a peer takes as long as a handshake, which memberlist sees in the time of its first probe.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// Packets of one peer keep their order while its connection lasts (TestPacketsOfOnePeerKeepTheirOrder), and are copied
// (TestAPacketIsCopied). Who sends never waits (TestAFullQueueDropsAndCountsAndNeverWaits). A packet and a stream tell who sent them
// (TestPacketsAndStreamsCarryWhoSentThem). A stream that is closed at once arrives whole (TestAStreamThatIsClosedAtOnceArrivesWhole).
//
// A foreigner is refused and counted, whoever dials (TestAForeignerWhoDialsIsRefusedAndCounted,
// TestAForeignerWhoIsDialledIsRefusedAndCounted); a dial by name reaches that node or none
// (TestADialByNameRefusesAnotherNode, TestWhoMakesUpANameIsNotReachedByIt); no byte crosses in the clear (TestNoByteCrossesInTheClear).
// A reload drops nothing (TestReloadTakesANewCertificateAndDropsNothing), keeps what there was while the files are wrong
// (TestReloadKeepsWhatItHadWhileTheFilesAreWrong), and cuts whom the new credentials refuse
// (TestACAIsReplacedWithoutALostPacketAndThenRefused). A connection into a cut of the network is replaced
// (TestASilentPeerGetsANewConnection).
//
// A [Transport] owns its listener, its connections and one goroutine for each, and two for each peer that it sends packets to.
// [Transport.Shutdown] closes them all and waits (TestShutdownEndsAll); memberlist calls it.
package mtls
