// SPDX-License-Identifier: Apache-2.0

package record

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// operation does something to a store, as members may that are buggy or lie.
func operation(dice *rand.Rand, s *Store, now *time.Duration) {
	owner := fmt.Sprint("o", dice.IntN(6))
	switch dice.IntN(60) {
	case 0:
		s.Gone(at(*now), owner)
	case 1:
		s.Back(owner)
	case 2:
		*now += []time.Duration{time.Second, time.Minute, 10 * time.Minute}[dice.IntN(3)]
		s.Expire(at(*now))
	case 3:
		s.Boot("o0", dice.Uint64N(9))
	default:
		r := Record{Owner: owner, Key: fmt.Sprint(dice.IntN(40)), Kind: Kind(1 + dice.IntN(4)), Version: Version{1, dice.Uint64N(20)}}
		r.Deleted = r.Kind != Beacon && dice.IntN(4) == 0
		if !r.Deleted {
			r.Body = make([]byte, []int{10, 1000, 1000}[dice.IntN(3)])
		}
		s.Put(at(*now), r)
	}
}

func TestAStoreNeverHoldsMoreThanItsLimitsWhateverComes(t *testing.T) {
	reached := map[Reason]bool{}
	rapid.Check(t, func(t *rapid.T) {
		limits := rapid.SampledFrom([]Limits{ // each reaches one limit long before the others
			{Records: 1000, Bytes: 1 * mib, Owners: 4, OwnerRecords: 8},
			{Records: 64, Bytes: 1 * mib, Owners: 4, OwnerRecords: 64, OwnerBytes: 1 * mib},
			{Records: 1000, Bytes: 1 * mib, Owners: 4, OwnerRecords: 1000, OwnerBytes: 8 * kib},
			{Records: 1000, Bytes: 64 * kib, Owners: 4, OwnerRecords: 1000, OwnerBytes: 64 * kib},
		}).Draw(t, "limits")
		limits = limits.usable()
		s := NewStore(limits)
		s.Boot("o0", 1)
		now := time.Duration(0)
		dice := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		for range 500 {
			operation(dice, s, &now)
		}
		audit(t, s)
		st := s.Stats()
		if st.Records+st.Remembered > limits.Records || st.Bytes > limits.Bytes || st.Owners > limits.Owners {
			t.Fatalf("a store holds %+v, and may hold %+v", st, limits)
		}
		for name, o := range s.owners {
			if o.records > limits.OwnerRecords || o.bytes > limits.OwnerBytes {
				t.Fatalf("%s has %v, and may have %+v", name, o.used, limits)
			}
		}
		for i, n := range st.Refused {
			reached[Reason(i)] = reached[Reason(i)] || n > 0
		}
	})
	for _, r := range []Reason{ReasonOwners, ReasonOwnerRecords, ReasonOwnerBytes, ReasonRecords, ReasonBytes} {
		if !reached[r] && !testing.Short() {
			t.Errorf("nothing was refused for %v: that limit was not put to the test", r)
		}
	}
}

func TestNobodyTakesTheShareOfAnother(t *testing.T) {
	s := NewStore(Limits{Records: 800, Bytes: 1 * mib, Owners: 8, OwnerRecords: 800, OwnerBytes: 1 * mib})
	for i := range 7 * 200 {
		s.Put(0, Record{Owner: fmt.Sprint("hog", i%7), Key: fmt.Sprint(i), Kind: Counter, Version: Version{1, 1}})
	}
	if n := s.Stats().Refused[ReasonRecords]; n == 0 || s.Len() != 750 {
		t.Fatalf("%d records, %d refused", s.Len(), n)
	}
	for i := range 50 { // an eighth of the half
		if _, v := s.Put(0, rec(fmt.Sprint(i), 1)); v != New {
			t.Errorf("record %d of its share is %v", i, v)
		}
	}
	verdict(t, s, 0, rec("one more", 1), Refused)
	equal(t, "records", s.Len(), 800)
}

func TestWhatWasRefusedComesAgainWhenThereIsRoom(t *testing.T) {
	big, small := NewStore(Limits{}), NewStore(Limits{Records: 64, Owners: 1, OwnerRecords: 64})
	for i := range 100 {
		r := rec(fmt.Sprintf("k%03d", i), uint64(i+1))
		big.Put(0, r)
		small.Put(0, r)
	}
	equal(t, "refused", small.Stats().Refused[ReasonOwnerRecords], 36)
	equal(t, "the same in all", small.Stats().RefusedAll(), 36)
	exchange(small, big) // full: the differences stay, and are counted
	if n := small.Stats().RefusedAll(); n <= 36 {
		t.Errorf("%d refused", n)
	}
	audit(t, small)

	for i := range 40 { // the owner deletes what it has no use for
		r := gone(fmt.Sprintf("k%03d", i), uint64(1000+i))
		for _, s := range []*Store{big, small} {
			verdict(t, s, time.Minute, r, New)
		}
	}
	now := at(16 * time.Minute)
	big.Expire(now)
	small.Expire(now)
	for _, r := range big.Differing(small.Digest()) {
		small.Put(now, r)
	}
	agree(t, "after there is room", big, small)
	audit(t, small)
}

func TestATombstoneAlwaysHasThePlaceOfWhatItDeletes(t *testing.T) {
	s := NewStore(Limits{OwnerRecords: 1, OwnerBytes: 4 * kib})
	verdict(t, s, 0, rec("k", 1), New)
	verdict(t, s, 0, gone("l", 2), Refused)
	verdict(t, s, 0, gone("k", 2), New)
}

func TestWhatDoesNotGrowIsNeverRefusedAndWhatDoesLeavesTheOldOne(t *testing.T) {
	s := NewStore(Limits{Bytes: 64 * kib, Owners: 1, OwnerBytes: 4 * kib})
	for i := range 3 {
		r := rec(fmt.Sprint(i), 1)
		r.Body = make([]byte, MaxBody)
		verdict(t, s, 0, r, New)
	}
	verdict(t, s, 0, rec("small", 1), New)
	r := rec("small", 2)
	r.Body = make([]byte, MaxBody)
	ch, v := s.Put(0, r)
	if v != Refused || ch.Reason != ReasonOwnerBytes || ch.Moved || ch.Record.Version.Seq != 1 {
		t.Errorf("%v: %+v", v, ch)
	}
	r.Body = []byte("SMALL")
	verdict(t, s, 0, r, New)
}

func TestTheOwnerGoneLongestGivesItsPlaceToANewOne(t *testing.T) {
	s := NewStore(Limits{Owners: 2})
	s.Boot("me", 1)
	of := func(owner string) Record {
		return Record{Owner: owner, Key: "k", Kind: Counter, Version: Version{1, 1}}
	}
	verdict(t, s, 0, of("a"), New)
	verdict(t, s, 0, of("b"), Refused)
	s.Gone(at(2), "a")
	verdict(t, s, 2, of("b"), New)
	equal(t, "forgotten", s.Stats().Forgotten, 1)
	_, ok := s.Get("a", "k")
	equal(t, "the one that is gone", ok, false)
	verdict(t, s, 3, of("c"), Refused)
	equal(t, "owners", s.Stats().Refused[ReasonOwners], 2)
}

func TestRememberedVersionsGiveTheirPlaceTheOldestFirst(t *testing.T) {
	s := NewStore(Limits{OwnerRecords: 3})
	for i, key := range []string{"z", "y", "x"} {
		verdict(t, s, time.Duration(i)*time.Second, gone(key, 5), New)
		s.Expire(at(time.Duration(i) * time.Second))
	}
	s.Expire(at(15 * time.Minute))
	s.Expire(at(15*time.Minute + time.Second))
	s.Expire(at(15*time.Minute + 2*time.Second))
	verdict(t, s, 16*time.Minute, rec("new", 1), New)
	verdict(t, s, 16*time.Minute, rec("y", 1), Old)
	verdict(t, s, 16*time.Minute, rec("z", 1), New)     // it was the oldest; y is now
	verdict(t, s, 16*time.Minute, rec("y", 6), New)     // now x was
	verdict(t, s, 16*time.Minute, rec("x", 6), Refused) // what is live stays
	equal(t, "forgotten", s.Stats().Forgotten, 3)
}

func TestBytesAreAboutWhatMemoryIs(t *testing.T) {
	const owners, keys = 100, 200
	names := make([]string, keys)
	for i := range names {
		names[i] = fmt.Sprintf("dependency-%d", i)
	}
	body := make([]byte, 40)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	s := NewStore(Limits{})
	for i := range owners * keys {
		s.Put(0, Record{Owner: fmt.Sprint("node-", i/keys), Key: names[i%keys], Kind: Counter, Version: Version{1, 1}, Body: body})
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	got := float64(after.HeapAlloc) - float64(before.HeapAlloc)
	if ratio := got / float64(s.Bytes()); ratio < 0.7 || ratio > 1.2 {
		t.Errorf("%d records take %.0f bytes, and count as %d", s.Len(), got, s.Bytes())
	}
	t.Logf("%.0f bytes a record, counted as %d", got/owners/keys, s.Bytes()/owners/keys)
	runtime.KeepAlive(s)
}

func TestCheckTellsEverythingThatIsWrongAtOnce(t *testing.T) {
	long := strings.Repeat("n", MaxName+1)
	for _, c := range []struct {
		record Record
		paths  string
	}{
		{Record{}, "owner key kind"},
		{Record{Owner: long, Key: long, Kind: 9, Version: Version{MaxEpoch + 1, 0}, Body: make([]byte, MaxBody+1)}, "owner key kind version.epoch body"},
		{Record{Owner: "a", Key: "k", Kind: Beacon, Deleted: true, Body: []byte{1}}, "body deleted"},
		{Record{Owner: "a", Key: "k", Kind: Counter, Body: make([]byte, MaxBody)}, ""},
	} {
		var ps fuseboard.Problems
		errors.As(c.record.Check(), &ps)
		var paths []string
		for _, p := range ps {
			paths = append(paths, p.Path)
			if p.Code == "" || p.Message == "" || p.Accepted == "" || p.Fix == "" {
				t.Errorf("%v does not help", p)
			}
		}
		equal(t, "what is wrong", strings.Join(paths, " "), c.paths)
		s, q := NewStore(Limits{}), NewQueue(Limits{})
		ch, _ := s.Put(0, c.record)
		q.Push(0, c.record)
		equal(t, "refused by the store", ch.Reason == ReasonMalformed, c.paths != "")
		equal(t, "refused by the queue", q.Stats().Malformed == 1, c.paths != "")
	}
}

func TestLimitsTellEverythingThatIsWrongAndAreMovedIntoRange(t *testing.T) {
	equal(t, "problems of none", len(Limits{}.Validate()), 0)
	wrong := Limits{-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}
	equal(t, "problems of all", len(wrong.Validate()), 11)
	equal(t, "one of them", wrong.Validate()[6].Error(), "tombstone = -1ns: is no bound that can be kept (accepted: 1s to 24h0m0s); leave it out for 15m0s [out-of-range]")
	usable := wrong.usable()
	equal(t, "problems of what is used instead", len(usable.Validate()), 0)
	equal(t, "an eighth", Limits{Bytes: 8 * mib}.usable().OwnerBytes, 1*mib)
	equal(t, "no more than all", Limits{Records: 64}.usable().OwnerRecords, 64)
}

func TestWordsAreKnown(t *testing.T) {
	var words []string
	for k := range Kind(kinds) {
		words = append(words, k.String())
	}
	for v := range Verdict(verdicts + 1) {
		words = append(words, v.String())
	}
	for r := range Reason(reasons) {
		words = append(words, r.String())
	}
	words = append(words, Version{3, 4}.String())
	want := []string{
		"kind 0", "transition", "vote", "beacon", "counter", "unknown", "new", "same", "old", "conflict", "refused", "unknown",
		"unknown", "malformed", "epoch-ahead", "owners", "owner-records", "owner-bytes", "records", "bytes", "3.4",
	}
	if !slices.Equal(words, want) {
		t.Errorf("%q", words)
	}
}
