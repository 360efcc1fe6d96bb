// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

var threeProbes = Breaker{Consecutive: 1, Probes: 3, ProbeRate: 0.6, ProbeTimeout: 5 * time.Second}

func TestHalfOpenAdmitsExactlyItsProbes(t *testing.T) {
	s := newStage(t, threeProbes)
	s.halfOpen()
	for range 3 {
		equal(t, "probe", s.admit().Probe(), true)
	}
	s.refused()
	equal(t, "refusal", s.c.Refusal().State, HalfOpen)
}

func TestHalfOpenDecidesAsSoonAsTheVerdictIsCertain(t *testing.T) {
	t.Run("two good of three", func(t *testing.T) {
		s := newStage(t, threeProbes)
		s.halfOpen()
		s.calls(1, good)
		s.is(HalfOpen)
		s.calls(1, good)
		s.is(Closed)
		equal(t, "cause", s.last.Cause, CauseProbesPassed)
		equal(t, "numbers", s.last.Before, Numbers{Calls: 2})
	})
	t.Run("two bad of three", func(t *testing.T) {
		s := newStage(t, threeProbes)
		s.halfOpen()
		s.calls(1, broken)
		s.calls(1, good)
		s.is(HalfOpen)
		s.calls(1, broken)
		s.is(Open)
		equal(t, "cause", s.last.Cause, CauseProbesFailed)
		equal(t, "numbers", s.last.Before, Numbers{Calls: 3, Failures: 2, FailureRate: 2.0 / 3})
	})
}

func TestSlowProbeIsBadOnlyWhenSlownessOpensTheCircuit(t *testing.T) {
	b := Breaker{Consecutive: 1, Probes: 1, SlowAfter: time.Second}
	for rate, want := range map[float64]State{0: Closed, 0.5: Open} {
		b.SlowRate = rate
		s := newStage(t, b)
		s.halfOpen()
		s.calls(1, slowly)
		s.is(want)
		equal(t, "slow", s.last.Before.Slow, 1)
	}
}

func TestProbeTimeBeginsAnewWhenTheProbeStarts(t *testing.T) {
	s := newStage(t, threeProbes)
	s.halfOpen()
	p := s.admit()
	s.wait(4 * time.Second) // in the queue of the gate
	equal(t, "started", s.c.Start(s.now, &p), true)
	_, _, next := s.c.Expire(s.now)
	equal(t, "next", next, s.now.Add(5*time.Second))
	s.wait(4 * time.Second)
	s.record(p, good)
	equal(t, "answers", s.c.Numbers(s.now).Calls, 1)
}

func TestProbeThatWaitedTooLongIsNotStarted(t *testing.T) {
	s := newStage(t, threeProbes)
	s.halfOpen()
	p := s.admit()
	s.wait(5 * time.Second)
	equal(t, "started", s.c.Start(s.now, &p), false)
	equal(t, "failed probes", s.c.Numbers(s.now).Failures, 1)
	s.c.Return(p)
	equal(t, "failed probes", s.c.Numbers(s.now).Failures, 1)
}

func TestReturnedProbeFreesItsPlaceAndCountsNothing(t *testing.T) {
	for _, o := range []fuseboard.Outcome{void, {}, {Kind: fuseboard.Rejected}, {Kind: 99}, of(fuseboard.ClassDownstream)} {
		s := newStage(t, Breaker{Consecutive: 1, Probes: 1})
		s.halfOpen()
		for range 5 {
			s.record(s.admit(), o)
			p := s.admit()
			s.refused()
			s.c.Return(p)
		}
		s.is(HalfOpen)
		equal(t, "numbers", s.c.Numbers(s.now), Numbers{})
	}
}

func TestNeededProbesAreRoundedUp(t *testing.T) {
	for _, c := range []struct {
		probes int
		rate   float64
		need   int
	}{{3, 0.6, 2}, {5, 0.6, 3}, {100, 0.07, 7}, {100, 0.071, 8}, {1, 0.01, 1}, {10, 1, 10}, {3, 1.0 / 3, 1}} {
		equal(t, "needed", neededProbes(c.probes, c.rate), c.need)
	}
}

func TestPermitOfAnOpenCircuitDoesNotStart(t *testing.T) {
	s := newStage(t, Breaker{Consecutive: 1})
	waiting := s.admit()
	equal(t, "still", s.c.Still(waiting), true)
	equal(t, "start", s.c.Start(s.now, &waiting), true)
	s.calls(1, broken)
	equal(t, "still", s.c.Still(waiting), false)
	equal(t, "start", s.c.Start(s.now, &waiting), false)
	equal(t, "zero permit", s.c.Still(Permit{}), false)
}
