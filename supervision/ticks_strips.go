// SPDX-License-Identifier: Apache-2.0

package supervision

import "sync/atomic"

// strips are counts of the ticks once more, one strip a lane, for what comes with every
// call: processors that all count in one word wait for each other.
type strips []strip

// strip is a lane's counts of the last ticks, on cache lines of its own. A slot is the lower
// bits of the turn in which its tick had it, and below them how many there were. What it says
// holds only while the ticks have the same turn in their slot, which is never too
// short of bits: a lane may rest until any number comes round.
//
// NB: one who is held up for nine ticks between looking at a slot and adding to it adds
// to the tick that has the slot by then.
type strip struct {
	slots [tickCount]atomic.Uint64
	_     [128 - tickCount*8]byte
}

const (
	stripBits  = 36 // of how many: more than a processor counts in the longest tick
	stripCount = 1<<stripBits - 1
	stripTurn  = ^uint64(stripCount)
)

func stripTag(number int64) uint64 { return uint64(number/tickCount) << stripBits } //nolint:gosec // its lower bits

// spread gives the counts so many lanes, once; zero lanes change nothing.
func (t *ticks[C]) spread(lanes int) {
	if lanes > 0 && t.strips.Load() == nil {
		s := make(strips, lanes)
		t.strips.CompareAndSwap(nil, &s)
	}
}

// laned counts one of the tick in a lane, unless its slot belongs to a later one, and reports
// whether there are lanes.
func (t *ticks[C]) laned(lane int, k *tick[C]) bool {
	if lane < 0 {
		return false
	}
	s := t.strips.Load()
	if s == nil {
		return false
	}
	tag, slot := stripTag(k.number), &(*s)[lane&(len(*s)-1)].slots[k.number%tickCount]
	for {
		switch w := slot.Load(); {
		case w&stripTurn == tag:
			slot.Add(1)
			return true
		case t.slots[k.number%tickCount].Load() != k, slot.CompareAndSwap(w, tag|1):
			return true
		}
	}
}

// inLanes is how many were counted in lanes since the tick, which is not older than the span.
func (t *ticks[C]) inLanes(oldest int64) (n int64) {
	s := t.strips.Load()
	if s == nil {
		return 0
	}
	for i := range t.slots {
		if k := t.slots[i].Load(); k != nil && k.number >= oldest {
			n += s.count(i, stripTag(k.number))
		}
	}
	return n
}

// count is how many there are in a slot of all lanes.
func (s *strips) count(slot int, tag uint64) (n int64) {
	for i := range *s {
		if w := (*s)[i].slots[slot].Load(); w&stripTurn == tag {
			n += int64(w & stripCount)
		}
	}
	return n
}
