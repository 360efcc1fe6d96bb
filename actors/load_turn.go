// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"context"
	"sync/atomic"
	"time"
)

// wakeup wakes those who wait for their turns, as often as something may have ended
// their waits. Its channel is made for the first who waits.
type wakeup struct{ at atomic.Pointer[waiting] }

// next returns a channel that is closed when all are woken the next time.
func (w *wakeup) next() <-chan struct{} {
	for {
		if now := w.at.Load(); now != nil {
			return now.c
		}
		w.at.CompareAndSwap(nil, &waiting{make(chan struct{})})
	}
}

// all wakes who waits.
func (w *wakeup) all() {
	if w.at.Load() == nil {
		return
	}
	if was := w.at.Swap(nil); was != nil {
		close(was.c)
	}
}

// awaitTurn waits until the rate limit has the call's turn. It ends sooner where the
// circuit opens, as a wait at the gate does, and where an Update has ended the limit.
func (c *call) awaitTurn() error {
	from := c.now
	err := c.untilTurn(c.turn.Sub(from))
	c.now = c.guard.clock.Now()
	c.turn = 0
	c.waited += c.now.Sub(from)
	c.guard.durations().others().waits.Add(c.now.Sub(from))
	return err
}

func (c *call) untilTurn(d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		woken := c.guard.turns.next() // before the look
		if phase, away := c.guard.circuit.TurnsAway(); away && phase.Epoch != c.permit.Epoch() {
			return &openError{refusal: phase}
		}
		if c.guard.loadOf().rate != c.asked.rate {
			return nil
		}
		select {
		case <-timer.C:
			return nil
		case <-woken:
		case <-c.parent.Done():
			return cmp.Or(context.Cause(c.parent), context.Canceled)
		case <-c.guard.living().halting.wait():
			return ErrStopped
		}
	}
}
