// SPDX-License-Identifier: Apache-2.0

package events

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

func merge(t *testing.T, s *Stream, now fuseboard.Instant, e Event, want Verdict) {
	t.Helper()
	if v := s.Merge(now, e); v != want {
		t.Errorf("%d.%d is %v, want %v", e.Boot, e.Seq, v, want)
	}
}

func TestEventsOfOneOriginComeInItsOrder(t *testing.T) {
	all := some(t, NewSource("a", 1), 5)
	s := NewStream(1, 0)
	merge(t, s, 0, all[0], Merged)
	merge(t, s, 0, all[3], Waiting)
	merge(t, s, 0, all[2], Waiting)
	merge(t, s, 0, all[2], Duplicate)
	merge(t, s, 0, all[1], Merged) // and those that waited for it
	merge(t, s, 0, all[3], Duplicate)
	merge(t, s, 0, all[4], Merged)
	if got, lost := seqs(s.Since(Cursor{}, 0)); !slices.Equal(got, []uint64{1, 2, 3, 4, 5}) || lost != 0 {
		t.Error(got, lost)
	}
	if st := s.Stats(); st.Merged != 3 || st.Waiting != 2 || st.Duplicate != 2 || st.Written != 5 || st.Held != 0 || st.Origins != 1 {
		t.Errorf("%+v", st)
	}
}

func TestAGapIsWaitedForAndThenTold(t *testing.T) {
	all := some(t, NewSource("a", 1), 9)
	s := NewStream(1, 0)
	merge(t, s, 0, all[0], Merged)
	merge(t, s, at(time.Second), all[4], Waiting)
	merge(t, s, at(2*time.Second), all[7], Waiting)
	if next := s.NextExpire(); next != at(time.Second+Patience) {
		t.Error(next)
	}
	if n := s.Expire(at(time.Second + Patience - 1)); n != 0 {
		t.Error(n)
	}
	if n := s.Expire(at(time.Second + Patience)); n != 1 {
		t.Error(n)
	}
	merge(t, s, at(time.Second+Patience), all[2], Late)
	merge(t, s, at(time.Second+Patience), all[3], Late)
	merge(t, s, at(time.Second+Patience), all[0], Duplicate)
	merge(t, s, at(time.Second+Patience), all[4], Duplicate)
	merge(t, s, at(time.Second+Patience), all[5], Merged)
	if n := s.Expire(at(2*time.Second + Patience)); n != 1 || s.NextExpire() != fuseboard.Never {
		t.Error(n, s.NextExpire())
	}
	var told []string
	for _, i := range s.Since(Cursor{}, 0).Items {
		told = append(told, fmt.Sprintf("%d after %d lost", i.Seq, i.Lost))
	}
	if want := []string{"1 after 0 lost", "5 after 3 lost", "6 after 0 lost", "8 after 1 lost"}; !slices.Equal(told, want) {
		t.Error(told)
	}
	if st := s.Stats(); st.Lost != 4 || st.Late != 2 {
		t.Errorf("%+v", st)
	}
}

func TestWhoWasAwayCatchesUpAndIsToldWhatHeMissed(t *testing.T) {
	src := NewSource("a", 1)
	s := NewStream(1, 0)
	for _, e := range some(t, src, 10) {
		merge(t, s, 0, e, Merged)
	}
	some(t, src, 71) // 11 to 81, while he is away
	last := src.Last()
	for _, e := range slices.Backward(last) { // the newest come first
		s.Merge(at(time.Minute), e)
	}
	got, lost := seqs(s.Since(Cursor{}, 0))
	if len(got) != 10+Kept || got[10] != 50 || got[len(got)-1] != 81 || lost != 39 || s.Stats().Held != 0 {
		t.Error(got, lost, s.Stats())
	}
}

func TestWhoComesLateGetsTheLastEventsInOrderAndMissesNothing(t *testing.T) {
	src := NewSource("a", 1)
	some(t, src, 500)
	s := NewStream(1, 0)
	for _, e := range slices.Backward(src.Last()) {
		s.Merge(0, e)
	}
	if got, lost := seqs(s.Since(Cursor{}, 0)); len(got) != Kept || !slices.IsSorted(got) || lost != 0 {
		t.Error(got, lost)
	}
	s = NewStream(1, 0) // of some of them only
	for _, e := range slices.Backward(src.Last()[Kept-3:]) {
		merge(t, s, 0, e, Waiting)
	}
	s.Expire(at(Patience))
	if got, lost := seqs(s.Since(Cursor{}, 0)); !slices.Equal(got, []uint64{498, 499, 500}) || lost != 0 {
		t.Error(got, lost)
	}
}

func TestANewBootBeginsAnewAndTheOldOneIsLate(t *testing.T) {
	old, anew := some(t, NewSource("a", 1), 4), some(t, NewSource("a", 2), 3)
	s := NewStream(1, 0)
	merge(t, s, 0, old[0], Merged)
	merge(t, s, 0, old[2], Waiting)
	merge(t, s, 0, anew[1], Waiting) // the first of it is on its way
	merge(t, s, 0, old[1], Late)
	merge(t, s, 0, anew[0], Merged)
	merge(t, s, 0, old[3], Late)
	merge(t, s, 0, anew[2], Merged)
	var told []string
	for _, i := range s.Since(Cursor{}, 0).Items {
		told = append(told, fmt.Sprintf("%d.%d %d", i.Boot, i.Seq, i.Lost))
	}
	if want := []string{"1.1 0", "1.3 1", "2.1 0", "2.2 0", "2.3 0"}; !slices.Equal(told, want) {
		t.Error(told)
	}
}

func TestWhatCanNotBeAnEventIsRefused(t *testing.T) {
	s := NewStream(1, 0)
	merge(t, s, 0, Event{}, Refused)
	e := some(t, NewSource("a", 1), 1)[0]
	e.Seq = math.MaxUint64
	merge(t, s, 0, e, Refused)
	e.Seq = math.MaxInt64
	merge(t, s, 0, e, Waiting)
	s.Expire(at(Patience))
	e.Seq = 1
	merge(t, s, 0, e, Late)
	if st := s.Stats(); st.Refused != 2 || st.Written != 1 || st.Origins != 1 {
		t.Errorf("%+v", st)
	}
	if Verdict(99).String() != "unknown" || Refused.String() != "refused" {
		t.Error("words")
	}
}

func TestAStreamKnowsABoundedNumberOfOrigins(t *testing.T) {
	s := NewStream(1, 8)
	for i := range Origins + 100 {
		e := some(t, NewSource(fmt.Sprintf("node-%d", i), 1), 2)[1]
		merge(t, s, at(time.Duration(i)), e, Waiting)
	}
	st := s.Stats()
	if st.Origins != Origins || st.Forgotten != 100 || st.Held != Origins || st.Written != 100 {
		t.Errorf("%+v", st)
	}
	if got := s.Since(Cursor{}, 1).Items[0].Origin; got != "node-92" { // the last of a hundred, of which eight are kept
		t.Error(got)
	}
}

func TestAReaderWhoIsSlowIsToldHowManyHeMissed(t *testing.T) {
	s := NewStream(7, 4)
	all := some(t, NewSource("a", 1), 12)
	for _, e := range all[:3] {
		merge(t, s, 0, e, Merged)
	}
	p := s.Since(Cursor{}, 2)
	if got, _ := seqs(p); !slices.Equal(got, []uint64{1, 2}) || !p.More || p.Lost != 0 || p.Restarted {
		t.Errorf("%+v", p)
	}
	for _, e := range all[3:] {
		merge(t, s, 0, e, Merged)
	}
	p = s.Since(p.Next, 0)
	if got, _ := seqs(p); !slices.Equal(got, []uint64{9, 10, 11, 12}) || p.Lost != 6 || p.More || p.Next != s.End() {
		t.Errorf("%+v", p)
	}
	if p = s.Since(p.Next, 0); len(p.Items) != 0 || p.Lost != 0 || p.Next != s.End() {
		t.Errorf("%+v", p)
	}
	if p = s.Since(Cursor{}, 0); len(p.Items) != 4 || p.Lost != 0 || p.Restarted { // who is new has missed nothing
		t.Errorf("%+v", p)
	}
}

func TestACursorOfAnotherStreamBeginsAgainAndSaysSo(t *testing.T) {
	s, other := NewStream(7, 4), NewStream(8, 4)
	for _, e := range some(t, NewSource("a", 1), 3) {
		s.Merge(0, e)
		other.Merge(0, e)
	}
	for _, c := range []Cursor{other.End(), {stream: 7, read: 4}, {stream: 7, read: math.MaxUint64}} {
		if p := s.Since(c, 0); !p.Restarted || len(p.Items) != 3 || p.Next != s.End() {
			t.Errorf("%v: %+v", c, p)
		}
	}
	var c Cursor
	text, err := s.End().MarshalText()
	if err != nil || c.UnmarshalText(text) != nil || c != s.End() {
		t.Error(string(text), c, err)
	}
	for _, bad := range []string{"", "7", "7-", "-3", "g-1", "7-3-1", "7--1"} {
		if c.UnmarshalText([]byte(bad)) == nil || c != s.End() {
			t.Errorf("%q was read as %v", bad, c)
		}
	}
}

func TestWhoWasSilentForLongestIsForgottenFirst(t *testing.T) {
	s := NewStream(1, 0)
	first := some(t, NewSource("node-0", 1), 2)
	merge(t, s, 0, first[0], Merged)
	second := some(t, NewSource("node-1", 1), 1)[0]
	merge(t, s, 1, second, Merged)
	for i := 2; i < Origins; i++ {
		merge(t, s, 2, some(t, NewSource(fmt.Sprintf("node-%d", i), 1), 1)[0], Merged)
	}
	merge(t, s, 3, first[1], Merged)
	merge(t, s, 4, some(t, NewSource("one-more", 1), 1)[0], Merged)
	merge(t, s, 5, first[1], Duplicate)
	merge(t, s, 5, second, Merged) // it is not known any more
}
