// SPDX-License-Identifier: Apache-2.0

package hedge

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// ErrClosed is the error of a call that came after [Hedger.Close].
var ErrClosed = errors.New("hedge: the hedger is closed; make another with New")

// crew is the copies that run.
type crew struct {
	mu      sync.Mutex
	running int
	closed  bool
	empty   chan struct{} // closed when the last one has left a closed crew; nil while nobody waits for that
}

// join is false where no more copies may run.
func (c *crew) join() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.running++
	return true
}

func (c *crew) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running--; c.running == 0 && c.empty != nil {
		close(c.empty)
	}
}

func (c *crew) size() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.running
}

// close lets nobody join any more, and returns what is closed when all have left.
func (c *crew) close() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	if c.running == 0 {
		gone := make(chan struct{})
		close(gone)
		return gone
	}
	if c.empty == nil {
		c.empty = make(chan struct{})
	}
	return c.empty
}

// Close lets no more copies begin, so that further calls get [ErrClosed], and waits until all that run
// have ended, losers among them. It cancels none: losers are cancelled already, and others have callers. Where ctx ends
// first, the error wraps its cause and tells how many still run; Close may be called again.
func (h *Hedger) Close(ctx context.Context) error {
	select {
	case <-h.crew.close():
		return nil
	case <-ctx.Done():
	}
	if n := h.crew.size(); n > 0 {
		return fmt.Errorf("hedge: %d copies still run: %w", n, context.Cause(ctx))
	}
	return nil
}
