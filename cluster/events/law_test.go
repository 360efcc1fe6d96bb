// SPDX-License-Identifier: Apache-2.0

package events

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// sent is all that some nodes told in their boots, those of one node one after the other.
func sent(t *rapid.T) (all [][]Event) {
	for i := range rapid.IntRange(1, 4).Draw(t, "origins") {
		var own []Event
		for boot := range rapid.Uint64Range(1, 3).Draw(t, "boots") {
			src := NewSource(fmt.Sprintf("node-%d", i), 100+boot)
			for n := range rapid.Uint64Range(1, 60).Draw(t, "events") {
				e, err := src.Next(opened(n))
				if err != nil {
					t.Fatal(err)
				}
				own = append(own, e)
			}
		}
		all = append(all, own)
	}
	return all
}

// honest fails where a stream holds what was never told, something twice, something out of order, or
// tells another number of lost ones than are missing.
func honest(t *rapid.T, s *Stream, all [][]Event) {
	last := map[string]Event{}
	for _, item := range s.Since(Cursor{}, 0).Items {
		if !slices.ContainsFunc(all, func(own []Event) bool { return slices.Contains(own, item.Event) }) {
			t.Fatalf("%+v was never told", item.Event)
		}
		before, known := last[item.Origin]
		missing := uint64(0)
		switch {
		case !known:
		case before.Boot == item.Boot && before.Seq < item.Seq:
			missing = item.Seq - before.Seq - 1
		case before.Boot < item.Boot:
			missing = item.Seq - 1
		default:
			t.Fatalf("%d.%d comes after %d.%d", item.Boot, item.Seq, before.Boot, before.Seq)
		}
		if item.Lost != missing {
			t.Fatalf("%d.%d after %d.%d tells of %d lost", item.Boot, item.Seq, before.Boot, before.Seq, item.Lost)
		}
		last[item.Origin] = item.Event
	}
}

// dice are for the arrival of hundreds of events, which would be too many draws.
func dice(t *rapid.T) *rand.Rand { return rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)) }

// Whatever is lost, sent again and overtaken: nothing is invented, twice or out of order, and what is missing is told.
func TestAStreamTellsTheTruthWhateverTheNetworkDoes(t *testing.T) {
	merged, lost, waited := uint64(0), uint64(0), uint64(0)
	rapid.Check(t, func(t *rapid.T) {
		all, r := sent(t), dice(t)
		var way []Event
		loss := rapid.Float64Range(0, 0.9).Draw(t, "loss")
		for _, e := range slices.Concat(all...) {
			for r.Float64() >= loss {
				way = append(way, e)
				if r.IntN(3) > 0 {
					break
				}
			}
		}
		spread := rapid.SampledFrom([]int{1, 5, 40, 1000}).Draw(t, "spread")
		shuffle(way, spread, r)
		s := NewStream(1, len(way)+1)
		now := fuseboard.Instant(0)
		for _, e := range way {
			if r.IntN(4) == 0 {
				now = now.Add(time.Duration(r.Int64N(int64(3 * time.Second))))
				s.Expire(now)
			}
			s.Merge(now, e)
			if held := s.Stats().Held; held > len(all)*(Kept-1) {
				t.Fatalf("%d wait", held)
			}
		}
		honest(t, s, all)
		if s.Expire(now.Add(Patience)); s.NextExpire() != fuseboard.Never || s.Stats().Held != 0 {
			t.Fatal("something waits for ever")
		}
		honest(t, s, all)
		st := s.Stats()
		if st.Merged+st.Waiting != st.Written || st.Merged+st.Waiting+st.Duplicate+st.Late != uint64(len(way)) {
			t.Fatalf("%+v of %d", st, len(way))
		}
		merged, lost, waited = merged+st.Merged, lost+st.Lost, waited+st.Waiting
	})
	if !testing.Short() && (merged < 1000 || lost < 100 || waited < 100) {
		t.Errorf("%d merged, %d lost, %d waited: that proves little", merged, lost, waited)
	}
}

// shuffle lets each event be overtaken by those at most spread behind it.
func shuffle(way []Event, spread int, r *rand.Rand) {
	type placed struct {
		Event
		at int
	}
	all := make([]placed, len(way))
	for i, e := range way {
		all[i] = placed{e, i + r.IntN(spread)}
	}
	slices.SortStableFunc(all, func(a, b placed) int { return a.at - b.at })
	for i, p := range all {
		way[i] = p.Event
	}
}

// Where nothing is lost, and nothing overtaken by more than a node publishes, all nodes have the same of each origin: everything.
func TestStreamsThatHeardEverythingHaveEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, r := sent(t), dice(t)
		for range 2 {
			var ways [][]Event
			for _, own := range all { // boots do not overtake each other: a restart takes longer
				for len(own) > 0 {
					n := len(own)
					if i := slices.IndexFunc(own, func(e Event) bool { return e.Boot != own[0].Boot }); i > 0 {
						n = i
					}
					way := slices.Clone(own[:n])
					shuffle(way, Kept/2, r)
					ways, own = append(ways, way), own[n:]
				}
			}
			s := NewStream(1, 1000)
			for len(ways) > 0 { // of several origins at once
				i := r.IntN(len(ways))
				for i > 0 && ways[i-1][0].Origin == ways[i][0].Origin {
					i-- // its earlier boot first
				}
				s.Merge(0, ways[i][0])
				if r.IntN(5) == 0 {
					s.Merge(0, ways[i][0])
				}
				if ways[i] = ways[i][1:]; len(ways[i]) == 0 {
					ways = slices.Delete(ways, i, i+1)
				}
			}
			got := map[string][]Event{}
			for _, item := range s.Since(Cursor{}, 0).Items {
				got[item.Origin] = append(got[item.Origin], item.Event)
			}
			for _, own := range all {
				if !reflect.DeepEqual(got[own[0].Origin], own) {
					t.Fatalf("%d of %d", len(got[own[0].Origin]), len(own))
				}
			}
		}
	})
}

// A node that hears an origin's published events at random times has all that was published when it heard, and knows the
// number of the others.
func TestWhoHearsNowAndThenHasAllThatWasPublishedThen(t *testing.T) {
	lost := uint64(0)
	rapid.Check(t, func(t *rapid.T) {
		src, r := NewSource("a", 1), dice(t)
		s := NewStream(1, 10_000)
		heard := map[uint64]bool{}
		var all []Event
		first := uint64(0)
		for range rapid.IntRange(1, 10).Draw(t, "meetings") {
			for range rapid.IntRange(1, 80).Draw(t, "meanwhile") {
				e, err := src.Next(opened(1))
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, e)
			}
			last := src.Last()
			if first == 0 {
				first = last[0].Seq
			}
			r.Shuffle(len(last), func(i, j int) { last[i], last[j] = last[j], last[i] })
			for _, e := range last {
				heard[e.Seq] = true
				s.Merge(0, e)
			}
		}
		s.Expire(at(Patience))
		honest(t, s, [][]Event{all})
		p := s.Since(Cursor{}, 0)
		_, missing := seqs(p)
		if len(p.Items) != len(heard) || missing != src.seq-first+1-uint64(len(heard)) {
			t.Fatalf("%d of %d, %d lost", len(p.Items), len(heard), missing)
		}
		lost += missing
	})
	if !testing.Short() && lost == 0 {
		t.Error("nothing was ever lost")
	}
}

// What readers get, one page after the other, is the stream, and they are told of what they did not get.
func TestReadersGetTheStreamOrAreToldHowManyTheyMissed(t *testing.T) {
	missed := uint64(0)
	rapid.Check(t, func(t *rapid.T) {
		length := rapid.IntRange(1, 20).Draw(t, "length")
		s, src := NewStream(1, length), NewSource("a", 1)
		var c Cursor
		read := uint64(0) // the stream has one origin without gaps: the number of an event is its place
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			for range rapid.IntRange(0, 15).Draw(t, "new") {
				e, err := src.Next(opened(1))
				if err != nil {
					t.Fatal(err)
				}
				s.Merge(0, e)
			}
			most := rapid.IntRange(0, 8).Draw(t, "most")
			p := s.Since(c, most)
			if c == (Cursor{}) && src.seq > uint64(length) {
				read = src.seq - uint64(length) // who is new has missed nothing
			}
			read += p.Lost
			missed += p.Lost
			for _, item := range p.Items {
				if read++; item.Seq != read {
					t.Fatalf("%d comes in the place of %d", item.Seq, read)
				}
			}
			if p.More != (read < src.seq) || p.Restarted || len(p.Items) > length || most > 0 && len(p.Items) > most {
				t.Fatalf("%+v", p)
			}
			c = p.Next
		}
	})
	if !testing.Short() && missed == 0 {
		t.Error("no reader was ever slow")
	}
}
