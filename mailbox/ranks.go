// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"context"
	"math/bits"
	"slices"

	"github.com/fuseboard/fuseboard"
)

// ranked is how many priorities there are. A waiter's rank is how many priorities
// are above its own.
const ranked = int(fuseboard.Critical-fuseboard.Sheddable) + 1

// onlyCritical is ranks.present where nobody waits that might yield to another.
const onlyCritical = 1

func rankOf(ctx context.Context) uint8 { return rankAt(fuseboard.PriorityOf(ctx)) }

func rankAt(p fuseboard.Priority) uint8 { return uint8(fuseboard.Critical - p) }

// ranks is the order of a queue: a line of waiters for each priority, or, where tenants take
// turns, one for each tenant. Whatever is done to it takes the same few steps however many
// wait. Guarded by Gate.mu.
type ranks struct {
	rules   *rules
	lines   [ranked]line
	turns   *[ranked]turns // in the place of lines where tenants take turns; else nil
	count   [ranked]int32
	present uint32 // bit n: somebody of rank n waits
	came    uint32 // numbers the waiters as they come
}

// add queues w, the youngest of its rank, or of its tenant.
func (q *ranks) add(w *waiter, tenant string) {
	w.came = q.came
	q.came++
	q.count[w.rank]++
	q.present |= 1 << w.rank
	q.enlist(w, tenant)
}

func (q *ranks) enlist(w *waiter, tenant string) {
	if q.turns != nil {
		q.turns[w.rank].add(w, tenant)
		return
	}
	q.lines[w.rank].add(w)
}

// remove takes w, which is queued, out.
func (q *ranks) remove(w *waiter) {
	if q.count[w.rank]--; q.count[w.rank] == 0 {
		q.present &^= 1 << w.rank
	}
	if q.turns != nil {
		q.turns[w.rank].remove(w)
		return
	}
	w.line.remove(w)
}

// next returns the line of which somebody is served next: of the highest priority, and of
// the tenant whose turn it is; nil if nobody waits.
func (q *ranks) next() *line {
	if q.present == 0 {
		return nil
	}
	rank := bits.TrailingZeros32(q.present)
	if q.turns != nil {
		return &q.turns[rank].next.line
	}
	return &q.lines[rank]
}

// first returns who is served next; nil if nobody waits.
func (q *ranks) first() *waiter {
	if l := q.next(); l != nil {
		return l.first(q.rules)
	}
	return nil
}

// youngest returns who came last, whatever its priority; nil if nobody waits. Tenants do
// not take turns meanwhile.
// Arrivals are compared by their difference: nobody waits for two thousand million others.
func (q *ranks) youngest() (last *waiter) {
	for rank := range q.lines {
		if first := q.lines[rank].oldest; first != nil && (last == nil || before(last, first.prev)) {
			last = first.prev
		}
	}
	return last
}

func before(one, other *waiter) bool { return int32(other.came-one.came) > 0 }

// each calls look with every line.
func (q *ranks) each(look func(*line)) {
	if q.turns == nil {
		for rank := range q.lines {
			look(&q.lines[rank])
		}
		return
	}
	for rank := range q.turns {
		for _, one := range q.turns[rank].known {
			look(&one.line)
		}
	}
}

// arrange makes one line for each priority, or lets tenants take turns. Whoever waits
// already is then of the tenant without a name. Those who came at each alarm are still the
// younger ones of each line, as [queue.sort] wants it.
func (q *ranks) arrange(fair bool) {
	if fair == (q.turns != nil) {
		return
	}
	var all []*waiter
	q.each(func(l *line) {
		w := l.oldest
		for range l.count {
			all = append(all, w)
			w = w.next
		}
	})
	slices.SortFunc(all, func(a, b *waiter) int { return int(int32(a.came - b.came)) })
	q.lines, q.turns = [ranked]line{}, nil
	if fair {
		q.turns = new([ranked]turns)
	}
	for _, w := range all {
		q.enlist(w, "")
	}
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
