// SPDX-License-Identifier: Apache-2.0

package record

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func rec(key string, seq uint64) Record {
	return Record{Owner: "a", Key: key, Kind: Counter, Version: Version{1, seq}, Body: []byte(key)}
}

func gone(key string, seq uint64) Record {
	return Record{Owner: "a", Key: key, Kind: Counter, Version: Version{1, seq}, Deleted: true}
}

func verdict(t testing.TB, s *Store, now time.Duration, r Record, want Verdict) {
	t.Helper()
	if _, got := s.Put(at(now), r); got != want {
		t.Errorf("at %v %v is %v, and should be %v", now, r, got, want)
	}
	audit(t, s)
}

func expired(t testing.TB, s *Store, now time.Duration, want int) {
	t.Helper()
	equal(t, fmt.Sprintf("what expires at %v", now), s.Expire(at(now)), want)
	audit(t, s)
}

func TestATombstoneOutlivesThePartitionAndItsVersionThatToo(t *testing.T) {
	s := NewStore(Limits{})
	verdict(t, s, 0, rec("k", 1), New)
	verdict(t, s, 0, gone("k", 2), New)
	expired(t, s, 15*time.Minute-1, 0)
	equal(t, "records", s.Len(), 1)
	expired(t, s, 15*time.Minute, 1)
	equal(t, "records", s.Len(), 0)
	_, ok := s.Get("a", "k")
	equal(t, "shown", ok, false)

	verdict(t, s, 15*time.Minute, rec("k", 1), Old)
	verdict(t, s, 15*time.Minute, gone("k", 2), Old) // from a store that expires it later: it does not live on by that
	verdict(t, s, 20*time.Minute, rec("l", 1), New)  // what never came here comes, however old it is
	expired(t, s, 30*time.Minute-1, 0)
	equal(t, "remembered", s.Stats().Remembered, 1)
	expired(t, s, 30*time.Minute, 0)
	equal(t, "remembered", s.Stats().Remembered, 0)
	equal(t, "expired", s.Stats().Expired, 1)
}

func TestANewerVersionComesBackAfterATombstone(t *testing.T) {
	s := NewStore(Limits{})
	verdict(t, s, 0, gone("k", 2), New)
	verdict(t, s, 1, rec("k", 3), New)
	verdict(t, s, 2, gone("k", 4), New)
	expired(t, s, 15*time.Minute+2, 1)
	verdict(t, s, 16*time.Minute, rec("k", 5), New)
	equal(t, "live", s.Len()-s.Stats().Tombstones, 1)
}

func TestReplaysUndoNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := NewStore(Limits{})
		var history []Record
		now := time.Duration(0)
		deleted := map[name]Version{}
		for i := range rapid.IntRange(1, 25).Draw(t, "n") {
			r := few(Transition, Counter).Draw(t, "record")
			r.Version = Version{1, uint64(i + 1)}
			history = append(history, r)
			s.Put(at(now), r)
			delete(deleted, name{r.Owner, r.Key})
			if r.Deleted {
				deleted[name{r.Owner, r.Key}] = r.Version
			}
			now += rapid.SampledFrom([]time.Duration{0, time.Second, time.Minute}).Draw(t, "later")
			s.Expire(at(now))
		}
		digest := s.Digest()
		for _, r := range rapid.SliceOf(rapid.SampledFrom(history)).Draw(t, "replayed") {
			s.Put(at(now), r)
			s.Expire(at(now))
		}
		if s.Digest() != digest {
			t.Fatalf("replays changed the store")
		}
		audit(t, s)
		for key := range deleted {
			if r, ok := s.Get(key.owner, key.key); ok && !r.Deleted {
				t.Fatalf("%v came back", r)
			}
		}
	})
}

func TestABeaconAgesOutEverywhereThoughStoresDoNotAgreeWhen(t *testing.T) {
	a, b := NewStore(Limits{}), NewStore(Limits{})
	beacon := Record{Owner: "a", Key: "k", Kind: Beacon, Version: Version{1, 1}}
	verdict(t, a, 0, beacon, New)
	verdict(t, b, 50*time.Second, beacon, New)
	verdict(t, a, 59*time.Second, beacon, Same) // that it came again does not keep it
	for now := time.Minute; now <= 3*time.Minute; now += time.Second {
		a.Expire(at(now))
		b.Expire(at(now))
		for _, r := range b.Differing(a.Digest()) {
			verdict(t, a, now, r, Old)
		}
		for _, r := range a.Differing(b.Digest()) {
			verdict(t, b, now, r, Old)
		}
	}
	equal(t, "beacons", a.Len()+b.Len(), 0)
	beacon.Version.Seq++
	verdict(t, a, 3*time.Minute, beacon, New)
}

func TestRecordsOfAGoneOwnerStayAWhileAndNoReplayBringsThemBack(t *testing.T) {
	s := NewStore(Limits{})
	verdict(t, s, 0, rec("k", 2), New)
	s.Gone(at(time.Hour), "a")
	s.Gone(at(time.Hour+time.Minute), "a") // the first time counts
	s.Gone(0, "nobody")
	expired(t, s, time.Hour+5*time.Minute-1, 0)
	expired(t, s, time.Hour+5*time.Minute, 1)
	verdict(t, s, time.Hour+6*time.Minute, rec("k", 2), Old)
	verdict(t, s, time.Hour+6*time.Minute, rec("k", 1), Old)

	verdict(t, s, time.Hour+6*time.Minute, rec("k", 3), New) // it writes, so somebody sees it: it stays as long again
	expired(t, s, time.Hour+11*time.Minute-1, 0)
	expired(t, s, time.Hour+11*time.Minute, 1)
	expired(t, s, time.Hour+26*time.Minute, 0)
	equal(t, "owners", s.Stats().Owners, 0)
	equal(t, "bytes", s.Bytes(), 0)
}

func TestAnOwnerThatIsBackHasItsRecordsAgainAndNoOlderOnes(t *testing.T) {
	s := NewStore(Limits{})
	verdict(t, s, 0, rec("k", 2), New)
	verdict(t, s, 0, gone("l", 4), New)
	verdict(t, s, 0, gone("m", 1), New)
	s.Gone(0, "a")
	s.Back("a")
	expired(t, s, 5*time.Minute, 0) // it was back in time
	s.Gone(at(5*time.Minute), "a")
	expired(t, s, 10*time.Minute, 3)
	verdict(t, s, 10*time.Minute, rec("k", 2), Old)
	for owner, gone := range s.Owners() {
		equal(t, owner+" is gone", gone, true)
	}

	s.Back("a") // a partition has healed: it never wrote anything since
	s.Back("nobody")
	verdict(t, s, 10*time.Minute, rec("k", 1), Old)
	verdict(t, s, 10*time.Minute, rec("k", 2), New)
	verdict(t, s, 10*time.Minute, rec("l", 3), Old)
	verdict(t, s, 10*time.Minute, gone("l", 4), New)
	verdict(t, s, 10*time.Minute, rec("k", 2), Same)
	expired(t, s, 24*time.Minute, 0)
	expired(t, s, 25*time.Minute, 1) // the tombstone of l
}

func TestOwnVersionsAreAboveAllThatWasSeen(t *testing.T) {
	s := NewStore(Limits{})
	equal(t, "epoch", s.Boot("a", 100), 100)
	equal(t, "first", s.Own("a"), Version{100, 1})
	equal(t, "second", s.Own("a"), Version{100, 2})
	equal(t, "epoch of the next boot", s.Boot("a", 100), 101)
	equal(t, "first of it", s.Own("a"), Version{101, 1})

	s.Put(0, Record{Owner: "a", Key: "k", Kind: Vote, Version: Version{500, 7}}) // an earlier boot, by a clock that was ahead
	equal(t, "after an epoch that is ahead", s.Own("a"), Version{501, 1})
	s.Put(0, Record{Owner: "a", Key: "k", Kind: Vote, Version: Version{501, 9}}) // a clone
	equal(t, "after a clone", s.Own("a"), Version{501, 10})
	s.Put(0, Record{Owner: "a", Key: "k", Kind: Vote, Version: Version{501, 1<<64 - 1}})
	equal(t, "after the last one", s.Own("a"), Version{502, 1})

	s.Put(0, Record{Owner: "b", Key: "k", Kind: Vote, Version: Version{900, 3}})
	equal(t, "raised above what was seen before the boot", s.Boot("b", 100), 901)
	equal(t, "without a boot", s.Own("c"), Version{0, 1})
	equal(t, "an epoch beyond the last", s.Boot("d", 1<<63), MaxEpoch)

	s.Gone(0, "a") // says nothing of an owner that is written here
	expired(t, s, time.Hour, 0)
	equal(t, "records", s.Len(), 2)
}

func TestOwnVersionsAlwaysRise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := NewStore(Limits{})
		s.Boot("a", rapid.Uint64Range(0, 3).Draw(t, "epoch"))
		top := Version{}
		for range rapid.IntRange(1, 30).Draw(t, "n") {
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0:
				v := Version{rapid.Uint64Range(0, 9).Draw(t, "epoch"), rapid.SampledFrom([]uint64{1, 2, 1<<64 - 1}).Draw(t, "seq")}
				s.Put(0, Record{Owner: "a", Key: "k", Kind: Vote, Version: v})
				if v.Compare(top) > 0 {
					top = v
				}
			case 1:
				s.Boot("a", rapid.Uint64Range(0, 9).Draw(t, "epoch"))
			default:
				v := s.Own("a")
				if v.Compare(top) <= 0 {
					t.Fatalf("%v comes after %v", v, top)
				}
				top = v
				if _, verdict := s.Put(0, Record{Owner: "a", Key: "k", Kind: Vote, Version: v}); verdict != New {
					t.Fatalf("the next record of its owner is %v", verdict)
				}
			}
		}
	})
}

func TestAnEpochAheadOfTheClockFreezesNoKey(t *testing.T) {
	s := NewStore(Limits{})
	s.Horizon(1000)
	liar := rec("k", 1)
	liar.Version.Epoch = 1001
	verdict(t, s, 0, liar, Refused)
	equal(t, "refused", s.Stats().Refused[ReasonEpoch], 1)
	verdict(t, s, 0, rec("k", 1), New)
	equal(t, "next", s.Own("a"), Version{2, 1})
	s.Horizon(1001)
	verdict(t, s, 0, liar, New)
}
