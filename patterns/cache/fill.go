// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"

	"github.com/fuseboard/fuseboard"
)

// ask is one call of Fill.
type ask[V any] struct {
	ctx    context.Context
	key    string
	now    fuseboard.Instant
	load   func(context.Context) Loaded[V]
	rescue func(context.Context, Loaded[V]) Loaded[V]
}

// Fill answers a call that [Cache.Hit] could not: it joins the load of that key if one is on its
// way, and else starts one, on a goroutine of its own. Each caller waits with its own context and may leave
// (a *[LeftError]); the others wait on. When the last has left, the context of the load ends as
// that of the last one did: cancelled, or its time over.
//
// The load gets the values of the context of whoever started it, and neither its deadline nor its
// end. What it brings is stored as its Keep says. If it failed, a stale answer is given in its
// place where the policy has one, else what the rescue makes of the failure (nil: none), which
// is never stored; a rescue that fails, too, says so by Keep Failed. A load that panics has failed.
//
// If the key has been filled meanwhile, that is given and nothing is loaded. With
// [CoalesceOff] the load runs on the caller's goroutine, under the caller's own context.
func (c *Cache[V]) Fill(ctx context.Context, key string, load func(context.Context) Loaded[V], rescue func(context.Context, Loaded[V]) Loaded[V]) (V, Info, error) {
	var none V
	if ctx == nil || load == nil {
		return none, Info{}, ErrIncomplete
	}
	a := &ask[V]{ctx: ctx, key: key, now: c.clock.Now(), load: load, rescue: rescue}
	f, shared, v, info, err := c.enter(a)
	if f == nil {
		return v, info, err
	}
	if f.own {
		c.fly(f)
	}
	return c.wait(a, f, shared)
}

// enter returns the flight whose answer the caller gets, or nil and an answer.
func (c *Cache[V]) enter(a *ask[V]) (f *flight[V], shared bool, v V, info Info, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, false, v, info, ErrClosed
	}
	v, info, ok, failed, err := c.look(a)
	if ok {
		c.count(info.From)
		return nil, false, v, info, err
	}
	c.counts.Misses++
	if a.ctx.Err() != nil {
		c.counts.Left++
		return nil, false, v, info, c.left(a)
	}
	f, shared, err = c.join(a, failed)
	return f, shared, v, info, err
}

// look looks whether there is an answer by now; failed is a failure that is remembered, for
// which there is none yet. Under the lock.
func (c *Cache[V]) look(a *ask[V]) (v V, info Info, ok bool, failed *failure, err error) {
	p := c.plan.Load()
	e, found := p.store.Get(a.key)
	if !found {
		return v, info, false, nil, nil
	}
	from, usable, refresh := e.judge(&p.times, a.now)
	if refresh {
		c.refresh(a.ctx, a.key, a.now, a.load)
	}
	if usable {
		return e.value, e.info(from, a.now), true, nil, e.err
	}
	if !e.recent(&p.times, a.now) {
		return v, info, false, nil, nil
	}
	if a.rescue != nil {
		return v, info, false, e.failed, nil
	}
	return v, e.failed.info(a.now), true, nil, e.failed.err
}

// join returns the flight whose answer the caller gets: one that is on its way, or a new one.
// Under the lock.
func (c *Cache[V]) join(a *ask[V], failed *failure) (f *flight[V], shared bool, err error) {
	own := c.plan.Load().Coalesce == CoalesceOff
	if !own {
		f = c.joinable(a.key, a.now)
	}
	if f != nil {
		return c.share(a, f)
	}
	f = c.begin(a.ctx, a.key, a.now, a.load, own)
	f.failed, f.rescue, f.waiters = failed, a.rescue, 1
	c.counts.Waiting++
	if !own {
		c.slots[a.key].current = f
		go c.fly(f)
	}
	return f, false, nil
}

// share lets the caller wait for a flight that is on its way. Under the lock.
func (c *Cache[V]) share(a *ask[V], f *flight[V]) (_ *flight[V], shared bool, err error) {
	if within(a.ctx, f) {
		return nil, false, ErrRecursive
	}
	if f.rescue == nil {
		f.rescue = a.rescue
	}
	f.waiters++
	c.counts.Waiting++
	c.counts.Shared++
	return f, true, nil
}
