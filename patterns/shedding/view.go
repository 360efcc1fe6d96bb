// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"fmt"
	"strings"

	"github.com/fuseboard/fuseboard"
)

// View is what a level follows from, for explanations. It never changes.
type View struct {
	State
	policy Policy
}

// Watch is one signal of a [View], with its numbers: shares, or seconds for [RunQueue].
type Watch struct {
	// Signal is which.
	Signal Signal
	// Value is what the last reading said; Unknown where it was not known.
	Value float64
	// Smoothed is the moving average, from which the level is decided.
	Smoothed float64
	// Sheddable, Normal and High are where work of these priorities begins to be shed.
	Sheddable float64
	Normal    float64
	High      float64
}

// Policy returns the policy that is in force, with its defaults.
func (v *View) Policy() Policy { return v.policy }

// Watches returns the signals that the policy watches.
func (v *View) Watches() []Watch {
	var list []Watch
	for signal := CPU; signal <= GC; signal++ {
		if v.policy.Entry(signal, ShedSheddable) <= 0 {
			continue
		}
		list = append(list, Watch{
			Signal: signal, Value: v.valueOf(signal), Smoothed: v.Smoothed(signal),
			Sheddable: v.policy.Entry(signal, ShedSheddable),
			Normal:    v.policy.Entry(signal, ShedNormal),
			High:      v.policy.Entry(signal, ShedHigh),
		})
	}
	return list
}

func (v *View) valueOf(signal Signal) float64 {
	if !v.begun {
		return Unknown
	}
	return v.Signals.Of(signal)
}

// Refuse returns why work of the priority is shed at now, or nil where it is admitted.
func (v *View) Refuse(p fuseboard.Priority, now fuseboard.Instant) *Error {
	if v.Level.Admits(p) {
		return nil
	}
	return &Error{Priority: p, Level: v.Level, Cause: v.Cause, Calm: v.At.Sub(v.Cause.At), Again: v.RetryAfter(p, now, v.policy)}
}

// String says in words what the watch shows: "cpu 93.1% (smoothed 90.2%): sheds
// sheddable from 85%, normal from 91%, high from 97%".
func (w Watch) String() string {
	word := w.Signal.worded
	return fmt.Sprintf("%s %s (smoothed %s): sheds sheddable from %s, normal from %s, high from %s",
		w.Signal, word(w.Value), word(w.Smoothed), word(w.Sheddable), word(w.Normal), word(w.High))
}

// String says in words which priorities are admitted, why, and what each signal shows.
func (v *View) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", v.Level, v.Why())
	for _, w := range v.Watches() {
		fmt.Fprintf(&b, "\n%s", w)
	}
	return b.String()
}
