// SPDX-License-Identifier: Apache-2.0

package throttle

import (
	"time"

	"github.com/fuseboard/fuseboard"
)

const (
	priorities = int(fuseboard.Critical-fuseboard.Sheddable) + 1
	ticks      = 24 // of a window; the newest is still filling
)

// rank is the place of a priority, Sheddable first. One out of range counts as the nearest.
func rank(p fuseboard.Priority) int {
	return int(min(max(p, fuseboard.Sheddable), fuseboard.Critical) - fuseboard.Sheddable)
}

// counts are what happened in a tick, or in all of them.
type counts struct {
	requests [priorities]int64
	accepts  int64
}

func (c *counts) less(o counts) {
	for i := range c.requests {
		c.requests[i] -= o.requests[i]
	}
	c.accepts -= o.accepts
}

// account counts over a sliding window, in ticks, with their sum.
type account struct {
	tick  time.Duration // how long each is
	at    int64         // number of the newest
	ring  [ticks]counts
	total counts
}

// roll moves the window on to now. A now before the newest tick is booked in the newest.
func (a *account) roll(now fuseboard.Instant) *counts {
	at := int64(now) / int64(a.tick)
	if gone := at - a.at; gone >= ticks {
		a.ring, a.total, a.at = [ticks]counts{}, counts{}, at
	}
	for a.at < at {
		a.at++
		oldest := &a.ring[a.at%ticks]
		a.total.less(*oldest)
		*oldest = counts{}
	}
	return &a.ring[max(a.at, 0)%ticks]
}

// request books a call of a priority, as it was refused or has ended.
func (a *account) request(now fuseboard.Instant, rank int) {
	a.roll(now).requests[rank]++
	a.total.requests[rank]++
}

// accept books one call that the dependency accepted.
func (a *account) accept(now fuseboard.Instant) {
	a.roll(now).accepts++
	a.total.accepts++
}
