// SPDX-License-Identifier: Apache-2.0

package record

import (
	"strconv"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Limits bound what a store and a queue hold, whatever a member sends. A field that is
// zero has its default. They may differ between nodes: see the package's "What limits do".
type Limits struct {
	// Records is how many records a store holds, tombstones and remembered versions
	// included. Default 65536; 64 to 16777216.
	Records int
	// Bytes is how much memory they may take: names, bodies and 192 bytes each, which is
	// about what a record costs beside them. Default 16 MiB; 64 KiB to 4 GiB.
	Bytes int
	// Owners is how many owners there may be. Each has a share that no other can take: half
	// of Records and of Bytes, divided by Owners. Default 512; 1 to 65536.
	Owners int
	// OwnerRecords is how many records one owner may have. Default 4096; 1 to Records.
	OwnerRecords int
	// OwnerBytes is how much memory one owner may take. Default an eighth of Bytes; 4 KiB to Bytes.
	OwnerBytes int
	// Answer is how many bytes of records [Store.Differing] returns at most.
	// Default 64 KiB; [MaxRecord] to 16 MiB.
	Answer int

	// Tombstone is how long a tombstone stays, and how long the version of what expired is
	// remembered: longer than the longest partition that is promised to heal.
	// Default 15m (10m of partition and a margin); 1s to 24h.
	Tombstone time.Duration
	// Gone is how long the records of an owner stay that is gone. Default 5m; 1s to 24h.
	Gone time.Duration
	// Beacon is how long a beacon counts after it came here. Default 1m; 1s to 24h.
	Beacon time.Duration

	// Queue is how many records wait to be sent at most. Default 4096; 1 to 1048576.
	Queue int
	// QueueAge is how long a record waits to be sent at most: one that nobody took is
	// left to the exchange of digests. Default 1m; 100ms to 1h.
	QueueAge time.Duration
}

// cost is what a record takes beside its names and its body. Measured: see TestBytesAreAboutWhatMemoryIs.
const cost = 192

const (
	kib = 1 << 10
	mib = 1 << 20
	gib = 1 << 30
)

// bound is one field of Limits with its range: one table for defaults, ranges and messages.
type bound struct {
	path        string
	value       *int
	duration    *time.Duration
	def, lo, hi int
}

func bounds(l *Limits) []bound {
	d := func(path string, v *time.Duration, def, lo, hi time.Duration) bound {
		return bound{path, nil, v, int(def), int(lo), int(hi)}
	}
	return []bound{
		{"records", &l.Records, nil, 65536, 64, 1 << 24},
		{"bytes", &l.Bytes, nil, 16 * mib, 64 * kib, 4 * gib},
		{"owners", &l.Owners, nil, 512, 1, 65536},
		{"owner_records", &l.OwnerRecords, nil, 4096, 1, 1 << 24},
		{"owner_bytes", &l.OwnerBytes, nil, 2 * mib, 4 * kib, 4 * gib},
		{"answer", &l.Answer, nil, 64 * kib, MaxRecord, 16 * mib},
		d("tombstone", &l.Tombstone, 15*time.Minute, time.Second, 24*time.Hour),
		d("gone", &l.Gone, 5*time.Minute, time.Second, 24*time.Hour),
		d("beacon", &l.Beacon, time.Minute, time.Second, 24*time.Hour),
		{"queue", &l.Queue, nil, 4096, 1, 1 << 20},
		d("queue_age", &l.QueueAge, time.Minute, 100*time.Millisecond, time.Hour),
	}
}

func (b bound) get() int {
	if b.duration != nil {
		return int(*b.duration)
	}
	return *b.value
}

func (b bound) set(v int) {
	if b.duration != nil {
		*b.duration = time.Duration(v)
		return
	}
	*b.value = v
}

func (b bound) text(v int) string {
	if b.duration != nil {
		return time.Duration(v).String()
	}
	return strconv.Itoa(v)
}

// Validate returns everything wrong with l at once. Zero fields are right: they have their default.
func (l Limits) Validate() fuseboard.Problems {
	var ps fuseboard.Problems
	for _, b := range bounds(&l) {
		if v := b.get(); v != 0 && (v < b.lo || v > b.hi) {
			ps = append(ps, fuseboard.Problem{
				Path: b.path, Code: outOfRange, Value: b.text(v), Message: "is no bound that can be kept",
				Accepted: b.text(b.lo) + " to " + b.text(b.hi), Fix: "leave it out for " + b.text(b.def),
			})
		}
	}
	return ps
}

// usable returns l with defaults, and what is out of range moved into it.
func (l Limits) usable() Limits {
	ownBytes := l.OwnerBytes
	for _, b := range bounds(&l) {
		v := b.get()
		if v == 0 {
			v = b.def
		}
		b.set(min(max(v, b.lo), b.hi))
	}
	if ownBytes == 0 {
		l.OwnerBytes = max(l.Bytes/8, 4*kib)
	}
	l.OwnerRecords = min(l.OwnerRecords, l.Records)
	l.OwnerBytes = min(l.OwnerBytes, l.Bytes)
	return l
}
