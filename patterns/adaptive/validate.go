// SPDX-License-Identifier: Apache-2.0

package adaptive

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Validate reports everything wrong with p at once, errors and warnings, with paths
// relative to the section: "min", "tolerance" and so on.
func (p Policy) Validate() fuseboard.Problems {
	var c plain.Check
	if int(p.Kind) >= len(kindWords) {
		c.Add(fuseboard.Problem{
			Path: "kind", Code: CodeUnknownKind, Value: strconv.Itoa(int(p.Kind)),
			Message: "has no word", Accepted: strings.Join(kindWords[:], ", "),
		})
	}
	c.Int("min", p.Min, 1, mostLimit, "leave it out for 4")
	c.Int("max", p.Max, 1, mostLimit, "leave it out for 200")
	c.Int("initial", p.Initial, 1, mostLimit, "leave it out for 20")
	c.Duration("window", p.Window, leastWindow, mostWindow, "leave it out for 1s")
	c.Int("min_samples", p.MinSamples, 1, mostSamples, "leave it out for 10")
	c.Rate("smoothing", p.Smoothing, leastSmoothing, 1, "100% moves at once")
	c.Number("tolerance", p.Tolerance, leastTolerance, mostTolerance, "leave it out for 1.5; at 2 calls may wait as long as they are worked on")
	c.Int("queue_size", p.QueueSize, 1, mostQueueSize, "leave it out for 4")
	c.Int("long_window", p.LongWindow, 1, mostLongWindow, "leave it out for 600")
	c.Rate("backoff_ratio", p.BackoffRatio, leastBackoff, mostBackoff, "leave it out for 90%")
	c.Duration("timeout", p.Timeout, leastTimeout, mostTimeout, "leave it out for 5s")
	c.Rate("drop_rate", p.DropRate, 0, 1, "leave it out for 1%")
	c.Int("probe", p.Probe, 1, mostProbe, "leave it out for 60 windows")
	p.together(&c)
	return c.Problems()
}

// together reports what is wrong with fields that are right alone.
func (p Policy) together(c *plain.Check) {
	d := p.WithDefaults()
	if p.Min > 0 && p.Max > 0 && p.Min > p.Max {
		c.Add(fuseboard.Problem{
			Path: "min", Code: CodeMinOverMax, Value: strconv.Itoa(d.Min),
			Message: "is greater than max (" + strconv.Itoa(p.Max) + ")", Fix: "set min to max or less: with both equal the limit does not move",
		})
	} else if p.Initial > 0 && (p.Initial < d.Min || p.Initial > d.Max) {
		c.Add(fuseboard.Problem{
			Path: "initial", Code: CodeInitialOutside, Value: strconv.Itoa(p.Initial), Warning: true,
			Message: "lies outside of min to max, whose nearest end is taken",
			Fix:     fmt.Sprintf("set it from %d to %d, or leave it out", d.Min, d.Max),
		})
	}
	for _, f := range p.foreign() {
		c.Add(fuseboard.Problem{
			Path: f, Code: CodeNotOfKind, Warning: true,
			Message: "has no effect on " + p.Kind.String(), Fix: "remove it, or choose another kind",
		})
	}
}

// foreign returns the fields that are set and that the kind does not read. Their defaults
// count as not set: [Policy.WithDefaults] writes them out.
func (p Policy) foreign() (names []string) {
	if int(p.Kind) >= len(kindWords) {
		return nil
	}
	d := Policy{Kind: p.Kind, Window: DefaultWindow}.WithDefaults()
	for _, f := range []struct {
		set   bool
		name  string
		kinds []Kind
	}{
		{isSet(p.Smoothing, d.Smoothing), "smoothing", []Kind{KindGradient2, KindVegas}},
		{isSet(p.Tolerance, d.Tolerance), "tolerance", []Kind{KindGradient2}},
		{isSet(p.QueueSize, d.QueueSize), "queue_size", []Kind{KindGradient2}},
		{isSet(p.LongWindow, d.LongWindow), "long_window", []Kind{KindGradient2}},
		{isSet(p.BackoffRatio, d.BackoffRatio), "backoff_ratio", []Kind{KindAIMD}},
		{isSet(p.Timeout, d.Timeout), "timeout", []Kind{KindAIMD}},
		{isSet(p.Probe, d.Probe), "probe", []Kind{KindGradient2, KindVegas}},
	} {
		if f.set && !slices.Contains(f.kinds, p.Kind) {
			names = append(names, f.name)
		}
	}
	return names
}

// isSet reports whether a field has a value of its own.
func isSet[T int | float64 | time.Duration](v, byDefault T) bool { return v != 0 && v != byDefault }

// clamped returns p with its defaults and every field inside its range, so that a limit
// can be kept for a policy that nobody validated. One that is off counts as all defaults.
func (p Policy) clamped() Policy {
	if int(p.Kind) >= len(kindWords) {
		p.Kind = KindGradient2
	}
	p.Min, p.Max, p.Initial = within(p.Min, 0, mostLimit), within(p.Max, 0, mostLimit), within(p.Initial, 0, mostLimit)
	orElse(&p.Window, DefaultWindow) // whatever is off is on now
	p = p.WithDefaults()
	p.Max = max(p.Max, p.Min)
	p.Initial = within(p.Initial, p.Min, p.Max)
	p.Window = within(p.Window, leastWindow, mostWindow)
	p.MinSamples = within(p.MinSamples, 1, mostSamples)
	p.Smoothing = number(p.Smoothing, leastSmoothing, 1)
	p.Tolerance = number(p.Tolerance, leastTolerance, mostTolerance)
	p.QueueSize = within(p.QueueSize, 1, mostQueueSize)
	p.LongWindow = within(p.LongWindow, 1, mostLongWindow)
	p.BackoffRatio = number(p.BackoffRatio, leastBackoff, mostBackoff)
	p.Timeout = within(p.Timeout, leastTimeout, mostTimeout)
	p.DropRate = number(p.DropRate, 0, 1)
	p.Probe = within(p.Probe, 1, mostProbe)
	return p
}

func within[T int | time.Duration](v, lo, hi T) T { return min(max(v, lo), hi) }

// number is within for what may be no number, which counts as the least.
func number(v, lo, hi float64) float64 {
	if !(v >= lo) {
		return lo
	}
	return min(v, hi)
}
