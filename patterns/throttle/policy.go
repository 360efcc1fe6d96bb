// SPDX-License-Identifier: Apache-2.0

package throttle

import (
	"time"
	"unsafe"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// The defaults of a [Policy]: those of the book where it has one.
const (
	DefaultRatio     = 2.0
	DefaultWindow    = 2 * time.Minute
	DefaultMaxReject = 0.9
	DefaultMinCalls  = 20
)

const (
	leastRatio   = 1.1
	mostRatio    = 10.0
	leastWindow  = time.Second
	mostWindow   = 10 * time.Minute
	leastReject  = 0.01
	mostReject   = 0.99
	mostMinCalls = 1_000_000
)

// Policy says when a client refuses its own calls to a dependency that refuses many of them.
// It is plain data. A Policy that is entirely zero is off; set any field and each other zero
// field means its default.
type Policy struct {
	// Ratio is how many times as many calls are let through as the dependency accepts: the K
	// of the formula. Default 2, accepted 1.1 to 10. Less saves the dependency more refusals,
	// more finds out sooner that it has recovered.
	Ratio float64
	// Window is the time over which calls are counted, in 24 ticks of which the newest is still
	// filling. Default 2m, accepted 1s to 10m.
	Window time.Duration
	// MaxReject is the greatest chance to be refused, so that some calls always find out
	// whether the dependency has recovered. Default 90%, accepted 1% to 99%. Load beyond
	// Ratio ÷ (1 - MaxReject) times what is accepted is therefore not held back wholly.
	MaxReject float64 `plain:"rate"`
	// MinCalls is how many calls the window must hold before any is refused. Default 20,
	// accepted 1 to 1000000. The book has none.
	MinCalls int
}

// On reports whether any field is set.
func (p Policy) On() bool { return p != Policy{} }

// WithDefaults returns p with every default written out; a policy that is off stays off.
func (p Policy) WithDefaults() Policy {
	if p.On() {
		p = p.filled()
	}
	return p
}

func (p Policy) filled() Policy {
	if p.Ratio == 0 {
		p.Ratio = DefaultRatio
	}
	if p.Window == 0 {
		p.Window = DefaultWindow
	}
	if p.MaxReject == 0 {
		p.MaxReject = DefaultMaxReject
	}
	if p.MinCalls == 0 {
		p.MinCalls = DefaultMinCalls
	}
	return p
}

// Validate reports everything wrong with p at once, with paths relative to the section:
// "ratio", "window", "max_reject", "min_calls".
func (p Policy) Validate() fuseboard.Problems {
	var c plain.Check
	c.Number("ratio", p.Ratio, leastRatio, mostRatio, "leave it out for 2; at 1 no call would find out that the dependency accepts more")
	c.Duration("window", p.Window, leastWindow, mostWindow, "leave it out for 2m")
	c.Rate("max_reject", p.MaxReject, leastReject, mostReject, "leave it out for 90%; at 100% nobody would find out that the dependency has recovered")
	c.Int("min_calls", p.MinCalls, 1, mostMinCalls, "leave it out for 20")
	return c.Problems()
}

// Bytes returns how much memory a [Throttle] under p takes on this machine. A policy that is
// off takes none.
func (p Policy) Bytes() int64 {
	if !p.On() {
		return 0
	}
	return int64(unsafe.Sizeof(Throttle{}))
}

// clamped returns p with its defaults and every field inside its range, so that an account
// can be kept for a policy that nobody validated. One that is off counts as all defaults.
func (p Policy) clamped() Policy {
	p = p.filled()
	p.Ratio = number(p.Ratio, leastRatio, mostRatio)
	p.Window = min(max(p.Window, leastWindow), mostWindow)
	p.MaxReject = number(p.MaxReject, leastReject, mostReject)
	p.MinCalls = min(max(p.MinCalls, 1), mostMinCalls)
	return p
}

// number moves v into its range; what is no number counts as the least.
func number(v, lo, hi float64) float64 {
	if !(v >= lo) {
		return lo
	}
	return min(v, hi)
}
