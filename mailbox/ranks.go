// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"context"

	"github.com/fuseboard/fuseboard"
)

// ranked is how many priorities there are. A waiter's rank is how many priorities
// are above its own.
const ranked = int(fuseboard.Critical-fuseboard.Sheddable) + 1

func rankOf(ctx context.Context) uint8 { return uint8(fuseboard.Critical - fuseboard.PriorityOf(ctx)) }

// ranks is the order of a queue: one ring of waiters for each priority. Its size is the number
// of priorities, so whatever is done to it takes the same few steps however many
// wait. Guarded by Gate.mu.
type ranks struct {
	oldest [ranked]*waiter // its prev is the youngest of the ring
	count  [ranked]int32
	came   uint32 // numbers the waiters as they come
}

// add queues w, the youngest of its rank.
func (q *ranks) add(w *waiter) {
	w.came = q.came
	q.came++
	q.count[w.rank]++
	first := q.oldest[w.rank]
	if first == nil {
		w.prev, w.next = w, w
		q.oldest[w.rank] = w
		return
	}
	w.prev, w.next = first.prev, first
	w.prev.next, first.prev = w, w
}

// remove takes w, which is queued, out.
func (q *ranks) remove(w *waiter) {
	q.count[w.rank]--
	switch {
	case w.next == w:
		q.oldest[w.rank] = nil
	case q.oldest[w.rank] == w:
		q.oldest[w.rank] = w.next
	}
	w.prev.next, w.next.prev = w.next, w.prev
	w.prev, w.next = nil, nil
}

// first returns who is served next: the oldest of the highest priority; nil if
// nobody waits.
func (q *ranks) first() *waiter {
	for _, w := range q.oldest {
		if w != nil {
			return w
		}
	}
	return nil
}

// youngest returns who came last, whatever its priority; nil if nobody waits.
// Arrivals are compared by their difference: nobody waits for two thousand million others.
func (q *ranks) youngest() (last *waiter) {
	for _, first := range q.oldest {
		if first != nil && (last == nil || int32(first.prev.came-last.came) > 0) {
			last = first.prev
		}
	}
	return last
}

// ByPriority is a number for each priority.
type ByPriority struct {
	// Critical, High, Normal and Sheddable are named as the priorities of package fuseboard.
	Critical, High, Normal, Sheddable int
}

func (n ByPriority) sum() int { return n.Critical + n.High + n.Normal + n.Sheddable }

// waiting counts those in the queue by their priority.
func (q *ranks) waiting() ByPriority {
	at := func(p fuseboard.Priority) int { return int(q.count[fuseboard.Critical-p]) }
	return ByPriority{
		Critical: at(fuseboard.Critical), High: at(fuseboard.High), Normal: at(fuseboard.Normal), Sheddable: at(fuseboard.Sheddable),
	}
}
