// SPDX-License-Identifier: Apache-2.0

// Package limits bounds what one source may do to a node: it wraps any transport of memberlist.
// memberlist itself has no bound on concurrent streams, and takes every packet.
//
//	config.Transport, err = limits.Wrap(carrier, limits.Options{})
//
// # What is bounded
//
// Streams that are open at once, for each source and for all together; packets and their bytes in a second, for each
// source; bytes that are read from one stream, and how long it may last. What is beyond a limit is dropped or closed,
// and counted by its reason ([Stats]). What this node sends and dials is not bounded.
//
// A source is the identity that the carrier has verified, where its addresses tell one ([Sourced]), or else the host of the address.
// A UDP packet's address is whatever its sender wrote there: there, a limit stops accidents, and a stranger only where the
// network checks addresses.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// Packets and streams keep their order (TestPacketsComeInTheirOrder). A source that is over its limit takes nothing from another
// (TestOneSourceOverItsLimitTakesNothingFromAnother). A stream gives its place back when it is closed, once, however often it is
// closed (TestAClosedStreamGivesItsPlaceBackOnce). As many sources are known as Options say, and one with
// open streams is never forgotten (TestSourcesAreBoundedAndThoseWithStreamsKept). A bucket lets no more pass than its rate and burst
// (TestProperty_ABucketLetsNoMorePassThanRateAndBurst).
//
// [Transport.Shutdown] ends the carrier, and waits for the two goroutines here (TestShutdownEndsAll). Who took a stream
// closes it.
package limits
