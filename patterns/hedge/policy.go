// SPDX-License-Identifier: Apache-2.0

package hedge

import (
	"math"
	"strconv"
	"time"
	"unsafe"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/internal/quantile"
)

// The defaults of a [Policy].
const (
	DefaultQuantile = 0.96
	DefaultMin      = time.Millisecond
	DefaultMax      = time.Minute
	DefaultCopies   = 1
	DefaultWindow   = 30 * time.Second
	DefaultMinCalls = 100
)

const (
	leastWait     = 100 * time.Microsecond
	mostWait      = time.Hour
	leastQuantile = 0.5
	mostQuantile  = 0.999
	mostCopies    = 5
	leastWindow   = time.Second
	mostWindow    = 10 * time.Minute
	mostMinCalls  = 1_000_000
)

// Codes of the problems that a [Policy] has beside ranges.
const (
	// CodeMinOverMax: the least wait is longer than the longest.
	CodeMinOverMax = "min-over-max"
	// CodeWithoutQuantile warns of a field that only a live wait reads.
	CodeWithoutQuantile = "without-quantile"
)

// Policy says when copies of a call are sent. It is plain data, and comparable. A Policy that is entirely zero
// is off; set any field and each other zero field means its default.
type Policy struct {
	// After is how long a copy is waited for before the next is sent. 100us to 1h. With a Quantile it holds
	// until that is known, and zero means that no copy is sent until then.
	After time.Duration
	// Quantile is the share of first copies that end within the wait: 95% waits until a call is slower than
	// 95% of those of the last Window, so that 5% of the calls get a copy. Accepted 50% to 99.9%.
	// Default 96% where After is zero: 4% more load, and hardly ever more than 5%. The Tail at Scale has 95%,
	// which is 5% on average, and so more half of the time. Where After is not zero, zero means After alone.
	Quantile float64 `plain:"rate"`
	// Min is the least that a live wait may be. Default 1ms (or Max, where that is less), as in Finagle: where calls take
	// less, a copy costs about what it saves. Accepted 100us to 1h.
	Min time.Duration
	// Max is the most that a live wait may be. Default 1m, accepted 100us to 1h, not below Min. A Max below the
	// quantile sends more copies than the quantile means.
	Max time.Duration
	// Copies is how many are sent at most beside the first, each after a wait. Default 1, accepted 1 to 5.
	Copies int
	// Window is how long what was recorded counts for the quantile. Default 30s, accepted 1s to 10m.
	Window time.Duration
	// MinCalls is how many records the window must hold before the quantile is known. It is
	// forgotten again below half of that. Default 100, accepted 1 to 1000000.
	MinCalls int
}

// On reports whether any field is set.
func (p Policy) On() bool { return p != Policy{} }

// WithDefaults returns p with every default written out; a policy that is off stays off. What only
// a live wait reads stays zero where there is none.
func (p Policy) WithDefaults() Policy {
	if p.On() {
		p = p.filled()
	}
	return p
}

func (p Policy) filled() Policy {
	if p.Copies == 0 {
		p.Copies = DefaultCopies
	}
	if p.Quantile == 0 && p.After == 0 {
		p.Quantile = DefaultQuantile
	}
	if p.Quantile == 0 {
		return p
	}
	if p.Max == 0 {
		p.Max = max(DefaultMax, p.Min)
	}
	if p.Min == 0 {
		p.Min = min(DefaultMin, p.Max)
	}
	if p.Window == 0 {
		p.Window = DefaultWindow
	}
	if p.MinCalls == 0 {
		p.MinCalls = DefaultMinCalls
	}
	return p
}

// Validate reports everything wrong with p at once, with paths relative to the section: ranges, a
// Min above Max, and, as warnings, what only a live wait reads where there is none.
func (p Policy) Validate() fuseboard.Problems {
	var c plain.Check
	c.Duration("after", p.After, leastWait, mostWait, "leave it out to wait for a quantile alone")
	c.Rate("quantile", p.Quantile, leastQuantile, mostQuantile, "leave it out for 96%, or for after alone")
	c.Duration("min", p.Min, leastWait, mostWait, "leave it out for 1ms")
	c.Duration("max", p.Max, leastWait, mostWait, "leave it out for 1m")
	c.Int("copies", p.Copies, 1, mostCopies, "leave it out for 1; to send none, leave the section out")
	c.Duration("window", p.Window, leastWindow, mostWindow, "leave it out for 30s")
	c.Int("min_calls", p.MinCalls, 1, mostMinCalls, "leave it out for 100")
	if p.Max > 0 && p.Min > p.Max {
		c.Add(fuseboard.Problem{
			Path: "min", Code: CodeMinOverMax, Value: plain.Duration(p.Min),
			Message: "is longer than max", Accepted: "at most max (" + plain.Duration(p.Max) + ")", Fix: "lower min, or raise max",
		})
	}
	if p.After != 0 && p.Quantile == 0 {
		p.idle(&c)
	}
	return c.Problems()
}

// idle warns of what nothing reads where the wait is After alone.
func (p Policy) idle(c *plain.Check) {
	for _, f := range []struct {
		path  string
		set   bool
		value string
	}{
		{"min", p.Min != 0, plain.Duration(p.Min)},
		{"max", p.Max != 0, plain.Duration(p.Max)},
		{"window", p.Window != 0, plain.Duration(p.Window)},
		{"min_calls", p.MinCalls != 0, strconv.Itoa(p.MinCalls)},
	} {
		if f.set {
			c.Add(fuseboard.Problem{
				Path: f.path, Code: CodeWithoutQuantile, Value: f.value, Warning: true,
				Message: "has no effect where the wait is after alone", Fix: "set quantile, or leave " + f.path + " out",
			})
		}
	}
}

// Bytes returns how much memory a [Hedger] under p takes at most on this machine, calls under way aside.
// A policy that is off takes none.
func (p Policy) Bytes() int64 {
	p = p.WithDefaults()
	switch {
	case !p.On():
		return 0
	case p.Quantile == 0:
		return int64(unsafe.Sizeof(Hedger{}) + unsafe.Sizeof(fuseboard.Clock{}))
	}
	return int64(unsafe.Sizeof(Hedger{})+unsafe.Sizeof(fuseboard.Clock{})) + quantile.Bytes()
}

// clamped returns p with its defaults and every field inside its range, so that there can be a
// Hedger for a policy that nobody validated. One that is off counts as all defaults.
func (p Policy) clamped() Policy {
	if math.IsNaN(p.Quantile) {
		p.Quantile = DefaultQuantile
	}
	p = p.filled()
	if p.After != 0 {
		p.After = min(max(p.After, leastWait), mostWait)
	}
	p.Copies = min(max(p.Copies, 1), mostCopies)
	if p.Quantile == 0 {
		return p
	}
	p.Quantile = min(max(p.Quantile, leastQuantile), mostQuantile)
	p.Min = min(max(p.Min, leastWait), mostWait)
	p.Max = min(max(p.Max, p.Min), mostWait)
	p.Window = min(max(p.Window, leastWindow), mostWindow)
	p.MinCalls = min(max(p.MinCalls, 1), mostMinCalls)
	return p
}
