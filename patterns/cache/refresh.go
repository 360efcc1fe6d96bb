// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Refresh starts a load of key behind an answer that is stale, and does not wait for it; for
// which [Cache.Get] and [Cache.Fill] do it by themselves, after a [Cache.Hit] it is the caller's to
// do. It reports whether one was started: not if the answer is not stale (any more), if one
// is on its way, if the last one has failed and that is remembered, if MaxRefreshes run, or after Close.
// The load gets the values of ctx and neither its deadline nor its end; after AbandonAfter it is
// cancelled, unless somebody has come to wait for it.
func (c *Cache[V]) Refresh(ctx context.Context, key string, load func(context.Context) Loaded[V]) bool {
	if ctx == nil || load == nil {
		return false
	}
	now := c.clock.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.plan.Load()
	e, found := p.store.Get(key)
	if c.closed || !found {
		return false
	}
	_, _, due := e.judge(&p.times, now)
	return due && c.refresh(ctx, key, now, load)
}

// refresh starts a refresh unless one is on its way or there are too many. Under the lock.
func (c *Cache[V]) refresh(ctx context.Context, key string, now fuseboard.Instant, load func(context.Context) Loaded[V]) bool {
	if c.joinable(key, now) != nil {
		return false
	}
	p := c.plan.Load()
	if c.counts.Refreshing >= p.MaxRefreshes {
		c.counts.Skipped++
		return false
	}
	f := c.begin(ctx, key, now, load, false)
	f.refresh, f.held = true, true
	f.bound = time.AfterFunc(p.AbandonAfter, func() { c.release(f) })
	c.slots[key].current = f
	c.counts.Refreshing++
	c.counts.Refreshes++
	go c.fly(f)
	return true
}

// release ends a refresh at its bound, unless somebody has come to wait for it.
func (c *Cache[V]) release(f *flight[V]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, runs := c.running[f]; !runs {
		return
	}
	if f.held = false; f.waiters == 0 {
		c.drop(f, context.DeadlineExceeded)
	}
}
