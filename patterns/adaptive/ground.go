// SPDX-License-Identifier: Apache-2.0

package adaptive

const (
	queueFrom  = 1.1  // times the baseline: from there on calls are taken to queue
	probeDepth = 0.75 // of the calls that are worked on at once: nobody queues at so many
	probeSoon  = 5    // windows, after a probe that found another baseline
	fullFrom   = 0.8  // of the limit in use: from there on it is what holds calls back
	surely     = 2    // standard errors of a probe that are no accident
	fewKnown   = 8    // samples that a baseline from elsewhere weighs as much as
	mostKnown  = 2000 // samples, so that what is known is never more than the last dozen probes or so
)

// ground is how long an attempt takes without a queue, and when to look at it again. A mean
// that rises says either that calls queue or that the work itself takes longer: from the limit
// alone the two can't be told apart. A probe can: for one window fewer calls are let in than are
// worked on at once, by Little's law in flight × baseline ÷ mean of them. A baseline that is
// too great by any factor is less by a quarter after each probe, until it is right.
type ground struct {
	base    float64 // nanoseconds; 0: unknown
	wait    int     // windows with a queue between two probes; 0: probeSoon
	since   int     // windows with a queue since the last probe
	falling int     // windows in a row that lowered the limit for slowness
	known   float64 // samples that the baseline stands on
	probing bool    // the present window is a probe
}

// queued reports whether calls that take mean on average are in a queue, so far as one knows.
func (g *ground) queued(mean float64) bool { return g.base > 0 && mean > queueFrom*g.base }

// due reports whether the next window is to be a probe, and with which limit: after wait
// windows in which the limit was full and calls queued, or as soon as five in a row
// have lowered it. It counts the present one.
func (g *ground) due(w Window, limit float64, queued, falling bool, most int) (int, bool) {
	if !queued || float64(w.InFlight) < fullFrom*limit {
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
	if g.since < min(g.wait, most) && g.falling < min(probeSoon, most) {
		return 0, false
	}
	g.since, g.falling, g.probing = 0, 0, true
	working := min(limit, float64(w.InFlight)) * g.base / float64(w.Mean())
	return int(max(1, min(probeDepth*working, limit))), true
}

// learn ends a probe. Where it found what was known, give or take an accident, both are
// averaged by their samples, and the next one is twice as far away. Else it is right.
func (g *ground) learn(w Window, most int) {
	g.probing = false
	if w.allDropped() { // also: no samples
		return
	}
	mean, _ := w.tracked(g.base)
	far := max((queueFrom-1)*g.base, surely*w.doubt())
	if g.wait = min(2*g.wait, most); mean > g.base+far || mean < g.base-far {
		g.wait, g.known = probeSoon, fewKnown
	}
	n := float64(w.Samples)
	g.known = max(g.known, fewKnown)
	g.base += (mean - g.base) * n / (n + g.known)
	g.known = min(g.known+n, mostKnown)
}
