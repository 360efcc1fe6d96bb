// SPDX-License-Identifier: Apache-2.0

package record

import (
	"iter"
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard"
)

// Change says what [Store.Put] did.
type Change struct {
	// Record is what the store holds now, in its own memory: it may be kept and sent on.
	// Nothing is held of what is Refused, or Old and its time has ended.
	Record Record
	// Before is what it held before, and Had whether there was anything.
	Before Record
	Had    bool
	// Moved says that the store has changed: Record is new here, so others should hear of it.
	Moved bool
	// Reason says why it was refused.
	Reason Reason
}

// Store holds the newest record of every key of every owner that it was given. One
// goroutine may use it at a time, methods that only read included.
type Store struct {
	limits  Limits
	horizon uint64

	names  []string // of owners, in order
	owners map[string]*owner
	room   room
	digest Digest // of all that is shown
	recent ring   // all that is shown, the newest here first
	stamps uint64 // how many were put there
	cursor uint64 // stamp of the last that Differing sent beyond the newest

	stats   Stats
	scratch []byte // of the record that is being hashed
}

// NewStore returns an empty store. What is out of range in limits is moved into it:
// [Limits.Validate] tells.
func NewStore(limits Limits) *Store {
	limits = limits.usable()
	s := &Store{limits: limits, horizon: MaxEpoch, owners: map[string]*owner{}, room: newRoom(limits)}
	s.recent.init()
	return s
}

// Put merges r, that came from anywhere: from its owner, from others, twice, late. It copies
// what it keeps. Of the same records in any order, any grouping and any repetition, any
// store makes the same, unless it refuses some: see the package's "What limits do".
func (s *Store) Put(now fuseboard.Instant, r Record) (Change, Verdict) {
	if reason := s.check(r); reason != 0 {
		return s.refuse(reason)
	}
	o, reason := s.ownerOf(r.Owner)
	if reason != 0 {
		return s.refuse(reason)
	}
	o.see(r.Version)
	if at, found := o.find(r.Key); found {
		return s.merge(now, o, o.cells[at], r)
	}
	return s.insert(now, o, r)
}

func (s *Store) check(r Record) Reason {
	switch {
	case !r.sound():
		return ReasonMalformed
	case r.Version.Epoch > s.horizon:
		return ReasonEpoch
	}
	return 0
}

func (s *Store) refuse(reason Reason) (Change, Verdict) {
	s.stats.Refused[reason]++
	return Change{Reason: reason}, Refused
}

// insert makes the first cell of a key.
func (s *Store) insert(now fuseboard.Instant, o *owner, r Record) (Change, Verdict) {
	if reason := s.makeRoom(o, nil, 1, weigh(r)); reason != 0 {
		s.leave(o)
		return s.refuse(reason)
	}
	r.Owner, r.Key = o.name, strings.Clone(r.Key)
	c := &cell{shard: shardOf(r.Owner, r.Key)}
	at, _ := o.find(r.Key) // only now: what made room has left its place
	o.cells = slices.Insert(o.cells, at, c)
	s.room.add(o, 1, weigh(r))
	s.show(now, c, r)
	s.stats.New++
	return Change{Record: c.Record, Moved: true}, New
}

// merge lays r over what a key has.
func (s *Store) merge(now fuseboard.Instant, o *owner, c *cell, r Record) (Change, Verdict) {
	change := Change{Before: c.Record, Had: c.shown()}
	verdict := c.judge(o, r)
	change.Moved = verdict == New || verdict == Conflict && r.compare(c.Record) > 0
	if change.Moved {
		r.Owner, r.Key = c.Owner, c.Key
		grows := weigh(r) - weigh(c.Record)
		if reason := s.makeRoom(o, c, 0, grows); reason != 0 {
			s.stats.Refused[reason]++
			change.Moved, change.Reason = false, reason
			return change.of(c), Refused
		}
		s.room.add(o, 0, grows)
		s.hide(c)
		s.show(now, c, r)
	}
	s.count(verdict)
	return change.of(c), verdict
}

// of completes a change with what its cell has now, if it is anything that is shown.
func (ch Change) of(c *cell) Change {
	if !ch.Had {
		ch.Before = Record{}
	}
	if c.shown() {
		ch.Record = c.Record
	}
	return ch
}

func (s *Store) count(v Verdict) {
	switch v {
	case New:
		s.stats.New++
	case Same:
		s.stats.Same++
	case Old:
		s.stats.Old++
	case Conflict:
		s.stats.Conflict++
	case Refused: // counted by its reason
	}
}

// show makes r, whose names are the cell's own, what the cell has. It is hidden before.
func (s *Store) show(now fuseboard.Instant, c *cell, r Record) {
	r.Body = append([]byte(nil), r.Body...) // nil, if empty
	s.scratch = r.append(s.scratch[:0])
	s.stamps++
	c.Record, c.sum, c.since, c.stamp = r, hash(s.scratch), now, s.stamps
	c.state = live
	if r.Deleted {
		c.state = tombstone
		s.stats.Tombstones++
	}
	s.digest[c.shard] += c.sum
	s.recent.push(c)
	s.stats.Records++
}

// hide takes a cell out of all that is shown.
func (s *Store) hide(c *cell) {
	if !c.shown() {
		s.stats.Remembered--
		return
	}
	s.digest[c.shard] -= c.sum
	s.recent.remove(c)
	s.stats.Records--
	if c.state == tombstone {
		s.stats.Tombstones--
	}
}

// Get returns the record of a key, a tombstone included.
func (s *Store) Get(owner, key string) (Record, bool) {
	o := s.owners[owner]
	if o == nil {
		return Record{}, false
	}
	if at, found := o.find(key); found && o.cells[at].shown() {
		return o.cells[at].Record, true
	}
	return Record{}, false
}

// All returns every record, tombstones included, by owner and then by key. The store
// must not be changed meanwhile.
func (s *Store) All() iter.Seq[Record] {
	return func(yield func(Record) bool) {
		for _, name := range s.names {
			for r := range s.Of(name) {
				if !yield(r) {
					return
				}
			}
		}
	}
}

// Of returns every record of one owner, tombstones included, by key. The store must not be
// changed meanwhile.
func (s *Store) Of(owner string) iter.Seq[Record] {
	return func(yield func(Record) bool) {
		o := s.owners[owner]
		if o == nil {
			return
		}
		for _, c := range o.cells {
			if c.shown() && !yield(c.Record) {
				return
			}
		}
	}
}

// Len returns how many records there are, tombstones included.
func (s *Store) Len() int { return s.stats.Records }

// Bytes returns what all that is known takes, as [Limits.Bytes] counts.
func (s *Store) Bytes() int { return s.room.bytes }

// Digest returns a summary of all records, tombstones included.
func (s *Store) Digest() Digest { return s.digest }

// Stats returns a copy of the counts.
func (s *Store) Stats() Stats {
	st := s.stats
	st.Owners, st.Bytes = len(s.names), s.room.bytes
	return st
}
