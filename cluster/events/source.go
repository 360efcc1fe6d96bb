// SPDX-License-Identifier: Apache-2.0

package events

// Source numbers the events of one boot of a node, and keeps the last [Kept] of them for
// who comes late. One goroutine uses it at a time. Make one with [NewSource].
type Source struct {
	origin string
	boot   uint64
	seq    uint64
	last   [Kept]Event
}

// NewSource returns the source of a boot of a node.
func NewSource(origin string, boot uint64) *Source { return &Source{origin: origin, boot: boot} }

// Next gives an event its origin and number, and makes it fit to travel. The error lists
// everything wrong with its words, as [fuseboard.Problems]; then no number is used.
func (s *Source) Next(e Event) (Event, error) {
	e.Origin, e.Boot, e.Seq = s.origin, s.boot, s.seq+1
	e = e.fit()
	if err := e.Validate().Err(); err != nil {
		return Event{}, err
	}
	s.seq++
	s.last[s.seq%Kept] = e
	return e, nil
}

// Last returns the last events, at most [Kept], the oldest first.
func (s *Source) Last() []Event {
	n := min(s.seq, Kept)
	last := make([]Event, 0, n)
	for seq := s.seq - n + 1; seq <= s.seq; seq++ {
		last = append(last, s.last[seq%Kept])
	}
	return last
}
