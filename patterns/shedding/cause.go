// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Cause is the signal that asks for a level, with its numbers: shares, or seconds for
// [RunQueue]. The zero Cause is none.
type Cause struct {
	// Signal is which; NoSignal where none asks for more than admitting all.
	Signal Signal
	// Level is what it asks for.
	Level Level
	// At is when it asked.
	At fuseboard.Instant
	// Value is its moving average at that time.
	Value float64
	// Entry is the value at which the level is entered.
	Entry float64
	// Exit is the value below which the signal lets the level go.
	Exit float64
}

// String says in words what the signal asks for: "cpu 93.1% is at or over 91%".
func (c Cause) String() string { return c.after(0) }

// after says it in words when all has been calm for some time.
func (c Cause) after(calm time.Duration) string {
	name, word := c.Signal.String(), c.Signal.worded
	switch {
	case c.Signal == NoSignal:
		return "no signal is at its threshold"
	case calm > 0:
		return name + " was " + word(c.Value) + " " + plain.Duration(readable(calm.Seconds())) + " ago, and all is calm since"
	case c.Value >= c.Entry:
		return name + " " + word(c.Value) + " is at or over " + word(c.Entry)
	}
	return name + " " + word(c.Value) + " is not yet below " + word(c.Exit)
}

// Why says in words, with the numbers, why the level is what it is.
func (s State) Why() string {
	if !s.begun {
		return "nothing has been read yet"
	}
	return s.Cause.after(s.At.Sub(s.Cause.At))
}

// Entry returns the value of a signal at which the level is entered, of a policy with its
// defaults: a share, or seconds for [RunQueue]. Zero: the policy does not watch the
// signal, or the level is [AdmitAll].
func (p Policy) Entry(signal Signal, level Level) float64 {
	threshold, full := p.way(signal)
	switch {
	case threshold <= 0 || level == AdmitAll:
		return 0
	case level == ShedSheddable:
		return threshold
	case level == ShedNormal:
		return threshold + max(0, full-threshold)*p.Steps.Normal
	}
	return threshold + max(0, full-threshold)*p.Steps.High
}

// way returns a signal's threshold and its full extent.
func (p Policy) way(signal Signal) (threshold, full float64) {
	switch signal {
	case CPU:
		return p.CPU, fullShare
	case Memory:
		return p.Memory, fullShare
	case RunQueue:
		return p.RunQueue.Seconds(), fullRunQueue * p.RunQueue.Seconds()
	case GC:
		return p.GC, fullGC
	default:
		return 0, 0
	}
}

// most is where a reading is cut before it is averaged, so that one wild value neither
// sheds by itself nor fills the average for long.
func (p Policy) most(signal Signal) float64 {
	if signal == RunQueue {
		return mostWait * max(p.RunQueue, leastRunQueue).Seconds()
	}
	return mostUse
}
