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
// A full queue refuses who comes, whatever its priority.
//
// A free permit is granted without a look at the clock or at ctx. Otherwise the
// error is [ErrFull], [ErrLimit], [ErrLate], [ErrStopped], [ErrSuspended], context.Cause(ctx),
// or what was given to [Gate.Flush]. Refusing for want of a place takes no lock,
// reads no clock and allocates nothing.
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
	if err := g.refusal(g.word.Load()); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if now == unread {
		now = g.clock.Now()
	}
	limit := g.bulkhead().WaitUntil(now, until)
	if now >= limit {
		return nil, ErrLate
	}
	done, rank := ctx.Done(), rankOf(ctx) // outside the lock: a context may be anyone's code
	if counted, err := g.count(); !counted {
		return nil, err
	}
	g.mu.Lock()
	if decided, err := g.decided(); decided {
		g.unlock(nil)
		return nil, err
	}
	w := g.waiters.seat(job)
	w.ctx, w.done, w.rank, w.limit = ctx, done, rank, limit
	g.push(w, now)
	g.mu.Unlock()
	return w, nil
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

// count takes a place in the queue, unless there is none left or a permit is free, which
// it takes. From then on nobody overtakes whom it counts, though others may be before it.
func (g *Gate) count() (counted bool, err error) {
	for {
		word := g.word.Load()
		if err := g.refusal(word); err != nil {
			return false, err
		}
		if word < g.limit.Load() || word&dividedBit != 0 {
			if g.tryElse(unasked) {
				return false, nil
			}
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

// decided reports whether what has happened since somebody was counted makes its wait
// needless: the gate was closed, or a permit came back and nobody was there to take it.
// Then its place is given back. Under mu.
func (g *Gate) decided() (decided bool, err error) {
	switch {
	case g.word.Load()&closedBit != 0:
		g.word.Add(minusWaiter)
		err = ErrStopped
	case g.waiters.first() == nil && g.mayGrant():
		g.word.Add(minusWaiter + 1)
	default:
		if g.waiters == nil {
			g.waiters = new(queue)
		}
		return false, nil
	}
	g.shared.Queued.Give(1)
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
