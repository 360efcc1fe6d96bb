// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// The defaults of a [Budget]: those of Finagle's RetryBudget, which has carried
// Twitter's traffic with them.
const (
	DefaultBudgetRatio        = 0.2
	DefaultBudgetMinPerSecond = 10
	DefaultBudgetWindow       = 10 * time.Second
)

const (
	budgetMostRatio     = 1.0
	budgetMostPerSecond = 10_000
	budgetLeastWindow   = time.Second
	budgetMostWindow    = time.Minute
)

// Budget bounds how much load repetitions may add to a dependency: within the
// window at most Ratio × calls + MinPerSecond × the window's seconds. Without one
// a dependency that fails gets several times its usual load at the worst moment.
// The account kept against it is a [Spending]. A zero field means its default.
type Budget struct {
	// Ratio is the share of calls that may be repeated. Default 20%, at most 100%.
	Ratio float64 `plain:"rate"`
	// MinPerSecond is how many repetitions a second are always allowed, so that a
	// quiet dependency can be retried at all. Default 10, accepted 1 to 10000.
	MinPerSecond int
	// Window is the time over which calls and repetitions are counted. Default 10s,
	// accepted 1s to 1m.
	Window time.Duration
}

// On reports whether any field is set.
func (b Budget) On() bool { return b != Budget{} }

// WithDefaults returns b with every zero field at its default.
func (b Budget) WithDefaults() Budget {
	if b.Ratio == 0 {
		b.Ratio = DefaultBudgetRatio
	}
	if b.MinPerSecond == 0 {
		b.MinPerSecond = DefaultBudgetMinPerSecond
	}
	if b.Window == 0 {
		b.Window = DefaultBudgetWindow
	}
	return b
}

// Validate reports everything wrong with b at once, with paths relative to the
// section: "ratio", "min_per_second", "window".
func (b Budget) Validate() fuseboard.Problems {
	var c plain.Check
	c.Rate("ratio", b.Ratio, 0, budgetMostRatio, "")
	c.Int("min_per_second", b.MinPerSecond, 1, budgetMostPerSecond, "")
	c.Duration("window", b.Window, budgetLeastWindow, budgetMostWindow, "")
	return c.Problems()
}

// clamped returns b with its defaults and every field inside its range, so that
// an account can be kept for a budget that nobody validated.
func (b Budget) clamped() Budget {
	b = b.WithDefaults()
	if !(b.Ratio >= 0) {
		b.Ratio = 0
	}
	b.Ratio = min(b.Ratio, budgetMostRatio)
	b.MinPerSecond = min(max(b.MinPerSecond, 0), budgetMostPerSecond)
	b.Window = min(max(b.Window, budgetLeastWindow), budgetMostWindow)
	return b
}
