// SPDX-License-Identifier: Apache-2.0

package record

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

func at(d time.Duration) fuseboard.Instant { return fuseboard.Instant(d) }

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, and should be %v", what, got, want)
	}
}

// few makes records of few owners, keys, versions and bodies, so that they meet often: newer,
// older, the same, and conflicting ones.
func few(kindsOf ...Kind) *rapid.Generator[Record] {
	if len(kindsOf) == 0 {
		kindsOf = []Kind{Transition, Vote, Beacon, Counter}
	}
	return rapid.Custom(func(t *rapid.T) Record {
		r := Record{
			Owner:   rapid.SampledFrom([]string{"a", "b", "owner-c"}).Draw(t, "owner"),
			Key:     rapid.SampledFrom([]string{"k", "l", "payments", "\x00\xff"}).Draw(t, "key"),
			Kind:    rapid.SampledFrom(kindsOf).Draw(t, "kind"),
			Version: Version{rapid.Uint64Range(1, 2).Draw(t, "epoch"), rapid.Uint64Range(1, 4).Draw(t, "seq")},
		}
		if r.Kind != Beacon && rapid.Bool().Draw(t, "deleted") {
			r.Deleted = true
			return r
		}
		r.Body = rapid.SampledFrom([][]byte{nil, {1}, {1, 2}}).Draw(t, "body")
		return r
	})
}

// anything makes any record that passes Check.
func anything() *rapid.Generator[Record] {
	return rapid.Custom(func(t *rapid.T) Record {
		r := Record{
			Owner:   string(rapid.SliceOfN(rapid.Byte(), 1, MaxName).Draw(t, "owner")),
			Key:     string(rapid.SliceOfN(rapid.Byte(), 1, MaxName).Draw(t, "key")),
			Kind:    Kind(rapid.IntRange(1, int(Counter)).Draw(t, "kind")),
			Version: Version{rapid.Uint64Range(0, MaxEpoch).Draw(t, "epoch"), rapid.Uint64().Draw(t, "seq")},
		}
		r.Deleted = r.Kind != Beacon && rapid.Bool().Draw(t, "deleted")
		if !r.Deleted {
			r.Body = append([]byte(nil), rapid.SliceOfN(rapid.Byte(), 0, MaxBody).Draw(t, "body")...)
		}
		return r
	})
}

func dump(s *Store) []byte { return AppendAll(nil, s.All()) }

func same(a, b Record) bool { return a.Owner == b.Owner && a.Key == b.Key && a.compare(b) == 0 }

// fatal is what rapid.T and testing.T have in common.
type fatal interface {
	Helper()
	Fatalf(format string, args ...any)
}

func agree(t fatal, what string, a, b *Store) {
	t.Helper()
	if !bytes.Equal(dump(a), dump(b)) {
		t.Fatalf("%s: stores differ:\n%v\n%v", what, slices.Collect(a.All()), slices.Collect(b.All()))
	}
	if a.Digest() != b.Digest() {
		t.Fatalf("%s: equal stores have different digests", what)
	}
}

// audit counts everything in a store anew and compares it with what the store says of itself.
func audit(t fatal, s *Store) {
	t.Helper()
	var digest Digest
	var room, beyond used
	counts := map[state]int{}
	ring := map[uint64]*cell{}
	for _, name := range s.names {
		o := s.owners[name]
		u := used{records: len(o.cells)}
		for _, c := range o.cells {
			u.bytes += weigh(c.Record)
			counts[c.state]++
			if c.shown() {
				digest[shardOf(c.Owner, c.Key)] += hash(c.append(nil))
				ring[c.stamp] = c
			} else if c.Body != nil {
				t.Fatalf("a remembered version keeps a body")
			}
		}
		if o.used != u {
			t.Fatalf("%s uses %v, and says %v", name, u, o.used)
		}
		if !slices.IsSortedFunc(o.cells, func(a, b *cell) int { return cmp.Compare(a.Key, b.Key) }) {
			t.Fatalf("keys of %s are not in order", name)
		}
		room.records, room.bytes = room.records+u.records, room.bytes+u.bytes
		over := s.room.over(u)
		beyond.records, beyond.bytes = beyond.records+over.records, beyond.bytes+over.bytes
	}
	if !slices.Equal(s.names, slices.Sorted(maps.Keys(s.owners))) {
		t.Fatalf("owners are %v and %v", s.names, slices.Sorted(maps.Keys(s.owners)))
	}
	if s.digest != digest {
		t.Fatalf("the digest that was kept is not that of the records")
	}
	if s.room.used != room || s.room.beyond != beyond {
		t.Fatalf("room is %v and %v beyond shares, and kept as %v and %v", room, beyond, s.room.used, s.room.beyond)
	}
	auditRing(t, s, ring)
	st := s.Stats()
	got := fmt.Sprint(st.Records, st.Tombstones, st.Remembered, st.Owners, s.Len())
	shown := counts[live] + counts[tombstone]
	if want := fmt.Sprint(shown, counts[tombstone], counts[remembered]+counts[withdrawn], len(s.owners), shown); got != want {
		t.Fatalf("counts are %s, and kept as %s", want, got)
	}
}

func auditRing(t fatal, s *Store, want map[uint64]*cell) {
	t.Helper()
	var all [Shards]bool
	for i := range all {
		all[i] = true
	}
	last, n := s.stamps+1, 0
	for c := range s.recent.all(&all) {
		if c.stamp >= last || want[c.stamp] != c {
			t.Fatalf("the ring is not the records, newest first")
		}
		last = c.stamp
		n++
	}
	if n != len(want) {
		t.Fatalf("the ring has %d records of %d", n, len(want))
	}
}

func byName(a, b Record) int {
	return cmp.Or(cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Key, b.Key))
}
