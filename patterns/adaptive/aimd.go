// SPDX-License-Identifier: Apache-2.0

package adaptive

import "time"

// AIMD is the algorithm of that name in Netflix/concurrency-limits (AIMDLimit): the limit
// grows by one in each window that used half of it, and is multiplied with BackoffRatio by one that
// dropped calls, or whose calls took longer than Timeout (Chiu and Jain, 1989, show that such
// limits share a dependency fairly). It settles between what the dependency bears, its queue
// included, and BackoffRatio of that. Make one with [NewAIMD]. It is not safe for concurrent use.
//
// What differs from the reference, and is not done when [Policy.Published] is set: drops
// count from [Policy.DropRate] on. Older versions of the reference halved a limit that reached Max
// (issue 155, PR 174); neither it nor this one does.
type AIMD struct {
	policy Policy
	limit  int
}

// NewAIMD returns the algorithm at p's first limit, whatever p's kind. Fields of p that
// are out of range count as the nearest value that is not.
func NewAIMD(p Policy) *AIMD {
	p = p.clamped()
	return &AIMD{policy: p, limit: p.Initial}
}

// Baseline is zero: it asks for no such thing.
func (a *AIMD) Baseline() time.Duration { return 0 }

// Next takes the evidence of a window and returns the next limit.
func (a *AIMD) Next(w Window) Move {
	if w.Samples <= 0 {
		return Move{Limit: a.limit, Reason: Unused}
	}
	before, m := a.limit, Move{Reason: Unused}
	dropped := w.Drops > 0
	if !a.policy.Published && dropped {
		dropped = w.dropped(a.policy.DropRate)
		m.Mended = !dropped
	}
	switch late := w.Mean() > a.policy.Timeout; {
	case dropped || late:
		a.limit = int(float64(a.limit) * a.policy.BackoffRatio)
	case 2*w.InFlight >= a.limit:
		a.limit++
	default:
		m.Limit = a.limit
		return m
	}
	a.limit = min(a.policy.Max, max(a.policy.Min, a.limit))
	m.Limit, m.Reason = a.limit, reasonFor(before, a.limit)
	if m.Reason == Slow && dropped {
		m.Reason = Dropped
	}
	return m
}
