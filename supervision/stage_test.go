// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

// stage is a circuit with a clock that the test turns, for tests that read as
// stories: call, wait, see where the circuit stands.
type stage struct {
	*testing.T
	c    *Circuit
	now  fuseboard.Instant
	log  *Log
	last Transition
}

func newStage(t *testing.T, b Breaker) *stage {
	t.Helper()
	c := NewCircuit(b, 1)
	return &stage{T: t, c: c, log: c.Log(), now: fuseboard.Instant(time.Minute)}
}

var (
	good   = fuseboard.Outcome{Kind: fuseboard.Success}
	broken = fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassError}
	slowly = fuseboard.Outcome{Kind: fuseboard.Success, Elapsed: time.Second}
	void   = fuseboard.Outcome{Kind: fuseboard.Void, Class: fuseboard.ClassCancelled}
)

func of(class fuseboard.Class) fuseboard.Outcome {
	return fuseboard.Outcome{Kind: fuseboard.Failure, Class: class}
}

func (s *stage) wait(d time.Duration) { s.now = s.now.Add(d) }

func (s *stage) admit() Permit {
	s.Helper()
	p, ok := s.c.Admit(s.now)
	if !ok {
		s.Fatalf("refused by %+v", *s.c.Refusal())
	}
	return p
}

func (s *stage) refused() {
	s.Helper()
	if _, ok := s.c.Admit(s.now); ok {
		s.Fatalf("admitted in %v/%v", s.c.State(), s.c.Mode())
	}
}

func (s *stage) record(p Permit, o fuseboard.Outcome) bool {
	t, moved := s.c.Record(s.now, p, o)
	if moved {
		s.last = *t
	}
	return moved
}

// calls runs n admitted calls that end in o.
func (s *stage) calls(n int, o fuseboard.Outcome) {
	s.Helper()
	for range n {
		s.record(s.admit(), o)
	}
}

// admitted runs n calls, of which some may be refused, and counts the others.
func (s *stage) admitted(n int, o fuseboard.Outcome) (count int) {
	for range n {
		if p, ok := s.c.Admit(s.now); ok {
			s.record(p, o)
			count++
		}
	}
	return count
}

func (s *stage) is(state State) {
	s.Helper()
	if got := s.c.State(); got != state {
		s.Fatalf("the circuit is %v (%v), want %v", got, s.last.Cause, state)
	}
}

func (s *stage) command(cmd Command) Transition {
	s.Helper()
	cmd.Reason, cmd.By = "test", "tester"
	t, _, err := s.c.Command(s.now, cmd)
	if err != nil {
		s.Fatal(err)
	}
	return t
}

// halfOpen trips a circuit whose policy has Consecutive 1, and waits out its time.
func (s *stage) halfOpen() {
	s.Helper()
	s.calls(1, broken)
	s.is(Open)
	s.now = s.last.Until
	s.c.Expire(s.now)
	s.is(HalfOpen)
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}
