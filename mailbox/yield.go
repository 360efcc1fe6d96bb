// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"context"
	"math/bits"

	"github.com/fuseboard/fuseboard"
)

// comer is who wants a permit and found none free.
type comer struct {
	job        Job // nil for a caller
	now, limit fuseboard.Instant
	rank       uint8
	tenant     string
	seen       bool // rank and tenant are known
}

// look asks the context whose work it is, once. Outside the lock: a context may be anyone's code.
func (who *comer) look(ctx context.Context, r *rules) {
	switch {
	case who.seen:
		return
	case r != nil && r.fair:
		m := fuseboard.MetaOf(ctx)
		who.rank, who.tenant = rankAt(m.Priority), m.Tenant
	default:
		who.rank = rankOf(ctx)
	}
	who.seen = true
}

// mayOust reports whether one for whom there is no place might have that of another. It
// takes no lock, and is false where nobody waits who might yield to anybody.
func (g *Gate) mayOust(who *comer, ctx context.Context, r *rules) bool {
	waiting, fair := g.present.Load(), r != nil && r.fair
	if waiting <= onlyCritical && (!fair || waiting == 0) || g.queue.Load() == 0 || g.Closed() {
		return false
	}
	who.look(ctx, r)
	return waiting>>(who.rank+1) != 0 || fair && waiting>>who.rank&1 != 0
}

// yields returns who gives its place to a newcomer: the last one of the lowest priority
// below its own; where tenants take turns the last one of that with the most waiters, and of
// its own priority only of a tenant that has more than the newcomer's even with it. Nil if
// there is none.
func (q *queue) yields(who *comer) *waiter {
	if q == nil || q.present>>who.rank == 0 {
		return nil
	}
	lowest := uint8(bits.Len32(q.present)) - 1
	if q.turns == nil {
		if lowest == who.rank {
			return nil
		}
		return q.lines[lowest].last(q.rules)
	}
	t := &q.turns[lowest]
	if lowest == who.rank && t.most <= t.waiting(who.tenant)+1 {
		return nil
	}
	return t.crowded().last(q.rules)
}

// oust takes the place of w from it and answers it. The place stays taken: nothing that
// counts places changes. It returns w if it is a job, which unlock has to see. Under mu.
func (g *Gate) oust(w *waiter) *waiter {
	g.drop(w)
	w.answer(ErrYielded)
	if w.job == nil {
		return nil
	}
	g.answering++
	return w
}
