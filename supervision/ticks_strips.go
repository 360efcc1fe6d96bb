// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
)

// strips are counts of the ticks once more, one strip a lane, for what comes with every
// call: processors that all count in one word wait for each other.
type strips []strip

// strip is a lane's counts of the last ticks, on cache lines of its own. A slot is the lower
// bits of the tick's number, and below them how many there were.
//
// NB: one who is held up for nine ticks between looking at a slot and adding to it adds
// to the tick that has the slot by then.
type strip struct {
	slots [tickCount]atomic.Uint64
	_     [128 - tickCount*8]byte
}

const (
	stripCount = 1<<40 - 1 // the bits of how many
	stripTick  = ^uint64(stripCount)
	stripTurn  = 1 << 63 // half of all numbers: what is further ahead is behind
)

func stripTag(number int64) uint64 { return uint64(number) << 40 } //nolint:gosec // its lower bits

// add counts one in the tick, unless its slot belongs to a later one.
func (s *strip) add(number int64) {
	tag, slot := stripTag(number), &s.slots[number%tickCount]
	for {
		w := slot.Load()
		switch was := w & stripTick; {
		case was == tag:
			slot.Add(1)
			return
		case was-tag < stripTurn && w != 0:
			return
		case slot.CompareAndSwap(w, tag|1):
			return
		}
	}
}

// since is how many there were from the tick on.
func (s *strip) since(oldest int64) (n int64) {
	for i := range s.slots {
		if w := s.slots[i].Load(); w&stripTick-stripTag(oldest) < stripTurn {
			n += int64(w & stripCount)
		}
	}
	return n
}

// spread gives the counts so many lanes, once; zero lanes change nothing.
func (t *ticks[C]) spread(lanes int) {
	if lanes > 0 && t.strips.Load() == nil {
		s := make(strips, lanes)
		t.strips.CompareAndSwap(nil, &s)
	}
}

// laned counts one in a lane, and reports whether there are lanes.
func (t *ticks[C]) laned(lane int, number int64) bool {
	if lane < 0 {
		return false
	}
	s := t.strips.Load()
	if s == nil {
		return false
	}
	(*s)[lane&(len(*s)-1)].add(number)
	return true
}

// inLanes is how many were counted in lanes in the last ten ticks as of now.
func (t *ticks[C]) inLanes(now fuseboard.Instant) (n int64) {
	s := t.strips.Load()
	if s == nil {
		return 0
	}
	oldest := t.oldest(now)
	for i := range *s {
		n += (*s)[i].since(oldest)
	}
	return n
}
