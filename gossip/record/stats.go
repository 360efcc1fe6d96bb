// SPDX-License-Identifier: Apache-2.0

package record

// Verdict says what a store made of a record.
type Verdict uint8

const (
	// New: it was not known, or newer than what was. It is stored now.
	New Verdict = 1 + iota
	// Same: it was known, byte for byte.
	Same
	// Old: a newer one is known, or was.
	Old
	// Conflict: other bytes under a version that is known, which one owner never writes. Two
	// nodes run under one name. The greater of the two stays ([Change.Moved] says whether
	// it is the one that came), so that the fleet agrees on one whatever the order.
	Conflict
	// Refused: it is outside of what the store may hold ([Change.Reason]).
	Refused

	verdicts = int(Refused) + 1
)

var verdictWords = [verdicts]string{"", "new", "same", "old", "conflict", "refused"}

// String returns the verdict's word: "new".
func (v Verdict) String() string { return word(verdictWords[:], int(v)) }

// Reason says why a record was refused, or dropped from a queue.
type Reason uint8

// What refuses a record.
const (
	// ReasonMalformed: [Record.Check] says what is wrong with it.
	ReasonMalformed Reason = 1 + iota
	// ReasonEpoch: its epoch is above [Store.Horizon].
	ReasonEpoch
	// ReasonOwners: there are [Limits.Owners] owners, and none of them is gone.
	ReasonOwners
	// ReasonOwnerRecords: its owner has [Limits.OwnerRecords] records.
	ReasonOwnerRecords
	// ReasonOwnerBytes: its owner takes [Limits.OwnerBytes].
	ReasonOwnerBytes
	// ReasonRecords: its owner has more than its share of [Limits.Records], and the rest is taken.
	ReasonRecords
	// ReasonBytes: its owner takes more than its share of [Limits.Bytes], and the rest is taken.
	ReasonBytes

	reasons = int(ReasonBytes) + 1
)

var reasonWords = [reasons]string{
	"", "malformed", "epoch-ahead", "owners", "owner-records", "owner-bytes", "records", "bytes",
}

// String returns the reason's word: "owner-records".
func (r Reason) String() string { return word(reasonWords[:], int(r)) }

func word(words []string, i int) string {
	if i == 0 || i >= len(words) {
		return "unknown"
	}
	return words[i]
}

// Stats is what a store has done since it was made, and what it holds. A copy.
type Stats struct {
	// New, Same, Old and Conflict count verdicts.
	New, Same, Old, Conflict uint64
	// Refused counts refusals by [Reason]: Refused[ReasonBytes]. It is the sum of them that
	// tells whether the store has every record of the fleet.
	Refused [reasons]uint64
	// Expired counts what its time ended ([Store.Expire]): tombstones, beacons, and records of owners that
	// are gone. Forgotten counts what gave its place to others before its time.
	Expired, Forgotten uint64

	// Records is how many the store holds: live ones and Tombstones. Remembered is of how
	// many more it knows the version alone. Owners is how many have any of these.
	Records, Tombstones, Remembered, Owners int
	// Bytes is what all of them take, as [Limits.Bytes] counts.
	Bytes int
}

// RefusedAll returns how many records were refused, for any reason.
func (s Stats) RefusedAll() (n uint64) {
	for _, v := range s.Refused {
		n += v
	}
	return n
}

// QueueStats is what a queue has done since it was made. A copy.
type QueueStats struct {
	// Pushed counts what was let in, Sent what left after all its times, Packets and
	// Bytes what [Queue.Take] returned.
	Pushed, Sent, Packets, Bytes uint64
	// Replaced counts what a newer one took the place of; Stale what came when the same or
	// a newer one waited already.
	Replaced, Stale uint64
	// Counters, Malformed and Full count what was not let in: counters, what [Record.Check]
	// refuses, and what is less urgent than all that waits in a full queue.
	Counters, Malformed, Full uint64
	// Evicted, Pruned and Aged count what was dropped before all its times: for another in a full queue, by
	// [Queue.Prune], and after [Limits.QueueAge].
	// It reaches others by the exchange of digests, if a store holds it.
	Evicted, Pruned, Aged uint64
	// Waiting is how many wait now: Waiting[Transition].
	Waiting [kinds]int
}
