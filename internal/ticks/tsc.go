// SPDX-License-Identifier: Apache-2.0

package ticks

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// TSC reads the processor's time stamp counter and turns it into time since it was made,
// by a line that is drawn against the standard clock: at first often, then once a
// second. Safe for concurrent use.
type TSC struct {
	base      time.Time
	first     uint64 // the counter when it was made
	line      atomic.Pointer[line]
	measuring atomic.Bool
}

// line is time as a function of the counter. Immutable.
type line struct {
	from   uint64 // the counter where it begins, a moment after it was drawn
	at     int64  // nanoseconds there
	rate   uint64 // nanoseconds a count, times 2^32
	span   uint64 // counts for which it may be used without another look
	before *line  // the one before, which serves until from; that has none itself
}

const (
	firstLook   = time.Millisecond    // how long making one takes
	longestLook = time.Second         // between two measurements
	patience    = uint64(100_000_000) // counts, 20 ms at least, after which time stands still
	ahead       = time.Millisecond    // how long before it begins a line is drawn
)

// NewTSC returns a clock that stands at zero now. It takes a millisecond. It is false where
// there is no counter that counts evenly (another processor than amd64, or one
// that says so itself), and where the standard clock stands still, as in a bubble of
// testing/synctest.
func NewTSC() (*TSC, bool) {
	if !invariant() {
		return nil, false
	}
	c := &TSC{base: time.Now(), first: counter()}
	for {
		passed, count := time.Since(c.base), counter()
		switch counts := count - c.first; {
		case passed >= firstLook:
			rate := rateOf(passed, counts)
			c.line.Store(&line{from: count, at: int64(passed), rate: rate, span: spanOf(10*firstLook, rate)})
			return c, true
		case counts > patience:
			return nil, false
		}
	}
}

// rateOf is nanoseconds a count, times 2^32.
func rateOf(passed time.Duration, counts uint64) uint64 {
	hi, lo := bits.Mul64(uint64(passed), 1<<32)
	rate, _ := bits.Div64(hi%max(counts, 1), lo, max(counts, 1))
	return rate
}

// spanOf is how many counts take d.
func spanOf(d time.Duration, rate uint64) uint64 {
	hi, lo := bits.Mul64(uint64(d), 1<<32)
	span, _ := bits.Div64(hi%max(rate, 1), lo, max(rate, 1))
	return span
}

// Base is when the clock stood at zero, for the standard library.
func (c *TSC) Base() time.Time { return c.base }

// Now returns the time since the clock was made.
func (c *TSC) Now() time.Duration {
	count := counter()
	l := c.line.Load() // after the counter: who reads later finds this line or a later one
	if counts := count - l.from; counts <= l.span {
		return l.after(counts)
	}
	return c.look(l, count)
}

func (l *line) after(counts uint64) time.Duration {
	hi, lo := bits.Mul64(counts, l.rate)
	return time.Duration(l.at + int64(hi<<32|lo>>32))
}

// told is what the line says of any count.
func (l *line) told(count uint64) time.Duration {
	switch {
	case int64(count-l.from) >= 0:
		return l.after(count - l.from)
	case l.before != nil && int64(count-l.before.from) >= 0:
		return l.before.after(count - l.before.from)
	case l.before != nil:
		return time.Duration(l.before.at)
	}
	return time.Duration(l.at)
}

// look is Now where the line has not begun, or is old. One reader at a time draws a new
// line; the others go on with the old one.
func (c *TSC) look(l *line, count uint64) time.Duration {
	if int64(count-l.from) >= 0 && c.measuring.CompareAndSwap(false, true) {
		if c.line.Load() == l {
			c.line.Store(c.draw(l))
		}
		c.measuring.Store(false)
	}
	return l.told(count)
}

// draw returns the next line. It begins a moment from now, where the old one will be, or
// later where that is slow: so whoever reads before then is told the same by both, and
// time never goes back. Where the old one was fast, the new one is slower until they meet.
func (c *TSC) draw(l *line) *line {
	passed, count := time.Since(c.base), counter()
	rate := rateOf(passed, count-c.first)
	from := count + spanOf(ahead, rate)
	told, truly := l.told(from), passed+ahead
	next := min(max(2*(l.after(l.span)-time.Duration(l.at)), 10*firstLook), longestLook)
	if fast := told - truly; fast > 0 {
		rate -= rate / uint64(next) * uint64(min(fast, next/2))
	}
	old := *l
	old.before = nil
	return &line{from: from, at: int64(max(truly, told)), rate: rate, span: spanOf(next, rate), before: &old}
}
