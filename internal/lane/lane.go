// SPDX-License-Identifier: Apache-2.0

package lane

import (
	"math/bits"
	"runtime"
	"sync/atomic"
)

const (
	// Line is how many bytes apart the states of two lanes must be, so that writing one
	// does not take the other from its processor: two cache lines of 64 bytes, which some
	// processors fetch as a pair, or one of 128. Slices of 2, 4, 8... elements of that size
	// without pointers begin on such a line.
	Line = 128
	// Most is the most lanes that Count ever says: with more processors several share one.
	Most = 64
)

// forced is how many lanes a test has forced, and turn whose turn it is.
var (
	forced atomic.Uint32
	turn   atomic.Uint32
)

// Here returns the lane that this goroutine had best use now, which is not negative. Mask it
// with the number of lanes there are, less one. It takes no lock and allocates nothing.
// Safe for concurrent use.
func Here() int {
	if n := forced.Load(); n != 0 {
		return int(turn.Add(1) % n)
	}
	return here()
}

// Count returns how many lanes are worth having now: GOMAXPROCS, rounded up to a
// power of two, at most [Most]. It takes a lock of the runtime: ask it where something
// grows, not on each call. Safe for concurrent use.
func Count() int {
	if n := forced.Load(); n != 0 {
		return int(n)
	}
	return countFor(runtime.GOMAXPROCS(0))
}

// countFor is the smallest power of two that is not less than n, at most Most.
func countFor(n int) int {
	return min(1<<bits.Len(uint(max(n, 1)-1)), Most)
}

// Force is for tests alone: until undo is called there are n lanes (a power of two, at
// most [Most]), and who asks gets one after the other, whatever its processor. So one
// goroutine leaves what it took from a lane to another, which hardly happens otherwise,
// and on one processor never. As a lane is a hint, whoever runs beside it stays right.
func Force(n int) (undo func()) {
	if n < 1 || n > Most || n&(n-1) != 0 {
		panic("lane: Force takes a power of two from 1 to 64")
	}
	before := forced.Swap(uint32(n))
	return func() { forced.Store(before) }
}
