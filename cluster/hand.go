// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"sync"
	"time"
)

// patience is how long one guard may take to obey.
const patience = 10 * time.Second

// hand does, one after the other, what may take a while: guards answer on their own goroutines, and the loop waits for nobody.
type hand struct {
	more chan struct{}

	mu   sync.Mutex
	jobs []func(context.Context)
}

func newHand() *hand { return &hand{more: make(chan struct{}, 1)} }

// do queues a job. Who queues them is bounded: a job or two for each guard at a change.
func (h *hand) do(job func(context.Context)) {
	h.mu.Lock()
	h.jobs = append(h.jobs, job)
	h.mu.Unlock()
	select {
	case h.more <- struct{}{}:
	default:
	}
}

// work does jobs until ctx ends.
func (h *hand) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.more:
		}
		for _, job := range h.take() {
			within, cancel := context.WithTimeout(ctx, patience)
			job(within)
			cancel()
		}
	}
}

func (h *hand) take() []func(context.Context) {
	h.mu.Lock()
	defer h.mu.Unlock()
	jobs := h.jobs
	h.jobs = nil
	return jobs
}
