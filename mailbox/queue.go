// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
)

// queue is what a gate has of waiters, and for them. It is made for the first and let go
// by an alarm that finds nobody ([Gate.ring]), so that a quiet gate has none. Guarded by
// Gate.mu, except spare; nil is an empty queue.
type queue struct {
	ranks
	paces paces
	seen  fuseboard.Instant // the latest reading of the clock by those who came

	// One alarm for all. It may come too early, never too late: most who wait are
	// served long before, so it is not set anew for each.
	alarm  *time.Timer
	due    fuseboard.Instant // when it will ring; 0: it is not set
	limits limits            // those who were there when it last rang, the first to be late on top

	// spare are the places of callers that have their answer, for the next to come.
	// They are pushed without the lock and taken under it, so nobody takes one that
	// another is taking.
	spare atomic.Pointer[waiter]
}

func newQueue(r *rules) *queue {
	q := new(queue)
	q.obey(r)
	return q
}

// first returns who is served next; nil if nobody waits.
func (q *queue) first() *waiter {
	if q == nil {
		return nil
	}
	return q.ranks.first()
}

// obey takes over other rules. Who waits at a priority whose tenants begin to take turns is
// of the tenant without a name.
func (q *queue) obey(r *rules) {
	if q == nil {
		return
	}
	q.rules = r
	q.arrange(r != nil && r.fair)
}

// waiting counts those in the queue by their priority.
func (q *queue) waiting() ByPriority {
	if q == nil {
		return ByPriority{}
	}
	return q.ranks.waiting()
}

// waiter is one place in the queue: of a caller blocked in Enter, or of a posted job.
// That of a caller is used again by another caller of the same gate while the
// queue lasts, and by nobody else: nothing with a channel leaves the test bubble or the
// system it was made in. That of a job is not, because a hook on a context may know it.
type waiter struct {
	prev, next *waiter // in its line; next also links those unlinked together, and the spare
	line       *line   // nil while it is not queued; guarded by Gate.mu
	home       *queue
	ctx        context.Context
	done       <-chan struct{}   // ctx.Done(), asked for outside the lock
	since      fuseboard.Instant // when it came
	limit      fuseboard.Instant // the first instant at which it is too late
	queued     bool              // guarded by Gate.mu
	rank       uint8             // how many priorities are above its own
	came       uint32            // its number among those who came; guarded by Gate.mu
	place      int               // in home.limits, from 1; 0: it is not there; guarded by Gate.mu

	ready chan error // of a caller: one answer a wait, buffered; nil means a permit

	job    Job         // of a job; nil for a caller
	why    error       // the job's refusal, once unlinked; nil means granted
	unhook func() bool // the job's hook on ctx, once armed; nil if ctx never ends
}

// seat returns a place for whoever comes: a spare one, or a new one. Under mu.
func (q *queue) seat(job Job) *waiter {
	if job != nil {
		return &waiter{home: q, job: job}
	}
	for w := q.spare.Load(); w != nil; w = q.spare.Load() {
		if q.spare.CompareAndSwap(w, w.next) { // only others that push come between
			w.next = nil
			return w
		}
	}
	return &waiter{home: q, ready: make(chan error, 1)}
}

// free gives the place of a caller back that has received its answer.
func (w *waiter) free() {
	w.ctx, w.done = nil, nil
	for {
		w.next = w.home.spare.Load()
		if w.home.spare.CompareAndSwap(w.next, w) {
			return
		}
	}
}

// answer tells the waiter, which is unlinked already. A refused job is only
// marked; dismiss tells it outside the lock.
func (w *waiter) answer(why error) {
	switch {
	case w.job == nil:
		w.ready <- why
	case why == nil:
		start(w.job)
	default:
		w.why = why
	}
}

// reason puts the context's cause in the place of errLeft.
func (w *waiter) reason(why error) error {
	if why == nil || !errors.Is(why, errLeft) {
		return why
	}
	if cause := context.Cause(w.ctx); cause != nil {
		return cause
	}
	return context.Canceled
}

// push queues w last of its priority or tenant, and sees to it that an alarm comes by its
// limit. The word counts it already. Under mu.
func (g *Gate) push(w *waiter, who *comer) {
	w.rank, w.since, w.limit, w.queued = who.rank, who.now, who.limit, true
	w.home.add(w, who.tenant)
	w.home.seen = max(w.home.seen, who.now)
	g.tell(w.home)
	g.watch(w)
}

// drop takes w out of the queue, though its place remains taken. Under mu.
func (g *Gate) drop(w *waiter) {
	w.home.remove(w)
	w.home.limits.remove(w)
	w.queued = false
	g.tell(w.home)
	w.home.paces.rest(w.home.present)
}

// tell lets those who take no lock know which priorities wait. Under mu.
func (g *Gate) tell(q *queue) {
	if q.present != g.present.Load() {
		g.present.Store(q.present)
	}
}

// unlink takes w out of the queue, though not out of the word. Under mu.
func (g *Gate) unlink(w *waiter) {
	g.drop(w)
	g.shared.Queued.Give(1)
}

// settle unlinks w and answers it: with a permit if why is nil. It returns gone
// with w before it if w is a job, which unlock has to see. Under mu.
func (g *Gate) settle(w *waiter, why error, gone *waiter) *waiter {
	g.unlink(w)
	if why == nil {
		g.word.Add(minusWaiter + 1)
	} else {
		g.word.Add(minusWaiter)
	}
	w.answer(why)
	if w.job == nil {
		return gone
	}
	if why != nil {
		g.answering++
	}
	w.next = gone
	return w
}

// grant lends every free permit to the first waiters that can still use one,
// and refuses those before them that cannot. Under mu.
func (g *Gate) grant() (gone *waiter) {
	for w := g.waiters.first(); w != nil && g.mayGrant(w.rank); w = g.waiters.first() {
		if g.waiters.rules != nil {
			gone = g.relieve(gone)
			w = g.waiters.first() // perhaps another: the newest of a line that stands now
		}
		why := g.missed(w)
		if why == nil {
			g.served(w)
		}
		gone = g.settle(w, why, gone)
	}
	return gone
}

// served notes that w, which is still queued, gets a permit. Under mu.
func (g *Gate) served(w *waiter) {
	q := w.home
	if q.turns != nil {
		q.turns[w.rank].served(w)
	}
	if q.rules != nil && q.rules.estimate {
		q.paces.grant(g.clock.Now(), w.rank, q.rules)
	}
}

// mayGrant reports whether a permit is free for a rank. The waiters of a lower one get none
// where a higher one gets none. Under mu.
func (g *Gate) mayGrant(rank uint8) bool {
	w := g.word.Load()
	return w&suspendedBit == 0 && w&inUseMask < g.most(rank)
}

// missed tells why the waiter can no longer use a permit; nil if it can. A caller is
// judged by the time that others have seen, which costs nothing, and asks the clock
// itself once it is awake; nobody but the gate asks for a job. Under mu.
func (g *Gate) missed(w *waiter) error {
	select {
	case <-w.done:
		return errLeft
	default:
	}
	q := w.home
	if w.job != nil {
		q.seen = max(q.seen, g.clock.Now())
	}
	if q.seen >= w.limit {
		return ErrLate
	}
	return nil
}

// handOver is Leave with others waiting: they keep newcomers out between the
// permit's return and its grant.
func (g *Gate) handOver() {
	g.mu.Lock()
	if w := g.heir(); w != nil {
		g.unlink(w)
		g.word.Add(minusWaiter)
		g.mu.Unlock()
		w.ready <- nil // after the lock: waking somebody takes longer than all before
		return
	}
	g.word.Add(minusPermit)
	g.unlock(g.grant())
}

// heir returns the first in the queue if it is a caller that can use the permit of one
// that leaves: then that never comes back. It is the shorter way of a gate without rules. Under mu.
func (g *Gate) heir() *waiter {
	w, word := g.waiters.first(), g.word.Load()
	if w == nil || w.job != nil || w.home.rules != nil || word&suspendedBit != 0 || word&inUseMask > g.limit.Load() || g.missed(w) != nil {
		return nil
	}
	return w
}

// refuseAll answers everyone in the queue with why, first in, first out, whatever
// their priorities. Under mu.
func (g *Gate) refuseAll(why error) (gone *waiter, n int) {
	q := g.waiters
	if q == nil {
		return nil, 0
	}
	q.arrange(false)
	for w := q.youngest(); w != nil; w = q.youngest() { // so that gone lists the oldest first
		gone = g.settle(w, why, gone)
		n++
	}
	q.obey(q.rules)
	return gone, n
}
