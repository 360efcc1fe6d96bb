// SPDX-License-Identifier: Apache-2.0

package world

import (
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Bounds of models, loads and effects.
const (
	mostConcurrency = 100_000
	mostQueue       = 1_000_000
	mostTrace       = 1_000_000
	mostLimit       = 1_000_000_000
	mostTimes       = 1_000_000
	mostRate        = 1_000_000
	mostUsers       = 100_000
	mostAgain       = 100
	mostKeys        = 1_000_000_000
	mostNode        = 100
)

// Codes of problems, beside those of ranges.
const (
	codeMissing  = "missing"
	codeValue    = "bad-value"
	codeIdle     = "without-effect"
	codeConflict = "conflict"
	codeOrder    = "not-in-order"
	codeLowHigh  = "min-over-max"
)

// check collects problems; it adds to plain.Check what several parts of a world need.
type check struct{ plain.Check }

// word reports a word that there is not.
func (c *check) word(path string, i uint8, words []string) {
	if int(i) >= len(words) {
		c.Add(fuseboard.Problem{Path: path, Code: codeValue, Message: "is none of the words", Accepted: strings.Join(words, ", ")})
	}
}

// time reports a duration that is negative, or longer than a day.
func (c *check) time(path string, d time.Duration, fix string) {
	c.Duration(path, d, 0, mostLatency, fix)
}

// idle warns of a field that nothing reads.
func (c *check) idle(path string, set bool, message, fix string) {
	if set {
		c.Add(fuseboard.Problem{Path: path, Code: codeIdle, Message: message, Fix: fix, Warning: true})
	}
}

// conflict reports a field that must not stand beside another.
func (c *check) conflict(path string, set bool, message, fix string) {
	if set {
		c.Add(fuseboard.Problem{Path: path, Code: codeConflict, Message: message, Fix: fix})
	}
}

// Validate reports everything wrong with m at once, with paths relative to it.
func (m Model) Validate() fuseboard.Problems {
	var c check
	c.Include("latency", m.Latency.Validate())
	c.Rate("errors", m.Errors, 0, 1, "")
	c.Include("capacity", m.Capacity.Validate())
	c.time("warm_up.for", m.WarmUp.For, "leave it out for none")
	c.Rate("warm_up.from", m.WarmUp.From, 0.01, 1, "leave it out for 10%")
	c.idle("warm_up.from", m.WarmUp.For == 0 && m.WarmUp.From != 0, "has no effect without warm_up.for", "set warm_up.for")
	c.idle("warm_up.cold", m.WarmUp.For == 0 && m.WarmUp.Cold, "has no effect without warm_up.for", "set warm_up.for")
	c.Int("quota.limit", m.Quota.Limit, 1, mostLimit, "leave it out for any number")
	c.Duration("quota.per", m.Quota.Per, time.Millisecond, mostLatency, "leave it out for 1s")
	c.time("quota.retry_after", m.Quota.RetryAfter, "leave it out for the time to the next window")
	c.idle("quota.per", m.Quota.Limit == 0 && m.Quota.Per != 0, "has no effect without quota.limit", "set quota.limit")
	c.idle("quota.retry_after", m.Quota.Limit == 0 && m.Quota.RetryAfter != 0, "has no effect without quota.limit", "set quota.limit")
	c.word("abandoned", uint8(m.Abandoned), abandonedWords)
	return c.Problems()
}

// Validate reports everything wrong with s at once, with paths relative to it.
func (s Capacity) Validate() fuseboard.Problems {
	var c check
	c.Int("concurrency", s.Concurrency, 1, mostConcurrency, "leave it out for any number")
	c.Int("queue", s.Queue, 1, mostQueue, "leave it out where nobody waits")
	c.word("order", uint8(s.Order), orderWords)
	c.time("retry_after", s.RetryAfter, "leave it out where a refusal says nothing")
	c.idle("queue", s.Concurrency == 0 && s.Queue != 0, "has no effect without concurrency: nobody waits", "set concurrency")
	c.idle("retry_after", s.Concurrency == 0 && s.RetryAfter != 0, "has no effect without concurrency: nobody is refused", "set concurrency")
	return c.Problems()
}

// Validate reports everything wrong with l at once, with paths relative to it: ranges, fields that its Kind does
// not read or lacks, and bounds in the wrong order.
func (l Latency) Validate() fuseboard.Problems {
	var c check
	c.word("kind", uint8(l.Kind), kindWords)
	for path, d := range l.durations() {
		c.time(path, d, "")
	}
	l.reads(&c)
	l.ordered(&c)
	if len(l.Trace) > mostTrace {
		c.Int("trace", len(l.Trace), 1, mostTrace, "leave some of them out")
	}
	for i, d := range l.Trace {
		if d < 0 || d > mostLatency {
			c.time(plain.At("trace", i), d, "")
		}
	}
	return c.Problems()
}

// durations are the fields that are single durations, in their order.
func (l Latency) durations() func(func(string, time.Duration) bool) {
	return func(yield func(string, time.Duration) bool) {
		_ = yield("median", l.Median) && yield("p99", l.P99) && yield("min", l.Min) && yield("max", l.Max)
	}
}

// reads reports fields that the kind does not read, and those that it needs.
func (l Latency) reads(c *check) {
	kind := l.kind()
	if kind == Constant && l.Kind == ByFields { // nothing is set that says what it is
		c.conflict("p99", l.P99 != 0, "says nothing without median", "set median")
		c.conflict("min", l.Min != 0, "says nothing without max or median", "set max for a uniform latency, or median")
		return
	}
	l.unread(c, kind)
	for _, need := range []struct {
		path    string
		missing bool
	}{
		{"median", kind.readsMedian() && l.Median == 0},
		{"max", kind == Uniform && l.Max == 0},
		{"trace", kind == Trace && len(l.Trace) == 0},
	} {
		if need.missing {
			c.Add(fuseboard.Problem{Path: need.path, Code: codeMissing, Message: "is needed by " + kind.String(), Fix: "set " + need.path})
		}
	}
}

func (k LatencyKind) readsMedian() bool {
	return k == Constant || k == Exponential || k.readsP99()
}

func (k LatencyKind) readsP99() bool { return k == Lognormal || k == Pareto }

// unread reports fields that the kind does not read.
func (l Latency) unread(c *check, kind LatencyKind) {
	because := "is not read by " + kind.String()
	c.conflict("median", !kind.readsMedian() && l.Median != 0, because, "leave it out, or choose another kind")
	c.conflict("p99", !kind.readsP99() && l.P99 != 0, because, "leave it out, or choose lognormal or pareto")
	c.conflict("trace", kind != Trace && len(l.Trace) > 0, because, "leave it out, or choose trace")
}

// ordered reports durations that are in the wrong order.
func (l Latency) ordered(c *check) {
	for _, pair := range []struct {
		path        string
		low, high   time.Duration
		equal       bool
		lower, what string
	}{
		{"p99", l.Median, l.P99, false, "median", "is not more than median"},
		{"max", l.Min, l.Max, true, "min", "is less than min"},
	} {
		if pair.high > 0 && (pair.high < pair.low || pair.high == pair.low && !pair.equal) {
			c.Add(fuseboard.Problem{
				Path: pair.path, Code: codeLowHigh, Value: plain.Duration(pair.high), Message: pair.what,
				Accepted: "above " + pair.lower + " (" + plain.Duration(pair.low) + ")", Fix: "raise " + pair.path + ", or lower " + pair.lower,
			})
		}
	}
}
