// SPDX-License-Identifier: Apache-2.0

package stripe

import "sync/atomic"

// Shared is the lane of who has none: the word of all.
const Shared = -1

// line keeps cells apart: two cache lines, which some processors fetch as a pair.
const line = 128

type cell struct {
	n atomic.Uint64
	_ [line - 8]byte
}

// Counter is a count that any goroutine adds to and reads. The zero Counter is zero, and
// one word. It must not be copied.
type Counter struct {
	shared atomic.Uint64
	cells  atomic.Pointer[[]cell] // their number is a power of two; nil before Spread
}

// Add adds n to the word of all.
func (c *Counter) Add(n uint64) { c.shared.Add(n) }

// AddAt adds n in a lane, or in the word of all if it is [Shared] or the counter is not spread.
func (c *Counter) AddAt(lane int, n uint64) {
	if lane >= 0 {
		if cells := c.cells.Load(); cells != nil {
			(*cells)[lane&(len(*cells)-1)].n.Add(n)
			return
		}
	}
	c.shared.Add(n)
}

// Try is Add, and reports whether nobody else wrote the word in the same moment.
func (c *Counter) Try(n uint64) bool {
	was := c.shared.Load()
	if c.shared.CompareAndSwap(was, was+n) {
		return true
	}
	c.shared.Add(n)
	return false
}

// Spread gives the counter cells for so many lanes, a power of two. It is spread once: a
// second Spread changes nothing.
func (c *Counter) Spread(lanes int) {
	if c.cells.Load() == nil {
		cells := make([]cell, lanes)
		c.cells.CompareAndSwap(nil, &cells)
	}
}

// Load returns the count.
func (c *Counter) Load() uint64 {
	n := c.shared.Load()
	if cells := c.cells.Load(); cells != nil {
		for i := range *cells {
			n += (*cells)[i].n.Load()
		}
	}
	return n
}
