// SPDX-License-Identifier: Apache-2.0

package record

import (
	"slices"

	"github.com/fuseboard/fuseboard"
)

// Gone says that owner is no member any more. Its records stay for [Limits.Gone]; then only
// their versions are remembered, for [Limits.Tombstone], so that no replay brings them back.
// Again: the first time counts. Of an owner that is written here it says nothing.
func (s *Store) Gone(now fuseboard.Instant, owner string) {
	if o := s.owners[owner]; o != nil && !o.gone && !o.booted {
		o.gone, o.since = true, now
	}
}

// Back says that owner is a member: its records stay, and what was dropped may come again in
// the version that it had, but in no older one.
func (s *Store) Back(owner string) {
	if o := s.owners[owner]; o != nil {
		o.gone = false
	}
}

// Expire drops what its time ended and returns how many records that were. It looks at
// every record there is: call it about every second.
func (s *Store) Expire(now fuseboard.Instant) int {
	before := s.stats.Expired
	for _, name := range slices.Clone(s.names) {
		o := s.owners[name]
		for i := len(o.cells) - 1; i >= 0; i-- {
			s.age(now, o, i)
		}
		s.leave(o)
	}
	return int(s.stats.Expired - before)
}

// age moves a cell on in its life when its time there is over.
func (s *Store) age(now fuseboard.Instant, o *owner, at int) {
	c := o.cells[at]
	stays := now.Sub(c.since)
	switch c.state {
	case live:
		if c.Kind == Beacon && stays >= s.limits.Beacon {
			s.withdraw(now, o, c, remembered)
			return
		}
	case tombstone:
		if stays >= s.limits.Tombstone {
			s.withdraw(now, o, c, remembered)
			return
		}
	case remembered, withdrawn:
		if stays >= s.limits.Tombstone {
			s.forget(o, at)
		}
		return
	}
	if o.gone && min(stays, now.Sub(o.since)) >= s.limits.Gone {
		s.withdraw(now, o, c, withdrawn)
	}
}

// withdraw keeps of a cell its version alone.
func (s *Store) withdraw(now fuseboard.Instant, o *owner, c *cell, to state) {
	s.hide(c)
	s.room.add(o, 0, -len(c.Body))
	c.Body, c.state, c.since = nil, to, now
	s.stats.Remembered++
	s.stats.Expired++
}
