// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"runtime/pprof"
	"sync"
	"time"
)

// How long a hand without work is kept, and how many: as long as workers are, and
// enough for the bursts of a busy service at some 8 KB each.
const (
	handIdle  = workerIdle
	handsKept = 1024
)

// hands are the goroutines of a System that run what has no goroutine of its own: what
// was asked or told, the workers of guards, and actors of users. One that is done is kept for the next,
// because a new goroutine begins with a small stack, which grows by being copied while
// the call goes deeper: that costs more than the call. The last one used is the first to
// be used again, and those that nobody needed for a while end. The zero hands are ready.
type hands struct {
	mu      sync.Mutex
	idle    []*hand     // the most recently idle last; guarded by mu, as all below
	low     int         // the fewest idle since the last sweep: these were not needed
	sweeper *time.Timer // nil unless some are idle
	closed  bool

	running tally // goroutines that have not ended
}

// runner is what a hand runs. A panic in it is its own to recover; it may end the hand.
type runner interface{ Run() }

// hand is one goroutine.
type hand struct {
	of   *hands
	todo chan runner // one place; nil ends it
}

// run has it run by a goroutine that is idle, or else a new one. It never
// waits, and calls nothing of anybody's.
func (s *hands) run(r runner) {
	s.mu.Lock()
	last := len(s.idle) - 1
	if last < 0 {
		s.mu.Unlock()
		s.running.add()
		h := &hand{of: s, todo: make(chan runner, 1)}
		go h.work(r)
		return
	}
	h := s.idle[last]
	s.idle[last] = nil
	s.idle = s.idle[:last]
	s.low = min(s.low, last)
	s.mu.Unlock()
	h.todo <- r
}

// work runs one after the other, until there is none or one ends the goroutine.
func (h *hand) work(r runner) {
	defer h.of.running.done()
	for ; r != nil; r = h.next() {
		r.Run()
	}
}

// next waits for what is to be run; nil if there will be none. What profiles call the
// goroutine was said by whoever began it, or by what it ran: it is not what comes next.
func (h *hand) next() runner {
	pprof.SetGoroutineLabels(context.Background())
	if !h.of.keep(h) {
		return nil
	}
	return <-h.todo
}

// keep makes the hand idle, unless there are enough of them.
func (s *hands) keep(h *hand) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.idle) == handsKept {
		return false
	}
	s.idle = append(s.idle, h)
	if s.sweeper == nil { // low is none: this one has been needed just now
		s.sweeper = time.AfterFunc(handIdle, s.sweep)
	}
	return true
}

// sweep ends the hands that nobody needed since the last sweep. They are the lowest
// of the stack, so none has to note when it became idle.
func (s *hands) sweep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.trim(s.low)
	s.low = len(s.idle)
	if s.low == 0 {
		s.sweeper = nil
		return
	}
	s.sweeper.Reset(handIdle)
}

// trim ends the n that are idle for the longest. Caller holds mu.
func (s *hands) trim(n int) {
	for _, h := range s.idle[:n] {
		h.todo <- nil // never blocks: it has nothing to do
	}
	rest := copy(s.idle, s.idle[n:])
	clear(s.idle[rest:])
	s.idle = s.idle[:rest]
}

// close ends the idle hands, and every other when it is done. What comes later is run
// all the same.
func (s *hands) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.trim(len(s.idle))
	s.low = 0
	if s.sweeper != nil {
		s.sweeper.Stop()
	}
}

// wait waits until all have ended, or ctx, at most userGrace, and a grace are over.
func (s *hands) wait(ctx context.Context) {
	if s.running.waitAtMost(ctx, userGrace) != nil {
		_ = s.running.waitAtMost(context.WithoutCancel(ctx), cancelGrace)
	}
}
