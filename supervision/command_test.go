// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

var tripping = Breaker{Consecutive: 2, Probes: 1, OpenFor: time.Second, OpenJitter: 1e-12}

func TestShadowMovesAndRefusesNothing(t *testing.T) {
	b := ramped
	b.Probes, b.ProbeRate = 2, 1
	s := newStage(t, b)
	s.command(Command{Mode: Shadow, TTL: time.Hour})
	s.calls(3, broken)
	s.is(Open)
	s.calls(100, broken) // nothing is refused, nothing is counted
	equal(t, "open", s.c.Numbers(s.now), Numbers{})

	s.now = s.last.Until
	first, second, other := s.admit(), s.admit(), s.admit()
	equal(t, "probes", [3]bool{first.Probe(), second.Probe(), other.Probe()}, [3]bool{true, true, false})
	s.record(other, broken)
	s.record(first, good)
	s.is(HalfOpen)
	s.record(second, good)
	s.is(Ramping)

	s.calls(100, good)
	equal(t, "counted of the ramp's first calls", s.c.Numbers(s.now).Calls, 10)
}

func TestOffAdmitsEverythingCountsNothingAndDoesNotMove(t *testing.T) {
	s := newStage(t, tripping)
	s.calls(1, broken)
	s.command(Command{Mode: Off, TTL: time.Hour})
	s.calls(100, broken)
	s.is(Closed)
	equal(t, "calls", s.c.Numbers(s.now).Calls, 1)
}

func TestHoldOpenRefusesEverythingAndKeepsTheStateBeneath(t *testing.T) {
	s := newStage(t, tripping)
	running := s.admit()
	s.command(Command{Mode: HoldOpen, TTL: time.Minute})
	s.refused()
	s.record(running, broken)
	s.is(Closed)
	r := s.c.Refusal()
	equal(t, "cause", r.Cause, CauseCommand)
	equal(t, "by", r.By, "tester")
	equal(t, "until", r.Until, s.now.Add(time.Minute))
	s.wait(time.Minute - 1)
	s.refused()
	s.wait(1)
	s.calls(1, good)
	equal(t, "mode", s.c.Mode(), Enforce)
}

func TestHoldClosedAdmitsAndCountsButDoesNotOpen(t *testing.T) {
	s := newStage(t, tripping)
	s.command(Command{Mode: HoldClosed, TTL: time.Minute})
	s.calls(50, broken)
	s.is(Closed)
	equal(t, "failures", s.c.Numbers(s.now).Failures, 50)
	s.command(Command{Mode: Enforce})
	s.calls(1, broken) // the window survived the modes
	s.is(Open)
}

func TestHoldClosedOverAnOpenCircuitLetsCallsThroughUntilItEnds(t *testing.T) {
	s := newStage(t, Breaker{Consecutive: 2, OpenFor: time.Hour, MaxOpen: time.Hour})
	s.calls(2, broken)
	s.refused()
	s.command(Command{Mode: HoldClosed, TTL: time.Minute})
	s.calls(5, good)
	equal(t, "calls", s.c.Numbers(s.now).Calls, 5)
	s.wait(time.Minute)
	s.refused()
	s.is(Open)
}

func TestCommandEndsAtItsTTLAndTheStateBeneathResumes(t *testing.T) {
	s := newStage(t, tripping)
	s.calls(2, broken) // open for one second
	s.command(Command{Mode: HoldOpen, TTL: time.Minute})
	_, _, next := s.c.Expire(s.now)
	equal(t, "next", next, s.now.Add(time.Minute))
	s.log = s.c.Log()
	s.wait(2 * time.Minute)
	equal(t, "probe", s.admit().Probe(), true) // open was long overdue
	expired, _ := s.log.Next()
	equal(t, "first", expired.Cause, CauseCommandExpired)
	equal(t, "by", expired.By, "tester")
	elapsed, _ := s.log.Next()
	equal(t, "second", elapsed.Cause, CauseOpenElapsed)
}

func TestStateEndsBeforeTheCommandThatEndsAtTheSameInstant(t *testing.T) {
	s := newStage(t, ramped)
	s.ramping()
	s.log = s.c.Log()
	s.command(Command{Mode: Shadow, TTL: ramped.Ramp})
	s.wait(ramped.Ramp)
	s.c.Expire(s.now)
	for _, want := range []Cause{CauseCommand, CauseRampDone, CauseCommandExpired} {
		next, _ := s.log.Next()
		equal(t, "cause", next.Cause, want)
	}
}

func TestEnforceEndsACommandAndIsNothingUnderEnforce(t *testing.T) {
	s := newStage(t, tripping)
	cmd := Command{Mode: Enforce, Reason: "over", By: "a"}
	if _, moved, err := s.c.Command(s.now, cmd); moved || err != nil {
		t.Fatalf("moved %v, err %v", moved, err)
	}
	s.command(Command{Mode: Off, TTL: time.Hour})
	ended, moved, _ := s.c.Command(s.now, cmd)
	equal(t, "moved", moved, true)
	equal(t, "from", ended.FromMode, Off)
	equal(t, "mode", ended.Mode, Enforce)
	equal(t, "until", ended.Until, fuseboard.Never)
}

func TestResetClosesWithAnEmptyWindow(t *testing.T) {
	s := newStage(t, tripping)
	s.calls(2, broken)
	moving := s.command(Command{Reset: true})
	equal(t, "from", moving.From, Open)
	s.is(Closed)
	s.calls(1, broken)
	equal(t, "failures", s.c.Numbers(s.now).Failures, 1)
	s.is(Closed)
}

func TestCommandSaysEverythingThatIsWrongWithIt(t *testing.T) {
	s := newStage(t, tripping)
	for _, c := range []struct {
		cmd  Command
		want []string
	}{
		{Command{Mode: Off}, []string{"reason: is required", "by: is required", "ttl: is required"}},
		{Command{Mode: 9, Reason: " ", By: "a", TTL: 25 * time.Hour}, []string{"mode = 9", "hold-closed", "reason: is", "ttl = 25h", "24h"}},
		{Command{Mode: Shadow, Reason: "r", By: "a", TTL: -1}, []string{"ttl = -1ns: must not be negative"}},
	} {
		_, moved, err := s.c.Command(s.now, c.cmd)
		if moved || err == nil {
			t.Fatalf("%+v: moved %v, err %v", c.cmd, moved, err)
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: %q does not say %q", c.cmd, err, want)
			}
		}
	}
	equal(t, "epoch", s.c.Epoch(), 1)
	if ps := (Command{Reason: "r", By: "a", TTL: 1}).Validate(); ps.Err() != nil || len(ps.Warnings()) != 1 {
		t.Errorf("enforce with ttl: %v", ps)
	}
}

func TestStatesAndModesReadBackFromTheirWords(t *testing.T) {
	for i := range stateNames {
		var back State
		text, _ := State(i).MarshalText()
		equal(t, "error", back.UnmarshalText(text), nil)
		equal(t, "state", back, State(i))
	}
	for i := range modeNames {
		var back Mode
		text, _ := Mode(i).MarshalText()
		equal(t, "error", back.UnmarshalText(text), nil)
		equal(t, "mode", back, Mode(i))
	}
	var m Mode
	if err := m.UnmarshalText([]byte("on")); err == nil || !strings.Contains(err.Error(), "hold-open") {
		t.Errorf("error %v does not list the modes", err)
	}
	equal(t, "unknown", State(77).String(), "unknown")
}

func TestProposalYieldsToACommandInForce(t *testing.T) {
	s := newStage(t, Breaker{Consecutive: 1})
	hold := Command{Mode: HoldOpen, By: "panics", Reason: "test", TTL: time.Minute}
	if _, moved, err := s.c.Propose(s.now, hold); !moved || err != nil || s.c.Mode() != HoldOpen {
		t.Errorf("under enforce: %v, %v, %v", moved, err, s.c.Mode())
	}
	if _, moved, err := s.c.Propose(s.now, Command{Mode: HoldClosed, By: "panics", Reason: "test", TTL: time.Hour}); moved || err != nil || s.c.Mode() != HoldOpen {
		t.Errorf("under a command: %v, %v, %v", moved, err, s.c.Mode())
	}
	if _, moved, err := s.c.Propose(s.now.Add(time.Minute), hold); !moved || err != nil {
		t.Errorf("when it is over: %v, %v", moved, err)
	}
	if _, _, err := s.c.Propose(s.now, Command{}); err == nil {
		t.Error("accepted without a reason")
	}
}
