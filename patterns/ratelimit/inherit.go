// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"fmt"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// inherit lets s go on where old stood, which is left unusable, and says what of that
// could not survive.
func (s *shape) inherit(now fuseboard.Instant, old *shape) (lost []string) {
	switch w, isWindow := s.engine.(*window); {
	case s.closed:
		s.keep(old)
		return nil
	case isWindow:
		return w.inherit(now, old)
	default:
		return s.pour(now, old)
	}
}

// keep holds the state of old as it is, for the shape after this one.
func (s *shape) keep(old *shape) {
	s.engine = old.engine
	s.set(old.pace, old.burst)
	s.word.Store(old.word.Swap(sealed))
	if w, ok := s.engine.(*warm); ok {
		w.b = &s.bucket
	}
}

// pour fills the bucket of s from what old was.
func (s *shape) pour(now fuseboard.Instant, old *shape) (lost []string) {
	if was, isWindow := old.engine.(*window); isWindow {
		_, next := s.steps(now)
		s.word.Store(next + min(was.spent(max(now, was.last)), s.burst)*s.unit)
		lost = append(lost, "when units came: as many count as spent now, at most the burst")
		if w, ok := s.engine.(*warm); ok {
			w.stored = 0
		}
		return lost
	}
	if w, ok := s.engine.(*warm); ok {
		w.stored = 0 // a change is no quiet
		if was, ok := old.engine.(*warm); ok {
			was.cool(now, was.b.word.Load())
			w.stored = w.most * (was.stored / was.most)
		}
	}
	s.bucket.inherit(now, &old.bucket)
	return nil
}

// inherit lets a window go on with what old counted.
func (w *window) inherit(now fuseboard.Instant, old *shape) (lost []string) {
	was, isWindow := old.engine.(*window)
	if !isWindow {
		begun, _ := old.steps(now)
		at := old.word.Swap(sealed)
		w.last = now
		w.put(now, min(old.burst-old.bucket.left(at, begun), w.limit))
		lost = append(lost, "when units came: those missing in the bucket count as spent now")
		if waiting := old.waiting(at, begun); waiting > 0 {
			lost = append(lost, fmt.Sprintf("the places of %d units that wait: they keep their turns, beside what the window lets through", waiting))
		}
		return lost
	}
	w.last = max(now, was.last)
	if w.continues(was) {
		return nil
	}
	w.put(w.last, min(was.spent(w.last), w.limit))
	return append(lost, fmt.Sprintf("when units came in the last %s: as many count as spent now", plain.Duration(was.per)))
}

// continues takes the counts of a window of the same kind and length over.
func (w *window) continues(was *window) bool {
	if w.per != was.per {
		return false
	}
	switch c := w.counts.(type) {
	case *fixed:
		if o, same := was.counts.(*fixed); same {
			c.number, c.count = o.number, o.count
			return true
		}
	case *counter:
		if o, same := was.counts.(*counter); same {
			c.number, c.count, c.before = o.number, o.count, o.before
			return true
		}
	case *log:
		if o, same := was.counts.(*log); same {
			for n := max(0, o.size-len(c.ring)); n < o.size; n++ {
				c.ring[c.size] = o.ring[o.nth(n)]
				c.size++
			}
			return true
		}
	}
	return false
}
