// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"testing"
	"time"
	"unsafe"

	"github.com/fuseboard/fuseboard"
)

func TestReshapeKeepsStateEpochAndPermits(t *testing.T) {
	s := newStage(t, Breaker{Consecutive: 3})
	running := s.admit()
	s.calls(2, broken)
	equal(t, "kept", s.c.Reshape(s.now, Breaker{Consecutive: 3, OpenFor: time.Second}), Loss{})
	equal(t, "epoch", s.c.Epoch(), 1)
	equal(t, "still", s.c.Still(running), true)
	equal(t, "opened by the older permit", s.record(running, broken), true)
}

func TestReshapeKeepsTheWindowOnlyInTheSameShape(t *testing.T) {
	s := newStage(t, Breaker{FailureRate: 0.5, Consecutive: 9, Window: Window{Calls: 20}})
	s.calls(3, broken)
	equal(t, "other threshold", s.c.Reshape(s.now, Breaker{FailureRate: 0.9, Window: Window{Calls: 20}}), Loss{})
	equal(t, "calls", s.c.Numbers(s.now).Calls, 3)
	equal(t, "other length", s.c.Reshape(s.now, Breaker{FailureRate: 0.9, Window: Window{Calls: 30}}), Loss{Window: true})
	equal(t, "numbers", s.c.Numbers(s.now), Numbers{Consecutive: 3})
	equal(t, "other kind", s.c.Reshape(s.now, Breaker{FailureRate: 0.9}), Loss{Window: true})
}

func TestReshapeTurnsTheBreakerOnAndOff(t *testing.T) {
	s := newStage(t, Breaker{})
	running := s.admit()
	equal(t, "nothing lost", s.c.Reshape(s.now, tripping), Loss{})
	s.record(running, broken)
	s.calls(1, broken)
	s.is(Open)
	equal(t, "the state is lost", s.c.Reshape(s.now, Breaker{}), Loss{State: Open})
	s.is(Closed) // off is never open, and says so by a transition
	s.calls(5, broken)
	var last Transition
	for next, ok := s.log.Next(); ok; next, ok = s.log.Next() {
		last = next
	}
	equal(t, "cause", last.Cause, CausePolicy)
	equal(t, "epoch", last.Epoch, s.c.Epoch())
	s.c.Reshape(s.now, tripping)
	s.calls(2, broken)
	s.is(Open)
	s.c.Reshape(s.now, tripping)
	equal(t, "closed and off loses its window", newStage(t, tripping).c.Reshape(s.now, Breaker{}), Loss{Window: true})
}

func TestReshapeKeepsLeasesAndTheNumberOfProbes(t *testing.T) {
	s := newStage(t, threeProbes)
	s.halfOpen()
	first, second := s.admit(), s.admit()
	b := threeProbes
	b.Probes, b.ProbeTimeout = 10, time.Second
	equal(t, "kept", s.c.Reshape(s.now, b), Loss{})
	third := s.admit()
	s.refused()
	s.wait(time.Second) // the new time holds for the lease given since
	s.record(third, good)
	equal(t, "failed", s.c.Numbers(s.now).Failures, 1)
	s.record(first, good)
	s.record(second, good)
	s.is(Closed)
}

func TestReshapeShortensAnOpenTimeToTheNewMaxOpen(t *testing.T) {
	s := newStage(t, Breaker{Consecutive: 1, OpenFor: time.Hour, MaxOpen: time.Hour})
	s.calls(1, broken)
	before := s.c.Refusal().Until
	loss := s.c.Reshape(s.now, Breaker{Consecutive: 1, OpenFor: time.Second, MaxOpen: time.Second})
	equal(t, "cut off", loss, Loss{OpenTime: before.Sub(s.now.Add(time.Second))})
	equal(t, "until", s.c.Refusal().Until, s.now.Add(time.Second))
	s.c.Reshape(s.now, Breaker{Consecutive: 1, OpenFor: time.Hour, MaxOpen: time.Hour})
	equal(t, "never longer", s.c.Refusal().Until, s.now.Add(time.Second))
}

func TestReshapeIsInvisibleToTheLog(t *testing.T) {
	s := newStage(t, tripping)
	for range 3 {
		s.c.Reshape(s.now, tripping)
	}
	s.calls(2, broken)
	s.c.Reshape(s.now, tripping)
	first, ok := s.log.Next()
	equal(t, "found", ok, true)
	equal(t, "epoch", first.Epoch, 2)
	_, ok = s.log.Next()
	equal(t, "more", ok, false)
}

func TestSnapshotIsOfOneMoment(t *testing.T) {
	s := newStage(t, tripping)
	s.calls(2, broken)
	s.command(Command{Mode: HoldOpen, TTL: time.Hour})
	equal(t, "snapshot", s.c.Snapshot(s.now), Snapshot{
		Epoch: 3, State: Open, Mode: HoldOpen, Opens: 1, Until: s.last.Until,
		Cause: CauseConsecutive, Before: s.last.Before,
		ModeUntil: s.now.Add(time.Hour), Reason: "test", By: "tester",
	})
	s.command(Command{Mode: Enforce, Reset: true})
	equal(t, "snapshot", s.c.Snapshot(s.now), Snapshot{Epoch: 4, Until: fuseboard.Never, ModeUntil: fuseboard.Never, Admits: true})
}

// An idle circuit is what a hundred thousand keyed guards pay for.
func TestIdleCircuitIsSmall(t *testing.T) {
	const limit = 1536
	size := unsafe.Sizeof(Circuit{}) + unsafe.Sizeof(phase{}) + unsafe.Sizeof(plan{}) + unsafe.Sizeof(Refusal{}) +
		unsafe.Sizeof(tally{}) + unsafe.Sizeof(span{}) + tickCount*unsafe.Sizeof(tick[spanCounts]{})
	if size > limit {
		t.Errorf("%d bytes with all buckets in use, want at most %d", size, limit)
	}
}
