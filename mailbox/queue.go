// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"context"
	"errors"
	"time"

	"github.com/fuseboard/fuseboard"
)

// waiter is one place in the queue: a caller blocked in Enter, or a posted job.
// It is allocated per wait and never reused, so that nothing with a channel
// outlives the test bubble or the system it was made in.
type waiter struct {
	prev, next *waiter // in the ring of its rank; next also links those unlinked together
	ctx        context.Context
	done       <-chan struct{}   // ctx.Done(), asked for outside the lock
	limit      fuseboard.Instant // the first instant at which it is too late
	queued     bool              // guarded by Gate.mu
	rank       uint8             // how many priorities are above its own
	came       uint32            // its number among those who came; guarded by Gate.mu

	ready chan error // of a caller: one answer, buffered; nil means a permit

	job    Job         // of a job; nil for a caller
	why    error       // the job's refusal, once unlinked; nil means granted
	timer  *time.Timer // the job's alarm at limit, once armed
	unhook func() bool // the job's hook on ctx, once armed; nil if ctx never ends
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
	if !errors.Is(why, errLeft) {
		return why
	}
	if cause := context.Cause(w.ctx); cause != nil {
		return cause
	}
	return context.Canceled
}

// missed tells why the waiter can no longer use a permit at now; nil if it can.
func (w *waiter) missed(now fuseboard.Instant) error {
	select {
	case <-w.done:
		return errLeft
	default:
	}
	if now >= w.limit {
		return ErrLate
	}
	return nil
}

// disarm stops the timer and the hook of a job that has its answer.
func (w *waiter) disarm() {
	if w.timer != nil {
		w.timer.Stop()
	}
	if w.unhook != nil {
		w.unhook()
	}
}

// push queues w last of its priority. The caller has counted it in the word. Under mu.
func (g *Gate) push(w *waiter) {
	if g.waiters == nil {
		g.waiters = new(ranks)
	}
	w.queued = true
	g.waiters.add(w)
}

// settle unlinks w and answers it: with a permit if why is nil. It returns gone
// with w before it if w is a job, which unlock has to see. Under mu.
func (g *Gate) settle(w *waiter, why error, gone *waiter) *waiter {
	g.waiters.remove(w)
	w.queued = false
	g.shared.Queued.Give(1)
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
func (g *Gate) grant(now fuseboard.Instant) (gone *waiter) {
	for w := g.waiters.first(); w != nil && g.mayGrant(); w = g.waiters.first() {
		gone = g.settle(w, w.missed(now), gone)
	}
	return gone
}

func (g *Gate) mayGrant() bool {
	w := g.word.Load()
	return w&suspendedBit == 0 && w&inUseMask < g.limit.Load()
}

// handOver is Leave with others waiting: they keep newcomers out between the
// permit's return and its grant.
func (g *Gate) handOver() {
	now := g.clock.Now()
	g.mu.Lock()
	g.word.Add(minusPermit)
	g.unlock(g.grant(now))
}

// refuseAll answers everyone in the queue with why, first in, first out, whatever
// their priorities. Under mu.
func (g *Gate) refuseAll(why error) (gone *waiter, n int) {
	for w := g.waiters.youngest(); w != nil; w = g.waiters.youngest() { // so that gone lists the oldest first
		gone = g.settle(w, why, gone)
		n++
	}
	return gone, n
}
