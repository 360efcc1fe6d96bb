// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"time"

	"github.com/fuseboard/fuseboard"
)

// line is a ring of waiters in the order in which they came: all of one priority, or of
// one tenant among them. Guarded by Gate.mu.
type line struct {
	oldest *waiter // its prev is the youngest
	of     *tenant // whose line it is; nil where tenants are not looked at
	count  int32

	// What CoDel knows of it.
	stands bool              // it does not drain; until it is empty
	calm   fuseboard.Instant // when it was last empty, or seen within the target
}

// add puts w at the end.
func (l *line) add(w *waiter) {
	w.line = l
	l.count++
	first := l.oldest
	if first == nil {
		w.prev, w.next = w, w
		l.oldest, l.calm = w, w.since
		return
	}
	w.prev, w.next = first.prev, first
	w.prev.next, first.prev = w, w
}

// remove takes w out.
func (l *line) remove(w *waiter) {
	l.count--
	switch {
	case w.next == w:
		l.oldest, l.stands, l.calm = nil, false, 0
	case l.oldest == w:
		l.oldest = w.next
	}
	w.prev.next, w.next.prev = w.next, w.prev
	w.prev, w.next, w.line = nil, nil, nil
}

// newest reports whether who came last is served first.
func (l *line) newest(r *rules) bool {
	return r != nil && (r.order == LIFO || r.order == CoDel && l.stands)
}

// first returns who of the line is served next; it is not empty.
func (l *line) first(r *rules) *waiter {
	if l.newest(r) {
		return l.oldest.prev
	}
	return l.oldest
}

// last returns who of the line would be served last; it is not empty.
func (l *line) last(r *rules) *waiter {
	if l.newest(r) {
		return l.oldest
	}
	return l.oldest.prev
}

// judge is CoDel's look at a line of which somebody is to be served: whether it stands.
func (l *line) judge(now fuseboard.Instant, r *rules) bool {
	switch {
	case l.stands:
	case now.Sub(l.oldest.since) <= r.target:
		l.calm = now
	default:
		l.stands = now.Sub(l.calm) >= r.interval
	}
	return l.stands
}

// overdue returns the oldest of a line that stands if it has waited for too long and is not
// the only one: a permit that is free is not kept from the last.
func (l *line) overdue(now fuseboard.Instant, target time.Duration) *waiter {
	if l.count < 2 || now.Sub(l.oldest.since) <= target {
		return nil
	}
	return l.oldest
}

// relieve refuses those whom CoDel finds too old in the line that is served next. Under mu.
func (g *Gate) relieve(gone *waiter) *waiter {
	q := g.waiters
	if q.rules == nil || q.rules.order != CoDel {
		return gone
	}
	q.seen = max(q.seen, g.clock.Now())
	l := q.next()
	if !l.judge(q.seen, q.rules) {
		return gone
	}
	gone = g.clear(l, gone)
	for w := l.overdue(q.seen, q.rules.target); w != nil; w = l.overdue(q.seen, q.rules.target) {
		gone = g.settle(w, ErrSojourn, gone)
	}
	return gone
}

// clear refuses those who would be served next and can no longer use a permit, up to the last
// one of the line: for them nobody else is refused. Under mu.
func (g *Gate) clear(l *line, gone *waiter) *waiter {
	for l.count > 1 {
		w := l.first(g.waiters.rules)
		why := g.missed(w)
		if why == nil {
			break
		}
		gone = g.settle(w, why, gone)
	}
	return gone
}
