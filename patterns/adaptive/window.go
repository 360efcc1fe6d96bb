// SPDX-License-Identifier: Apache-2.0

package adaptive

import (
	"math"
	"time"
)

// Window is what one window gathered: the evidence of one move of the limit.
type Window struct {
	// Samples is how many attempts ended, the dropped ones included.
	Samples int
	// Took is how long all of them took together.
	Took time.Duration
	// Squares is the sum of the squares of how many nanoseconds each took, which says how
	// far the mean may be wrong. Zero is not at all.
	Squares float64
	// Drops is how many of them were dropped: refused or timed out by the dependency.
	Drops int
	// DropsTook is how long those took together. It is a part of Took.
	DropsTook time.Duration
	// Least is how long the shortest took.
	Least time.Duration
	// InFlight is how many were inside at once, at most; or on average, where nobody said
	// how many there were.
	InFlight int
}

// Mean returns how long an attempt took, drops and all; zero without any.
func (w Window) Mean() time.Duration {
	if w.Samples <= 0 {
		return 0
	}
	return w.Took / time.Duration(w.Samples)
}

// doubt is the standard error of the mean, in nanoseconds: about so far is it from the mean
// of more samples. It is zero where squares were not given.
func (w Window) doubt() float64 {
	n := float64(w.Samples)
	if n < 2 {
		return 0
	}
	mean := float64(w.Took) / n
	return math.Sqrt(max(0, w.Squares/n-mean*mean) / (n - 1))
}

// matters is the doubt where it is worth so many calls of the limit, and else zero.
func (w Window) matters(limit, calls float64) float64 {
	if doubt := w.doubt(); limit*doubt >= calls*float64(w.Mean()) {
		return doubt
	}
	return 0
}

// tracked is the mean, in nanoseconds, for which a drop that was faster than work is counts
// as long as work takes (concurrency-limits issue 176: what is refused in no time makes an overloaded
// dependency look idle). Where everything was dropped, work takes as long as it did: usual.
// raised reports whether any of this made it another than [Window.Mean].
func (w Window) tracked(usual float64) (mean float64, raised bool) {
	if w.Drops == 0 {
		return float64(w.Mean()), false
	}
	work := usual
	if done := w.Samples - w.Drops; done > 0 {
		work = float64(w.Took-w.DropsTook) / float64(done)
	}
	if least := work * float64(w.Drops); least > float64(w.DropsTook) {
		return (float64(w.Took-w.DropsTook) + least) / float64(w.Samples), true
	}
	return float64(w.Mean()), false
}

// fills reports whether the limit is what held calls back.
func (w Window) fills(limit float64) bool { return float64(w.InFlight) >= fullFrom*limit }

// allDropped reports that not one attempt tells how long work takes.
func (w Window) allDropped() bool { return w.Drops >= w.Samples }

// dropped reports whether so many were dropped that it counts.
func (w Window) dropped(rate float64) bool {
	return w.Drops > 0 && float64(w.Drops) >= rate*float64(w.Samples)
}

// over is the window, that lasted for so long, with the mean of how many were inside where
// nobody said how many: by Little's law, what all took in a unit of time.
func (w Window) over(length time.Duration) Window {
	if w.InFlight <= 0 && length > 0 {
		w.InFlight = int(math.Round(float64(w.Took) / float64(length)))
	}
	return w
}

// add joins two windows of the same time.
func (w Window) add(o Window) Window {
	if w.Samples == 0 || o.Samples > 0 && o.Least < w.Least {
		w.Least = o.Least
	}
	w.Samples, w.Took = w.Samples+o.Samples, w.Took+o.Took
	w.Squares += o.Squares
	w.Drops, w.DropsTook = w.Drops+o.Drops, w.DropsTook+o.DropsTook
	w.InFlight = max(w.InFlight, o.InFlight)
	return w
}

// note adds one sample to w.
func note(w *Window, took time.Duration, inFlight int, dropped bool) {
	if w.Samples == 0 || took < w.Least {
		w.Least = took
	}
	w.Samples++
	w.Took += took
	w.Squares += float64(took) * float64(took)
	if dropped {
		w.Drops++
		w.DropsTook += took
	}
	w.InFlight = max(w.InFlight, inFlight)
}
