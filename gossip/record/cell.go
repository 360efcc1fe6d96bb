// SPDX-License-Identifier: Apache-2.0

package record

import "github.com/fuseboard/fuseboard"

// state is where a cell is in its life: what is live or a tombstone is shown; then its version
// alone is remembered, so that it does not come back from a store that forgets it later, or
// from a replay; then it is forgotten.
type state uint8

const (
	live       state = iota
	tombstone        // deleted by its owner
	remembered       // its own time has ended: only newer versions come in
	withdrawn        // it went with its owner, and comes back with it: then its own version comes in, too
)

// cell is what is known of one key.
type cell struct {
	Record                       // of one that is only remembered, without a body
	prev, next *cell             // in Store.recent
	sum        uint64            // its part of the digest
	stamp      uint64            // when it came, counted in records
	since      fuseboard.Instant // when its state began
	shard      uint8
	state      state
}

func (c *cell) shown() bool { return c.state <= tombstone }

// judge says what r is to a cell.
func (c *cell) judge(o *owner, r Record) Verdict {
	switch order := r.Version.Compare(c.Version); {
	case order > 0:
		return New
	case order < 0:
		return Old
	case c.state == remembered, c.state == withdrawn && o.gone:
		return Old
	case c.state == withdrawn:
		return New
	case r.compare(c.Record) != 0:
		return Conflict
	}
	return Same
}

// weigh says what a record takes. That of a cell that is only remembered has no body.
func weigh(r Record) int { return cost + len(r.Key) + len(r.Body) }

// ring is a list of cells, the newest first. Its root is no cell of any key.
type ring struct{ root cell }

func (l *ring) init() { l.root.prev, l.root.next = &l.root, &l.root }

func (l *ring) push(c *cell) {
	c.prev, c.next = &l.root, l.root.next
	c.prev.next, c.next.prev = c, c
}

func (l *ring) remove(c *cell) {
	c.prev.next, c.next.prev = c.next, c.prev
	c.prev, c.next = nil, nil
}

// all returns the cells of the given shards, the newest first.
func (l *ring) all(shards *[Shards]bool) func(yield func(*cell) bool) {
	return func(yield func(*cell) bool) {
		for c := l.root.next; c != &l.root; c = c.next {
			if shards[c.shard] && !yield(c) {
				return
			}
		}
	}
}
