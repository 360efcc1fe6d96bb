// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"time"

	"github.com/fuseboard/fuseboard"
)

// watch is one condition at work: it remembers since when its parts hold.
type watch struct {
	root  *node
	holds []held // inner ones before those around them
	now   fuseboard.Instant
	judgement
	truth Truth // of the whole, at now
}

// held is what is known of one "for".
type held struct {
	node  *node
	since fuseboard.Instant // when what must hold began to
	seen  fuseboard.Instant // when it was known to hold last
	began bool
	inner Truth // of what must hold, last
	truth Truth // of having held for so long
}

func newWatch(c Condition) *watch {
	w := &watch{root: c.root}
	w.collect(c.root)
	w.judgement.held = w.holds
	return w
}

func (w *watch) collect(n *node) {
	for _, k := range n.kids {
		w.collect(k)
	}
	if n.form == hold {
		w.holds = append(w.holds, held{node: n})
	}
}

// forget drops what has held up to now.
func (w *watch) forget() {
	for i := range w.holds {
		w.holds[i] = held{node: w.holds[i].node}
	}
}

// judge judges a sample and returns the truth of the whole.
func (w *watch) judge(now fuseboard.Instant, wall time.Time, s Sample) Truth {
	w.now, w.wall, w.sample = now, wall, s
	for i := range w.holds {
		h := &w.holds[i]
		h.step(now, w.of(h.node.kids[0]))
	}
	w.truth = w.of(w.root)
	return w.truth
}

// step follows what must hold. While that is not known nothing is: what held before counts
// on if the value comes back within the Gap.
func (h *held) step(now fuseboard.Instant, inner Truth) {
	h.inner, h.truth = inner, Unknown
	switch inner {
	case False:
		h.began, h.truth = false, False
	case True:
		if !h.began || now.Sub(h.seen) > Gap {
			h.began, h.since = true, now
		}
		h.seen = now
		h.truth = truthOf(now.Sub(h.since) >= h.node.hold)
	case Unknown:
	}
}

// next returns the earliest instant after now at which the truth may change while the
// sample stays as it is: a "for" that is over, or an edge of a window.
func (w *watch) next() fuseboard.Instant {
	at := fuseboard.Never
	for i := range w.holds {
		if h := &w.holds[i]; h.inner == True && h.truth != True {
			at = min(at, h.since.Add(h.node.hold))
		}
	}
	return min(at, w.edge(w.root))
}

// edge returns when the first window of n begins or ends.
func (w *watch) edge(n *node) fuseboard.Instant {
	at := fuseboard.Never
	if n.form == clock {
		at = w.now.Add(n.window.edge(w.wall).Sub(w.wall))
	}
	for _, k := range n.kids {
		at = min(at, w.edge(k))
	}
	return at
}
