// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

// storm is many goroutines that enter, post, give up, panic and vanish.
type storm struct {
	gate                   *mailbox.Gate
	lanes                  int // over which the permits are divided again and again; 0: never
	clock                  *fuseboard.Clock
	hold                   func(*rand.Rand)
	inside, peak           atomic.Int64
	posted, ran, refused   atomic.Int64
	entered, turned, tried atomic.Int64
	divided                atomic.Int64
}

// visit holds a permit and gives it back however it ends.
func (s *storm) visit(r *rand.Rand) {
	defer func() { _ = recover() }()
	defer s.gate.Leave()
	defer s.inside.Add(-1)
	for n := s.inside.Add(1); ; {
		peak := s.peak.Load()
		if n <= peak || s.peak.CompareAndSwap(peak, n) {
			break
		}
	}
	s.hold(r)
	if r.IntN(8) == 0 {
		panic("one poisoned request")
	}
}

func (s *storm) step(r *rand.Rand) {
	if s.lanes > 0 && r.IntN(2) == 0 && s.gate.Divide(s.lanes) {
		s.divided.Add(1)
	}
	ctx, cancel := context.WithCancelCause(fuseboard.WithMeta(ctxBG, fuseboard.Meta{
		Priority: priorities[r.IntN(len(priorities))], Tenant: tenants[r.IntN(len(tenants))],
	}))
	defer cancel(errLeave)
	until := s.clock.Now().Add(time.Duration(r.IntN(4000)) * time.Microsecond)
	switch r.IntN(4) {
	case 0:
		if s.gate.TryEnter() {
			s.tried.Add(1)
			s.visit(r)
		}
	case 1:
		s.posted.Add(1)
		seed := r.Uint64()
		s.gate.Post(ctx, until, work{
			run: func() {
				s.ran.Add(1)
				own := rand.New(rand.NewPCG(seed, 1))
				if own.IntN(8) == 0 {
					defer runtime.Goexit()
				}
				s.visit(own)
			},
			refuse: func(error) { s.refused.Add(1) },
		})
		s.hold(r)
	default:
		if r.IntN(3) == 0 {
			go cancel(errLeave)
		}
		if s.gate.Enter(ctx, until) != nil {
			s.turned.Add(1)
			return
		}
		s.entered.Add(1)
		s.visit(r)
	}
}

// rage runs the storm, with disturb beside it, and then stops the gate.
func (s *storm) rage(t *testing.T, people, steps int, disturb func(*rand.Rand)) {
	var all sync.WaitGroup
	for p := range people {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(p), 7))
			for range steps {
				s.step(r)
			}
		})
	}
	if disturb != nil {
		all.Go(func() {
			r := rand.New(rand.NewPCG(99, 7))
			for range steps {
				disturb(r)
				s.hold(r)
			}
		})
	}
	all.Wait()
	s.gate.Stop()
	wantError(t, s.gate.Idle(ctxBG), nil)
	wantEmpty(t, s.gate)
	if posted, answers := s.posted.Load(), s.ran.Load()+s.refused.Load(); posted != answers {
		t.Errorf("%d jobs got %d answers", posted, answers)
	}
	if s.entered.Load() == 0 || s.turned.Load() == 0 || s.ran.Load() == 0 || s.refused.Load() == 0 {
		t.Errorf("the storm was one-sided: entered %d, turned away %d, ran %d, refused %d",
			s.entered.Load(), s.turned.Load(), s.ran.Load(), s.refused.Load())
	}
	if divided := s.divided.Load(); (divided > 0) != (s.lanes > 0) {
		t.Errorf("divided %d times over %d lanes", divided, s.lanes)
	}
}

func newStorm(b mailbox.Bulkhead, lanes int, clock *fuseboard.Clock, hold func(*rand.Rand)) *storm {
	return &storm{gate: mailbox.NewGate(b, clock), lanes: lanes, clock: clock, hold: hold}
}

var stormy = mailbox.Bulkhead{Concurrency: 3, Queue: 5, MaxWait: 2 * time.Millisecond}

func sleepy(r *rand.Rand) { time.Sleep(time.Duration(r.IntN(1000)) * time.Microsecond) }

func hasty(r *rand.Rand) {
	if r.IntN(2) == 0 {
		runtime.Gosched()
	}
}

func TestStorm_PeakNeverExceedsPermits(t *testing.T) {
	overLanes(t, func(t *testing.T, lanes int) {
		t.Run("virtual time", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				clock := fuseboard.NewClock()
				s := newStorm(stormy, lanes, clock, sleepy)
				s.rage(t, 16, 200, nil)
				if peak := s.peak.Load(); peak != 3 {
					t.Errorf("peak of %d with 3 permits", peak)
				}
			})
		})
		t.Run("real threads", func(t *testing.T) {
			s := newStorm(stormy, lanes, fuseboard.NewClock(), hasty)
			s.rage(t, 16, 1000, nil)
			if peak := s.peak.Load(); peak > 3 {
				t.Errorf("peak of %d with 3 permits", peak)
			}
		})
	})
}

func TestStorm_EveryJobIsAnsweredOnce(t *testing.T) {
	disturbed := func(s *storm) func(*rand.Rand) {
		return func(r *rand.Rand) {
			switch r.IntN(4) {
			case 0:
				s.gate.Resize(mailbox.Bulkhead{Concurrency: 1 + r.IntN(4), Queue: r.IntN(8), MaxWait: time.Millisecond})
			case 1:
				s.gate.Flush(errBoom)
			case 2:
				s.gate.Suspend()
				s.hold(r)
				s.gate.Resume()
			default:
				s.gate.Depth()
			}
		}
	}
	overLanes(t, func(t *testing.T, lanes int) {
		t.Run("virtual time", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				clock := fuseboard.NewClock()
				s := newStorm(stormy, lanes, clock, sleepy)
				s.rage(t, 16, 200, disturbed(s))
			})
		})
		t.Run("real threads", func(t *testing.T) {
			s := newStorm(stormy, lanes, fuseboard.NewClock(), hasty)
			s.rage(t, 16, 1000, disturbed(s))
		})
	})
}

// Stop arrives in the middle: nobody hangs, nothing stays.
func TestStorm_StopInTheMiddleAnswersEveryone(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			clock := fuseboard.NewClock()
			s := newStorm(stormy, 4*int(seed%2), clock, sleepy)
			var all sync.WaitGroup
			for p := range uint64(12) {
				all.Go(func() {
					r := rand.New(rand.NewPCG(seed, p))
					for range 20 {
						s.step(r)
					}
				})
			}
			time.Sleep(time.Duration(seed) * 300 * time.Microsecond)
			s.gate.Stop()
			wantError(t, s.gate.Idle(bounded(t)), nil)
			if d := s.gate.Depth(); d.Waiting != 0 || d.InUse != 0 {
				t.Errorf("left behind: %+v", d)
			}
			all.Wait()
		})
	}
}
