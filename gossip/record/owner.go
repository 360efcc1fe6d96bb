// SPDX-License-Identifier: Apache-2.0

package record

import (
	"iter"
	"math"
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard"
)

// owner is what is known of one owner.
type owner struct {
	name  string
	cells []*cell // by key
	top   Version // the highest that was seen, whoever sent it
	used          // of room

	gone   bool
	since  fuseboard.Instant // of gone
	booted bool              // it is written here
	epoch  uint64            // of the boot
}

func (o *owner) find(key string) (int, bool) {
	return slices.BinarySearchFunc(o.cells, key, func(c *cell, key string) int { return strings.Compare(c.Key, key) })
}

func (o *owner) see(v Version) {
	if v.Compare(o.top) > 0 {
		o.top = v
	}
}

// ownerOf returns the owner of that name. One that is new takes the place of the one gone
// longest, if all places are taken.
func (s *Store) ownerOf(name string) (*owner, Reason) {
	if o := s.owners[name]; o != nil {
		return o, 0
	}
	if len(s.owners) >= s.limits.Owners && !s.forgetOwner() {
		return nil, ReasonOwners
	}
	return s.enter(name), 0
}

func (s *Store) enter(name string) *owner {
	o := &owner{name: strings.Clone(name)}
	at, _ := slices.BinarySearch(s.names, name)
	s.names = slices.Insert(s.names, at, o.name)
	s.owners[o.name] = o
	return o
}

// leave removes an owner of which nothing is known.
func (s *Store) leave(o *owner) {
	if len(o.cells) > 0 || o.booted {
		return
	}
	if at, found := slices.BinarySearch(s.names, o.name); found {
		s.names = slices.Delete(s.names, at, at+1)
	}
	delete(s.owners, o.name)
}

// forgetOwner forgets all of the owner that is gone longest, and says whether there is one.
func (s *Store) forgetOwner() bool {
	var first *owner
	for _, name := range s.names { // in order, so that it is the same one every time
		if o := s.owners[name]; o.gone && (first == nil || o.since < first.since) {
			first = o
		}
	}
	if first == nil {
		return false
	}
	s.stats.Forgotten += uint64(len(first.cells))
	for len(first.cells) > 0 {
		s.forget(first, len(first.cells)-1)
	}
	s.leave(first)
	return true
}

// forget removes a cell and all that is known of its key.
func (s *Store) forget(o *owner, at int) {
	c := o.cells[at]
	s.hide(c)
	s.room.add(o, -1, -weigh(c.Record))
	o.cells = slices.Delete(o.cells, at, at+1)
}

// makeRoom says why o may not have n more records and size more bytes. If need be it
// forgets the oldest of what is only remembered of o, but not keep.
func (s *Store) makeRoom(o *owner, keep *cell, n, size int) Reason {
	for {
		reason := s.room.admits(o, n, size)
		if reason == 0 || !s.forgetOldest(o, keep) {
			return reason
		}
	}
}

func (s *Store) forgetOldest(o *owner, keep *cell) bool {
	first := -1
	for i, c := range o.cells {
		if !c.shown() && c != keep && (first < 0 || c.since < o.cells[first].since) {
			first = i
		}
	}
	if first < 0 {
		return false
	}
	s.forget(o, first)
	s.stats.Forgotten++
	return true
}

// Boot makes owner one that is written here, from epoch on (the wall clock in milliseconds
// since 1970), and returns its epoch: raised above any that was seen of it. Such an owner
// is never gone, and comes on top of [Limits.Owners].
func (s *Store) Boot(owner string, epoch uint64) uint64 {
	o := s.owners[owner]
	if o == nil {
		o = s.enter(owner)
	}
	o.booted, o.gone, o.epoch = true, false, min(epoch, MaxEpoch)
	o.raise()
	return o.epoch
}

// raise lifts an owner's epoch above all that was seen of it.
func (o *owner) raise() {
	if o.top.Epoch >= o.epoch && o.top != (Version{}) {
		o.epoch = min(o.top.Epoch+1, MaxEpoch)
	}
}

// Own returns the next version of an owner that is written here: above any that was seen
// of it, whoever sent it. Take one for each record. Before comes [Store.Boot], else the epoch
// is the one above any seen. Another node's record of an owner that is written here is of an
// earlier boot, or of a clone: write its key anew, or delete it.
func (s *Store) Own(owner string) Version {
	o := s.owners[owner]
	if o == nil || !o.booted {
		s.Boot(owner, 0)
		o = s.owners[owner]
	}
	switch {
	case o.top.Epoch < o.epoch || o.top == (Version{}):
		o.top = Version{Epoch: o.epoch, Seq: 1}
	case o.top.Epoch > o.epoch || o.top.Seq == math.MaxUint64:
		o.raise()
		o.top = Version{Epoch: o.epoch, Seq: 1}
	default:
		o.top.Seq++
	}
	return o.top
}

// Horizon refuses records of higher epochs from now on: a node whose wall clock is ahead, or
// one that lies, would freeze a key for ever. Move it with the wall clock, an hour ahead of
// it. A new store has [MaxEpoch].
func (s *Store) Horizon(epoch uint64) { s.horizon = min(epoch, MaxEpoch) }

// Owners returns every owner of which anything is known, in order, and whether it is gone. A
// record may come after its owner went: whoever tells of members compares them with this
// from time to time. The store must not be changed meanwhile.
func (s *Store) Owners() iter.Seq2[string, bool] {
	return func(yield func(string, bool) bool) {
		for _, name := range s.names {
			if !yield(name, s.owners[name].gone) {
				return
			}
		}
	}
}
