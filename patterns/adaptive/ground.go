// SPDX-License-Identifier: Apache-2.0

package adaptive

const (
	another    = 0.1  // of the baseline: what a probe finds so far away is another one
	probeDepth = 0.75 // of the calls that are worked on at once: nobody queues at so many
	probeSoon  = 5    // windows, after a probe that found another baseline
	fullFrom   = 0.8  // of the limit in use: from there on it is what holds calls back
	surely     = 3    // standard errors that are no accident
	fewKnown   = 8    // samples that a baseline from elsewhere weighs as much as
	mostKnown  = 4000 // samples, so that what is known is never more than the last ten probes or so
	fellBy     = 0.07 // of the limit, and half a call: a fall that is looked at
)

// ground is how long an attempt takes without a queue, and when to look at it again. A mean
// that rises says either that calls queue or that the work itself takes longer: from the limit
// alone the two can't be told apart. A probe can: for one window fewer calls are let in than are
// worked on at once, by Little's law in flight × baseline ÷ mean of them. A baseline that is
// too great by any factor is less by a quarter after each probe, until it is right.
//
// One that is too small by more than the margin makes a limit fall without end, as what
// calls take is no less with fewer of them. So a limit that falls is looked at, and that look
// counts as much as all before.
type ground struct {
	margin  float64 // share of the baseline that calls may queue for
	base    float64 // nanoseconds; 0: unknown
	warm    int     // windows in the baseline it begins with
	wait    int     // windows with a queue between two probes; 0: probeSoon
	since   int     // windows with a queue since the last probe
	falling int     // windows in a row that lowered the limit for slowness
	high    float64 // the highest limit since the last probe
	known   float64 // samples that the baseline stands on
	fell    bool    // the present probe is for a limit that fell
	probing bool    // the present window is a probe
}

// queued reports whether calls that take mean on average are in a queue, so far as one knows.
func (g *ground) queued(mean float64) bool {
	return g.base > 0 && mean > (1+min(another, g.margin/2))*g.base
}

// unsure reports whether what a window says, of a probe or that the limit is to shrink, may be an
// accident that more samples would show to be one. A queue of the margin is told from none by
// 1 ÷ margin² samples, where work takes exponential times.
func (g *ground) unsure(w Window, most float64) bool {
	enough := 1 / (g.margin * g.margin)
	if !g.probing {
		enough *= 2
	}
	if g.base <= 0 || float64(w.Samples) >= enough {
		return false
	}
	mean, _ := w.tracked(g.base)
	over := mean - most*g.base
	return g.probing || over > 0 && over < 2*w.doubt()
}

// begin takes a window into the baseline one begins with.
func (g *ground) begin(mean, samples float64) {
	g.warm++
	g.known = min(g.known+samples, mostKnown)
	g.base += (mean - g.base) * samples / g.known
}

// due reports whether the next window is to be a probe, and with which limit: after wait
// windows in which the limit was full and calls queued, or as soon as five in a row
// have lowered it by much, or the limit has fallen. It counts the present one.
func (g *ground) due(w Window, limit float64, queued, falling bool, most int) (int, bool) {
	if !queued || !w.fills(limit) {
		g.falling = 0
		return 0, false
	}
	g.since++
	if g.falling++; !falling {
		g.falling = 0
	}
	if g.wait == 0 {
		g.wait = probeSoon
	}
	g.high = max(g.high, limit)
	soon := min(probeSoon, most)
	g.fell = g.since >= soon && limit < (1-fellBy)*g.high-0.5
	if g.since < min(g.wait, most) && g.falling < soon && !g.fell {
		return 0, false
	}
	g.since, g.falling, g.high, g.probing = 0, 0, limit, true
	working := min(limit, float64(w.InFlight)) * g.base / float64(w.Mean())
	return int(max(1, min(probeDepth*working, limit))), true
}

// learn ends a probe. Where it found what was known, give or take an accident, both are
// averaged by their samples, and the next one is twice as far away. Else, or where the limit
// fell, it counts as much as all that was known.
func (g *ground) learn(w Window, most int) {
	g.probing = false
	if w.allDropped() { // also: no samples
		return
	}
	mean, _ := w.tracked(g.base)
	n, far := float64(w.Samples), max(another*g.base, surely*w.doubt())
	g.wait = min(2*g.wait, most)
	g.known = max(g.known, fewKnown)
	switch {
	case mean > g.base+far || mean < g.base-far:
		g.wait, g.known = probeSoon, min(g.known, n)
	case g.fell:
		g.known = min(g.known, n)
	}
	g.base += (mean - g.base) * n / (n + g.known)
	g.known = min(g.known+n, mostKnown)
}
