// SPDX-License-Identifier: Apache-2.0

package adaptive

import "time"

// Algorithm turns the evidence of one window after the other into limits. It reads no clock
// and takes no lock; one goroutine at a time uses it. [Gradient2], [Vegas] and [AIMD]
// are the three.
type Algorithm interface {
	// Next takes the evidence of a window and returns the next limit. A window without
	// samples moves nothing; one that was to be a probe is given up.
	Next(w Window) Move
	// Baseline is how long an attempt takes without a queue, as far as it is known; zero
	// before, and for an algorithm that asks for no such thing.
	Baseline() time.Duration
}

// Move is the answer of an [Algorithm].
type Move struct {
	// Limit is how many calls may be inside, from now on. It is from Min to Max, but for a
	// probe, which may be less than Min and is never less than 1.
	Limit int
	// Reason says why.
	Reason Reason
	// Mended reports that something which we mended decided it, so that the reference
	// may have moved elsewhere. It is never true for a policy that is Published.
	Mended bool
}

// NewAlgorithm returns the algorithm that p names, at p's first limit. Fields of p that are
// out of range count as the nearest value that is not; a policy that is off, as all defaults.
func NewAlgorithm(p Policy) Algorithm {
	switch p = p.clamped(); p.Kind {
	case KindVegas:
		return NewVegas(p)
	case KindAIMD:
		return NewAIMD(p)
	case KindGradient2:
	}
	return NewGradient2(p)
}

// reasonFor tells a move by what became of the limit.
func reasonFor(before, after int) Reason {
	switch {
	case after > before:
		return Grew
	case after < before:
		return Slow
	}
	return Kept
}
