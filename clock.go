// SPDX-License-Identifier: Apache-2.0

package fuseboard

import (
	"math"
	"time"
)

// Instant is monotonic time since the System's start, in nanoseconds: the only
// time a decision sees. It does not move when the wall clock is set.
type Instant int64

// Never is later than every instant a clock gives: "no deadline".
const Never Instant = math.MaxInt64

// Add returns the instant d later; it stops at Never and at zero instead of
// overflowing, and Never plus anything is Never.
func (i Instant) Add(d time.Duration) Instant {
	switch {
	case i == Never || (d > 0 && i > Never-Instant(d)):
		return Never
	case d < 0 && Instant(d) < -i:
		return 0
	}
	return i + Instant(d)
}

// Sub returns the time from j to i, which is negative when i is earlier.
// The time to Never is the longest duration there is.
func (i Instant) Sub(j Instant) time.Duration {
	if i == Never {
		return math.MaxInt64
	}
	return time.Duration(i - j)
}

// Clock gives the instants of one System. The zero Clock is not usable; make
// one with [NewClock]. Safe for concurrent use.
type Clock struct {
	base time.Time
	read func() time.Duration // nil: the standard clock
}

// NewClock starts a clock at instant zero. Made inside a testing/synctest
// bubble it runs in that bubble's virtual time.
func NewClock() *Clock { return &Clock{base: time.Now()} }

// NewClockFrom returns a clock that reads the time since base by read, which goes back by
// microseconds at most, stays near the standard clock, and is safe for concurrent use.
func NewClockFrom(base time.Time, read func() time.Duration) *Clock {
	return &Clock{base: base, read: read}
}

// Now returns the present instant. It costs one monotonic clock read.
func (c *Clock) Now() Instant {
	if c.read == nil {
		return c.standard()
	}
	return Instant(c.read())
}

func (c *Clock) standard() Instant { return Instant(time.Since(c.base)) }

// At returns the instant of t. A time that carries a monotonic reading (any
// made by time.Now or context.WithTimeout) is converted exactly; one without
// (parsed, or sent by another machine) is measured against the wall clock of
// this moment, so that a wall clock set since the start shifts nothing.
// Times before the start are instant zero.
func (c *Clock) At(t time.Time) Instant {
	if t == t.Round(0) { // no monotonic reading
		return c.Now().Add(time.Until(t))
	}
	return Instant(0).Add(t.Sub(c.base))
}

// Time returns the instant as a time.Time with a monotonic reading, for the
// standard library. Never has no time; it returns the zero time.
func (c *Clock) Time(i Instant) time.Time {
	if i == Never {
		return time.Time{}
	}
	return c.base.Add(time.Duration(i))
}
