// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

func TestSnapshotKnowsWhetherTheNextCallerIsAdmitted(t *testing.T) {
	b := Breaker{Consecutive: 2, OpenFor: time.Second, Probes: 3, ProbeTimeout: 2 * time.Second, Ramp: 4 * time.Second}
	rapid.Check(t, func(t *rapid.T) {
		c, now := NewCircuit(b, 1), fuseboard.Instant(time.Minute)
		var permits []Permit
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0:
				now = now.Add(time.Duration(rapid.IntRange(1, 1500).Draw(t, "ms")) * time.Millisecond)
			case 1:
				mode := Mode(rapid.IntRange(0, 4).Draw(t, "mode"))
				cmd := Command{Mode: mode, Reason: "test", By: "tester", TTL: time.Second}
				if _, _, err := c.Command(now, cmd); err != nil {
					t.Fatal(err)
				}
			case 2, 3:
				if len(permits) > 0 {
					c.Record(now, permits[0], rapid.SampledFrom([]fuseboard.Outcome{good, broken}).Draw(t, "outcome"))
					permits = permits[1:]
				}
			default:
				c.Expire(now)
				s := c.Snapshot(now)
				p, admitted := c.Admit(now)
				if s.Admits != admitted {
					t.Fatalf("%v, %v: said %v, was %v: %+v", s.State, s.Mode, s.Admits, admitted, s)
				}
				if !admitted && *s.Refusal() != *c.Refusal() {
					t.Fatalf("refusal %+v, want %+v", *s.Refusal(), *c.Refusal())
				}
				if admitted {
					permits = append(permits, p)
				}
			}
		}
	})
}

func TestSnapshotTellsOfProbesAndRamp(t *testing.T) {
	s := newStage(t, Breaker{Consecutive: 1, OpenFor: time.Second, OpenGrowth: 1, Probes: 3, ProbeRate: 0.6, Ramp: 10 * time.Second})
	s.calls(1, broken)
	s.wait(2 * time.Second)
	running := s.admit()
	s.record(s.admit(), good)
	equal(t, "probing", s.c.Snapshot(s.now).Probing, Probing{Free: 1, Running: 1, Passed: 1, Need: 2})
	s.command(Command{Mode: Shadow, TTL: time.Second})
	for range 3 {
		s.admit()
	}
	equal(t, "admits, with every place taken, in shadow", s.c.Snapshot(s.now).Admits, true)
	s.command(Command{Mode: Enforce})
	s.record(s.admit(), good)
	s.record(running, good) // of an older epoch
	s.record(s.admit(), good)
	s.wait(5 * time.Second)
	s.c.Expire(s.now)
	snap := s.c.Snapshot(s.now)
	equal(t, "state", snap.State, Ramping)
	equal(t, "share", snap.Share, 0.55)
	equal(t, "probing", snap.Probing, Probing{})
	equal(t, "cause of the opening", snap.Cause, CauseConsecutive)
}
