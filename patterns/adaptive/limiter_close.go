// SPDX-License-Identifier: Apache-2.0

package adaptive

import (
	"time"

	"github.com/fuseboard/fuseboard"
)

const (
	longestWindow = time.Minute // however long calls take
	patience      = 10          // times its length that a window is prolonged until it has MinSamples
	windowCalls   = 2           // a window lasts so many times as long as calls take
	settleCalls   = 4           // and begins so many times later than a change of the limit
	much          = 8           // one part in so many of the limit is much of a change
)

// close ends the window if it is over, and begins the next one. Caller holds mu.
func (l *Limiter) close(now fuseboard.Instant) (limit int, moved bool) {
	switch end := l.end.Load(); {
	case int64(now) < end: // somebody else was faster
		return l.Limit(), false
	case l.policy.Published:
		return l.closePublished(now)
	case end == unstarted:
		l.opened, l.stale = now, now.Add(patience*l.policy.Window)
		l.end.Store(int64(now.Add(l.policy.Window)))
		return l.Limit(), false
	}
	w := l.lanes.gather()
	few := w.Samples < l.policy.MinSamples
	if now < l.stale && (few || l.unsure(w)) {
		l.lanes.give(w)
		l.end.Store(int64(now.Add(l.policy.Window)))
		return l.Limit(), false
	}
	if few {
		w = Window{}
	}
	return l.move(now, w.over(now.Sub(l.opened)))
}

// unsure reports whether the algorithm waits for more samples.
func (l *Limiter) unsure(w Window) bool {
	d, ok := l.algorithm.(doubter)
	return ok && d.unsure(w)
}

// doubter is an algorithm that waits for more samples of a window that may be an accident.
type doubter interface {
	unsure(w Window) bool
}

// closePublished is WindowedLimit of the reference: a window ends with the first sample
// after its time, and is forgotten if it has too few.
func (l *Limiter) closePublished(now fuseboard.Instant) (limit int, moved bool) {
	l.end.Store(int64(now.Add(l.policy.Window + 1))) // it wants to be past, not reached
	w := l.lanes.gather().over(now.Sub(l.opened))
	l.opened = now
	if w.Samples < l.policy.MinSamples {
		return l.Limit(), false
	}
	return l.publish(now, w, l.algorithm.Next(w))
}

// move makes the evidence of a window into a limit, and begins the next window.
func (l *Limiter) move(now fuseboard.Instant, w Window) (limit int, moved bool) {
	mean := w.Mean()
	m := l.algorithm.Next(w)
	limit, moved = l.publish(now, w, m)
	length := max(l.policy.Window, min(windowCalls*mean, longestWindow))
	change := max(m.Limit-l.cutLimit, l.cutLimit-m.Limit)
	if m.Reason == Probing || m.Reason == Probed || change*much >= l.cutLimit {
		l.cutLimit = m.Limit
		l.forget(now, now.Add(min(settleCalls*mean, longestWindow)), length)
	} else {
		l.open(now, length)
	}
	return limit, moved
}

// publish makes a move known.
func (l *Limiter) publish(now fuseboard.Instant, w Window, m Move) (limit int, moved bool) {
	moved = int64(m.Limit) != l.limit.Load()
	l.limit.Store(int64(m.Limit))
	l.view = l.view.after(now, w, m, moved)
	return m.Limit, moved
}

// open begins a window. What ended before does not count, unless it is told of at this moment.
func (l *Limiter) open(begin fuseboard.Instant, length time.Duration) {
	end := begin.Add(length)
	if !l.policy.Published {
		l.begin.Store(int64(begin))
	}
	l.opened, l.stale = begin, begin.Add(patience*length)
	l.end.Store(int64(end))
}

// forget begins a window of which nothing is known that began before the limit changed, or that
// ended before begin, whatever goroutines tell of at this moment.
//
// Begin is later than the change. If it were not, of the attempts that began after the
// change only short ones would have ended in the window, and their mean would be far below
// that of all (by a seventh in a window of eight times the mean).
func (l *Limiter) forget(changed, begin fuseboard.Instant, length time.Duration) {
	if !l.policy.Published {
		l.cut.Store(int64(changed))
	}
	l.open(begin, length)
	l.lanes.gather() // who notes from now on has seen cut and begin
}
