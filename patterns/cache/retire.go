// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"github.com/fuseboard/fuseboard"
)

// Retire lets the cache keep nothing any more: what it kept is gone. Unlike [Cache.Close] it
// disturbs nobody: loads go on, and who waits gets their answers. For a cache that is not used
// by newcomers any more, of a policy that was turned off.
func (c *Cache[V]) Retire() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	p := c.plan.Load()
	c.shape(p.Policy, nowhere[*Entry[V]]{})
	c.retire(p.store)
}

// OnError returns the stale answer that is given in place of a failure, for a caller whose own
// time was over before a load had ended, with why that caller has none. ok is false where there is none.
func (c *Cache[V]) OnError(key string, class fuseboard.Class, cause error) (v V, info Info, ok bool) {
	p := c.plan.Load()
	e, found := p.store.Get(key)
	now := c.clock.Now()
	if !found || !e.rescues(&p.times, now) {
		return v, Info{}, false
	}
	c.mu.Lock()
	c.counts.StaleOnError++ // its call is among the misses
	c.mu.Unlock()
	return e.value, Info{From: StaleOnError, Age: now.Sub(e.at), Class: class, Cause: cause}, true
}
