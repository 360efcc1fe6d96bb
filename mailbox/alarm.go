// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"container/heap"
	"time"
)

// limits are waiters, the first to be late on top. Whoever comes is not among them: only
// an alarm puts those in that it finds still waiting. So who is served soon, which is
// most, is never sorted, and everybody is at most once.
type limits []*waiter

func (l *limits) Len() int           { return len(*l) }
func (l *limits) Less(i, j int) bool { return (*l)[i].limit < (*l)[j].limit }

func (l *limits) Swap(i, j int) {
	one, other := (*l)[i], (*l)[j]
	(*l)[i], (*l)[j] = other, one
	one.place, other.place = j+1, i+1
}

// Push is for package heap.
func (l *limits) Push(w any) {
	one := w.(*waiter) //nolint:errcheck // nothing else is pushed
	*l = append(*l, one)
	one.place = len(*l)
}

// Pop is for package heap.
func (l *limits) Pop() any {
	last := len(*l) - 1
	w := (*l)[last]
	(*l)[last] = nil
	*l = (*l)[:last]
	w.place = 0
	return w
}

// remove takes w out, if it is there.
func (l *limits) remove(w *waiter) {
	if w.place != 0 {
		heap.Remove(l, w.place-1)
	}
}

// sort puts all in that came since the last alarm: the youngest of each line.
func (q *queue) sort() {
	q.each(func(l *line) {
		if l.oldest == nil {
			return
		}
		for w := l.oldest.prev; w.place == 0; w = w.prev { // until one that is there, perhaps itself
			heap.Push(&q.limits, w)
		}
	})
}

// watch sees to it that the alarm rings by the limit of w. It asks the clock itself, but
// only to set it: whoever came may have read it a while ago. Under mu.
func (g *Gate) watch(w *waiter) {
	q := w.home
	if q.due != 0 && q.due <= w.limit {
		return
	}
	q.due = w.limit
	wait := w.limit.Sub(g.clock.Now())
	if q.alarm == nil {
		q.alarm = time.AfterFunc(wait, func() { g.ring(q) })
	} else {
		q.alarm.Reset(wait)
	}
}

// ring refuses those whose time is over, and sets the alarm for the rest. With nobody
// there it lets the queue go; in any case what is spare.
func (g *Gate) ring(q *queue) {
	now := g.clock.Now()
	g.mu.Lock()
	if g.waiters != q { // let go, as the alarm began to ring
		g.mu.Unlock()
		return
	}
	q.seen = max(q.seen, now)
	q.sort()
	var gone *waiter
	for len(q.limits) > 0 && q.limits[0].limit <= now {
		gone = g.settle(q.limits[0], g.lateness(ErrLate), gone)
	}
	if len(q.limits) == 0 {
		g.letGo()
	} else {
		q.spare.Store(nil)
		q.due = q.limits[0].limit
		q.alarm.Reset(q.due.Sub(now))
	}
	g.unlock(gone)
}

// letGo forgets a queue in which nobody is. Under mu.
func (g *Gate) letGo() {
	if g.waiters != nil && g.waiters.alarm != nil {
		g.waiters.alarm.Stop()
	}
	g.waiters = nil
}
