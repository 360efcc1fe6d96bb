// SPDX-License-Identifier: Apache-2.0

package cache

import "context"

// wait waits for a flight's answer as long as the caller does.
func (c *Cache[V]) wait(a *ask[V], f *flight[V], shared bool) (v V, info Info, err error) {
	select {
	case <-f.done:
		return f.answer(shared)
	case <-a.ctx.Done():
		if c.leave(f, a.ctx.Err()) {
			return v, info, c.left(a)
		}
		return f.answer(shared)
	case <-c.closing:
		if c.leave(f, context.Canceled) {
			return v, info, ErrClosed
		}
		return f.answer(shared)
	}
}

// left is the error of a caller that has left.
func (c *Cache[V]) left(a *ask[V]) error {
	return &LeftError{Waited: max(0, c.clock.Now().Sub(a.now)), Err: a.ctx.Err(), Cause: context.Cause(a.ctx)}
}

// answer is what a caller gets of a flight that is done.
func (f *flight[V]) answer(shared bool) (V, Info, error) {
	if f.closed {
		var none V
		return none, Info{}, ErrClosed
	}
	info := f.info
	if info.Shared = shared; shared && info.From == FromLoad {
		info.From = Shared
	}
	return f.v, info, f.err
}

// leave takes a caller away from a flight, whose context ends, too, if it was the last one. It is
// false if the flight is done: then its answer is there.
func (c *Cache[V]) leave(f *flight[V], why error) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, runs := c.running[f]; !runs {
		return false
	}
	c.counts.Left++
	c.counts.Waiting--
	if f.waiters--; f.waiters == 0 && !f.held {
		c.drop(f, why)
	}
	return true
}

// drop ends the context of a flight for which nobody waits, as that of the last caller ended.
// Nobody joins it any more, so whoever comes starts another, even if this one does not end. Under the lock.
func (c *Cache[V]) drop(f *flight[V], err error) {
	c.detach(f)
	f.end(err, ErrNobodyWaits)
}

// detach lets newcomers not find a flight any more. Under the lock.
func (c *Cache[V]) detach(f *flight[V]) {
	if s := c.slots[f.key]; s.current == f {
		s.current = nil
	}
}
