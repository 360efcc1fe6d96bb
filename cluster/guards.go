// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"sync"

	"github.com/fuseboard/fuseboard/actors"
)

// guards are those of which the System has told something since the loop last looked. It is the System's
// [actors.FleetSource]: called by whoever makes, changes or stops a guard, so it takes a note and returns.
type guards struct {
	news chan struct{} // there is something

	mu   sync.Mutex
	told []word
}

// word is what was told of a guard: the fleet section that it has now; zero: none, or it has stopped.
type word struct {
	guard *actors.Guard
	fleet actors.Fleet
}

func newGuards() *guards { return &guards{news: make(chan struct{}, 1)} }

// Attach hears of a guard that takes part.
func (s *guards) Attach(g *actors.Guard, f actors.Fleet) { s.note(word{g, f}) }

// Detach hears of one that does no more.
func (s *guards) Detach(g *actors.Guard) { s.note(word{guard: g}) }

func (s *guards) note(w word) {
	s.mu.Lock()
	s.told = append(s.told, w)
	s.mu.Unlock()
	select {
	case s.news <- struct{}{}:
	default: // the loop has not looked since
	}
}

// take returns the notes.
func (s *guards) take() []word {
	s.mu.Lock()
	defer s.mu.Unlock()
	told := s.told
	s.told = nil
	return told
}
