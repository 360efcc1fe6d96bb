// SPDX-License-Identifier: Apache-2.0

package mailbox

import "time"

// take returns the most recently idle seat, or a new one, or nil if the quota has
// no room for that. Under mu.
func (p *Pool) take() *Seat {
	if n := len(p.idle) - 1; n >= 0 {
		s := p.idle[n]
		p.idle[n] = nil
		p.idle = p.idle[:n]
		p.low = min(p.low, n)
		return s
	}
	if !p.gate.shared.Goroutines.Take(1) {
		return nil
	}
	s := newSeat(p)
	s.place = len(p.seats)
	p.seats = append(p.seats, s)
	p.running++
	go s.serve()
	return s
}

// put makes a seat idle, or ends it where nothing is kept. Under mu.
func (p *Pool) put(s *Seat) {
	if p.keep == 0 {
		p.dismiss(s)
		return
	}
	p.idle = append(p.idle, s)
	if !p.sweeping {
		p.restart()
	}
}

// restart begins a new stretch of idleness for all that are idle now, and ends
// them at once where nothing is kept. Under mu.
func (p *Pool) restart() {
	if p.keep == 0 {
		p.low = len(p.idle)
		p.trim()
	}
	p.low = len(p.idle)
	p.sweeping = p.low > 0
	switch {
	case p.sweeper == nil && p.sweeping:
		p.sweeper = time.AfterFunc(p.keep, p.sweep)
	case p.sweeping:
		p.sweeper.Reset(p.keep)
	case p.sweeper != nil:
		p.sweeper.Stop()
	}
}

// sweep ends the goroutines that nobody needed since the last sweep. They are
// the lowest of the stack, so no goroutine has to note when it became idle.
func (p *Pool) sweep() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trim()
	p.restart()
}

// trim ends the lowest of the idle. Under mu.
func (p *Pool) trim() {
	for _, s := range p.idle[:p.low] {
		p.dismiss(s)
	}
	rest := copy(p.idle, p.idle[p.low:])
	clear(p.idle[rest:])
	p.idle = p.idle[:rest]
}

// dismiss ends a goroutine that has no work and is not in idle. Under mu.
func (p *Pool) dismiss(s *Seat) {
	p.remove(s)
	s.todo <- nil // never blocks: the goroutine has no work
}

// remove forgets a seat that takes no more work. Under mu.
func (p *Pool) remove(s *Seat) {
	last := len(p.seats) - 1
	p.seats[s.place] = p.seats[last]
	p.seats[s.place].place = s.place
	p.seats[last] = nil
	p.seats = p.seats[:last]
}

// link puts a seat at the end of those that were left. Under mu.
func (p *Pool) link(s *Seat) {
	s.before = p.last
	if p.last != nil {
		p.last.next = s
	} else {
		p.first = s
	}
	p.last = s
	p.abandoned.Add(1)
	if s.lost {
		p.lost.Add(1)
	}
}

// unlink takes a seat out of those that were left. Under mu.
func (p *Pool) unlink(s *Seat) {
	if s.before != nil {
		s.before.next = s.next
	} else {
		p.first = s.next
	}
	if s.next != nil {
		s.next.before = s.before
	} else {
		p.last = s.before
	}
	s.before, s.next = nil, nil
	p.abandoned.Add(-1)
	if s.lost {
		s.lost = false
		p.lost.Add(-1)
	}
}
