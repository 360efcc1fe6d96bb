// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Source reads the host once. It is called by one goroutine at a time, with the instant
// of the reading, and must not stop its sampler. One that panics has read nothing; one
// that ends its goroutine ends the sampler.
type Source func(now fuseboard.Instant) Signals

// Sampler reads the host from time to time and keeps the level that follows. Any
// goroutine may use it; [Sampler.Level] is one atomic load.
type Sampler struct {
	level atomic.Uint32
	view  atomic.Pointer[View]

	policy Policy
	clock  *fuseboard.Clock

	reading sync.Mutex // one reading at a time
	source  Source
	state   State
	ended   bool
	moved   func(Move) // nil: nobody is told
	own     *Reader    // nil where the source was given

	life    sync.Mutex
	stopped bool
	quit    chan struct{} // nil before Start
	done    chan struct{}
}

// NewSampler returns a sampler that does not run yet: its level is [AdmitAll]. A field of
// the policy out of range counts as the nearest in it; a policy that is off never sheds. A
// nil clock is a new one; a nil source is a [Reader] of this host, which Stop closes.
func NewSampler(p Policy, clock *fuseboard.Clock, source Source) *Sampler {
	s := &Sampler{policy: p.usable(), clock: clock, source: source}
	if clock == nil {
		s.clock = fuseboard.NewClock()
	}
	if source == nil {
		s.own = NewReader(nil)
		s.source = s.own.Read
	}
	s.view.Store(&View{policy: s.policy})
	return s
}

// Level returns the level that is in force. It costs one atomic load.
func (s *Sampler) Level() Level { return Level(s.level.Load()) }

// View returns what the level follows from, as it was at the last reading. It costs one
// atomic load; the view never changes.
func (s *Sampler) View() *View { return s.view.Load() }

// Admit returns nil where work of the priority is admitted, and else why it is not. It
// costs what Level costs, and reads the clock only to refuse.
func (s *Sampler) Admit(p fuseboard.Priority) *Error {
	if s.Level().Admits(p) {
		return nil
	}
	return s.View().Refuse(p, s.clock.Now())
}

// Start begins to sample on a goroutine of the sampler: one reading at once, and then one
// each Every. A policy that is off starts none. A second Start, and one after Stop, does nothing.
func (s *Sampler) Start() {
	s.life.Lock()
	defer s.life.Unlock()
	if s.stopped || s.quit != nil || !s.policy.On() {
		return
	}
	s.quit, s.done = make(chan struct{}), make(chan struct{})
	go s.run(s.quit, s.done)
}

func (s *Sampler) run(quit, done chan struct{}) {
	defer close(done)
	defer s.end() // also where the source ends the goroutine: nobody watches any more
	ticker := time.NewTicker(s.policy.Every)
	defer ticker.Stop()
	for {
		s.Sample(s.clock.Now())
		select {
		case <-quit:
			return
		case <-ticker.C:
		}
	}
}

// Stop ends the sampler's goroutine and waits for it, also for a reading that is under
// way. The level is [AdmitAll] from then on: what nobody watches is not shed. A second
// Stop waits as well.
func (s *Sampler) Stop() {
	s.life.Lock()
	defer s.life.Unlock()
	if s.quit != nil && !s.stopped {
		close(s.quit)
		<-s.done
	}
	s.stopped = true
	s.end()
}

func (s *Sampler) end() {
	s.reading.Lock()
	defer s.reading.Unlock()
	if s.ended {
		return
	}
	s.ended = true
	if s.own != nil {
		s.own.Close()
	}
	s.state = State{}
	s.publish()
}

// Sample takes one reading now, whether the sampler runs or not, and returns the level
// that follows. After Stop, and where the policy is off, it reads nothing.
func (s *Sampler) Sample(now fuseboard.Instant) Level {
	s.reading.Lock()
	defer s.reading.Unlock()
	if s.ended || !s.policy.On() {
		return AdmitAll
	}
	s.state = s.state.next(now, s.read(now), s.policy)
	s.publish()
	return s.state.Level
}

// read asks the source, and knows nothing where that panics.
func (s *Sampler) read(now fuseboard.Instant) (in Signals) {
	defer func() {
		if recover() != nil {
			in = NotKnown("the source panicked")
		}
	}()
	return s.source(now)
}

func (s *Sampler) publish() {
	before, view := s.Level(), &View{State: s.state, policy: s.policy}
	s.view.Store(view)
	s.level.Store(uint32(s.state.Level))
	if s.moved != nil && before != s.state.Level {
		s.moved(Move{From: before, To: s.state.Level, Ended: s.ended, View: view})
	}
}
