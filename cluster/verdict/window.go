// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"time"

	"github.com/fuseboard/fuseboard"
)

// buckets is how many parts a window has: what it holds leaves it in steps of so many.
const buckets = 50

// count is what happened in one part of a window, or in all of it.
type count struct{ wanted, ok, fail uint32 }

func (c *count) add(o count) { c.wanted += o.wanted; c.ok += o.ok; c.fail += o.fail }
func (c *count) sub(o count) { c.wanted -= o.wanted; c.ok -= o.ok; c.fail -= o.fail }

// ratio is the share of failures among the attempts, zero of none.
func (c *count) ratio() float64 {
	if c.total() == 0 {
		return 0
	}
	return float64(c.fail) / float64(c.total())
}

func (c *count) total() uint32 { return c.ok + c.fail }

// window is what happened lately.
type window struct {
	width fuseboard.Instant // of a bucket
	last  fuseboard.Instant // number of the bucket that is being filled
	parts [buckets]count
	sum   count
}

func newWindow(span time.Duration) window {
	return window{width: max(1, fuseboard.Instant(span)/buckets)}
}

// advance drops what is too old at now.
func (w *window) advance(now fuseboard.Instant) {
	at := now / w.width
	if at-w.last >= buckets {
		w.parts, w.sum, w.last = [buckets]count{}, count{}, at
		return
	}
	for w.last < at {
		w.last++
		part := &w.parts[w.last%buckets]
		w.sum.sub(*part)
		*part = count{}
	}
}

// add counts at the instant of the last advance.
func (w *window) add(c count) {
	w.parts[w.last%buckets].add(c)
	w.sum.add(c)
}

// forget drops attempts and keeps what was wanted.
func (w *window) forget() {
	for i := range w.parts {
		w.parts[i].ok, w.parts[i].fail = 0, 0
	}
	w.sum.ok, w.sum.fail = 0, 0
}
