// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Defaults and bounds of [Workers].
const (
	// DefaultWorkers is the number of pooled goroutines where no bulkhead names one.
	DefaultWorkers = DefaultConcurrency
	// DefaultIdle is how long a pooled goroutine waits for its next work: long
	// enough for the pauses of steady traffic, short enough to be gone after a burst.
	DefaultIdle = 10 * time.Second

	minIdle = time.Millisecond
	maxIdle = time.Hour
)

// CodeAbandonedOverMax is the code of the warning for more abandoned work than
// there can be goroutines: the limit is never reached.
const CodeAbandonedOverMax = "abandoned-exceeds-max"

// Workers moves work to pooled goroutines, so that a caller can leave at its
// deadline although the work does not end. The zero Workers is off: work runs on
// its caller's goroutine. Setting any field turns it on.
type Workers struct {
	// Max is the most goroutines at once, and with them the most permits: the gate
	// of a pool lends no more ([Workers.Bound]), so who holds a permit always finds
	// a goroutine. 1 to 1000000; 0 means the bulkhead's concurrency, or
	// [DefaultWorkers] without a bulkhead.
	Max int
	// Idle is how long a goroutine without work is kept; it ends before twice that
	// has passed. 1ms to 1h; 0 means [DefaultIdle].
	Idle time.Duration
	// MaxAbandoned is how much work that its callers have left may still run before
	// new calls are refused. 1 to 1000000; 0 means half of Max, at least 1. It
	// should be below Max: at Max every permit is taken anyway. Work that heeds its
	// context counts as well, for the moment that it needs to end.
	MaxAbandoned int
}

// On reports whether any field is set.
func (w Workers) On() bool { return w != Workers{} }

// WithDefaults returns w with every default written out if it is on. b is the
// bulkhead beside it, with its own defaults or without.
func (w Workers) WithDefaults(b Bulkhead) Workers {
	if !w.On() {
		return w
	}
	if w.Max == 0 {
		w.Max = DefaultWorkers
		if b.On() {
			w.Max = b.WithDefaults().Concurrency
		}
	}
	if w.Idle == 0 {
		w.Idle = DefaultIdle
	}
	if w.MaxAbandoned == 0 {
		w.MaxAbandoned = max(1, w.Max/2)
	}
	return w
}

// Validate returns everything wrong with w, paths relative to the section:
// values out of range, and a warning ([CodeAbandonedOverMax]) for a MaxAbandoned
// that is more than a given Max.
func (w Workers) Validate() fuseboard.Problems {
	var c plain.Check
	c.Int("max", w.Max, 1, maxCallers, "name the calls that the dependency serves well at once, or leave it out for the bulkhead's concurrency")
	c.Duration("idle", w.Idle, minIdle, maxIdle, "leave it out for 10s")
	c.Int("max_abandoned", w.MaxAbandoned, 1, maxCallers, "leave it out for half of max")
	if w.Max > 0 && w.MaxAbandoned > w.Max {
		c.Add(fuseboard.Problem{
			Path: "max_abandoned", Code: CodeAbandonedOverMax, Warning: true,
			Message: "is never reached, because no more than max can run", Fix: "lower max_abandoned to max or less, best to half of it",
		})
	}
	return c.Problems()
}

// Bound returns the bulkhead that keeps b and at most Max permits: b itself when
// w is off, one of Max permits without a queue when only w is on.
func (w Workers) Bound(b Bulkhead) Bulkhead {
	if !w.On() {
		return b
	}
	b, w = b.WithDefaults(), w.WithDefaults(b)
	if b.Concurrency == 0 || b.Concurrency > w.Max {
		b.Concurrency = w.Max
	}
	return b
}
