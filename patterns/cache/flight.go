// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"runtime/debug"
	"time"

	"github.com/fuseboard/fuseboard"
)

// slot is a key for which something is loaded. Under the cache's lock.
type slot[V any] struct {
	running int        // flights, those that nobody joins any more among them
	current *flight[V] // the one that newcomers join; nil: none
	floor   uint64     // what began no later than this may not be stored
}

// flight is one load on its way.
type flight[V any] struct {
	number uint64
	key    string
	began  fuseboard.Instant
	own    bool // it runs on its caller's goroutine
	ctx    context.Context
	end    func(err, cause error) // of ctx
	load   func(context.Context) Loaded[V]
	failed *failure      // a failure that is remembered, in place of the load
	done   chan struct{} // closed when the answer is there

	// Under the cache's lock.
	rescue  func(context.Context, Loaded[V]) Loaded[V]
	waiters int
	held    bool        // it goes on without anybody who waits: a refresh, within its bound
	refresh bool        // it counts among the refreshes
	bound   *time.Timer // of a refresh
	closed  bool        // by the end of the cache: its answer does not count

	// Written by the flight before done is closed.
	v        V
	err      error
	info     Info
	unwanted func() // disposes of v if nobody waits for it; nil: there is nothing to do
}

// begin registers a flight for key. Under the lock.
func (c *Cache[V]) begin(ctx context.Context, key string, now fuseboard.Instant, load func(context.Context) Loaded[V], own bool) *flight[V] {
	s := c.slots[key]
	if s == nil {
		s = &slot[V]{}
		c.slots[key] = s
	}
	c.begun++
	f := &flight[V]{number: c.begun, key: key, began: now, own: own, load: load, done: newSignal()}
	if own {
		bounded, cancel := context.WithCancelCause(inside(ctx, f))
		f.ctx, f.end = bounded, func(_, cause error) { cancel(cause) }
	} else {
		free := newFlightContext(inside(ctx, f))
		f.ctx, f.end = free, free.end
	}
	s.running++
	c.running[f] = struct{}{}
	return f
}

// joinable returns the flight of key that a newcomer may wait for, or nil. One that has run too
// long is abandoned. Under the lock.
func (c *Cache[V]) joinable(key string, now fuseboard.Instant) *flight[V] {
	s := c.slots[key]
	if s == nil || s.current == nil {
		return nil
	}
	if now.Sub(s.current.began) >= c.plan.Load().AbandonAfter {
		s.current = nil
		c.counts.Abandoned++
		return nil
	}
	return s.current
}

// fly loads, stores what is to be kept, and tells those who wait.
func (c *Cache[V]) fly(f *flight[V]) {
	defer func() {
		if c.land(f) {
			defer c.disposed()
			f.unwanted()
		}
	}()
	loaded := false
	defer func() {
		if !loaded { // runtime.Goexit
			c.settle(f, Loaded[V]{Err: ErrGoexit, Keep: Failed, Class: fuseboard.ClassPanicked})
		}
	}()
	l := guarded(f.bring)
	loaded = true
	c.settle(f, l)
}

// bring loads, or brings the failure that is remembered.
func (f *flight[V]) bring() Loaded[V] {
	if f.failed != nil {
		return Loaded[V]{Err: f.failed.err, Keep: Failed, Class: f.failed.class}
	}
	return f.load(f.ctx)
}

// guarded calls f; a panic becomes a failure.
func guarded[V any](f func() Loaded[V]) (l Loaded[V]) {
	defer func() {
		if p := recover(); p != nil {
			l = Loaded[V]{Err: &PanicError{Value: p, Stack: debug.Stack()}, Keep: Failed, Class: fuseboard.ClassPanicked}
		}
	}()
	return f()
}

// land ends a flight: newcomers do not find it any more, those who wait have their answer. It is true
// where nobody gets what it brought, and that is to be disposed of: nobody waits, or the cache was closed before.
func (c *Cache[V]) land(f *flight[V]) (unwanted bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.end(context.Canceled, nil)
	if f.bound != nil {
		f.bound.Stop()
	}
	c.detach(f)
	s := c.slots[f.key]
	if s.running--; s.running == 0 {
		delete(c.slots, f.key)
	}
	if f.refresh {
		c.counts.Refreshing--
	}
	c.counts.Waiting -= f.waiters
	close(f.done)
	delete(c.running, f)
	if unwanted = f.unwanted != nil && (f.waiters == 0 || f.closed); unwanted {
		c.disposing++
	}
	c.rest()
	return unwanted
}

// disposed ends what land has begun.
func (c *Cache[V]) disposed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.disposing--
	c.rest()
}
