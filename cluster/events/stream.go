// SPDX-License-Identifier: Apache-2.0

package events

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/fuseboard/fuseboard"
)

// The sizes of a stream.
const (
	// Length is how many events a stream keeps for its readers when nothing else is said.
	Length = 1024
	// Origins is of how many nodes a stream knows where they are; who was silent for longest is forgotten
	// first. It is for fleets of 200 nodes whose names change.
	Origins = 512
	// Patience is how long an event waits for those before it. What was lost on its way
	// is repaired within two rounds of the digests, which come every 2 s.
	Patience = 5 * time.Second
)

// Verdict is what became of an event. In messages it is its word.
type Verdict uint8

// The verdicts.
const (
	// Merged: it is in the stream.
	Merged Verdict = iota
	// Waiting: one before it is missing, for which it waits up to [Patience].
	Waiting
	// Duplicate: the stream has it, or it waits already.
	Duplicate
	// Late: the stream is beyond it. It was told to be lost, or happened before this node knew the origin, or in an
	// earlier boot.
	Late
	// Refused: it is no valid event.
	Refused
	verdicts
)

var verdictWords = [...]string{"merged", "waiting", "duplicate", "late", "refused"}

// String returns the verdict's word, or "unknown".
func (v Verdict) String() string {
	if v >= verdicts {
		return "unknown"
	}
	return verdictWords[v]
}

// Item is an event in a stream.
type Item struct {
	Event
	// Lost is how many events of this origin's boot between the one before it in the stream and this one
	// never came; 0 for the first of an origin of which nothing was known.
	Lost uint64
	// Received is when this node put it into the stream.
	Received fuseboard.Instant
}

// Stream merges the events of all nodes as they come, in the order of each. It starts no goroutine and
// reads no clock: time is an argument. One goroutine uses it at a time. Make one with [NewStream].
type Stream struct {
	id      uint64
	ring    []Item
	written uint64 // how many were ever put into the ring
	from    map[string]*origin
	stats   Stats
}

// origin is what a stream knows of one node.
type origin struct {
	name    string
	boot    uint64
	next    uint64 // the number that comes next; 0 while nothing of it is in the stream
	heard   fuseboard.Instant
	waiting []waiting // by number, all above next
	had     uint64    // bit i: number next-1-i is in the stream
}

type waiting struct {
	Event
	since fuseboard.Instant
}

// NewStream returns an empty stream that keeps length events; 0 is [Length]. The id tells its cursors from
// those of other streams: give it the boot of the node, which is above 0.
func NewStream(id uint64, length int) *Stream {
	if length <= 0 {
		length = Length
	}
	return &Stream{id: max(id, 1), ring: make([]Item, length), from: map[string]*origin{}}
}

// Merge gives the stream an event, by whatever way and however often it came, and says what became of
// it. With it those may come into the stream that waited for it.
func (s *Stream) Merge(now fuseboard.Instant, e Event) Verdict {
	v := s.merge(now, e)
	s.stats.count(v)
	return v
}

func (s *Stream) merge(now fuseboard.Instant, e Event) Verdict {
	if e.Validate().Err() != nil {
		return Refused
	}
	o := s.of(e, now)
	switch {
	case e.Boot < o.boot:
		return Late
	case e.Boot > o.boot: // it began anew: what is missing of its last boot is not coming any more
		s.release(o, now, func(waiting) bool { return true })
		o.boot, o.next, o.had = e.Boot, 1, 0
	}
	if v, placed := o.place(e, now); !placed {
		return v
	}
	o.heard = now
	newest := o.waiting[len(o.waiting)-1].Seq
	s.release(o, now, func(w waiting) bool { return newest-w.Seq >= Kept-1 }) // what is before it is published no more
	if o.next > e.Seq {
		return Merged
	}
	return Waiting
}

// place lets an event wait in its place, and reports false where it is there or gone already.
func (o *origin) place(e Event, now fuseboard.Instant) (Verdict, bool) {
	if e.Seq < o.next {
		if o.had>>(o.next-1-e.Seq)&1 == 1 { // a shift by more than 63 leaves 0
			return Duplicate, false
		}
		return Late, false
	}
	i, there := slices.BinarySearchFunc(o.waiting, e.Seq, func(w waiting, seq uint64) int { return cmp.Compare(w.Seq, seq) })
	if there {
		return Duplicate, false
	}
	o.waiting = slices.Insert(o.waiting, i, waiting{Event: e, since: now})
	return Waiting, true
}

// release puts into the stream what need not wait any more, and what is given up to wait.
func (s *Stream) release(o *origin, now fuseboard.Instant, giveUp func(waiting) bool) {
	n := 0
	for _, w := range o.waiting {
		follows := w.Seq == o.next || w.Seq == 1
		if !follows && !giveUp(w) {
			break
		}
		s.put(o, w.Event, now)
		n++
	}
	o.waiting = slices.Delete(o.waiting, 0, n)
}

func (s *Stream) put(o *origin, e Event, now fuseboard.Instant) {
	lost := uint64(0)
	if o.next > 0 {
		lost = e.Seq - o.next
	}
	o.had = o.had<<(lost+1) | 1
	o.next = e.Seq + 1
	s.ring[s.written%uint64(len(s.ring))] = Item{Event: e, Lost: lost, Received: now}
	s.written++
	s.stats.Lost += lost
}

// of returns what is known of an event's origin, which is nothing for a new one.
func (s *Stream) of(e Event, now fuseboard.Instant) *origin {
	o := s.from[e.Origin]
	if o == nil {
		if len(s.from) >= Origins {
			s.forget(now)
		}
		o = &origin{name: e.Origin, boot: e.Boot, heard: now}
		s.from[e.Origin] = o
	}
	return o
}

// forget makes room: who was silent for longest goes, and what of his waited is put.
func (s *Stream) forget(now fuseboard.Instant) {
	silent := slices.MinFunc(slices.Collect(maps.Values(s.from)), func(a, b *origin) int {
		return cmp.Or(cmp.Compare(a.heard, b.heard), cmp.Compare(a.name, b.name))
	})
	s.release(silent, now, func(waiting) bool { return true })
	delete(s.from, silent.name)
	s.stats.Forgotten++
}

// Expire puts into the stream what has waited for [Patience], and tells what is lost before it. It returns how
// many it put.
func (s *Stream) Expire(now fuseboard.Instant) int {
	before := s.written
	patient := make([]*origin, 0, len(s.from))
	for _, o := range s.from {
		if len(o.waiting) > 0 {
			patient = append(patient, o)
		}
	}
	slices.SortFunc(patient, func(a, b *origin) int {
		return cmp.Or(cmp.Compare(a.waiting[0].since, b.waiting[0].since), cmp.Compare(a.name, b.name))
	})
	for _, o := range patient {
		s.release(o, now, func(w waiting) bool { return now.Sub(w.since) >= Patience })
	}
	return int(s.written - before)
}

// NextExpire returns when Expire has something to do next, [fuseboard.Never] where nothing waits.
func (s *Stream) NextExpire() fuseboard.Instant {
	next := fuseboard.Never
	for _, o := range s.from {
		if len(o.waiting) > 0 {
			next = min(next, o.waiting[0].since.Add(Patience))
		}
	}
	return next
}
