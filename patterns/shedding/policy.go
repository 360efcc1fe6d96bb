// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Defaults of a [Policy]. The thresholds are those of a policy that is on and names none;
// the package doc says why.
const (
	DefaultCPU       = 0.85
	DefaultMemory    = 0.9
	DefaultRunQueue  = 20 * time.Millisecond
	DefaultGC        = 0.3
	DefaultMargin    = 0.05
	DefaultHoldFor   = 5 * time.Second
	DefaultSmoothing = time.Second
	DefaultEvery     = 250 * time.Millisecond
)

const (
	lowestShare   = 0.01
	fullShare     = 1.0
	fullGC        = 0.5 // the runtime's own limiter gives the collector no more while a memory limit holds
	fullRunQueue  = 4   // times the threshold: a wait has no 100 %
	mostWait      = 4.4 // times the threshold: a little more than that
	mostUse       = 1.5 // a sample may end between two periods of a quota, and show more than all
	leastRunQueue = 100 * time.Microsecond
	mostRunQueue  = 10 * time.Second
	leastMargin   = 0.001
	mostMargin    = 0.5
	leastEvery    = 10 * time.Millisecond
	mostEvery     = time.Minute
	leastHold     = 10 * time.Millisecond
	mostHold      = 10 * time.Minute
	leastSmooth   = time.Millisecond
	mostSmooth    = time.Minute
)

// CodeHoldUnderEvery is the code of the warning for a HoldFor that is shorter than the
// time between two samples.
const CodeHoldUnderEvery = "hold-under-every"

// Policy says at which pressure of the host whose work is shed. It is plain data. A
// Policy that is entirely zero is off. A signal whose threshold is zero is not watched;
// if the policy is on and no threshold is given, all four are watched at their defaults.
//
// At the threshold sheddable work is shed; at the Steps on the way from there to the
// signal's full extent also normal, and high. Critical work is never shed. The full
// extent is 100 % of CPU and memory, 50 % of the CPU for the collector, and four times
// the threshold for the run queue.
type Policy struct {
	// CPU is the share of what the process may use (the cgroup's quota, or GOMAXPROCS if
	// that is less) from which work is shed. 1% to 100%; zero: not watched.
	CPU float64 `plain:"rate"`
	// Memory is the share of the limit (the cgroup's, GOMEMLIMIT, or else the machine)
	// from which work is shed. 1% to 100%; zero: not watched. It is not smoothed.
	Memory float64 `plain:"rate"`
	// RunQueue is how long runnable goroutines wait for a processor (the 99th percentile
	// of the last interval) from which work is shed. 100us to 10s; zero: not watched.
	RunQueue time.Duration
	// GC is the share of the CPU that the collector takes, without its work on processors
	// that nobody else wants, from which work is shed. 1% to 50%; zero: not watched.
	GC float64 `plain:"rate"`
	// Steps says where on the way from threshold to full extent more is shed.
	Steps Steps
	// Margin is how far below a level's entry, as a share of that entry, every signal must
	// be before the level is left. Default 5%, accepted 0.1% to 50%.
	Margin float64 `plain:"rate"`
	// HoldFor is how long every signal must stay below the margin before the level falls
	// by one. Default 5s, accepted 10ms to 10m.
	HoldFor time.Duration
	// Smoothing is the time constant of the moving average of CPU, RunQueue and GC: after
	// so long a step counts for 63 %, after three times as long for 95 %. Default 1s, accepted 1ms to 1m.
	Smoothing time.Duration
	// Every is the time from one sample to the next. Default 250ms, accepted 10ms to 1m.
	Every time.Duration
}

// On reports whether any field is set.
func (p Policy) On() bool { return p != Policy{} }

// WithDefaults returns p with every default written out; a Policy that is off stays off.
// Thresholds are defaults only where none is given.
func (p Policy) WithDefaults() Policy {
	if !p.On() {
		return p
	}
	if p.CPU == 0 && p.Memory == 0 && p.RunQueue == 0 && p.GC == 0 {
		p.CPU, p.Memory, p.RunQueue, p.GC = DefaultCPU, DefaultMemory, DefaultRunQueue, DefaultGC
	}
	p.Steps = p.Steps.WithDefaults()
	p.Margin = or(p.Margin, DefaultMargin)
	p.HoldFor = or(p.HoldFor, DefaultHoldFor)
	p.Smoothing = or(p.Smoothing, DefaultSmoothing)
	p.Every = or(p.Every, DefaultEvery)
	return p
}

// Validate reports everything wrong with p at once, paths relative to the section: values
// out of range, steps in the wrong order, and a warning ([CodeHoldUnderEvery]) for a
// HoldFor shorter than Every.
func (p Policy) Validate() fuseboard.Problems {
	var c plain.Check
	c.Rate("cpu", p.CPU, lowestShare, fullShare, "leave it out not to watch the CPU")
	c.Rate("memory", p.Memory, lowestShare, fullShare, "leave it out not to watch memory")
	c.Duration("run_queue", p.RunQueue, leastRunQueue, mostRunQueue, "leave it out not to watch the run queue")
	c.Rate("gc", p.GC, lowestShare, fullGC, "leave it out not to watch the collector")
	c.Include("steps", p.Steps.Validate())
	c.Rate("margin", p.Margin, leastMargin, mostMargin, "leave it out for 5%")
	c.Duration("hold_for", p.HoldFor, leastHold, mostHold, "leave it out for 5s")
	c.Duration("smoothing", p.Smoothing, leastSmooth, mostSmooth, "leave it out for 1s")
	c.Duration("every", p.Every, leastEvery, mostEvery, "leave it out for 250ms")
	if full := p.WithDefaults(); p.On() && full.HoldFor > 0 && full.HoldFor < full.Every {
		c.Add(fuseboard.Problem{
			Path: "hold_for", Code: CodeHoldUnderEvery, Value: plain.Duration(full.HoldFor), Warning: true,
			Message: "is shorter than every (" + plain.Duration(full.Every) + "): a level falls after one calm sample",
			Fix:     "raise hold_for to some samples, or lower every",
		})
	}
	return c.Problems()
}

// usable returns p with its defaults and every field moved into its range, so that a
// decision keeps its promises even for a policy nobody validated.
func (p Policy) usable() Policy {
	if !p.On() {
		return p
	}
	p.CPU, p.Memory = share(p.CPU, fullShare), share(p.Memory, fullShare)
	p.GC = share(p.GC, fullGC)
	if p.RunQueue = max(p.RunQueue, 0); p.RunQueue > 0 {
		p.RunQueue = clamp(p.RunQueue, leastRunQueue, mostRunQueue)
	}
	p.Margin = number(p.Margin)
	p = p.WithDefaults()
	p.Steps = p.Steps.usable()
	p.Margin = clamp(p.Margin, leastMargin, mostMargin)
	p.HoldFor = clamp(p.HoldFor, leastHold, mostHold)
	p.Smoothing = clamp(p.Smoothing, leastSmooth, mostSmooth)
	p.Every = clamp(p.Every, leastEvery, mostEvery)
	return p
}
