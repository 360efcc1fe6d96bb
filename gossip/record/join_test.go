// SPDX-License-Identifier: Apache-2.0

package record

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func filled(limits Limits, rs ...Record) *Store {
	s := NewStore(limits)
	for _, r := range rs {
		s.Put(0, r)
	}
	return s
}

func TestOrderGroupingAndRepetitionDoNotMatter(t *testing.T) {
	verdicts := map[Verdict]int{}
	rapid.Check(t, func(t *rapid.T) {
		rs := rapid.SliceOfN(few(), 0, 40).Draw(t, "records")
		s, shuffled := filled(Limits{}, rs...), NewStore(Limits{})
		audit(t, s)
		for _, r := range rapid.Permutation(slices.Concat(rs, rs)).Draw(t, "order") {
			_, v := shuffled.Put(0, r)
			verdicts[v]++
		}
		agree(t, "order and repetition", s, shuffled)

		cut := rapid.IntRange(0, len(rs)).Draw(t, "cut")
		left, right := filled(Limits{}, rs[:cut]...), filled(Limits{}, rs[cut:]...)
		both := filled(Limits{}, slices.Collect(right.All())...)
		for r := range left.All() {
			both.Put(0, r)
		}
		agree(t, "grouping", s, both)

		before := s.Digest()
		for r := range both.All() {
			if ch, v := s.Put(0, r); v != Same || ch.Moved {
				t.Fatalf("a record that a store holds is %v to it", v)
			}
		}
		if s.Digest() != before {
			t.Fatalf("merging a store with itself changed it")
		}
	})
	for _, v := range []Verdict{New, Same, Old, Conflict} {
		if verdicts[v] == 0 && !testing.Short() {
			t.Errorf("no record was %v: the laws were not put to the test", v)
		}
	}
}

func TestAStoreHoldsTheGreatestRecordOfEveryKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, model := NewStore(Limits{}), map[name]Record{}
		for _, r := range rapid.SliceOf(few()).Draw(t, "records") {
			key := name{r.Owner, r.Key}
			was, had := model[key]
			ch, v := s.Put(0, r)
			if ch.Had != had || had && !same(ch.Before, was) {
				t.Fatalf("before %v there was %v, and the change says %v", r, was, ch.Before)
			}
			newer := !had || r.compare(was) > 0
			if newer {
				model[key] = r
			}
			if ch.Moved != newer || !same(ch.Record, model[key]) {
				t.Fatalf("%v over %v: %v, moved %v, now %v", r, was, v, ch.Moved, ch.Record)
			}
			if v == New != (!had || r.Version.Compare(was.Version) > 0) {
				t.Fatalf("%v over %v is %v", r, was, v)
			}
		}
		if s.Len() != len(model) {
			t.Fatalf("%d records of %d", s.Len(), len(model))
		}
		for key, want := range model {
			if got, ok := s.Get(key.owner, key.key); !ok || !same(got, want) {
				t.Fatalf("%v: %v", want, got)
			}
		}
	})
}

func TestMergingWhatChangedIsMergingEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.SliceOf(few()).Draw(t, "known to both")
		a, b := filled(Limits{}, start...), filled(Limits{}, start...)
		var deltas []Record
		for _, r := range rapid.SliceOf(few()).Draw(t, "later") {
			if ch, _ := a.Put(0, r); ch.Moved {
				deltas = append(deltas, ch.Record)
			}
		}
		full := filled(Limits{}, start...)
		for r := range a.All() {
			full.Put(0, r)
		}
		for _, r := range rapid.Permutation(deltas).Draw(t, "order") {
			b.Put(0, r)
		}
		agree(t, "deltas", a, b)
		agree(t, "everything", a, full)
	})
}

func TestAClonedOwnerIsCountedAndTheFleetAgreesAllTheSame(t *testing.T) {
	v := Version{1, 1}
	one := Record{Owner: "a", Key: "k", Kind: Counter, Version: v, Body: []byte("one")}
	two := Record{Owner: "a", Key: "k", Kind: Counter, Version: v, Body: []byte("two")}
	for _, order := range [][]Record{{one, two}, {two, one}} {
		s := NewStore(Limits{})
		s.Put(0, order[0])
		ch, verdict := s.Put(0, order[1])
		equal(t, "verdict", verdict, Conflict)
		equal(t, "moved", ch.Moved, string(order[1].Body) == "two")
		equal(t, "conflicts", s.Stats().Conflict, 1)
		got, _ := s.Get("a", "k")
		equal(t, "what stays", string(got.Body), "two")
	}
}

func TestAStoreKeepsWhatItWasGivenWhateverBecomesOfTheBuffer(t *testing.T) {
	buffer := Append(nil, Record{Owner: "a", Key: "k", Kind: Vote, Version: Version{1, 1}, Body: []byte("body")})
	rs, err := Each(buffer)
	if err != nil {
		t.Fatal(err)
	}
	s := NewStore(Limits{})
	for r := range rs {
		s.Put(0, r)
	}
	clear(buffer)
	got, _ := s.Get("a", "k")
	equal(t, "the body", string(got.Body), "body")
}

func TestAllIsInOrderAndEndsWhenTheReaderDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := filled(Limits{}, rapid.SliceOf(few()).Draw(t, "records")...)
		all := slices.Collect(s.All())
		if !slices.IsSortedFunc(all, byName) {
			t.Fatalf("%v is not in order", all)
		}
		n := 0
		for range s.All() {
			if n++; n == 2 {
				break
			}
		}
		var of []Record
		for owner, gone := range s.Owners() {
			of = slices.AppendSeq(of, s.Of(owner))
			if gone {
				t.Fatalf("%s is gone", owner)
			}
		}
		if !slices.EqualFunc(all, of, same) {
			t.Fatalf("the records of all owners are not all records")
		}
	})
}
