// SPDX-License-Identifier: Apache-2.0

package record

// Differing returns what may be missing where theirs comes from: the records of each shard
// that differs, newest here first, in [Limits.Answer] bytes at most. If they do not fit, half of
// the room is for the newest; the other half goes on through the rest from call to call, so
// that every record has its turn. The bodies are the store's.
func (s *Store) Differing(theirs Digest) []Record {
	if theirs == s.digest {
		return nil
	}
	var shards [Shards]bool
	for i := range shards {
		shards[i] = s.digest[i] != theirs[i]
	}
	a := answer{room: s.limits.Answer - headSize}
	n, size := s.measure(&shards)
	switch {
	case n == 0:
		return nil
	case size <= a.room:
		a.records = make([]Record, 0, n)
		for c := range s.recent.all(&shards) {
			a.add(c)
		}
		return a.records
	}
	return s.part(&a, &shards)
}

func (s *Store) measure(shards *[Shards]bool) (n, size int) {
	for c := range s.recent.all(shards) {
		n++
		size += c.Size()
	}
	return n, size
}

// part fills an answer that not everything fits in.
func (s *Store) part(a *answer, shards *[Shards]bool) []Record {
	later := a.room / 2
	a.room -= later
	end := s.stamps + 1 // of the newest, and it is older
	for c := range s.recent.all(shards) {
		if !a.add(c) {
			break
		}
		end = c.stamp
	}
	a.room += later
	from := min(s.cursor, end)
	if s.walk(a, shards, 0, from) { // on to the oldest, and then from the top again
		s.walk(a, shards, from, end)
	}
	return a.records
}

// walk adds the records with stamps from lo on and below hi, and says whether all had room.
func (s *Store) walk(a *answer, shards *[Shards]bool, lo, hi uint64) bool {
	for c := range s.recent.all(shards) {
		switch {
		case c.stamp >= hi:
			continue
		case c.stamp < lo:
			return true
		case !a.add(c):
			return false
		}
		s.cursor = c.stamp
	}
	return true
}

// answer is a list of records that is no longer than its room.
type answer struct {
	records []Record
	room    int
}

func (a *answer) add(c *cell) bool {
	size := c.Size()
	if size > a.room {
		return false
	}
	a.room -= size
	a.records = append(a.records, c.Record)
	return true
}
