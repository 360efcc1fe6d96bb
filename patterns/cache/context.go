// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"sync"
)

// flightContext is the context of a load that has a goroutine of its own: it has the values of the
// context of whoever started it, and ends when nobody waits any more. Where the last
// caller's time was over, it ends as that of a caller does whose time is over: with
// [context.DeadlineExceeded]. A load that hangs is then a timeout for whoever judges it, as it
// would be without a cache, and not a call that was given up.
type flightContext struct {
	context.Context // the values, and the cause
	done            chan struct{}
	cancel          context.CancelCauseFunc

	mu    sync.Mutex
	err   error
	after map[*func()]struct{} // those who want to know
}

func newFlightContext(ctx context.Context) *flightContext {
	c := &flightContext{done: newSignal()}
	c.Context, c.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	return c
}

// end ends the context, once.
func (c *flightContext) end(err, cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return
	}
	c.cancel(cause)
	c.err = err
	close(c.done)
	for f := range c.after {
		go (*f)()
	}
	c.after = nil
}

// Done is closed when the context ends.
func (c *flightContext) Done() <-chan struct{} { return c.done }

// Err is nil until then.
func (c *flightContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// AfterFunc is what package context looks for, so that a context which is derived directly from this one
// needs no goroutine that waits.
func (c *flightContext) AfterFunc(f func()) (stop func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		go f()
		return func() bool { return false }
	}
	if c.after == nil {
		c.after = map[*func()]struct{}{}
	}
	c.after[&f] = struct{}{}
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		_, waits := c.after[&f]
		delete(c.after, &f)
		return waits
	}
}
