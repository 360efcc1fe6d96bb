// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"sync"
	"time"
)

// tally counts work under way and lets a stop wait for its end. Unlike a
// sync.WaitGroup it may be waited for with a context and while work is added.
type tally struct {
	mu   sync.Mutex
	n    int
	zero chan struct{} // closed and forgotten when n falls to zero; nil while nobody waits
}

func (t *tally) add() {
	t.mu.Lock()
	t.n++
	t.mu.Unlock()
}

func (t *tally) done() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n--
	if t.n == 0 && t.zero != nil {
		close(t.zero)
		t.zero = nil
	}
}

func (t *tally) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.n
}

func (t *tally) wait(ctx context.Context) error {
	t.mu.Lock()
	if t.n == 0 {
		t.mu.Unlock()
		return nil
	}
	if t.zero == nil {
		t.zero = make(chan struct{})
	}
	zero := t.zero
	t.mu.Unlock()
	select {
	case <-zero:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// waitAtMost waits as long as ctx and the limit last.
func (t *tally) waitAtMost(ctx context.Context, limit time.Duration) error {
	ctx, over := context.WithTimeout(ctx, limit)
	defer over()
	return t.wait(ctx)
}
