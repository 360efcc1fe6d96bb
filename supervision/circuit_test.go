// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"math"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

func TestCircuitOpensAtFailureRate(t *testing.T) {
	s := newStage(t, Breaker{FailureRate: 0.5, MinCalls: 10})
	s.calls(6, good)
	s.calls(5, broken)
	s.is(Closed) // 5 of 11
	s.calls(1, broken)
	s.is(Open) // 6 of 12: reached is enough
	equal(t, "cause", s.last.Cause, CauseFailureRate)
	equal(t, "numbers", s.last.Before, Numbers{Calls: 12, Failures: 6, Consecutive: 6, FailureRate: 0.5})
}

func TestCircuitIsNotJudgedBeforeMinCalls(t *testing.T) {
	s := newStage(t, Breaker{FailureRate: 0.1, MinCalls: 5})
	s.calls(4, broken)
	s.is(Closed)
	s.calls(1, broken)
	s.is(Open)
	equal(t, "calls", s.last.Before.Calls, 5)
}

func TestCircuitOpensAtSlowRateWhateverTheKind(t *testing.T) {
	b := Breaker{SlowRate: 0.5, SlowAfter: time.Second, MinCalls: 4}
	slowFailure := of(fuseboard.ClassTimeout)
	slowFailure.Elapsed = 2 * time.Second
	s := newStage(t, b)
	s.calls(2, fuseboard.Outcome{Kind: fuseboard.Success, Elapsed: time.Second - 1})
	s.calls(1, slowly)
	s.calls(1, slowFailure)
	s.is(Open)
	equal(t, "cause", s.last.Cause, CauseSlowRate)
	equal(t, "slow", s.last.Before.Slow, 2)
}

func TestCircuitOpensAtConsecutiveFailuresWithoutMinCalls(t *testing.T) {
	s := newStage(t, Breaker{Consecutive: 3})
	s.calls(2, broken)
	s.calls(1, good)
	s.calls(2, broken)
	s.is(Closed)
	s.calls(1, broken)
	s.is(Open)
	equal(t, "cause", s.last.Cause, CauseConsecutive)
}

func TestWeightsDecideWhatAFailureCounts(t *testing.T) {
	t.Run("throttled is half a failure by default", func(t *testing.T) {
		s := newStage(t, Breaker{FailureRate: 0.5, MinCalls: 2})
		s.calls(1, good)
		s.calls(2, of(fuseboard.ClassThrottled))
		s.is(Closed) // 1 of 3
		s.calls(1, broken)
		s.is(Open)
		equal(t, "failures", s.last.Before.Failures, 2)
	})
	t.Run("an unknown class is an error", func(t *testing.T) {
		s := newStage(t, Breaker{FailureRate: 1, MinCalls: 2})
		s.calls(1, of("odd"))
		s.calls(1, of(""))
		s.is(Open)
	})
	t.Run("weight zero counts as nothing at all", func(t *testing.T) {
		s := newStage(t, Breaker{Consecutive: 2, Weights: map[fuseboard.Class]float64{"soft": 0}})
		s.calls(1, broken)
		s.calls(9, of("soft"))
		equal(t, "numbers", s.c.Numbers(s.now), Numbers{Calls: 1, Failures: 1, Consecutive: 1, FailureRate: 1})
		s.calls(1, broken)
		s.is(Open)
	})
	t.Run("weight four is four failures", func(t *testing.T) {
		s := newStage(t, Breaker{FailureRate: 0.4, MinCalls: 10, Weights: map[fuseboard.Class]float64{"worst": 4}})
		s.calls(9, good)
		s.calls(1, of("worst"))
		s.is(Open)
	})
	t.Run("a tiny weight is not lost", func(t *testing.T) {
		p := compile(Breaker{Weights: map[fuseboard.Class]float64{"tiny": 0.0001}})
		equal(t, "hundredths", p.hundredths("tiny"), 1)
	})
}

func TestZeroBreakerAdmitsEverythingAndCountsNothing(t *testing.T) {
	s := newStage(t, Breaker{})
	s.calls(1000, broken)
	s.is(Closed)
	equal(t, "numbers", s.c.Numbers(s.now), Numbers{})
	s.command(Command{Mode: HoldOpen, TTL: time.Minute})
	s.refused()
}

func TestClosedAgainStartsWithFreshEvidence(t *testing.T) {
	s := newStage(t, Breaker{Consecutive: 1, Probes: 1})
	s.halfOpen()
	s.calls(1, good)
	s.is(Closed)
	equal(t, "numbers", s.c.Numbers(s.now), Numbers{})
}

// A policy may reach the circuit unvalidated; it must behave, whatever it says.
func TestCircuitSurvivesPoliciesThatWereNeverValidated(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for name, b := range map[string]Breaker{
		"negative": {
			FailureRate: -1, SlowRate: -1, SlowAfter: -1, Consecutive: -1, MinCalls: -1, Window: Window{Calls: -1},
			OpenFor: -1, OpenGrowth: -1, MaxOpen: -1, OpenJitter: -1, Probes: -1, ProbeRate: -1, ProbeTimeout: -1, Ramp: -1,
		},
		"not a number": {
			FailureRate: nan, SlowRate: nan, OpenGrowth: nan, OpenJitter: nan, ProbeRate: nan,
			Weights: map[fuseboard.Class]float64{"error": nan}, Consecutive: 1,
		},
		"huge": {
			FailureRate: inf, SlowRate: inf, SlowAfter: math.MaxInt64, Consecutive: 1, MinCalls: math.MaxInt, OpenFor: math.MaxInt64,
			OpenGrowth: inf, MaxOpen: math.MaxInt64, OpenJitter: inf, Probes: math.MaxInt, ProbeRate: inf, ProbeTimeout: math.MaxInt64,
			Ramp: math.MaxInt64, Window: Window{Calls: math.MaxInt, Span: math.MaxInt64},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, b)
			for _, o := range []fuseboard.Outcome{good, broken, slowly, void, {}} {
				for _, d := range []time.Duration{0, time.Second, 25 * time.Hour} {
					s.admitted(30, o)
					s.wait(d)
					if _, _, next := s.c.Expire(s.now); next <= s.now {
						t.Fatalf("due again at %v, which is not after %v", next, s.now)
					}
				}
			}
			s.c.Admit(fuseboard.Never)
			s.c.Admit(-1)
		})
	}
}
