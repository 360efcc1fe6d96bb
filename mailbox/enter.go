// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"context"
	"errors"

	"github.com/fuseboard/fuseboard"
)

// Enter takes a permit, waiting for one if it must: behind those of a higher
// priority and those of its own who came before, at most [Bulkhead.MaxWait], and not
// beyond until. The priority is [fuseboard.PriorityOf] of ctx, asked for once a wait.
// Nil means that the caller holds a permit and must call [Gate.Leave].
// Who finds the queue full takes the place of the last one of the lowest priority below
// its own, which is answered with [ErrYielded]; without one it is refused.
//
// A free permit is granted without a look at the clock or at ctx; with a [Bulkhead.Quota] one
// that not everybody may have costs a look at the priority. Otherwise the
// error is [ErrFull], [ErrLimit], [ErrQuota], [ErrHopeless], [ErrYielded], [ErrSojourn],
// [ErrLate], [ErrStopped], [ErrSuspended], context.Cause(ctx),
// or what was given to [Gate.Flush]. Refusing for want of a place takes no lock where
// nobody waits whose place it might have,
// reads no clock then and allocates nothing.
//
// A handler that enters the gate it holds the only permit of waits for itself,
// and gets ErrLate after MaxWait.
func (g *Gate) Enter(ctx context.Context, until fuseboard.Instant) error {
	if g.TryEnter() {
		return nil
	}
	_, err := g.stand(ctx, unread, until)
	return err
}

// EnterFrom is [Gate.Enter] of a caller that has just read the clock, and will want to
// know when its wait ended: it saves two readings a wait. now is a reading of the gate's clock.
// It returns now if there was no wait.
func (g *Gate) EnterFrom(ctx context.Context, now, until fuseboard.Instant) (fuseboard.Instant, error) {
	if g.TryEnter() {
		return now, nil
	}
	return g.stand(ctx, now, until)
}

// unread is in the place of a reading of the clock that nobody has made yet.
const unread fuseboard.Instant = -1

// stand is Enter where no permit was free. It returns when the wait ended.
func (g *Gate) stand(ctx context.Context, now, until fuseboard.Instant) (fuseboard.Instant, error) {
	w, err := g.join(ctx, now, until, nil)
	if w == nil {
		return now, err
	}
	if w.done == nil { // cheaper than the choice below
		err = <-w.ready
	} else {
		select {
		case err = <-w.ready:
		case <-w.done:
			err = g.withdraw(w, errLeft)
		}
	}
	now = g.clock.Now()
	if err == nil && now >= w.limit { // the permit, or this goroutine, came too late
		g.Leave()
		err = ErrLate
	}
	err = w.reason(err)
	w.free()
	return now, err
}

// join queues a caller (job nil) or a job. It returns the waiter, or an error if
// it is refused, or neither if a permit became free meanwhile.
func (g *Gate) join(ctx context.Context, now, until fuseboard.Instant, job Job) (*waiter, error) {
	r := g.rules.Load()
	if r == nil {
		switch err := g.refusal(g.word.Load()); {
		case err == nil:
			return g.joinIn(ctx, nil, &comer{now: now, job: job}, until)
		case g.present.Load() <= onlyCritical: // nobody has to know who comes
			return nil, err
		}
	}
	return g.joinAs(ctx, r, &comer{now: now, job: job}, until)
}

// joinAs is join where it matters who comes.
func (g *Gate) joinAs(ctx context.Context, r *rules, who *comer, until fuseboard.Instant) (*waiter, error) {
	if r != nil && r.quota {
		if who.look(ctx, r); g.tryAs(r, who.rank) {
			return nil, nil
		}
	}
	if err := g.refusalOf(g.word.Load(), r, who.rank); err != nil && !g.mayOust(who, ctx, r) {
		return nil, err
	}
	return g.joinIn(ctx, r, who, until)
}

// joinIn is join of one whom the gate has no reason to refuse.
func (g *Gate) joinIn(ctx context.Context, r *rules, who *comer, until fuseboard.Instant) (*waiter, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if who.now == unread {
		who.now = g.clock.Now()
	}
	who.limit = g.bulkhead().WaitUntil(who.now, until)
	if who.now >= who.limit {
		return nil, ErrLate
	}
	who.look(ctx, r)
	return g.enqueue(ctx, who, r)
}

// enqueue is join of one who may wait.
func (g *Gate) enqueue(ctx context.Context, who *comer, r *rules) (*waiter, error) {
	done := ctx.Done() // outside the lock: a context may be anyone's code
	counted, err := g.count(r, who.rank)
	if !counted && (err == nil || !g.mayOust(who, ctx, r)) {
		return nil, err
	}
	g.mu.Lock()
	var victim, gone *waiter
	if !counted {
		if victim, counted, err = g.place(who, r, err); err != nil {
			g.mu.Unlock()
			return nil, err
		}
	}
	if decided, err := g.decided(who, counted); decided {
		g.unlock(nil)
		return nil, err
	}
	if victim != nil {
		gone = g.oust(victim)
	}
	w := g.waiters.seat(who.job)
	w.ctx, w.done = ctx, done
	g.push(w, who)
	if gone == nil {
		g.mu.Unlock()
	} else {
		g.unlock(gone)
	}
	return w, nil
}

// place finds a place for one who was refused with why for want of one: that of another,
// unless one has come free since. Under mu.
func (g *Gate) place(who *comer, r *rules, why error) (victim *waiter, counted bool, err error) {
	if victim = g.waiters.yields(who); victim == nil {
		return nil, false, why
	}
	switch counted, err = g.count(r, who.rank); { // as somebody waits it asks for nothing that is under mu
	case counted:
		return nil, true, nil
	case errors.Is(err, ErrStopped):
		return nil, false, err
	}
	return victim, false, nil
}

// refusal tells why nobody may join at word w; nil if there is a place in the
// queue or a permit.
func (g *Gate) refusal(w uint64) error {
	queue := uint64(g.queue.Load())
	switch {
	case w&closedBit != 0:
		return ErrStopped
	case w < g.limit.Load() || w&dividedBit != 0:
		return nil
	case w&waitersMask/waiterOne < queue:
		if g.shared.Queued.Spent() {
			return ErrLimit
		}
		return nil
	case w&suspendedBit != 0 && queue == 0:
		return ErrSuspended
	}
	return ErrFull
}

// refusalOf is refusal of a rank, where there may be quotas.
func (g *Gate) refusalOf(w uint64, r *rules, rank uint8) error {
	why := g.refusal(w)
	switch {
	case r == nil || !r.quota:
		return why
	case w < r.most[rank]:
		return nil
	case w&waitersMask/waiterOne < r.places[rank] || w&(closedBit|dividedBit) != 0:
		return why
	}
	queue, waiting := uint64(g.queue.Load()), w&waitersMask/waiterOne
	if waiting < queue || (queue == 0 && w&suspendedBit == 0 && w&inUseMask < r.permits) {
		return ErrQuota // something is left, though somebody may wait whose place a resize took
	}
	return why
}

// count takes a place in the queue, unless there is none left or a permit is free, which
// it takes. From then on nobody overtakes whom it counts, though others may be before it.
func (g *Gate) count(r *rules, rank uint8) (counted bool, err error) {
	for {
		word := g.word.Load()
		if err := g.refusalOf(word, r, rank); err != nil {
			return false, err
		}
		if free, got := g.try(word, r, rank); got {
			return false, nil
		} else if free {
			continue
		}
		if !g.shared.Queued.Take(1) {
			return false, ErrLimit
		}
		if g.word.CompareAndSwap(word, word+waiterOne) {
			return true, nil
		}
		g.shared.Queued.Give(1)
	}
}

// try takes a permit if one was free for the rank at the word.
func (g *Gate) try(word uint64, r *rules, rank uint8) (free, got bool) {
	switch {
	case word < g.limit.Load() || word&dividedBit != 0:
		return true, g.tryElse(unasked)
	case r != nil && word < r.most[rank]:
		return true, g.tryAs(r, rank)
	}
	return false, false
}

// decided reports whether what has happened since somebody came makes its wait
// needless: the gate was closed, or a permit came back and nobody was there to take it; or
// whether it would be in vain. Then its place is given back, if it was counted. Under mu.
func (g *Gate) decided(who *comer, counted bool) (decided bool, err error) {
	switch {
	case g.word.Load()&closedBit != 0:
		err = ErrStopped
	case g.nextIs(who.rank):
		g.word.Add(1)
	case g.hopeless(who):
		err = ErrHopeless
	default:
		if g.waiters == nil {
			g.waiters = newQueue(g.rules.Load())
		}
		return false, nil
	}
	if counted {
		g.word.Add(minusWaiter)
		g.shared.Queued.Give(1)
	}
	return true, err
}

// withdraw ends a caller's wait with why. If it was answered in the same moment
// it keeps a refusal, and gives a permit back.
func (g *Gate) withdraw(w *waiter, why error) error {
	g.mu.Lock()
	if w.queued {
		g.settle(w, g.lateness(why), nil)
	}
	g.unlock(nil)
	err := <-w.ready
	if err == nil {
		g.Leave()
		err = why
	}
	return err
}

// lateness tells a wait that a suspension made too long from any other. Under mu.
func (g *Gate) lateness(why error) error {
	if errors.Is(why, ErrLate) && g.word.Load()&suspendedBit != 0 {
		return ErrSuspended
	}
	return why
}
