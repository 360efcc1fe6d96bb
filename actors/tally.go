// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// tally counts work under way and lets a stop wait for its end. Unlike a
// sync.WaitGroup it may be waited for with a context and while work is added. Work takes
// no lock: who takes the last away looks for waiters after that, and who waits says so
// before it looks at the number.
type tally struct {
	n      atomic.Int64
	waited atomic.Bool // zero is there; written under mu

	mu   sync.Mutex
	zero chan struct{} // closed and forgotten when n falls to zero; nil while nobody waits
}

func (t *tally) add() { t.n.Add(1) }

func (t *tally) done() {
	if t.n.Add(-1) == 0 && t.waited.Load() {
		t.fell()
	}
}

// fell wakes those who wait. Between the fall and this there may have been more work,
// and a waiter for that: then whoever takes the last of it away comes here, too.
func (t *tally) fell() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.zero == nil || t.n.Load() != 0 {
		return
	}
	close(t.zero)
	t.zero = nil
	t.waited.Store(false)
}

func (t *tally) count() int { return int(t.n.Load()) }

func (t *tally) wait(ctx context.Context) error {
	zero := t.whenZero()
	if zero == nil {
		return nil
	}
	select {
	case <-zero:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// whenZero returns what is closed when the number falls to zero; nil if it is.
func (t *tally) whenZero() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.zero == nil {
		t.zero = make(chan struct{})
		t.waited.Store(true)
	}
	if t.n.Load() == 0 { // what is left in zero is closed the next time
		return nil
	}
	return t.zero
}

// waitAtMost waits as long as ctx and the limit last.
func (t *tally) waitAtMost(ctx context.Context, limit time.Duration) error {
	ctx, over := context.WithTimeout(ctx, limit)
	defer over()
	return t.wait(ctx)
}
