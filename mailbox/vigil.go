// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"slices"
	"time"

	"github.com/fuseboard/fuseboard"
)

// LostGrace is how long work that has lost ([Seat.Lose]) may run on before it counts as
// abandoned: who heeds its context has ended by then.
const LostGrace = 100 * time.Millisecond

// Vigil is the wait of one caller for several seats of a pool at once: for an attempt and its
// copies. It is the caller's alone; make one with [Pool.Vigil], and end it with
// [Vigil.End]. Who waits for one seat needs none.
type Vigil struct {
	pool  *Pool
	wake  chan struct{} // one place; as that of a Seat
	alarm *time.Timer   // nil until first used
	seats []*Seat       // waited for, in the order in which they were added
}

// Vigil returns a vigil for no seat yet.
func (p *Pool) Vigil() *Vigil { return &Vigil{pool: p, wake: make(chan struct{}, 1)} }

// Add lets the vigil wait for the seat's work, which may run already. From here on
// [Seat.Wait] and [Seat.Await] must not be called for it.
func (v *Vigil) Add(s *Seat) {
	s.vigil.Store(v) // before the next look: who is done by now is seen there
	v.seats = append(v.seats, s)
}

// Wait waits until one of the works has ended, at most until the instant (Never: no limit),
// and while done is open (nil: always). Of several that have ended it returns the one that was
// added first. A seat that is returned is answered: next is [Seat.Free], and the vigil
// waits for it no more. With any other ending there is no seat, the works go
// on and are still the caller's: next is another Wait, or [Vigil.Leave] and [Vigil.Lose].
func (v *Vigil) Wait(done <-chan struct{}, until fuseboard.Instant) (*Seat, Ending) {
	for {
		for i, s := range v.seats {
			if s.state.Load() == answered {
				v.seats = slices.Delete(v.seats, i, i+1)
				return s, Answered
			}
		}
		if v.pool.interrupted.Load() {
			return nil, Interrupted
		}
		ring, over := v.set(until)
		if over {
			return nil, TimeUp
		}
		select {
		case <-v.wake:
		case <-ring:
		case <-done:
			return nil, Gone
		}
	}
}

// set sets the alarm; over says that it is too late for that. Nil never rings.
func (v *Vigil) set(until fuseboard.Instant) (ring <-chan time.Time, over bool) {
	if until == fuseboard.Never {
		return nil, false
	}
	left := until.Sub(v.pool.clock.Now())
	if left <= 0 {
		return nil, true
	}
	if v.alarm == nil {
		v.alarm = time.NewTimer(left)
	} else {
		v.alarm.Reset(left)
	}
	return v.alarm.C, false
}

// Leave is [Seat.Leave] of a seat that the vigil waits for. It is waited for no more.
func (v *Vigil) Leave(s *Seat) bool { return v.drop(s).Leave() }

// Lose is [Seat.Lose] of a seat that the vigil waits for. It is waited for no more.
func (v *Vigil) Lose(s *Seat, now fuseboard.Instant) bool { return v.drop(s).Lose(now) }

func (v *Vigil) drop(s *Seat) *Seat {
	if i := slices.Index(v.seats, s); i >= 0 {
		v.seats = slices.Delete(v.seats, i, i+1)
	}
	return s
}

// End ends the vigil, which waits for nobody any more.
func (v *Vigil) End() {
	if v.alarm != nil {
		v.alarm.Stop()
	}
}

// Burdened reports whether at least so much work runs that its callers have left. Work that
// has lost ([Seat.Lose]) counts once it has run on for [LostGrace]. A nil Pool is not
// burdened. It takes the pool's lock only where lost work makes the difference.
func (p *Pool) Burdened(now fuseboard.Instant, most int) bool {
	if p == nil {
		return false
	}
	n := p.Abandoned()
	if n < most || p.lost.Load() == 0 {
		return n >= most
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	n = 0
	for s := p.first; s != nil && n < most; s = s.next {
		if !s.lost || now.Sub(s.leftAt) >= LostGrace {
			n++
		}
	}
	return n >= most
}
