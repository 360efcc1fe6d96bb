// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

var fleetBreaker = Breaker{FailureRate: 0.5, MinCalls: 4, Window: Window{Calls: 10}, Probes: 1, ProbeTimeout: 2 * time.Second}

// fleetStage is a stage whose circuit listens to a fleet.
func fleetStage(t *testing.T, b Breaker) *stage {
	s := newStage(t, b)
	s.c.Heed(s.now, true)
	return s
}

func (s *stage) follow(o FleetOrder) bool {
	t, moved := s.c.Follow(s.now, o)
	if moved {
		s.last = t
	}
	return moved
}

// hold holds the circuit, with the next probe in a while.
func (s *stage) hold(probe time.Duration) bool {
	return s.follow(FleetOrder{Phase: FleetHold, Probe: s.now.Add(probe), Scope: "all", Why: "4 of 5 callers fail"})
}

func TestAHoldRefusesAllButOneProbeForEachInstant(t *testing.T) {
	s := fleetStage(t, fleetBreaker)
	equal(t, "moved", s.hold(time.Second), true)
	s.is(Open)
	equal(t, "cause", s.last.Cause, CauseFleet)
	equal(t, "words", s.last.String(), "closed -> open: the fleet (all): 4 of 5 callers fail")
	s.refused()
	s.wait(time.Second)
	probe := s.admit()
	equal(t, "probe", probe.Probe(), true)
	s.refused()
	equal(t, "started", s.c.Start(s.now, &probe), true)
	equal(t, "moved by its answer", s.record(probe, good), false)
	s.refused() // the next goes when an order says so
	s.is(Open)
	equal(t, "moved by the next instant", s.hold(time.Second), false)
	s.refused()
	s.wait(time.Second)
	s.record(s.admit(), broken)
	equal(t, "seen", s.c.Sightings(), Sightings{ProbeOK: 1, ProbeFail: 1})
}

func TestAProbeOfAHoldThatComesBackUnusedLetsAnotherGo(t *testing.T) {
	s := fleetStage(t, fleetBreaker)
	s.hold(0)
	s.record(s.admit(), void)
	s.c.Return(s.admit())
	s.record(s.admit(), good)
	s.refused()
	equal(t, "seen", s.c.Sightings(), Sightings{ProbeOK: 1})
}

func TestAProbeOfAHoldThatDoesNotAnswerIsGivenUp(t *testing.T) {
	s := fleetStage(t, fleetBreaker)
	s.hold(0)
	probe := s.admit()
	s.wait(time.Second)
	s.hold(0)
	s.refused() // one at a time
	_, _, next := s.c.Expire(s.now)
	equal(t, "next", next, s.now.Add(time.Second))
	s.wait(time.Second)
	s.c.Expire(s.now)
	equal(t, "seen", s.c.Sightings(), Sightings{ProbeFail: 1})
	s.record(probe, good) // too late
	equal(t, "seen after it", s.c.Sightings(), Sightings{ProbeFail: 1})
	s.admit() // for the later instant
}

func TestARampLetsInTheShareThatOrdersMove(t *testing.T) {
	s := fleetStage(t, fleetBreaker)
	s.hold(time.Hour)
	equal(t, "moved", s.follow(FleetOrder{Phase: FleetRamp, Share: 0.1, Scope: "all"}), true)
	s.is(Ramping)
	equal(t, "of 100", s.admitted(100, good), 10)
	epoch := s.c.Epoch()
	equal(t, "moved by the share", s.follow(FleetOrder{Phase: FleetRamp, Share: 0.5}), false)
	equal(t, "of 100", s.admitted(100, good), 50)
	equal(t, "epoch", s.c.Epoch(), epoch)
	s.is(Ramping) // time alone does not end it
	equal(t, "cleared", s.follow(FleetOrder{}), true)
	s.is(Closed)
	equal(t, "numbers", s.c.Numbers(s.now), Numbers{})
}

func TestOwnFailuresOpenTheCircuitInARampOfTheFleet(t *testing.T) {
	s := fleetStage(t, fleetBreaker)
	s.follow(FleetOrder{Phase: FleetRamp, Share: 1, Reset: true})
	s.calls(2, broken) // half of min_calls
	s.is(Open)
	equal(t, "cause", s.last.Cause, CauseFailureRate)
	equal(t, "a ramp is not for who sees failures", s.follow(FleetOrder{Phase: FleetRamp, Share: 1}), false)
	equal(t, "nor is clear", s.follow(FleetOrder{Reset: true}), false)
	s.is(Open)
	equal(t, "a hold is", s.hold(0), true)
	equal(t, "words", s.last.String(), "open -> open: the fleet (all): 4 of 5 callers fail")
}

func TestASilentFleetHoldsNobody(t *testing.T) {
	s := fleetStage(t, fleetBreaker)
	s.hold(time.Hour)
	s.wait(FleetLease - 1)
	s.hold(time.Hour) // the lease begins anew
	s.wait(FleetLease - 1)
	s.refused()
	s.wait(1)
	last, moved, _ := s.c.Expire(s.now)
	equal(t, "moved", moved, true)
	equal(t, "cause", last.Cause, CauseFleetLost)
	s.is(HalfOpen)
	s.record(s.admit(), good)
	s.is(Closed)

	s.follow(FleetOrder{Phase: FleetRamp, Share: 0.55, Expires: s.now.Add(time.Second)})
	s.wait(time.Second)
	equal(t, "of 100", s.admitted(100, good), 55) // goes on where it was
	s.is(Ramping)
	s.wait(5 * time.Second) // half of the default ramp is left
	s.admit()
	s.is(Closed)
}

func TestALeaseIsNeverLongerThanTheLongest(t *testing.T) {
	s := fleetStage(t, fleetBreaker)
	s.follow(FleetOrder{Phase: FleetHold, Expires: fuseboard.Never})
	equal(t, "until", s.last.Until, s.now.Add(LongestFleetLease))
}

func TestTighteningTakesHalfTheCallsWithoutATransition(t *testing.T) {
	s := fleetStage(t, fleetBreaker)
	equal(t, "moved", s.follow(FleetOrder{Tighten: true}), false)
	equal(t, "epoch", s.c.Epoch(), 1)
	s.calls(2, broken)
	s.is(Open)

	s = fleetStage(t, fleetBreaker)
	s.follow(FleetOrder{Tighten: true})
	s.wait(FleetLease)
	s.calls(3, broken)
	s.is(Closed) // it has run out
	s.calls(1, broken)
	s.is(Open)
}

func TestACommandComesBeforeTheFleet(t *testing.T) {
	for _, mode := range []Mode{Off, HoldClosed, HoldOpen} {
		s := fleetStage(t, fleetBreaker)
		cmd := Command{Mode: mode, Reason: "r", By: "b", TTL: time.Minute}
		if _, _, err := s.c.Command(s.now, cmd); err != nil {
			t.Fatal(err)
		}
		equal(t, "moved", s.hold(0), false)
		s.is(Closed)
	}
	s := fleetStage(t, fleetBreaker)
	s.hold(time.Hour)
	if _, _, err := s.c.Command(s.now, Command{Mode: HoldClosed, Reason: "r", By: "b", TTL: time.Second}); err != nil {
		t.Fatal(err)
	}
	s.admit()
	s.wait(time.Second)
	s.refused() // the hold resumes
	s.hold(0)
	if _, _, err := s.c.Command(s.now, Command{Mode: Shadow, Reason: "r", By: "b", TTL: time.Second}); err != nil {
		t.Fatal(err)
	}
	equal(t, "a probe in shadow", s.admit().Probe(), true)
	equal(t, "another in shadow", s.admit().Probe(), false)
}

func TestWhoDoesNotListenIsNotMoved(t *testing.T) {
	s := newStage(t, fleetBreaker)
	equal(t, "moved", s.hold(0), false)
	s.calls(3, broken)
	equal(t, "seen", s.c.Sightings(), Sightings{})
	s = fleetStage(t, Breaker{})
	equal(t, "moved without a breaker", s.hold(0), false)
}

func TestEndingToListenEndsAHold(t *testing.T) {
	s := fleetStage(t, fleetBreaker)
	s.hold(time.Hour)
	last, moved := s.c.Heed(s.now, false)
	equal(t, "moved", moved, true)
	equal(t, "cause", last.Cause, CauseFleetLost)
	s.is(HalfOpen)
	equal(t, "moved any more", s.hold(0), false)
}

func TestEvidenceIsOfThePresentPhaseAsTheBreakerJudges(t *testing.T) {
	b := fleetBreaker
	b.SlowAfter, b.SlowRate, b.MinCalls = time.Second, 1, 10
	b.Weights = map[fuseboard.Class]float64{"soft": 0}
	s := fleetStage(t, b)
	early := s.admit()
	for _, o := range []fuseboard.Outcome{good, broken, slowly, void, of("soft")} {
		s.calls(1, o)
	}
	equal(t, "seen", s.c.Sightings(), Sightings{OK: 1, Fail: 2})
	s.hold(time.Hour)
	s.record(early, broken) // began before the hold
	equal(t, "seen", s.c.Sightings(), Sightings{OK: 1, Fail: 2})
}

func TestARefusalByTheFleetSaysSo(t *testing.T) {
	s := fleetStage(t, fleetBreaker)
	s.follow(FleetOrder{Phase: FleetHold, Probe: fuseboard.Never, Scope: "eu-1", Until: s.now.Add(time.Minute), Why: "4 of 5 callers fail"})
	r := s.c.Refusal()
	equal(t, "words", r.String(), "held by the fleet (eu-1): 4 of 5 callers fail")
	equal(t, "until", r.Until, s.now.Add(time.Minute))
	away, is := s.c.TurnsAway()
	equal(t, "turns away", is && away == r, true)
	s.follow(FleetOrder{Phase: FleetRamp, Share: 0.4})
	equal(t, "words", s.c.Refusal().String(), "recovering, and this call is beyond the share of 40% that the fleet admits yet")
	_, is = s.c.TurnsAway()
	equal(t, "turns away in a ramp", is, false)
	equal(t, "an ErrOpen, too", errors.Is(ErrFleet, ErrOpen) && !errors.Is(ErrOpen, ErrFleet), true)
}

func TestOnlyOneProbeOfAHoldGoesHoweverManyAsk(t *testing.T) {
	for range 20 {
		c := NewCircuit(fleetBreaker, 1)
		c.Heed(0, true)
		c.Follow(0, FleetOrder{Phase: FleetHold})
		var admitted atomic.Int64
		crowd(32, func(w int) {
			for i := range 50 {
				if w == 0 {
					c.Follow(0, FleetOrder{Phase: FleetHold, Why: strings.Repeat("again ", i)})
				} else if _, ok := c.Admit(0); ok {
					admitted.Add(1)
				}
			}
		})
		equal(t, "admitted", admitted.Load(), 1)
	}
}

// Orders, calls, commands and policies at once, while one reader follows the log.
func TestTheLogOfACircuitInAFleetIsGapless(t *testing.T) {
	b := Breaker{Consecutive: 2, OpenFor: time.Millisecond, Probes: 2, ProbeTimeout: 3 * time.Millisecond, Ramp: 2 * time.Millisecond}
	c := NewCircuit(b, 1)
	c.Heed(0, true)
	log, follow := c.Log(), &follower{T: t, epoch: 1}
	var clock atomic.Int64
	var counted atomic.Uint64
	crowd(16, func(w int) {
		for i := range 200 {
			now := fuseboard.Instant(clock.Add(int64(50 * time.Microsecond)))
			switch w {
			case 0:
				c.Follow(now, FleetOrder{Phase: FleetPhase(i % 3), Probe: now, Share: 0.5, Tighten: i%2 == 0, Expires: now.Add(time.Millisecond)})
			case 1:
				c.Reshape(now, b)
			case 2:
				c.Expire(now)
			default:
				if p, ok := c.Admit(now); ok && c.Start(now, &p) {
					c.Record(now, p, good)
					counted.Add(1)
				}
			}
		}
	})
	follow.read(log)
	equal(t, "last epoch read", follow.epoch, c.Epoch())
	seen := c.Sightings()
	if all := seen.OK + seen.Fail + seen.ProbeOK + seen.ProbeFail; seen.OK == 0 || all > counted.Load()+200 {
		t.Errorf("%+v of %d", seen, counted.Load())
	}
}

func TestAFleetCostsNothingWhileItIsClear(t *testing.T) {
	c := NewCircuit(fleetBreaker, 1)
	c.Heed(0, true)
	was := c.phase.Load()
	for now := range fuseboard.Instant(100) {
		c.Follow(now, FleetOrder{Why: "all is well"})
	}
	equal(t, "the phase stands", c.phase.Load() == was, true)
	c.Follow(0, FleetOrder{Phase: FleetHold, Probe: fuseboard.Never})
	equal(t, "allocations of a refusal", testing.AllocsPerRun(100, func() {
		c.Admit(1)
		c.Refusal()
	}), 0)
}
