// SPDX-License-Identifier: Apache-2.0

// Package events is the fleet's stream of events as one node shows it: what happened on which node, each
// node's events in their order, and how many are missing where some are.
//
//	source := events.NewSource("node-1", boot) // what happens here
//	e, err := source.Next(events.Event{At: now, Kind: "transition", Dependency: "payments", From: "closed", To: "open"})
//	…
//	stream := events.NewStream(boot, 0) // what happens anywhere
//	stream.Merge(instant, e)
//	page := stream.Since(cursor, 100)   // for each reader, from where he was
//
// A node publishes each event under one of 32 names ([Event.Register]), so that its last 32 are there for who comes
// late or was cut off. This package carries nothing: who does must see to it that a node
// publishes events of its own origin only. Streams of different nodes have the same events of an origin, and may show
// those of several origins in different orders: there is no time that they share.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// Whatever is lost, sent again and overtaken on the way, a stream holds nothing that was not told, nothing twice, and the events of an
// origin in its order, boots included; and each item tells how many are missing before it
// (TestAStreamTellsTheTruthWhateverTheNetworkDoes). Streams that heard everything have everything
// (TestStreamsThatHeardEverythingHaveEverything). Who hears a node now and then has what it published then
// (TestWhoHearsNowAndThenHasAllThatWasPublishedThen, TestWhoWasAwayCatchesUpAndIsToldWhatHeMissed); what was before a node knew
// the origin is not called missing (TestWhoComesLateGetsTheLastEventsInOrderAndMissesNothing).
//
// An event waits for those before it for five seconds, or until they are published no more
// (TestAGapIsWaitedForAndThenTold). A new boot begins anew, and what comes of an older one is late
// (TestANewBootBeginsAnewAndTheOldOneIsLate). What was lost at the end of a boot nobody can know.
//
// A reader gets the stream page by page, or is told how many he missed
// (TestReadersGetTheStreamOrAreToldHowManyTheyMissed, TestAReaderWhoIsSlowIsToldHowManyHeMissed). After a restart he begins again, and knows it
// (TestACursorOfAnotherStreamBeginsAgainAndSaysSo).
//
// A stream and a source have one owner each, who calls them from one goroutine at a time. They read no clock and start no goroutine;
// the stream's memory is bounded by its length, by 512 origins and by 31 events of each that wait
// (TestAStreamKnowsABoundedNumberOfOrigins).
package events
