// SPDX-License-Identifier: Apache-2.0

package events

import (
	"fmt"
	"strconv"
	"strings"
)

// Cursor is a reader's place in a stream. The zero Cursor is before everything that is kept.
// As text it is what a browser sends back as its Last-Event-ID.
type Cursor struct{ stream, read uint64 }

// String returns the cursor as text: "18c3f0-42".
func (c Cursor) String() string {
	return strconv.FormatUint(c.stream, 16) + "-" + strconv.FormatUint(c.read, 10)
}

// MarshalText returns the cursor as text.
func (c Cursor) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText wrote. After an error c keeps its value.
func (c *Cursor) UnmarshalText(text []byte) error {
	stream, read, _ := strings.Cut(string(text), "-")
	id, err := strconv.ParseUint(stream, 16, 64)
	n, err2 := strconv.ParseUint(read, 10, 64)
	if err != nil || err2 != nil {
		return fmt.Errorf("%.40q is no place in a stream of events (accepted: what the stream gave); leave it out to begin with the oldest that is kept", text)
	}
	*c = Cursor{stream: id, read: n}
	return nil
}

// Page is what a reader gets.
type Page struct {
	// Items are the events after the cursor, in the order of the stream. They are the reader's.
	Items []Item
	// Next is where to go on.
	Next Cursor
	// Lost is how many the stream dropped before the reader came: he was slower than they.
	Lost uint64
	// Restarted: the cursor is of another stream, as after a restart or on another node. Items begin with
	// the oldest that is kept; some may have been read before.
	Restarted bool
	// More: there are more than was asked for.
	More bool
}

// Since returns what came after a cursor, at most as many as asked for; 0 or less is all.
func (s *Stream) Since(c Cursor, most int) Page {
	oldest := s.written - min(s.written, uint64(len(s.ring)))
	var p Page
	at := oldest
	switch {
	case c.stream != s.id || c.read > s.written:
		p.Restarted = c != Cursor{}
	case c.read < oldest:
		p.Lost = oldest - c.read
	default:
		at = c.read
	}
	n := s.written - at
	if most > 0 && n > uint64(most) {
		n, p.More = uint64(most), true
	}
	p.Items = make([]Item, 0, n)
	for i := at; i < at+n; i++ {
		p.Items = append(p.Items, s.ring[i%uint64(len(s.ring))])
	}
	p.Next = Cursor{stream: s.id, read: at + n}
	return p
}

// End returns the cursor after everything that is in the stream now: for who wants news only.
func (s *Stream) End() Cursor { return Cursor{stream: s.id, read: s.written} }

// Stats counts what a stream did.
type Stats struct {
	// Merged, Waiting, Duplicate, Late and Refused are the verdicts of Merge.
	Merged, Waiting, Duplicate, Late, Refused uint64
	// Lost is how many events never came, as told by the items.
	Lost uint64
	// Forgotten is how many origins went to make room for others. Their events, sent again, would be taken again.
	Forgotten uint64
	// Written is how many events were ever put into the stream, Origins of how many nodes it knows, and Held how
	// many events wait now.
	Written       uint64
	Origins, Held int
}

func (s *Stats) count(v Verdict) {
	switch v {
	case Merged:
		s.Merged++
	case Waiting:
		s.Waiting++
	case Duplicate:
		s.Duplicate++
	case Late:
		s.Late++
	default:
		s.Refused++
	}
}

// Stats returns the counts.
func (s *Stream) Stats() Stats {
	st := s.stats
	st.Written, st.Origins = s.written, len(s.from)
	for _, o := range s.from {
		st.Held += len(o.waiting)
	}
	return st
}
