// SPDX-License-Identifier: Apache-2.0

package adaptive

import "time"

const (
	steepest = 0.5 // the gradient of what is worst: outliers and drops move no further
	steep    = 0.95
	recover2 = 2.0  // above so many times what calls take now, the baseline comes down faster
	relief   = 0.95 // by so much each window
	careful  = 0.5  // of QueueSize, at most: so much may a limit grow when it has shrunk; then twice as much each window
	warmUp   = 10   // windows whose plain mean the baseline begins with
)

// Gradient2 is the algorithm of that name in Netflix/concurrency-limits (Gradient2Limit),
// with the time without a queue in the place of its long-term mean:
//
//	gradient = Tolerance × baseline ÷ mean, from 0.5 to 1
//	limit    = limit × gradient, plus QueueSize where the gradient is 1
//
// of which Smoothing is the share that is moved at once. Against a dependency with c workers it
// settles at Tolerance × c: there a call waits for (Tolerance - 1) × the time it is worked on.
// Make one with [NewGradient2]. It is not safe for concurrent use.
//
// What differs from the reference, and is not done when [Policy.Published] is set:
// QueueSize is added only where the gradient is 1 (concurrency-limits PR 134: else the limit
// grows at a gradient of 0.8 for as long as the baseline follows); the baseline does not follow what
// calls take while the limit is full, and is measured by a probe instead (issue 165); drops count (issue
// 176); what the mean may be wrong by, its standard error, is not taken for a queue (for Envoy its PR
// 9038), unless it is worth less than QueueSize; and a limit that shrank grows by half of QueueSize at
// most in the next window, then by twice as much in each. The default Tolerance is nearer to 1.
type Gradient2 struct {
	policy Policy
	limit  float64
	ground ground
	pace   float64 // share of QueueSize that the limit may grow by
}

// NewGradient2 returns the algorithm at p's first limit, whatever p's kind. Fields of p that
// are out of range count as the nearest value that is not.
func NewGradient2(p Policy) *Gradient2 {
	p = p.clamped()
	return &Gradient2{policy: p, limit: float64(p.Initial), pace: 1, ground: ground{margin: p.Tolerance - 1}}
}

// Baseline returns how long an attempt takes without a queue, as far as it is known.
func (g *Gradient2) Baseline() time.Duration { return time.Duration(g.ground.base) }

// Next takes the evidence of a window and returns the next limit.
func (g *Gradient2) Next(w Window) Move {
	switch {
	case g.ground.probing:
		g.ground.learn(w, g.policy.Probe)
		return Move{Limit: int(g.limit), Reason: Probed, Mended: true}
	case w.Samples <= 0:
		return Move{Limit: int(g.limit), Reason: Unused}
	case g.policy.Published:
		return g.published(w)
	}
	return g.mended(w)
}

// mended is what the reference does, but for what was mended.
func (g *Gradient2) mended(w Window) Move {
	mean, mended := g.see(w)
	doubt := w.matters(g.limit, float64(g.policy.QueueSize))
	gradient := g.gradient(g.ground.base, mean-doubt)
	mended = mended || doubt > 0 && gradient < 1
	dropped := w.dropped(g.policy.DropRate)
	if dropped {
		gradient, mended = steepest, mended || gradient > steepest
	} else if g.unused(w) {
		return Move{Limit: int(g.limit), Reason: Unused, Mended: mended}
	}
	queued := g.ground.queued(mean) && !dropped
	if lower, due := g.ground.due(w, g.limit, queued, gradient < steep, g.policy.Probe); due {
		return Move{Limit: lower, Reason: Probing, Mended: true}
	}
	return g.move(gradient, dropped, mended)
}

// see returns what calls took, and whether what was mended has a part in that. The baseline follows
// it where the limit holds no calls back, or the work has become faster.
func (g *Gradient2) see(w Window) (mean float64, mended bool) {
	mean, mended = w.tracked(g.ground.base)
	switch {
	case w.allDropped():
		return mean, true
	case g.ground.warm < warmUp:
		g.ground.begin(mean, float64(w.Samples))
	case g.unused(w), !w.fills(g.limit) && !g.ground.queued(mean), mean+surely*w.doubt() < g.ground.base:
		g.follow(mean)
	default:
		mended = mended || g.ground.queued(mean)
	}
	return mean, mended
}

// unused reports that nothing is known about as many calls as the limit lets in.
func (g *Gradient2) unused(w Window) bool { return float64(w.InFlight) < g.limit/2 }

// move is what follows from a gradient.
func (g *Gradient2) move(gradient float64, dropped, mended bool) Move {
	before, next := int(g.limit), g.limit*gradient
	if gradient == 1 {
		next += float64(g.policy.QueueSize) * g.pace
		mended = mended || g.pace < 1
		g.pace = min(1, 2*g.pace)
	} else {
		g.pace, mended = min(careful, g.limit*g.ground.margin/float64(g.policy.QueueSize)), true
	}
	g.settle(next)
	m := Move{Limit: int(g.limit), Reason: reasonFor(before, int(g.limit)), Mended: mended}
	if dropped && m.Reason == Slow {
		m.Reason = Dropped
	}
	return m
}

// published is the reference, step by step.
func (g *Gradient2) published(w Window) Move {
	mean := float64(w.Mean())
	base := g.follow(mean)
	if g.unused(w) {
		return Move{Limit: int(g.limit), Reason: Unused}
	}
	before := int(g.limit)
	g.settle(g.limit*g.gradient(base, mean) + float64(g.policy.QueueSize))
	return Move{Limit: int(g.limit), Reason: reasonFor(before, int(g.limit))}
}

func (g *Gradient2) gradient(base, mean float64) float64 {
	if mean <= 0 {
		return 1
	}
	return max(steepest, min(1, g.policy.Tolerance*base/mean))
}

// settle moves the limit towards next by the share that is moved at once.
func (g *Gradient2) settle(next float64) {
	s := g.policy.Smoothing
	next = g.limit*(1-s) + next*s
	g.limit = max(float64(g.policy.Min), min(float64(g.policy.Max), next))
}

// follow lets the baseline follow a mean: their plain mean at first, then their
// exponential average. It returns the baseline before it is brought down faster, which it is where
// calls take less than half of it: after an overload has passed.
func (g *Gradient2) follow(mean float64) float64 {
	if g.ground.warm < warmUp {
		g.ground.base = (g.ground.base*float64(g.ground.warm) + mean) / float64(g.ground.warm+1)
		g.ground.warm++
	} else {
		share := 2 / float64(g.policy.LongWindow+1)
		g.ground.base = g.ground.base*(1-share) + mean*share
	}
	base := g.ground.base
	if base > recover2*mean {
		g.ground.base *= relief
	}
	return base
}

func (g *Gradient2) unsure(w Window) bool {
	return !w.dropped(g.policy.DropRate) && g.ground.unsure(w, g.policy.Tolerance)
}
