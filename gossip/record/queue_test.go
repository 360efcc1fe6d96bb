// SPDX-License-Identifier: Apache-2.0

package record

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func push(q *Queue, k Kind, keys ...string) {
	for _, key := range keys {
		q.Push(0, Record{Owner: "a", Key: key, Kind: k, Version: Version{1, 1}, Body: make([]byte, 100)})
	}
}

// take returns the keys of the next packet.
func take(t fatal, q *Queue, now time.Duration, limit int) string {
	t.Helper()
	b := q.Take(at(now), limit)
	if b == nil {
		return ""
	}
	if len(b) > limit {
		t.Fatalf("a packet of %d bytes was to have at most %d", len(b), limit)
	}
	rs, err := Decode(b)
	if err != nil || len(rs) == 0 {
		t.Fatalf("a packet of %d records: %v", len(rs), err)
	}
	keys := make([]string, len(rs))
	for i, r := range rs {
		keys[i] = r.Key
	}
	return strings.Join(keys, " ")
}

const forTwo = headSize + 2*120 // bytes of two records that push makes

func TestTransitionsGoBeforeVotesAndVotesBeforeBeacons(t *testing.T) {
	q := NewQueue(Limits{})
	push(q, Beacon, "b1", "b2")
	push(q, Vote, "v1", "v2")
	push(q, Counter, "c1")
	push(q, Transition, "t1", "t2", "t3")
	equal(t, "a long packet", take(t, q, 0, 2000), "t1 t2 t3 v1 v2 b1 b2")
	equal(t, "counters", q.Stats().Counters, 1)
	push(q, Transition, "t4")
	equal(t, "the next", take(t, q, 0, forTwo), "t1 t2")
}

func TestWhoHasWaitedLongestGoesFirstAndAllHaveTheirTurn(t *testing.T) {
	q := NewQueue(Limits{})
	push(q, Transition, "1", "2", "3", "4", "5")
	for _, want := range []string{"1 2", "3 4", "5 1", "2 3"} {
		equal(t, "packet", take(t, q, 0, forTwo), want)
	}
	push(q, Transition, "6")
	for _, want := range []string{"4 5", "1 2", "3 6", "4 5"} {
		equal(t, "packet", take(t, q, 0, forTwo), want)
	}
}

func TestEachIsSentAsOftenAsTheFleetNeeds(t *testing.T) {
	for _, c := range []struct{ members, transition, vote int }{
		{-1, 8, 2}, {0, 8, 2}, {1, 8, 2}, {9, 8, 2}, {10, 16, 4}, {50, 16, 4}, {99, 16, 4}, {100, 24, 6}, {999, 24, 6}, {1000, 32, 8}, {1<<63 - 1, 144, 36},
	} {
		q := NewQueue(Limits{})
		q.SetMembers(c.members)
		push(q, Transition, "t")
		push(q, Vote, "v")
		sent := map[string]int{}
		for q.Len() > 0 {
			for key := range strings.FieldsSeq(take(t, q, 0, 2000)) {
				sent[key]++
			}
		}
		equal(t, fmt.Sprint(c.members, " members"), sent["t"], c.transition)
		equal(t, fmt.Sprint(c.members, " members"), sent["v"], c.vote)
		equal(t, "sent", q.Stats().Sent, 2)
	}
}

func TestANewerOneTakesThePlaceAndAllTheTimesOfTheOlder(t *testing.T) {
	q := NewQueue(Limits{})
	push(q, Vote, "1", "2")
	equal(t, "first", take(t, q, 0, forTwo), "1 2")
	newer := Record{Owner: "a", Key: "1", Kind: Vote, Version: Version{1, 3}, Body: []byte("newer")}
	equal(t, "newer", q.Push(0, newer), true)
	equal(t, "the same", q.Push(0, newer), false)
	newer.Version.Seq--
	equal(t, "older", q.Push(0, newer), false)
	equal(t, "second", take(t, q, 0, 2000), "1 2")
	equal(t, "third", take(t, q, 0, 2000), "1")
	equal(t, "fourth", take(t, q, 0, 2000), "")
	st := q.Stats()
	equal(t, "replaced", st.Replaced, 1)
	equal(t, "stale", st.Stale, 2)

	newer.Kind, newer.Version.Seq = Vote, 9
	q.Push(0, newer)
	newer.Kind, newer.Version.Seq = Transition, 10
	q.Push(0, newer)
	equal(t, "waiting as what it is now", q.Stats().Waiting[Transition], 1)
	equal(t, "waiting as what it was", q.Stats().Waiting[Vote], 0)
}

func TestAFullQueueDropsTheLessUrgent(t *testing.T) {
	q := NewQueue(Limits{Queue: 2})
	push(q, Beacon, "b")
	push(q, Vote, "v")
	push(q, Transition, "t1") // for b
	push(q, Beacon, "b")      // nothing is less urgent
	push(q, Transition, "t2") // for v
	push(q, Vote, "v")        // nothing is less urgent
	push(q, Transition, "t3") // for t1, which waits longest
	equal(t, "what waits", take(t, q, 0, 2000), "t2 t3")
	equal(t, "full", q.Stats().Full, 2)
	equal(t, "evicted", q.Stats().Evicted, 3)
}

func TestWhatNobodyTakesAgesOut(t *testing.T) {
	q := NewQueue(Limits{})
	push(q, Transition, "t")
	equal(t, "before", take(t, q, time.Minute-1, 2000), "t")
	equal(t, "after", take(t, q, time.Minute, 2000), "")
	equal(t, "aged", q.Stats().Aged, 1)
	equal(t, "waiting", q.Len(), 0)
}

func TestPruneDropsTheLeastUrgentFirst(t *testing.T) {
	q := NewQueue(Limits{})
	equal(t, "of a queue that was never used", q.Prune(0), 0)
	push(q, Beacon, "b")
	push(q, Transition, "t1", "t2")
	push(q, Vote, "v")
	equal(t, "dropped", q.Prune(2), 2)
	equal(t, "what waits", take(t, q, 0, 2000), "t1 t2")
	equal(t, "dropped", q.Prune(-1), 2)
	equal(t, "pruned", q.Stats().Pruned, 4)
}

func TestWhatDoesNotFitWaitsAndKeepsNobodyBack(t *testing.T) {
	q := NewQueue(Limits{})
	q.Push(0, Record{Owner: "a", Key: "large", Kind: Transition, Version: Version{1, 1}, Body: make([]byte, MaxBody)})
	push(q, Transition, "small")
	push(q, Vote, "v")
	equal(t, "a short packet", take(t, q, 0, 500), "small v")
	equal(t, "a long packet", take(t, q, 0, 2000), "large small v")
	for _, limit := range []int{-1, 0, headSize, headSize + leastRecord} {
		if b := q.Take(0, limit); b != nil {
			t.Errorf("%d bytes were to have at most %d", len(b), limit)
		}
	}
	equal(t, "the least record", (Record{Owner: "a", Key: "k"}).Size(), leastRecord)
}

func TestNothingIsLostFromAQueueUncounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := NewQueue(Limits{Queue: 8, QueueAge: time.Second})
		now, pushes := time.Duration(0), uint64(0)
		for range rapid.IntRange(1, 100).Draw(t, "n") {
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				q.Prune(rapid.IntRange(0, 8).Draw(t, "most"))
			case 1:
				q.SetMembers(rapid.IntRange(0, 200).Draw(t, "members"))
			case 2, 3, 4:
				keys := strings.Fields(take(t, q, now, rapid.IntRange(0, 1400).Draw(t, "limit")))
				slices.Sort(keys)
				if len(slices.Compact(slices.Clone(keys))) != len(keys) {
					t.Fatalf("a packet has %q", keys)
				}
				now += 50 * time.Millisecond
			default:
				r := few().Draw(t, "record")
				r.Key = fmt.Sprintf("%s/%x", r.Owner, r.Key)
				pushes++
				q.Push(at(now), r)
			}
		}
		st, waiting := q.Stats(), 0
		for _, n := range st.Waiting {
			waiting += n
		}
		if waiting != q.Len() || waiting > 8 {
			t.Fatalf("%d wait, and %d by kinds", q.Len(), waiting)
		}
		if in := st.Pushed + st.Stale + st.Counters + st.Malformed + st.Full; in != pushes {
			t.Fatalf("of %d there were counted %d: %+v", pushes, in, st)
		}
		if out := st.Sent + st.Replaced + st.Evicted + st.Pruned + st.Aged + uint64(waiting); out != st.Pushed {
			t.Fatalf("of %d that were pushed there were counted %d: %+v", st.Pushed, out, st)
		}
	})
}
