// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// TransitionCount is how often a circuit went from one state to another for one cause.
type TransitionCount struct {
	// From and To are the states; equal where only the mode moved.
	From, To State
	// Cause says why.
	Cause Cause
	// Count is how often. It never falls.
	Count uint64
}

// moves counts transitions. Not safe for concurrent use by itself.
type moves []TransitionCount

func (m *moves) count(from, to State, cause Cause, n uint64) {
	for i := range *m {
		if c := &(*m)[i]; c.From == from && c.To == to && c.Cause == cause {
			c.Count += n
			return
		}
	}
	*m = append(*m, TransitionCount{From: from, To: to, Cause: cause, Count: n})
}

// list returns them in the order of their states and causes.
func (m *moves) list() []TransitionCount {
	all := slices.Clone([]TransitionCount(*m))
	slices.SortFunc(all, func(a, b TransitionCount) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Cause, b.Cause))
	})
	return all
}

// sharedMoves are those of all keys of a Keyring, also of those that were forgotten.
type sharedMoves struct {
	mu  sync.Mutex
	all moves // guarded by mu
}

func (s *sharedMoves) add(t Transition) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all.count(t.From, t.To, t.Cause, 1)
}

func (s *sharedMoves) list() []TransitionCount {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.list()
}

// ledger is what a guard knows of its transitions.
type ledger struct {
	last  []Transition // at most recentMoves, oldest first
	moves moves
	spent [supervision.Ramping + 1]time.Duration // in each state that is over
	shown [supervision.Ramping + 1]time.Duration // the most that anybody was told of each
	state State                                  // the present one
	since fuseboard.Instant
}

func (l *ledger) add(t Transition) {
	l.moves.count(t.From, t.To, t.Cause, 1)
	l.spent[l.state] += max(t.At.Sub(l.since), 0)
	l.state, l.since = t.To, max(t.At, l.since)
	if len(l.last) == recentMoves {
		copy(l.last, l.last[1:])
		l.last = l.last[:recentMoves-1]
	}
	l.last = append(l.last, t)
}

// timeIn never falls: a transition is told a moment after it was made, and whoever asked
// between the two has heard of time in a state that was over.
func (l *ledger) timeIn(now fuseboard.Instant) TimeIn {
	for state, spent := range l.spent {
		if State(state) == l.state {
			spent += max(now.Sub(l.since), 0)
		}
		l.shown[state] = max(l.shown[state], spent)
	}
	s := &l.shown
	return TimeIn{Closed: s[Closed], Open: s[Open], HalfOpen: s[HalfOpen], Ramping: s[Ramping]}
}

// note adds a transition to what the guard, and the Keyring of a key, tell of them.
func (g *Guard) note(t Transition) {
	g.recent.add(t, g.born)
	if g.key != nil {
		g.key.ring.moves.add(t)
	}
}
