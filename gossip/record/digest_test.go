// SPDX-License-Identifier: Apache-2.0

package record

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestDifferentStoresHaveDifferentDigests(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := filled(Limits{}, rapid.SliceOf(few()).Draw(t, "a")...)
		b := filled(Limits{}, rapid.SliceOf(few()).Draw(t, "b")...)
		if slices.EqualFunc(slices.Collect(a.All()), slices.Collect(b.All()), same) != (a.Digest() == b.Digest()) {
			t.Fatalf("digests do not tell whether stores are equal")
		}
	})
}

func TestKeysAreSpreadOverAllShards(t *testing.T) {
	var n [Shards]int
	for i := range 64 * Shards {
		n[shardOf(fmt.Sprintf("node-%d", i%100), fmt.Sprintf("dependency-%d", i/100))]++
	}
	if lo, hi := slices.Min(n[:]), slices.Max(n[:]); lo < 32 || hi > 112 { // 64 on average, ±8 a standard deviation
		t.Errorf("shards have %d to %d keys", lo, hi)
	}
}

// exchange is one round trip: b answers the digest of a, and a what b then tells of itself.
func exchange(a, b *Store) {
	for _, r := range b.Differing(a.Digest()) {
		a.Put(0, r)
	}
	for _, r := range a.Differing(b.Digest()) {
		b.Put(0, r)
	}
}

func TestWhatWasLostIsRepairedInOneRoundTripIfItFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := NewStore(Limits{}), NewStore(Limits{})
		for i, r := range rapid.SliceOf(few()).Draw(t, "records") {
			if lost := rapid.IntRange(0, 3).Draw(t, fmt.Sprint("lost", i)); lost != 0 {
				a.Put(0, r)
				if lost != 1 {
					b.Put(0, r)
				}
			} else {
				b.Put(0, r)
			}
		}
		exchange(a, b)
		agree(t, "one exchange", a, b)
	})
}

func TestTheNewestComeFirst(t *testing.T) {
	s := numbered(Limits{Answer: 2000}, 200)
	rs := s.Differing(Digest{})
	for i := range 10 {
		equal(t, "key", rs[i].Key, fmt.Sprintf("k%03d", 199-i))
	}
}

// numbered is a store of n records of about 40 bytes, put in one after the other.
func numbered(limits Limits, n int) *Store {
	s := NewStore(limits)
	for i := range n {
		s.Put(0, Record{Owner: "a", Key: fmt.Sprintf("k%03d", i), Kind: Counter, Version: Version{1, uint64(i + 1)}, Body: make([]byte, 30)})
	}
	return s
}

func TestEveryRecordHasItsTurnInAnswersThatAreTooShort(t *testing.T) {
	s := numbered(Limits{Answer: 2000}, 200)
	seen := map[string]bool{}
	calls := 0
	for ; len(seen) < 200 && calls < 50; calls++ {
		size := headSize
		keys := map[string]bool{}
		for _, r := range s.Differing(Digest{}) {
			size += r.Size()
			if keys[r.Key] {
				t.Fatalf("%s is twice in one answer", r.Key)
			}
			keys[r.Key], seen[r.Key] = true, true
		}
		if size > 2000 {
			t.Fatalf("an answer has %d bytes", size)
		}
	}
	if calls > 9 { // 180 beyond the newest 24, about 24 at a time
		t.Errorf("it took %d calls", calls)
	}
}

func TestAnswersAreNeverLongerThanTheirRoomAndRepairInTheEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limits := Limits{Answer: MaxRecord}
		a, b := NewStore(limits), NewStore(limits)
		total := 0
		for i, r := range rapid.SliceOfN(anything(), 0, 12).Draw(t, "records") {
			r.Key += "x"
			if len(r.Key) > MaxName {
				r.Key = r.Key[1:]
			}
			total += r.Size()
			[]*Store{a, b}[i%2].Put(0, r)
		}
		for range 3 + 4*total/MaxRecord {
			if size := len(Append(nil, a.Differing(b.Digest())...)); size > MaxRecord {
				t.Fatalf("an answer has %d bytes", size)
			}
			exchange(a, b)
		}
		agree(t, "many exchanges", a, b)
	})
}

func TestNothingDiffersFromAnEqualDigest(t *testing.T) {
	s := numbered(Limits{}, 20)
	equal(t, "records", len(s.Differing(s.Digest())), 0)
	equal(t, "shards", s.Digest().Differing(s.Digest()), 0)
	if n := s.Digest().Differing(Digest{}); n == 0 || n > 20 {
		t.Errorf("%d shards differ", n)
	}
}

func FuzzDecodeDigest(f *testing.F) {
	f.Add(Digest{}.Append(nil))
	f.Add(numbered(Limits{}, 9).Digest().Append(nil))
	f.Add(Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, b := range [][]byte{b, sealed(sortDigest|format, b), sealed(sortDigest|format+1, b)} {
			d, err := DecodeDigest(b)
			switch {
			case err == nil && string(d.Append(nil)) != string(b):
				t.Fatalf("%x is read as %x", b, d.Append(nil))
			case err != nil && !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrNewer):
				t.Fatalf("unknown error %v", err)
			}
		}
	})
}
