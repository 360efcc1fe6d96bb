// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"math"
	"time"

	"github.com/fuseboard/fuseboard"
)

// State is what is known of the host's pressure, and the level that follows from it. It
// is a value, and its methods decide from their arguments alone. The zero State admits all.
type State struct {
	// Level says which priorities are admitted.
	Level Level
	// Since is when the level was entered.
	Since fuseboard.Instant
	// Cause is what asked for the level, or kept it, last.
	Cause Cause
	// Calm is since when every signal has been below what keeps the level; it is At where
	// one is not, and begins anew with each level.
	Calm fuseboard.Instant
	// At is when the last reading was taken.
	At fuseboard.Instant
	// Signals is that reading.
	Signals Signals

	smooth [signals]float64 // by signal; Unknown where that is not known
	begun  bool
}

// Next returns the state after a reading at now.
//
// A level is entered at once when a signal reaches its entry, however many levels that is
// above. It falls by one when every signal has been below that level's entry, by more than
// the margin, for HoldFor; so it never falls twice within HoldFor, nor soon after it rose.
// A signal that is not known asks for nothing. A now before the last one counts as that.
func (s State) Next(now fuseboard.Instant, in Signals, p Policy) State {
	return s.next(now, in, p.usable())
}

// next is Next for a usable policy.
func (s State) next(now fuseboard.Instant, in Signals, p Policy) State {
	now = max(now, s.At)
	s.smooth = s.smoothed(now, in, p)
	s.At, s.Signals, s.begun = now, in, true
	wanted, cause := s.wanted(p)
	keeps, keeper := s.keeper(p)
	switch {
	case wanted > s.Level:
		s.Level, s.Since, s.Calm, s.Cause = wanted, now, now, cause
	case s.Level == AdmitAll:
		s.Calm, s.Cause = now, Cause{}
	case keeps:
		s.Calm, s.Cause = now, keeper
	case now.Sub(s.Calm) >= p.HoldFor:
		s.Level, s.Since, s.Calm = s.Level-1, now, now
		if s.Level == AdmitAll {
			s.Cause = Cause{}
		}
	}
	return s
}

// Smoothed returns the moving average of a signal, from which the level is decided: a
// share, or seconds for [RunQueue]; [Unknown] where that is not known. Memory is as read.
func (s State) Smoothed(signal Signal) float64 {
	if !s.begun || int(signal) >= signals || signal == NoSignal {
		return Unknown
	}
	return s.smooth[signal]
}

// smoothed returns the moving averages after a reading. They begin at zero, so that a
// burst at the start sheds no sooner than one later, and begin again where a signal was
// not known. Each step is monotone in both the average before and the reading.
func (s State) smoothed(now fuseboard.Instant, in Signals, p Policy) (next [signals]float64) {
	gone := now.Sub(s.At)
	if !s.begun {
		gone = p.Every
	}
	fresh := -math.Expm1(-gone.Seconds() / max(p.Smoothing, leastSmooth).Seconds())
	for signal := CPU; signal <= GC; signal++ {
		v := in.Of(signal)
		if v >= 0 && signal != Memory {
			v = (1-fresh)*max(s.smooth[signal], 0) + fresh*min(v, p.most(signal))
		}
		next[signal] = v
	}
	return next
}

// wanted returns the highest level whose entry a signal has reached, and which that is.
func (s State) wanted(p Policy) (Level, Cause) {
	for level := ShedHigh; level > AdmitAll; level-- {
		if cause := s.over(level, p, 0); cause.Signal != NoSignal {
			return level, cause
		}
	}
	return AdmitAll, Cause{}
}

// keeper returns whether a signal keeps the level that is in force, and which.
func (s State) keeper(p Policy) (bool, Cause) {
	cause := s.over(s.Level, p, p.Margin)
	return cause.Signal != NoSignal, cause
}

// over returns the signal that is furthest over the entry of the level, less the margin.
func (s State) over(level Level, p Policy, margin float64) (worst Cause) {
	furthest := 0.0
	for signal := CPU; signal <= GC; signal++ {
		entry := p.Entry(signal, level)
		v := s.smooth[signal]
		if entry <= 0 || v < entry*(1-margin) {
			continue
		}
		if ratio := v / entry; worst.Signal == NoSignal || ratio > furthest {
			worst, furthest = Cause{Signal: signal, Level: level, At: s.At, Value: v, Entry: entry, Exit: entry * (1 - p.Margin)}, ratio
		}
	}
	return worst
}

// RetryAfter returns how long at least work of the priority goes on being shed: zero
// where it is admitted.
func (s State) RetryAfter(priority fuseboard.Priority, now fuseboard.Instant, p Policy) time.Duration {
	if s.Level.Admits(priority) {
		return 0
	}
	p = p.usable()
	shedding, _ := LevelThatSheds(priority)
	left := max(0, s.Calm.Add(p.HoldFor).Sub(now))
	for ; shedding < s.Level; shedding++ { // each level that has to be left before
		left += p.HoldFor
	}
	return left
}
