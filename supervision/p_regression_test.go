// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

// These tests are named after mistakes that other breakers made; each names an
// issue in which it was met.

// resilience4j#935: a probe that never answered kept the circuit half-open.
func TestP1_ProbeThatNeverSettlesDoesNotStickHalfOpen(t *testing.T) {
	t.Run("its expiry decides without traffic", func(t *testing.T) {
		s := newStage(t, Breaker{Consecutive: 1, Probes: 1, ProbeTimeout: 5 * time.Second})
		s.halfOpen()
		s.admit() // and never heard of again
		_, _, next := s.c.Expire(s.now)
		equal(t, "next", next, s.now.Add(5*time.Second))
		expired, moved, _ := s.c.Expire(next)
		equal(t, "moved", moved, true)
		equal(t, "cause", expired.Cause, CauseProbeExpired)
		s.is(Open)
	})
	t.Run("its place is given away without a timer", func(t *testing.T) {
		s := newStage(t, threeProbes)
		s.halfOpen()
		s.admit()
		s.wait(5 * time.Second)
		s.calls(2, good)
		s.is(Closed)
	})
}

// resilience4j#1432, sentinel-golang: more calls than permitted passed at the
// move to half-open.
func TestP2_HalfOpenDoesNotAdmitMoreThanItsProbesAtTheMove(t *testing.T) {
	s := newStage(t, threeProbes)
	s.calls(1, broken)
	s.now = s.last.Until // every caller of this moment finds it overdue
	admitted := make([]bool, 64)
	crowd(64, func(w int) { _, admitted[w] = s.c.Admit(s.now) })
	count := 0
	for _, ok := range admitted {
		if ok {
			count++
		}
	}
	equal(t, "admitted", count, 3)
}

// Polly#217: the result of a call begun in an older state moved the new one.
func TestP3_LateResultsChangeNothing(t *testing.T) {
	t.Run("of a closed circuit in half-open", func(t *testing.T) {
		s := newStage(t, Breaker{Consecutive: 1, Probes: 1})
		late := s.admit()
		s.halfOpen()
		s.record(late, good)
		s.is(HalfOpen)
		s.record(late, broken)
		s.is(HalfOpen)
		equal(t, "numbers", s.c.Numbers(s.now), Numbers{})
	})
	t.Run("of an expired lease", func(t *testing.T) {
		s := newStage(t, threeProbes)
		s.halfOpen()
		late := s.admit()
		s.wait(5 * time.Second)
		s.record(late, good)
		s.record(late, good)
		equal(t, "numbers", s.c.Numbers(s.now), Numbers{Calls: 1, Failures: 1, FailureRate: 1})
		inItsPlace := s.admit()
		s.c.Return(late)
		s.record(inItsPlace, good)
		equal(t, "calls", s.c.Numbers(s.now).Calls, 2)
	})
	t.Run("of an older closed state", func(t *testing.T) {
		s := newStage(t, Breaker{Consecutive: 1})
		late := s.admit()
		s.command(Command{Reset: true})
		s.record(late, broken)
		s.is(Closed)
		equal(t, "numbers", s.c.Numbers(s.now), Numbers{})
	})
}

// Polly: a cancelled probe was "unhandled", therefore a success, and closed the circuit.
func TestP4_CancelledProbeIsNoSuccessAndNoFailure(t *testing.T) {
	s := newStage(t, Breaker{Consecutive: 1, Probes: 1})
	s.halfOpen()
	for range 10 {
		s.calls(1, void)
		s.is(HalfOpen)
	}
	equal(t, "numbers", s.c.Numbers(s.now), Numbers{})
	s.calls(1, broken)
	s.is(Open)
}

// sony/gobreaker#37: a callback that asked the breaker deadlocked; without the
// lock, events came in any order. A reader of the log may do anything between
// two transitions and still sees them in order.
func TestP8_ReaderOfTheLogMayUseTheCircuitAndSeesItsOwnMovesInOrder(t *testing.T) {
	s := newStage(t, Breaker{Consecutive: 1})
	s.calls(1, broken)
	want := uint64(2)
	for next, ok := s.log.Next(); ok; next, ok = s.log.Next() {
		equal(t, "epoch", next.Epoch, want)
		want++
		if next.Epoch < 10 {
			s.command(Command{Mode: Shadow, TTL: time.Hour})
			s.c.Admit(s.now)
			s.c.Reshape(s.now, Breaker{Consecutive: 1})
		}
	}
	equal(t, "transitions", want, 11)
}

// failsafe-go, Polly, sentinel measured with the wall clock: a step of it
// reopened or prolonged. Here time is an argument, and one that goes back does no harm.
func TestP9_TimeIsAnArgumentAndMayGoBack(t *testing.T) {
	s := newStage(t, Breaker{Consecutive: 1, Probes: 1, Ramp: time.Second})
	s.calls(1, broken)
	until := s.last.Until
	s.now = 0
	s.refused()
	equal(t, "until", s.c.Refusal().Until, until)
	s.now = until
	p := s.admit()
	s.now = 0
	s.refused() // one probe, whatever the time
	s.record(p, good)
	s.is(Ramping)
	s.c.Record(-5, s.admit(), good)
	s.is(Ramping)
}

func TestP9_NoDecisionReadsAClockALockALogOrGlobalRandomness(t *testing.T) {
	for _, file := range decisions(t) {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, imported := range parsed.Imports {
			switch path := strings.Trim(imported.Path.Value, `"`); path {
			case "sync", "log", "log/slog", "math/rand", "math/rand/v2", "os":
				t.Errorf("%s imports %s", file, path)
			}
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && fmt.Sprint(s.X) == "time" && !timeWords[s.Sel.Name] {
				t.Errorf("%s uses time.%s", file, s.Sel.Name)
			}
			return true
		})
	}
}

// timeWords are what a decision may use of package time: spans.
var timeWords = map[string]bool{"Duration": true, "Second": true, "Millisecond": true, "Minute": true, "Hour": true}

// decisions lists the product files of the circuit.
func decisions(t *testing.T) (files []string) {
	for _, pattern := range []string{"circuit*.go", "phase.go", "window*.go", "probe*.go", "ramp*.go", "transition.go", "command.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v, %v", pattern, found, err)
		}
		for _, file := range found {
			if !strings.HasSuffix(file, "_test.go") {
				files = append(files, file)
			}
		}
	}
	return files
}

// sentinel-golang#408: the state was set before its deadline, so that a caller
// between the two probed at once; resilience4j#646: illegal transitions.
func TestP17_StateAndDeadlineAppearTogether(t *testing.T) {
	for range 50 {
		c := NewCircuit(Breaker{Consecutive: 1, OpenFor: time.Minute}, 1)
		p, _ := c.Admit(0)
		crowd(16, func(w int) {
			if w == 0 {
				c.Record(0, p, broken)
				return
			}
			for range 20 {
				if _, ok := c.Admit(1); !ok && c.Refusal().Until < fuseboard.Instant(30*time.Second) {
					t.Error("refused by a state without its deadline")
				}
			}
		})
		equal(t, "state", c.State(), Open) // nobody probed at once
	}
}

func TestP17_OnlyLegalTransitionsHappen(t *testing.T) {
	legal := map[[2]State]bool{
		{Closed, Open}: true, {Open, HalfOpen}: true, {HalfOpen, Open}: true, {HalfOpen, Closed}: true,
		{HalfOpen, Ramping}: true, {Ramping, Open}: true, {Ramping, Closed}: true,
	}
	s := newStage(t, Breaker{Consecutive: 2, Probes: 2, OpenFor: time.Second, Ramp: time.Second})
	for i := range 2000 {
		o := good
		if i/(7+i/40)%2 == 0 { // spells of good and bad weather that grow longer
			o = broken
		}
		s.admitted(1, o)
		s.wait(100 * time.Millisecond)
	}
	seen := map[[2]State]bool{}
	for next, ok := s.log.Next(); ok; next, ok = s.log.Next() {
		move := [2]State{next.From, next.To}
		seen[move] = true
		if !legal[move] {
			t.Errorf("illegal %+v", next)
		}
	}
	if len(seen) < 6 {
		t.Fatalf("only %v happened: the test shows too little", seen)
	}
}

// resilience4j#858: looking at the circuit consumed a probe.
func TestP17_LookingDoesNotMoveOrConsume(t *testing.T) {
	s := newStage(t, Breaker{Consecutive: 1, Probes: 1})
	s.calls(1, broken)
	s.now = s.last.Until
	for range 5 {
		s.c.Refuses()
		s.c.Refusal()
		s.c.State()
		s.c.Snapshot(s.now)
		s.c.Numbers(s.now)
	}
	s.is(Open)
	equal(t, "probe", s.admit().Probe(), true)
}

// gobreaker#72: the counts were cleared before the listener saw the move.
func TestP21_TransitionCarriesTheNumbersBeforeTheReset(t *testing.T) {
	s := newStage(t, Breaker{FailureRate: 0.5, MinCalls: 10, Probes: 1})
	s.calls(5, good)
	s.calls(5, broken)
	opened, _ := s.log.Next()
	equal(t, "opened", opened.Before, Numbers{Calls: 10, Failures: 5, Consecutive: 5, FailureRate: 0.5})
	equal(t, "refusal", s.c.Refusal().Before, opened.Before)
	equal(t, "now", s.c.Numbers(s.now), Numbers{})
	s.now = opened.Until
	s.calls(1, good)
	s.log.Next()
	closed, _ := s.log.Next()
	equal(t, "closed", closed.Before, Numbers{Calls: 1})
}
