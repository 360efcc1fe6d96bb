// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Ending says how a caller's wait for its work ended.
type Ending uint8

// The endings.
const (
	// Answered: the work has ended, and its result is the caller's. Next is
	// [Seat.Free], then [Gate.Leave].
	Answered Ending = iota
	// TimeUp: the deadline came first. The caller has left the work: next is
	// [Seat.Settle], and no Leave, for the permit stays with the work.
	TimeUp
	// Gone: the caller's context ended first. As TimeUp.
	Gone
	// Interrupted: [Pool.Interrupt] came first. As TimeUp.
	Interrupted

	waiting // not yet
)

// The states of a seat's work. Whoever moves it on from working has decided
// whether the answer is the caller's.
const (
	working uint32 = iota
	answered
	left
)

// Seat is a pooled goroutine and the place where one caller waits for it.
type Seat struct {
	pool    *Pool
	todo    chan Work     // one place; nil ends the goroutine
	wake    chan struct{} // one place; says "look again", and may say so for nothing
	settled chan struct{} // one place; the caller that left has settled its affairs
	state   atomic.Uint32

	// The alarm is not set anew for each work: it may come too early, never too
	// late, and a caller that it wakes too early sets it right. So a work that
	// ends in time costs no timer.
	alarm *time.Timer           // nil until first used
	due   atomic.Int64          // when the alarm will wake; 0: it is not set
	vigil atomic.Pointer[Vigil] // that waits for it in its caller's place; nil: the caller waits here

	work         Work  // that runs; the caller's, and guarded by the pool's mu once it left
	ended        bool  // the goroutine has ended; written before the state is answered
	place        int   // in pool.seats; guarded by the pool's mu
	before, next *Seat // among those left; guarded by the pool's mu

	lost   bool              // left because another was first; guarded by the pool's mu
	leftAt fuseboard.Instant // then: when; guarded by the pool's mu
}

func newSeat(p *Pool) *Seat {
	return &Seat{pool: p, todo: make(chan Work, 1), wake: make(chan struct{}, 1), settled: make(chan struct{}, 1)}
}

// Wait waits for the work: at most until the deadline (Never: none), and while
// done is open (nil: always). now is when the work was started. With any other
// ending than Answered the caller has left, and must not touch the work again.
func (s *Seat) Wait(done <-chan struct{}, now, until fuseboard.Instant) Ending {
	if why := s.Await(done, now, until); why != Answered && s.Leave() {
		return why
	}
	return Answered // or it came at the same moment
}

// Await is Wait for a caller who does not leave: with another ending than Answered the work
// goes on, and is still the caller's. What follows is another wait, or [Seat.Leave].
func (s *Seat) Await(done <-chan struct{}, now, until fuseboard.Instant) Ending {
	for ; ; now = 0 {
		why := s.look(now, until)
		switch {
		case why != waiting:
			return why
		case done == nil: // cheaper than the choice below
			<-s.wake
			continue
		}
		select {
		case <-s.wake:
		case <-done:
			return Gone
		}
	}
}

// look tells how the wait ends, or sets the alarm for its going on. now is zero
// when it has to be asked for.
func (s *Seat) look(now, until fuseboard.Instant) Ending {
	switch {
	case s.state.Load() == answered:
		return Answered
	case s.pool.interrupted.Load():
		return Interrupted
	case until == fuseboard.Never || s.armed(until):
		return waiting
	case now == 0:
		now = s.pool.clock.Now()
	}
	if now >= until {
		return TimeUp
	}
	s.arm(now, until)
	return waiting
}

// armed reports whether the alarm will come no later than until.
func (s *Seat) armed(until fuseboard.Instant) bool {
	due := s.due.Load()
	return due != 0 && due <= int64(until)
}

// arm sets the alarm. An older alarm that comes meanwhile clears due, and wakes
// the caller, who sets it once more.
func (s *Seat) arm(now, until fuseboard.Instant) {
	s.due.Store(int64(until))
	if s.alarm == nil {
		s.alarm = time.AfterFunc(until.Sub(now), s.ring)
	} else {
		s.alarm.Reset(until.Sub(now))
	}
}

// silence stops the alarm of a seat whose goroutine ends.
func (s *Seat) silence() {
	if s.alarm != nil {
		s.alarm.Stop()
	}
}

func (s *Seat) ring() {
	s.due.Store(0)
	s.signal()
}

// signal wakes the caller, if one waits.
func (s *Seat) signal() {
	wake := s.wake
	if v := s.vigil.Load(); v != nil {
		wake = v.wake
	}
	select {
	case wake <- struct{}{}:
	default:
	}
}

// Leave makes the work nobody's, as Wait does where it ends otherwise than Answered. It is
// false where the work has ended meanwhile: then it is answered.
func (s *Seat) Leave() bool { return s.leave(false, 0) }

// Lose is Leave for work that has become needless, because other work for the same caller
// was done first. It is expected to end soon: see [LostGrace].
func (s *Seat) Lose(now fuseboard.Instant) bool { return s.leave(true, now) }

func (s *Seat) leave(lost bool, now fuseboard.Instant) bool {
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	if !s.state.CompareAndSwap(working, left) {
		return false
	}
	s.vigil.Store(nil) // whoever waits next waits here
	s.lost, s.leftAt = lost, now
	s.pool.link(s)
	return true
}

// Free gives the goroutine of answered work back to the pool. It comes before
// the permit is given back, so that the next to get that finds a goroutine.
func (s *Seat) Free() {
	s.work = nil
	if s.vigil.Load() != nil {
		s.vigil.Store(nil)
	}
	if s.ended {
		s.silence()
		return
	}
	s.pool.mu.Lock()
	s.pool.put(s)
	s.pool.mu.Unlock()
}

// Settle says that the caller that left has noted its outcome. Until then the
// permit stays, even if the work ends: who gets the permit next finds it noted.
func (s *Seat) Settle() { s.settled <- struct{}{} }
