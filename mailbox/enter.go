// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"context"
	"errors"
	"time"

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
	w, now, err := g.join(ctx, until, nil)
	if w == nil {
		return err
	}
	alarm := time.NewTimer(w.limit.Sub(now))
	defer alarm.Stop()
	select {
	case why := <-w.ready:
		return w.reason(why)
	case <-w.done:
		return g.withdraw(w, errLeft)
	case <-alarm.C:
		return g.withdraw(w, ErrLate)
	}
}

// join queues a caller (job nil) or a job. It returns the waiter, or an error if
// it is refused, or neither if a permit became free meanwhile.
func (g *Gate) join(ctx context.Context, until fuseboard.Instant, job Job) (*waiter, fuseboard.Instant, error) {
	if err := g.refusal(g.word.Load()); err != nil {
		return nil, 0, err
	}
	if ctx.Err() != nil {
		return nil, 0, context.Cause(ctx)
	}
	now := g.clock.Now()
	w := &waiter{ctx: ctx, done: ctx.Done(), limit: g.bulkhead().WaitUntil(now, until), job: job}
	if now >= w.limit {
		return nil, now, ErrLate
	}
	if job == nil {
		w.ready = make(chan error, 1)
	}
	w.rank = rankOf(ctx) // outside the lock: a context may be anyone's code
	g.mu.Lock()
	defer g.mu.Unlock()
	queued, err := g.enlist(w)
	if !queued {
		return nil, now, err
	}
	return w, now, nil
}

// refusal tells why nobody may join at word w; nil if there is a place in the
// queue or a permit.
func (g *Gate) refusal(w uint64) error {
	queue := uint64(g.queue.Load())
	switch {
	case w&closedBit != 0:
		return ErrStopped
	case w < g.limit.Load():
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

// enlist counts w in the word and queues it, unless a permit is free, which it
// takes, or there is no place left. Under mu.
func (g *Gate) enlist(w *waiter) (queued bool, err error) {
	for {
		word := g.word.Load()
		if err := g.refusal(word); err != nil {
			return false, err
		}
		if word < g.limit.Load() {
			if g.word.CompareAndSwap(word, word+1) {
				return false, nil
			}
			continue
		}
		if !g.shared.Queued.Take(1) {
			return false, ErrLimit
		}
		if g.word.CompareAndSwap(word, word+waiterOne) {
			g.push(w)
			return true, nil
		}
		g.shared.Queued.Give(1)
	}
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
	return w.reason(err)
}

// lateness tells a wait that a suspension made too long from any other. Under mu.
func (g *Gate) lateness(why error) error {
	if errors.Is(why, ErrLate) && g.word.Load()&suspendedBit != 0 {
		return ErrSuspended
	}
	return why
}
