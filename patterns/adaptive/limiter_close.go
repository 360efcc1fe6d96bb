// SPDX-License-Identifier: Apache-2.0

package adaptive

import (
	"time"

	"github.com/fuseboard/fuseboard"
)

const (
	longestWindow = time.Minute // however long calls take
	patience      = 10          // times that a window is prolonged until it has MinSamples
	windowCalls   = 2           // a window lasts so many times as long as calls take,
	freshCalls    = 8           // and so many times where those from before it do not count
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
		l.prolonged = 0
		l.end.Store(int64(now.Add(l.policy.Window)))
		return l.Limit(), false
	}
	w := l.lanes.gather()
	if w.Samples < l.policy.MinSamples {
		if l.prolonged++; l.prolonged < patience {
			l.lanes.give(w)
			l.end.Store(int64(now.Add(l.policy.Window)))
			return l.Limit(), false
		}
		w = Window{}
	}
	return l.move(now, w)
}

// closePublished is WindowedLimit of the reference: a window ends with the first sample
// after its time, and is forgotten if it has too few.
func (l *Limiter) closePublished(now fuseboard.Instant) (limit int, moved bool) {
	l.end.Store(int64(now.Add(l.policy.Window + 1))) // it wants to be past, not reached
	w := l.lanes.gather()
	if w.Samples < l.policy.MinSamples {
		return l.Limit(), false
	}
	return l.publish(now, w, l.algorithm.Next(w))
}

// move makes the evidence of a window into a limit, and begins the next window.
func (l *Limiter) move(now fuseboard.Instant, w Window) (limit int, moved bool) {
	m := l.algorithm.Next(w)
	calls := time.Duration(windowCalls)
	change := max(m.Limit-l.cutLimit, l.cutLimit-m.Limit)
	cut := m.Reason == Probing || m.Reason == Probed || change*much >= l.cutLimit
	if cut {
		calls = freshCalls
		l.cutLimit = m.Limit
	}
	length := max(l.policy.Window, min(calls*w.Mean(), longestWindow))
	limit, moved = l.publish(now, w, m)
	if cut {
		l.forget(now.Add(length), now)
	} else {
		l.begin.Store(int64(now))
		l.end.Store(int64(now.Add(length)))
	}
	l.prolonged = 0
	return limit, moved
}

// publish makes a move known.
func (l *Limiter) publish(now fuseboard.Instant, w Window, m Move) (limit int, moved bool) {
	moved = int64(m.Limit) != l.limit.Load()
	l.limit.Store(int64(m.Limit))
	l.view.saw(now, w, m, moved)
	return m.Limit, moved
}

// forget begins a window, until end, of which nothing is known that began before cut, whatever
// goroutines note at this moment.
func (l *Limiter) forget(end, cut fuseboard.Instant) {
	if !l.policy.Published {
		l.begin.Store(int64(cut))
		l.cut.Store(int64(cut))
	}
	l.lanes.gather() // who notes from now on has seen the new cut
	l.prolonged = 0
	l.end.Store(int64(end))
}
