// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
)

// mark is one outcome as a window keeps it: the failure's weight in hundredths,
// and a bit for slow. The zero mark is a fast success.
type mark uint32

const slowMark mark = 1

func (m mark) weight() int64 { return int64(m >> 1) }
func (m mark) slow() int64   { return int64(m & slowMark) }

// tally is the evidence of a closed or ramping circuit: a window of one of two
// shapes, and the failures in a row.
type tally struct {
	consecutive atomic.Int64
	ring        *ring // of the last calls, or
	span        *span // of the last while
}

func newTally(w Window, lanes int) *tally {
	if w.Calls > 0 {
		return &tally{ring: newRing(w.Calls)}
	}
	return &tally{span: newSpan(w.Span, lanes)}
}

func (t *tally) add(now fuseboard.Instant, m mark) {
	switch {
	case m.weight() > 0:
		t.consecutive.Add(1)
	case t.consecutive.Load() != 0:
		t.consecutive.Store(0)
	}
	if t.ring != nil {
		t.ring.add(m)
		return
	}
	t.span.add(now, m)
}

// success is add of the zero mark.
func (t *tally) success(now fuseboard.Instant, lane int) {
	if t.consecutive.Load() != 0 {
		t.consecutive.Store(0)
	}
	if t.span != nil {
		t.span.success(now, lane)
		return
	}
	t.ring.add(0)
}

func (t *tally) numbers(now fuseboard.Instant) Numbers {
	var calls, failed, slow int64
	if t.ring != nil {
		calls, failed, slow = t.ring.sum()
	} else {
		calls, failed, slow = t.span.sum(now)
	}
	return numbers(calls, failed, slow, t.consecutive.Load())
}

// reshaped is the tally under a new plan: the same when the window's shape is,
// else an empty one that only remembers the failures in a row.
func (t *tally) reshaped(old, now *plan, lanes int) *tally {
	switch {
	case !now.on:
		return nil
	case !old.on:
		return newTally(now.Window, lanes)
	case t == nil || old.Window == now.Window:
		return t
	}
	fresh := newTally(now.Window, lanes)
	fresh.consecutive.Store(t.consecutive.Load())
	return fresh
}
