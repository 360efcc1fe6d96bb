// SPDX-License-Identifier: Apache-2.0

// Package record is the pure core of gossip: versioned records that nobody but their owner
// understands, how they merge, which of them are sent, and how two stores find out what they miss. It
// has no goroutine, clock, lock or socket; now is an argument.
//
//	change, verdict := store.Put(now, r) // from anywhere, twice, late
//	if change.Moved {
//		queue.Push(now, change.Record) // it is new here, so others should hear of it
//	}
//	packet := queue.Take(now, limit)       // for one member, some times a second
//	rs := store.Differing(digestOfAnother) // what was lost on the way, every two seconds
//
// # What a node does with it
//
// Its own records have versions of [Store.Own], after [Store.Boot]. What comes is read with [Each] or
// [Decode] and given to Put. Who tells of members says [Store.Gone] and [Store.Back], and compares
// [Store.Owners] with the members from time to time: a record may come after its owner went.
// [Store.Expire] is called about every second, [Store.Horizon] about every minute.
//
// # How long a record lives
//
//	live        until its owner writes a newer one; a beacon for Limits.Beacon since it came
//	tombstone   Limits.Tombstone since it came
//	remembered  its version alone, for Limits.Tombstone more: it is not shown, not sent and not in
//	            the digest, and nothing but a newer version brings the key back
//	forgotten   nothing is known: whatever comes is new
//
// The version is remembered because stores let go of a record at different times. One that has
// would get it again from one that has not, as new, and hand it back later, for ever. Twice
// Limits.Tombstone after a deletion a replay can bring the record back: an owner that
// sees a record of its own come that it does not know should delete it anew.
//
// # What limits do
//
// A refusal breaks the laws below for as long as it lasts: stores of different limits, or that were
// full in a different order, differ. It does so in the open. Put says [Refused], [Stats]
// counts it by its reason, the digest differs, and so the record is offered again in every exchange, until
// there is room (TestWhatWasRefusedComesAgainWhenThereIsRoom). What a store has, it keeps: no record
// that is shown gives place to another, but those of owners that are gone when all
// places of owners are taken. Half of the room is divided into shares, one for each owner
// there may be, which nobody else can take (TestNobodyTakesTheShareOfAnother). Sizes of names and bodies are no
// limits but part of the format: all nodes have the same.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// Merging is a join. Neither order, nor grouping, nor repetition matters (TestOrderGroupingAndRepetitionDoNotMatter):
// a store holds the greatest record of every key (TestAStoreHoldsTheGreatestRecordOfEveryKey), by version and, if two
// nodes run under one name and write two under one version, by what is in them
// (TestAClonedOwnerIsCountedAndTheFleetAgreesAllTheSame). To merge what changed is to merge
// everything (TestMergingWhatChangedIsMergingEverything). Own versions always rise
// (TestOwnVersionsAlwaysRise), above all that was seen (TestOwnVersionsAreAboveAllThatWasSeen).
//
// Equal stores have equal digests, and different ones different ones
// (TestDifferentStoresHaveDifferentDigests). What was lost is repaired in one round trip if it fits an
// answer (TestWhatWasLostIsRepairedInOneRoundTripIfItFits); if not, the newest come first
// (TestTheNewestComeFirst) and every record has its turn
// (TestEveryRecordHasItsTurnInAnswersThatAreTooShort).
//
// Replays undo nothing (TestReplaysUndoNothing): a tombstone outlives the partition, and its
// version the tombstone (TestATombstoneOutlivesThePartitionAndItsVersionThatToo). Beacons age out
// everywhere (TestABeaconAgesOutEverywhereThoughStoresDoNotAgreeWhen). An owner that is back has its
// records again and no older ones (TestAnOwnerThatIsBackHasItsRecordsAgainAndNoOlderOnes).
//
// A store never holds more than its limits (TestAStoreNeverHoldsMoreThanItsLimitsWhateverComes), but for owners
// that are booted here, which come on top. Bytes of others are read whole or not at all
// (TestChangedAndCutPacketsAreRefused), with little more memory than they take themselves
// (TestReadingTakesLittleMoreMemoryThanItsPacketHas); a newer format is told from corruption
// (TestANewerFormatIsToldFromCorruption). The checksum is against accidents: against people there is encryption.
//
// A queue sends transitions before votes and votes before beacons
// (TestTransitionsGoBeforeVotesAndVotesBeforeBeacons), of each kind who has waited longest
// (TestWhoHasWaitedLongestGoesFirstAndAllHaveTheirTurn), as often as the fleet needs
// (TestEachIsSentAsOftenAsTheFleetNeeds), and loses nothing uncounted
// (TestNothingIsLostFromAQueueUncounted).
//
// A [Store] and a [Queue] each belong to whoever made them: one goroutine uses them at a time.
// A store copies what it keeps (TestAStoreKeepsWhatItWasGivenWhateverBecomesOfTheBuffer);
// records that come out of it may be kept, and nobody may write into their bodies. A queue
// encodes what it was given at once, and keeps the record.
//
// # Sources
//
// Almeida, Shoker and Baquero, "Delta state replicated data types" (2018): deltas of a join
// merge as the whole does. Das, Gupta and Motivala, "SWIM" (2002), and memberlist's
// TransmitLimitedQueue: how often a message is sent. dskit's memberlist KV: tombstones, and what
// happens when one store drops them before another.
package record
