// SPDX-License-Identifier: Apache-2.0

package mailbox

// serve is the goroutine: one work after the other, until it is told to end or a
// work ends it (runtime.Goexit).
func (s *Seat) serve() {
	var running Work
	defer func() { s.quit(running) }()
	for w := <-s.todo; w != nil; w = <-s.todo {
		running = w
		w.Run()
		running = nil
		if !s.answer() {
			s.late(w, true)
		}
	}
	s.silence()
}

// quit is the end of the goroutine. by is the work that ended it, if one did.
func (s *Seat) quit(by Work) {
	defer s.pool.quit()
	if by == nil {
		return
	}
	s.ended = true
	s.pool.mu.Lock() // a seat that is still among those that were left stays among all
	ours := s.state.CompareAndSwap(working, answered)
	if ours {
		s.pool.remove(s)
	}
	s.pool.mu.Unlock()
	if ours {
		s.signal()
		return
	}
	s.late(by, false)
}

// answer gives the ended work to its caller, unless that has left.
func (s *Seat) answer() bool {
	if !s.state.CompareAndSwap(working, answered) {
		return false
	}
	s.signal() // for nothing, if the caller has seen it already
	return true
}

// late ends work that its caller has left: then its goroutine is free, and then
// its permit. alive says that the goroutine goes on.
func (s *Seat) late(w Work, alive bool) {
	sound := false
	defer func() {
		p := s.pool
		p.mu.Lock()
		p.unlink(s)
		s.work = nil
		if alive && sound {
			p.put(s)
		} else { // it has ended, by its work or by Late
			p.remove(s)
			s.silence()
		}
		p.mu.Unlock()
		p.gate.Leave()
	}()
	<-s.settled
	w.Late()
	sound = true
}

// quit counts a goroutine out.
func (p *Pool) quit() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running--
	p.gate.shared.Goroutines.Give(1)
	if p.running == 0 && p.none != nil {
		close(p.none)
		p.none = nil
	}
}
