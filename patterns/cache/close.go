// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"fmt"
)

// Close ends the cache: every load is cancelled and nothing is kept any more, callers that wait and those
// that come get [ErrClosed]. It waits until the loads have ended, or until ctx has: then it returns an
// error that says how many still run, and wraps that of ctx. It may be called again, to wait on.
func (c *Cache[V]) Close(ctx context.Context) error {
	if ctx == nil {
		ctx = context.Background()
	}
	c.mu.Lock()
	if !c.closed {
		c.end()
	}
	c.mu.Unlock()
	select {
	case <-c.idle:
		return nil
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.unended() == 0 {
		return nil
	}
	return fmt.Errorf("the cache is closed, but %d loads still run and ignore that they were cancelled: %w", c.unended(), context.Cause(ctx))
}

// end closes the cache. Under the lock.
func (c *Cache[V]) end() {
	c.closed = true
	close(c.closing)
	for f := range c.running {
		c.detach(f)
		f.closed = true
		f.end(context.Canceled, ErrClosed)
	}
	p := c.plan.Load()
	c.shape(p.Policy, nowhere[*Entry[V]]{})
	c.retire(p.store)
	c.rest()
}

// rest tells Close when nothing runs any more. Under the lock.
func (c *Cache[V]) rest() {
	if c.closed && c.unended() == 0 {
		close(c.idle)
	}
}

// unended is how many loads have not ended, what they brought for nobody included. Under the lock.
func (c *Cache[V]) unended() int { return len(c.running) + c.disposing }
