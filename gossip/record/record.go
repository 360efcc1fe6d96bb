// SPDX-License-Identifier: Apache-2.0

package record

import (
	"bytes"
	"cmp"
	"strconv"

	"github.com/fuseboard/fuseboard"
)

// Kind says how urgent a record is, and nothing of what it means. Zero is no kind: a record
// whose kind was forgotten is refused.
type Kind uint8

// The kinds, the most urgent first: a [Queue] sends them in this order.
const (
	// Transition is what others wait for: sent first, and most often.
	Transition Kind = 1 + iota
	// Vote is worthless when late: sent after transitions, and seldom again.
	Vote
	// Beacon says that its owner lives. It is sent last, ages out when no newer one comes
	// ([Limits.Beacon]), and is never deleted.
	Beacon
	// Counter travels by the exchange of digests alone: a queue refuses it.
	Counter

	kinds = int(Counter) + 1
)

var kindWords = [kinds]string{"", "transition", "vote", "beacon", "counter"}

// String returns the kind's word: "transition"; of an unknown kind its number.
func (k Kind) String() string {
	if !k.known() {
		return "kind " + strconv.Itoa(int(k))
	}
	return kindWords[k]
}

func (k Kind) known() bool { return k > 0 && int(k) < kinds }

// Version orders the records of one owner.
type Version struct {
	// Epoch is the owner's boot: its wall clock in milliseconds since 1970, raised above any
	// epoch that was seen of it. At most [MaxEpoch].
	Epoch uint64
	// Seq counts what the owner has written in that epoch, over all its keys, from 1 on.
	Seq uint64
}

// MaxEpoch is the highest epoch there is: 48 bits of milliseconds, which last until the year 10889.
const MaxEpoch = 1<<48 - 1

// Compare returns -1, 0 or +1: epochs first, then what was written within them.
func (v Version) Compare(w Version) int {
	return cmp.Or(cmp.Compare(v.Epoch, w.Epoch), cmp.Compare(v.Seq, w.Seq))
}

// String returns "epoch.seq".
func (v Version) String() string {
	return strconv.FormatUint(v.Epoch, 10) + "." + strconv.FormatUint(v.Seq, 10)
}

// Sizes that every node keeps: they belong to the format, so that what one node sends
// another can read.
const (
	// MaxName is the longest owner or key, in bytes.
	MaxName = 128
	// MaxBody is the longest body, in bytes.
	MaxBody = 1000
	// MaxRecord is the longest packet of one record, in bytes, with the longest names and body.
	// Of memberlist's 1400 it leaves 115 for framing, a label and encryption.
	MaxRecord = headSize + 1 + 2*(2+MaxName) + 7 + 10 + 2 + MaxBody
)

// Record is one value of one key of one owner. Only its owner writes it; everybody carries it.
type Record struct {
	// Owner is the stable name of the node that writes it, and Key its name there: each 1
	// to [MaxName] bytes of any kind.
	Owner, Key string
	// Kind says how urgent it is.
	Kind Kind
	// Version orders it among the others of its owner.
	Version Version
	// Deleted makes it a tombstone: nothing is here any more, and no older version comes back.
	Deleted bool
	// Body is opaque, up to [MaxBody] bytes. A tombstone has none. Nobody may write into a
	// body that was given to this package or came from it.
	Body []byte
}

// Check returns everything that is wrong with r ([fuseboard.Problems]), or nil. What it
// refuses is never stored, sent or read.
func (r Record) Check() error {
	if r.sound() {
		return nil // the common way allocates nothing
	}
	var ps fuseboard.Problems
	ps = checkName(ps, "owner", r.Owner)
	ps = checkName(ps, "key", r.Key)
	if !r.Kind.known() {
		ps = append(ps, fuseboard.Problem{
			Path: "kind", Code: "unknown-word", Value: r.Kind.String(), Message: "is no kind",
			Accepted: "transition, vote, beacon, counter", Fix: "set record.Transition for what others wait for, record.Counter for the rest",
		})
	}
	if r.Version.Epoch > MaxEpoch {
		ps = append(ps, fuseboard.Problem{
			Path: "version.epoch", Code: outOfRange, Value: strconv.FormatUint(r.Version.Epoch, 10), Message: "is no time in milliseconds",
			Accepted: "0 to " + strconv.FormatUint(MaxEpoch, 10), Fix: "take versions from Store.Own",
		})
	}
	return r.checkBody(ps).Err()
}

func (r Record) sound() bool {
	return nameSound(len(r.Owner)) && nameSound(len(r.Key)) && r.valueSound()
}

func nameSound(n int) bool { return n > 0 && n <= MaxName }

func (r Record) valueSound() bool {
	if !r.Kind.known() || r.Version.Epoch > MaxEpoch {
		return false
	}
	if r.Deleted {
		return len(r.Body) == 0 && r.Kind != Beacon
	}
	return len(r.Body) <= MaxBody
}

// compare orders the records of one key, all of them: by version, and where one owner wrote
// two under one version, which it never should, by what is in them. It is what makes merging
// a join whatever comes.
func (r Record) compare(o Record) int {
	return cmp.Or(r.Version.Compare(o.Version), cmp.Compare(truth(r.Deleted), truth(o.Deleted)),
		cmp.Compare(r.Kind, o.Kind), bytes.Compare(r.Body, o.Body))
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

const outOfRange = "out-of-range"

func checkName(ps fuseboard.Problems, path, name string) fuseboard.Problems {
	if !nameSound(len(name)) {
		ps = append(ps, fuseboard.Problem{
			Path: path, Code: outOfRange, Value: strconv.Itoa(len(name)) + " bytes", Message: "can't name a record",
			Accepted: "1 to " + strconv.Itoa(MaxName) + " bytes", Fix: "give a short name",
		})
	}
	return ps
}

func (r Record) checkBody(ps fuseboard.Problems) fuseboard.Problems {
	switch n := len(r.Body); {
	case r.Deleted && n > 0:
		ps = append(ps, fuseboard.Problem{
			Path: "body", Code: "body-of-tombstone", Value: strconv.Itoa(n) + " bytes", Message: "is of a record that is deleted",
			Accepted: "no body", Fix: "leave it out, or do not delete",
		})
	case n > MaxBody:
		ps = append(ps, fuseboard.Problem{
			Path: "body", Code: outOfRange, Value: strconv.Itoa(n) + " bytes", Message: "does not fit one packet",
			Accepted: "up to " + strconv.Itoa(MaxBody) + " bytes", Fix: "spread it over several keys",
		})
	}
	if r.Deleted && r.Kind == Beacon {
		ps = append(ps, fuseboard.Problem{
			Path: "deleted", Code: "beacon-deleted", Value: "true", Message: "is said of a beacon",
			Accepted: "transition, vote, counter", Fix: "stop writing it: beacons age out",
		})
	}
	return ps
}
