// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/fuseboard/fuseboard/actors"
)

// slot is the place of a node of the service: its processes come and go.
type slot struct {
	process atomic.Pointer[process] // nil: none runs
	halted  int                     // faults that keep it from running; of the goroutine that lets faults begin and end

	mu     sync.Mutex
	paused int           // faults that have paused it; guarded by mu
	woken  chan struct{} // closed when none has any more; nil: none does; guarded by mu
}

// sleep pauses the node.
func (s *slot) sleep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paused++; s.paused == 1 {
		s.woken = make(chan struct{})
	}
}

// wake ends one pause, and reports whether the node goes on.
func (s *slot) wake() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paused--; s.paused > 0 {
		return false
	}
	close(s.woken)
	s.woken = nil
	return true
}

// asleep is closed when the node goes on; nil where it is not paused.
func (s *slot) asleep() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.woken
}

// awake waits until the node is not paused, or ctx ends.
func (s *slot) awake(ctx context.Context) {
	for woken := s.asleep(); woken != nil; woken = s.asleep() {
		select {
		case <-woken:
		case <-ctx.Done():
			return
		}
	}
}

// serving is the node that takes a request which is made to one: that one, or the next that runs. Nil: none does.
func (t *trial) serving(node int) *process {
	for i := range t.slots {
		if p := t.slots[(node-1+i)%len(t.slots)].process.Load(); p != nil {
			return p
		}
	}
	return nil
}

// awake waits until the process's node is not paused.
func (p *process) awake(ctx context.Context) {
	if p.node > 0 {
		p.trial.slots[p.node-1].awake(ctx)
	}
}

// answered is the answer of a dependency, as the process gets it: not while it is paused.
func (p *process) answered(ctx context.Context, err error) error {
	if p.node == 0 || p.trial.slots[p.node-1].asleep() == nil {
		return err
	}
	if p.awake(ctx); ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// held reports whether the fleet holds the process's circuit of a dependency.
func (p *process) held(dependency string) bool {
	if p.trial.fleet == nil || p.node == 0 {
		return false
	}
	g := p.guards[dependency]
	return g != nil && g.Evidence().Phase == actors.FleetHold
}
