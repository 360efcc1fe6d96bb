// SPDX-License-Identifier: Apache-2.0

package mailbox

// Reserve returns a seat for work that is about to start: with an idle goroutine,
// or with a new one that [Quotas.Goroutines] has room for. Nil means that it has
// none. Its caller holds a permit of the gate, and must call [Seat.Start] or
// [Seat.Cancel]. Idle goroutines of other pools keep their places until they end
// ([Workers.Idle]).
func (p *Pool) Reserve() *Seat {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.take()
}

// Spent reports whether Reserve would find neither an idle goroutine nor room for
// a new one now. A nil Pool has room.
func (p *Pool) Spent() bool {
	if p == nil || !p.gate.shared.Goroutines.Spent() {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.idle) == 0
}

// Start hands the work to the goroutine of a reserved seat. Its caller must call
// [Seat.Wait], and then what that says.
func (s *Seat) Start(w Work) {
	s.work = w
	s.state.Store(working)
	s.todo <- w // never blocks: it has room, and a reserved goroutine has no other work
}

// Cancel gives a reserved seat back that no work was started on.
func (s *Seat) Cancel() {
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	s.pool.put(s)
}
