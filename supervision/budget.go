// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"cmp"
	"maps"
	"math"
	"slices"
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
	budgetLeastWeight   = 0.1
	budgetMostWeight    = 10.0

	codeWeightAboveFloor = "weight-above-floor"
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
	// Weights says how much of the budget a repetition takes after a failure of a class,
	// 0.1 to 10 in steps of 0.01, where another takes 1: 2 for a timeout, say, which has
	// cost the dependency more than a refusal did. (So have the retry quotas of the AWS SDKs:
	// 10 tokens after a timeout, 5 after anything else.) It is not the weight in the
	// circuit's window, which is Breaker.Weights. Default 1 for each class; at most 32 of them.
	Weights map[fuseboard.Class]float64
}

// On reports whether any field is set.
func (b Budget) On() bool {
	return b.Ratio != 0 || b.MinPerSecond != 0 || b.Window != 0 || len(b.Weights) != 0
}

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
// section: "ratio", "min_per_second", "window", "weights.timeout".
func (b Budget) Validate() fuseboard.Problems {
	var c plain.Check
	c.Rate("ratio", b.Ratio, 0, budgetMostRatio, "")
	c.Int("min_per_second", b.MinPerSecond, 1, budgetMostPerSecond, "")
	c.Duration("window", b.Window, budgetLeastWindow, budgetMostWindow, "")
	b.checkWeights(&c)
	return c.Problems()
}

func (b Budget) checkWeights(c *plain.Check) {
	tooMany(c, "weights", len(b.Weights))
	floor := float64(b.clamped().floor())
	for _, class := range slices.Sorted(maps.Keys(b.Weights)) {
		path, weight := "weights."+string(class), b.Weights[class]
		if p, wrong := badClass(class); wrong {
			p.Path, p.Value = path, string(class)
			c.Add(p)
		}
		if weight == 0 { // elsewhere zero is what is not said; here it would be a repetition for nothing
			c.Add(fuseboard.Problem{
				Path: path, Code: plain.CodeRange, Value: "0", Message: "is out of range",
				Accepted: plain.Number(budgetLeastWeight) + " to " + plain.Number(budgetMostWeight), Fix: "a repetition takes 1 by default",
			})
		}
		c.Number(path, weight, budgetLeastWeight, budgetMostWeight, "a repetition takes 1 by default")
		if weight > floor && weight <= budgetMostWeight {
			c.Add(fuseboard.Problem{
				Path: path, Code: codeWeightAboveFloor, Value: plain.Number(weight), Warning: true,
				Message: "is more than min_per_second allows in a window (" + plain.Number(floor) + "), so a quiet dependency is never asked again after it",
				Fix:     "lower it, or raise min_per_second or window",
			})
		}
	}
}

// floor is how many repetitions a window allows without any call.
func (b Budget) floor() int64 {
	return int64(float64(b.MinPerSecond)*b.Window.Seconds() + spendingRounding)
}

// hundredths is what a repetition after the class takes, in hundredths. b is clamped.
func (b Budget) hundredths(class fuseboard.Class) int64 {
	if len(b.Weights) == 0 {
		return hundred
	}
	weight, given := b.Weights[cmp.Or(class, fuseboard.ClassError)]
	if !given {
		return hundred
	}
	return int64(math.Round(weight * hundred))
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
	b.Weights = maps.Clone(b.Weights) // read by every repetition; the caller's stays the caller's
	for class, weight := range b.Weights {
		if !(weight >= budgetLeastWeight) {
			weight = budgetLeastWeight
		}
		b.Weights[class] = min(weight, budgetMostWeight)
	}
	return b
}
