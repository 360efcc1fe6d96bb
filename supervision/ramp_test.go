// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

var ramped = Breaker{Consecutive: 3, Probes: 1, OpenFor: time.Second, OpenJitter: 1e-12, Ramp: 10 * time.Second}

func (s *stage) ramping() {
	s.Helper()
	s.calls(3, broken)
	s.now = s.last.Until
	s.calls(1, good)
	s.is(Ramping)
}

func TestRampAdmitsAShareThatGrowsFromTenPercentToAll(t *testing.T) {
	s := newStage(t, ramped)
	s.ramping()
	equal(t, "first caller", s.admitted(1, good), 1)
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{0, 100}, {2, 280}, {5, 550}, {9, 910}} {
		at := s.last.At.Add(c.after * time.Second)
		s.now = at
		if got := s.admitted(1000, good); got < c.want-1 || got > c.want+1 {
			t.Errorf("after %ds of 10s: %d of 1000 admitted, want %d", c.after, got, c.want)
		}
	}
	s.now = s.last.At.Add(10 * time.Second)
	equal(t, "at the end", s.admitted(1000, good), 1000)
	s.is(Closed)
}

func TestRampSpreadsTheAdmittedEvenly(t *testing.T) {
	r := newRamp(0, time.Second)
	var gaps []int
	for i, last := 0, 0; i < 100; i++ {
		if r.take(0) {
			gaps = append(gaps, i-last)
			last = i
		}
	}
	for _, g := range gaps[1:] {
		if g != 10 && g != 11 {
			t.Fatalf("gaps %v, want every tenth", gaps)
		}
	}
}

func TestRampEndsByTimerWithoutTraffic(t *testing.T) {
	s := newStage(t, ramped)
	s.ramping()
	_, _, next := s.c.Expire(s.now)
	equal(t, "next", next, s.now.Add(10*time.Second))
	done, moved, next := s.c.Expire(next)
	equal(t, "moved", moved, true)
	equal(t, "cause", done.Cause, CauseRampDone)
	equal(t, "next", next, fuseboard.Never)
	s.is(Closed)
}

func TestFailuresDuringTheRampOpenAgainForLonger(t *testing.T) {
	s := newStage(t, ramped)
	s.ramping()
	s.wait(9 * time.Second)
	s.admitted(4, broken)
	s.is(Open)
	equal(t, "open time", s.last.OpenFor.Round(time.Millisecond), 2*time.Second)
	equal(t, "from", s.last.From, Ramping)
}

func TestRampHasItsOwnWindow(t *testing.T) {
	s := newStage(t, ramped)
	s.ramping()
	equal(t, "numbers", s.c.Numbers(s.now), Numbers{})
	s.admitted(1, good)
	equal(t, "calls", s.c.Numbers(s.now).Calls, 1)
}
