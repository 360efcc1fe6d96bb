// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// The accepted ranges of a [Breaker]; a circuit made from a breaker that was
// never validated keeps to them too.
const (
	maxCalls        = 10_000
	minSpan         = 100 * time.Millisecond
	maxSpan         = time.Hour
	minTime         = time.Millisecond
	maxTime         = time.Hour
	longestOpen     = 24 * time.Hour
	maxGrowth       = 10
	maxJitter       = 0.5
	maxProbes       = 100
	maxWeight       = 4
	fewCalls        = 5
	codeConflict    = "conflict"
	codeMissing     = "missing"
	codeNoEffect    = "no-effect"
	codeFewCalls    = "few-calls"
	codeManyProbes  = "many-probes"
	codeClassName   = "class-name"
	classCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-"
)

// Validate returns everything wrong with b, errors and warnings, in the order of
// its fields. Paths are those of policy files: failure_rate, window.calls. A
// zero field passes: it means the default.
func (b Breaker) Validate() fuseboard.Problems {
	var c plain.Check
	b.checkThresholds(&c)
	b.checkWindow(&c)
	b.checkOpen(&c)
	b.checkProbes(&c)
	c.Duration("ramp", b.Ramp, minTime, maxTime, "leave it out to close at once")
	b.checkWeights(&c)
	return c.Problems()
}

func (b Breaker) checkThresholds(c *plain.Check) {
	c.Rate("failure_rate", b.FailureRate, 0, 1, "write a share such as 50% or 0.5; 50% is usual")
	c.Rate("slow_rate", b.SlowRate, 0, 1, "write a share such as 80% or 0.8; 80% is usual")
	if b.SlowRate != 0 && b.SlowAfter == 0 {
		c.Add(fuseboard.Problem{
			Path: "slow_after", Code: codeMissing, Message: "is needed by slow_rate",
			Accepted: plain.Duration(minTime) + " to " + plain.Duration(maxTime),
			Fix:      "say from when on a call is slow, or remove slow_rate",
		})
	}
	if b.SlowAfter != 0 && b.SlowRate == 0 {
		c.Add(fuseboard.Problem{
			Path: "slow_rate", Code: codeMissing, Message: "is needed by slow_after",
			Accepted: "above 0% to 100%", Fix: "say what share of slow calls opens the circuit, or remove slow_after",
		})
	}
	c.Duration("slow_after", b.SlowAfter, minTime, maxTime, "take a little more than the usual latency")
	c.Int("consecutive", b.Consecutive, 1, maxCalls, "5 is usual")
}

func (b Breaker) checkWindow(c *plain.Check) {
	d := b.WithDefaults()
	rated := d.FailureRate != 0 || d.SlowRate != 0
	b.checkMinCalls(c, rated)
	if !rated && (b.MinCalls != 0 || b.Window != (Window{})) {
		c.Add(fuseboard.Problem{
			Path: "window", Code: codeNoEffect, Warning: true,
			Message: "and min_calls decide nothing while only consecutive is set", Fix: "set failure_rate or remove them",
		})
	}
	c.Int("window.calls", b.Window.Calls, 1, maxCalls, "100 is usual")
	c.Duration("window.span", b.Window.Span, minSpan, maxSpan, "10s is the default")
	if b.Window.Calls != 0 && b.Window.Span != 0 {
		c.Add(fuseboard.Problem{
			Path: "window", Code: codeConflict, Message: "has both calls and span", Accepted: "one of them",
			Fix: "keep calls for an exact count, span for a rolling time",
		})
	}
}

func (b Breaker) checkMinCalls(c *plain.Check, rated bool) {
	c.Int("min_calls", b.MinCalls, 1, maxCalls, "20 is the default")
	value := plain.Number(float64(b.MinCalls))
	if b.MinCalls > 0 && b.MinCalls < fewCalls && rated {
		c.Add(fuseboard.Problem{
			Path: "min_calls", Code: codeFewCalls, Value: value, Warning: true,
			Message: "lets very few calls decide", Fix: "use consecutive for quiet dependencies, or at least 5 calls",
		})
	}
	if b.MinCalls > b.Window.Calls && b.Window.Calls > 0 {
		c.Add(fuseboard.Problem{
			Path: "min_calls", Code: codeConflict, Value: value,
			Message:  "is more than the window holds, so no rate would ever be judged",
			Accepted: "1 to " + plain.Number(float64(b.Window.Calls)), Fix: "raise window.calls or lower min_calls",
		})
	}
}

func (b Breaker) checkOpen(c *plain.Check) {
	c.Duration("open_for", b.OpenFor, minTime, longestOpen, "10s is the default")
	c.Number("open_growth", b.OpenGrowth, 1, maxGrowth, "1 keeps every opening as long as the first")
	c.Duration("max_open", b.MaxOpen, minTime, longestOpen, "5m is the default")
	if b.MaxOpen > 0 && b.OpenFor > b.MaxOpen {
		c.Add(fuseboard.Problem{
			Path: "max_open", Code: codeConflict, Value: plain.Duration(b.MaxOpen), Message: "is less than open_for",
			Accepted: plain.Duration(b.OpenFor) + " to " + plain.Duration(longestOpen), Fix: "raise max_open or lower open_for",
		})
	}
	if b.OpenGrowth > 1 && b.MaxOpen > 0 && b.OpenFor == b.MaxOpen {
		c.Add(fuseboard.Problem{
			Path: "open_growth", Code: codeNoEffect, Value: plain.Number(b.OpenGrowth), Warning: true,
			Message: "cannot grow past max_open, which is open_for", Fix: "raise max_open or remove open_growth",
		})
	}
	c.Rate("open_jitter", b.OpenJitter, 0, maxJitter, "10% is the default")
}

func (b Breaker) checkProbes(c *plain.Check) {
	c.Int("probes", b.Probes, 1, maxProbes, "3 is the default")
	if d := b.WithDefaults(); b.Probes > d.MinCalls {
		c.Add(fuseboard.Problem{
			Path: "probes", Code: codeManyProbes, Value: plain.Number(float64(b.Probes)), Warning: true,
			Message: "is more than min_calls: asking whether it recovered costs more than noticing that it failed",
			Fix:     "3 to 10 probes decide as well; use ramp for a gentle return",
		})
	}
	c.Rate("probe_rate", b.ProbeRate, 0, 1, "60% is the default")
	c.Duration("probe_timeout", b.ProbeTimeout, minTime, maxTime, "take the attempt's deadline")
}

func (b Breaker) checkWeights(c *plain.Check) {
	for _, class := range slices.Sorted(maps.Keys(b.Weights)) {
		path := "weights." + string(class)
		if class == "" || strings.Trim(string(class), classCharacters) != "" {
			c.Add(fuseboard.Problem{
				Path: path, Code: codeClassName, Value: string(class), Message: "is not the name of a class",
				Accepted: "lower-case letters, digits and hyphens", Fix: "classes are timeout, refused, reset, …",
			})
		}
		c.Number(path, b.Weights[class], 0, maxWeight, "1 counts as one failure, 0 as nothing")
	}
}
