// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// The defaults of [Panics] that are on.
const (
	DefaultPanicsMax    = 5
	DefaultPanicsWithin = time.Minute
	DefaultPanicsHold   = time.Minute
)

const (
	mostPanics        = 1000
	longestPanicsTime = time.Hour
)

// Panics says when handlers that break (panic, or end their goroutine) are too
// many, so that the circuit is held open although the dependency may be well: the
// service itself is broken then, and each request may leave something half done.
// The zero Panics is off: a panic is one call's failure, like any other.
type Panics struct {
	// Max is how many within the time hold the circuit open. Default 5, accepted 1 to 1000.
	Max int
	// Within is the time over which they are counted. Default 1m, accepted 1ms to 1h.
	Within time.Duration
	// Hold is how long the circuit is held open, as by a command. Default 1m, accepted 1ms to 24h.
	Hold time.Duration
}

// On reports whether any field is set.
func (p Panics) On() bool { return p != Panics{} }

// WithDefaults returns p with every zero field at its default if it is on.
func (p Panics) WithDefaults() Panics {
	if !p.On() {
		return p
	}
	if p.Max == 0 {
		p.Max = DefaultPanicsMax
	}
	if p.Within == 0 {
		p.Within = DefaultPanicsWithin
	}
	if p.Hold == 0 {
		p.Hold = DefaultPanicsHold
	}
	return p
}

// Validate reports everything wrong with p at once, with paths relative to the
// section: "max", "within", "hold".
func (p Panics) Validate() fuseboard.Problems {
	var c plain.Check
	c.Int("max", p.Max, 1, mostPanics, "")
	c.Duration("within", p.Within, time.Millisecond, longestPanicsTime, "")
	c.Duration("hold", p.Hold, time.Millisecond, longestCommand, "")
	return c.Problems()
}

// Breaks remembers the last panics of one guard. The zero Breaks is ready. It
// belongs to one goroutine at a time.
type Breaks struct{ last []fuseboard.Instant } // oldest first, at most Panics.Max

// Note counts one at now, and reports whether that makes too many. Then the count
// begins anew. Under Panics that are off nothing is counted.
func (b *Breaks) Note(now fuseboard.Instant, p Panics) bool {
	if !p.On() {
		b.last = nil
		return false
	}
	p = p.WithDefaults()
	if over := len(b.last) + 1 - max(p.Max, 1); over > 0 { // the policy may have shrunk
		b.last = append(b.last[:0], b.last[over:]...)
	}
	b.last = append(b.last, now)
	if len(b.last) < p.Max || now.Sub(b.last[0]) >= p.Within {
		return false
	}
	b.last = nil
	return true
}
