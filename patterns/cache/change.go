// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"fmt"

	"github.com/fuseboard/fuseboard"
)

// Put keeps an answer under key by hand, fresh from now on: what a write has brought. A load that
// began before is not stored any more, and nobody joins it.
func (c *Cache[V]) Put(key string, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	now := c.clock.Now()
	c.overrule(key)
	c.plan.Load().store.Set(key, &Entry[V]{value: v, kind: answer, at: now, spread: spreadOf(key, now)})
}

// Forget forgets what is kept under key: after a write. A load that began before is not stored any
// more, and nobody joins it; those who wait for it get its answer, as they had asked before.
func (c *Cache[V]) Forget(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.overrule(key)
	c.plan.Load().store.Delete(key)
}

// Clear forgets everything, as [Cache.Forget] does.
func (c *Cache[V]) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	for key := range c.slots {
		c.overrule(key)
	}
	p := c.plan.Load()
	if s, ok := p.store.(interface{ Clear() }); ok {
		s.Clear()
		return
	}
	c.shape(p.Policy, c.newStore(p.MaxEntries))
	c.retire(p.store)
}

// overrule keeps every load of key that has begun from being stored and joined. Under the lock.
func (c *Cache[V]) overrule(key string) {
	if s := c.slots[key]; s != nil {
		s.floor, s.current = c.begun, nil
	}
}

// retire ends a store that is not used any more. Under the lock.
func (c *Cache[V]) retire(store Store[*Entry[V]]) {
	c.evicted += evictedBy(store)
	if s, ok := store.(interface{ Close() }); ok {
		s.Close()
	}
}

func evictedBy[V any](store Store[V]) uint64 {
	if s, ok := store.(interface{ Evicted() uint64 }); ok {
		return s.Evicted()
	}
	return 0
}

// Reshape puts the cache under another policy from now on, moved into its ranges as by [New]. What
// is kept is judged by the new one: a shorter TTL ends the life of what is older at once, a
// longer one prolongs it. Loads on their way go on. It returns what was lost: entries beyond a smaller
// MaxEntries, or all of them if the store has no Resize.
func (c *Cache[V]) Reshape(p Policy) (lost []string) {
	p = p.clamped()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	old := c.plan.Load()
	store, held := old.store, old.store.Len()
	if p.MaxEntries != old.MaxEntries {
		if s, ok := store.(interface{ Resize(most int) }); ok {
			s.Resize(p.MaxEntries)
		} else {
			store = c.newStore(p.MaxEntries)
			defer c.retire(old.store)
		}
		if gone := held - store.Len(); gone > 0 {
			lost = append(lost, fmt.Sprintf("%d of %d entries, by max_entries %d", gone, held, p.MaxEntries))
		}
	}
	c.shape(p, store)
	return lost
}

// info tells of a failure that is remembered.
func (f *failure) info(now fuseboard.Instant) Info {
	return Info{From: NegativeHit, Age: max(0, now.Sub(f.at)), Class: f.class, Cause: f.err}
}
