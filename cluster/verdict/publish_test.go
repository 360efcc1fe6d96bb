// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"testing"
	"time"
)

func TestPhasesArePublishedAtOnceAndTheRestRarely(t *testing.T) {
	was := Cell{Vote: VoteOK, Wanted: 100, OK: 100}
	with := func(f func(*Cell)) Cell {
		c := was
		f(&c)
		return c
	}
	for name, step := range map[string]struct {
		next  Cell
		after time.Duration // from when on it is published, -1: never
	}{
		"nothing new":           {was, -1},
		"ages":                  {with(func(c *Cell) { c.VoteAge, c.ProbeAge = time.Second, time.Second }), -1},
		"a few calls more":      {with(func(c *Cell) { c.Wanted, c.OK = 140, 150 }), -1},
		"a few failures":        {with(func(c *Cell) { c.OK, c.Fail = 95, 5 }), -1},
		"phase":                 {with(func(c *Cell) { c.Phase = Hold }), 0},
		"a vote that it fails":  {with(func(c *Cell) { c.Vote = VoteFail }), 0},
		"one of a suspect":      {with(func(c *Cell) { c.Vote, c.Suspect = VoteFail, true }), time.Second / 4},
		"no vote":               {with(func(c *Cell) { c.Vote = VoteNone }), time.Second / 4},
		"circuit":               {with(func(c *Cell) { c.Open = true }), time.Second},
		"suspicion":             {with(func(c *Cell) { c.Suspect = true }), time.Second},
		"a probe":               {with(func(c *Cell) { c.ProbeFail = 1 }), time.Second},
		"twice the calls":       {with(func(c *Cell) { c.Wanted = 200 }), time.Second},
		"no caller any more":    {with(func(c *Cell) { c.Wanted = 0 }), time.Second},
		"an eighth of failures": {with(func(c *Cell) { c.OK, c.Fail = 87, 13 }), time.Second},
	} {
		for _, since := range []time.Duration{0, 249 * time.Millisecond, 250 * time.Millisecond, 999 * time.Millisecond, time.Second, time.Hour} {
			if got := Publish(was, step.next, since); got != (step.after >= 0 && since >= step.after) {
				t.Errorf("%s after %v: %v", name, since, got)
			}
		}
	}
}

func TestANodeSuspectsItselfWhenHalfOfWhatItCallsFailsForItAlone(t *testing.T) {
	for _, c := range []struct {
		health, calls, alone int
		want                 bool
	}{{0, 0, 0, false}, {2, 0, 0, true}, {1, 4, 1, false}, {0, 4, 2, true}, {0, 1, 1, false}, {0, 2, 1, true}} {
		if got := SuspectNode(c.health, c.calls, c.alone); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestWordsAreKnownAndUnknownOnesSaySo(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Clear.String(), "clear"},
		{Hold.String(), "hold"},
		{Ramp.String(), "ramp"},
		{Phase(9).String(), "unknown 9"},
		{ScopeZone.String(), "zone"},
		{VoteFail.String(), "fail"},
		{FewCallers.String(), "few callers"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
