// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"cmp"
	"slices"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

// hostSignals are the host's signals by the names that they have in package shedding.
var hostSignals = [...]struct {
	ours   int
	theirs shedding.Signal
}{{cpu, shedding.CPU}, {memory, shedding.Memory}, {gc, shedding.GC}, {runQueue, shedding.RunQueue}}

// OfHost returns the sample of a reading of the host, for who reads it without a shedding
// policy; nothing is smoothed.
func OfHost(read shedding.Signals) (s Sample) {
	for _, h := range hostSignals {
		s = s.with(h.ours, read.Of(h.theirs))
	}
	return s
}

// ReadHost returns the sample of a System's numbers, read at now: of the shedding policies
// that guards obey. Each signal is what the policy makes of it that watches it, else as it
// was read; of several policies the one that read last counts. A reading that is older than three of its
// policy's intervals, and than the [Gap], tells nothing.
func ReadHost(now fuseboard.Instant, stats actors.SystemStats) (s Sample) {
	uses := slices.DeleteFunc(slices.Clone(stats.Shedding), func(u actors.SheddingUse) bool {
		return u.At == 0 || now.Sub(u.At) > max(3*u.Policy.WithDefaults().Every, Gap)
	})
	slices.SortStableFunc(uses, func(a, b actors.SheddingUse) int { return cmp.Compare(a.At, b.At) })
	level := shedding.AdmitAll
	for _, u := range uses { // the freshest last, so that it stays
		level = max(level, u.Level)
		s = OfHost(u.Signals).Over(s)
	}
	for _, u := range uses {
		for _, w := range u.Watches {
			s = s.watched(w)
		}
	}
	if len(uses) > 0 {
		s = s.with(sheddingLevel, float64(level))
	}
	return s
}

// watched sets what a policy makes of a signal.
func (s Sample) watched(w shedding.Watch) Sample {
	for _, h := range hostSignals {
		if h.theirs == w.Signal && w.Smoothed >= 0 {
			s = s.with(h.ours, w.Smoothed)
		}
	}
	return s
}
