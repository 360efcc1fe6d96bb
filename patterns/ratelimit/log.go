// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"time"

	"github.com/fuseboard/fuseboard"
)

// log remembers when each of the last units came, in a ring.
type log struct {
	per   time.Duration
	ring  []fuseboard.Instant // as many as the limit
	first int                 // the oldest
	size  int
}

func newLog(limit int64, per time.Duration) *log {
	return &log{per: per, ring: make([]fuseboard.Instant, limit)}
}

// nth returns the place in the ring of the nth oldest.
func (g *log) nth(n int) int { return (g.first + n) % len(g.ring) }

// trim forgets what came a Per ago.
func (g *log) trim(at fuseboard.Instant) {
	for g.size > 0 && g.ring[g.first].Add(g.per) <= at {
		g.first, g.size = g.nth(1), g.size-1
	}
}

func (g *log) next(at fuseboard.Instant, cost int64) fuseboard.Instant {
	over := g.size + int(cost) - len(g.ring)
	if over <= 0 {
		return at
	}
	return max(at, g.ring[g.nth(over-1)].Add(g.per))
}

func (g *log) put(at fuseboard.Instant, cost int64) {
	g.trim(at)
	for range cost {
		g.ring[g.nth(g.size)] = at
		g.size++
	}
}

// forget takes away the oldest units that came at that instant or, as an older instant counts
// as the latest that was seen, soonest after it.
func (g *log) forget(taken fuseboard.Instant, cost int64) {
	if g.size == 0 || taken.Add(g.per) <= g.ring[g.nth(g.size-1)] {
		return // forgotten already
	}
	begin := g.size
	for begin > 0 && g.ring[g.nth(begin-1)] >= taken {
		begin--
	}
	gone := min(int(cost), g.size-begin)
	for i := begin + gone; i < g.size; i++ {
		g.ring[g.nth(i-gone)] = g.ring[g.nth(i)]
	}
	g.size -= gone
}

func (g *log) spent(at fuseboard.Instant) int64 {
	for n := range g.size {
		if g.ring[g.nth(n)].Add(g.per) > at {
			return int64(g.size - n)
		}
	}
	return 0
}
