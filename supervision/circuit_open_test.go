// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

func TestOpenCircuitRefusesUntilItsTimeIsOver(t *testing.T) {
	s := newStage(t, Breaker{Consecutive: 1, OpenFor: 10 * time.Second})
	s.calls(1, broken)
	r, refuses := s.c.Refuses()
	equal(t, "refuses", refuses, true)
	equal(t, "until", r.Until, s.now.Add(s.last.OpenFor))
	equal(t, "cause", r.Cause, CauseConsecutive)
	equal(t, "failures", r.Before.Failures, 1)
	s.now = r.Until - 1
	s.refused()
	s.now++
	equal(t, "probe", s.admit().Probe(), true) // no timer was needed
	s.is(HalfOpen)
}

func TestOneRefusalIsSharedByAllWhoAreRefused(t *testing.T) {
	s := newStage(t, Breaker{Consecutive: 1})
	s.calls(1, broken)
	first, _ := s.c.Refuses()
	s.refused()
	equal(t, "refusal", s.c.Refusal(), first)
}

func TestOpenTimeGrowsWithEveryOpeningAndResetsWhenClosed(t *testing.T) {
	s := newStage(t, Breaker{Consecutive: 1, OpenFor: 10 * time.Second, MaxOpen: time.Minute, OpenJitter: 1e-12, Probes: 1})
	s.halfOpen()
	for _, want := range []time.Duration{20, 40, 60, 60} {
		s.calls(1, broken)
		equal(t, "open time", s.last.OpenFor.Round(time.Millisecond), want*time.Second)
		s.now = s.last.Until
	}
	s.calls(1, good)
	s.is(Closed)
	s.calls(1, broken)
	equal(t, "open time after closing", s.last.OpenFor.Round(time.Millisecond), 10*time.Second)
}

func TestOpenTimeIsSpreadWithinItsJitterAndNeverAboveMaxOpen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := compile(Breaker{
			OpenFor:    time.Duration(rapid.Int64Range(1, int64(longestOpen)).Draw(t, "open for")),
			MaxOpen:    time.Duration(rapid.Int64Range(1, int64(longestOpen)).Draw(t, "max")),
			OpenGrowth: rapid.Float64Range(1, 10).Draw(t, "growth"),
			OpenJitter: rapid.Float64Range(0, 0.5).Draw(t, "jitter"),
		})
		opens := rapid.IntRange(1, math.MaxInt).Draw(t, "opens")
		asked := time.Duration(rapid.Int64().Draw(t, "asked"))
		d := p.openTime(opens, roll(rapid.Uint64().Draw(t, "seed"), rapid.Uint64().Draw(t, "epoch")), asked)
		least := time.Duration(float64(p.OpenFor)*(1-p.OpenJitter)) - 1
		if d > p.MaxOpen || d < least || d < min(asked, p.MaxOpen) {
			t.Fatalf("open for %v: want %v to %v, and %v when asked", d, least, p.MaxOpen, asked)
		}
	})
}

func TestJitterIsSpreadOverSeedsAndEqualForEqualSeeds(t *testing.T) {
	var low, high int
	for seed := range uint64(1000) {
		r := roll(seed, 2)
		equal(t, "again", roll(seed, 2), r)
		switch {
		case r < 0 || r >= 1:
			t.Fatalf("roll %v", r)
		case r < 0.5:
			low++
		default:
			high++
		}
	}
	if low < 400 || high < 400 {
		t.Fatalf("%d low, %d high", low, high)
	}
}

func TestRetryAfterLengthensTheOpenTimeUpToMaxOpen(t *testing.T) {
	for asked, want := range map[time.Duration]time.Duration{
		time.Second: 10 * time.Second, 30 * time.Second: 30 * time.Second, time.Hour: time.Minute,
	} {
		s := newStage(t, Breaker{Consecutive: 1, OpenFor: 10 * time.Second, MaxOpen: time.Minute, OpenJitter: 1e-12})
		s.calls(1, fuseboard.Outcome{Kind: fuseboard.Failure, RetryAfter: asked})
		equal(t, "open time", s.last.OpenFor.Round(time.Millisecond), want)
	}
}

func TestOpenCircuitMovesToHalfOpenByTimerWithoutTraffic(t *testing.T) {
	s := newStage(t, Breaker{Consecutive: 1})
	s.calls(1, broken)
	_, moved, next := s.c.Expire(s.now)
	equal(t, "moved", moved, false)
	equal(t, "next", next, s.last.Until)
	moving, moved, next := s.c.Expire(next)
	equal(t, "moved", moved, true)
	equal(t, "cause", moving.Cause, CauseOpenElapsed)
	equal(t, "next", next, fuseboard.Never)
}
