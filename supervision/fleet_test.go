// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"math"
	"testing"
	"time"
)

func TestAFleetSectionTakesItsDefaultsOnceItHasAMode(t *testing.T) {
	equal(t, "off", Fleet{MinCalls: 3}.WithDefaults(), Fleet{MinCalls: 3})
	equal(t, "on", Fleet{Mode: FleetAdvise, MinCalls: 3}.WithDefaults(), Fleet{
		Mode: FleetAdvise, FailureRate: 0.5, MinCalls: 3, Window: 10 * time.Second,
		Hold: 10 * time.Second, Ramp: 10 * time.Second, ProbesPerSecond: 2,
	})
	if found := (Fleet{Mode: FleetFollow}).WithDefaults().Validate(); len(found) != 0 {
		t.Error(found)
	}
}

func TestAFleetSectionIsJudged(t *testing.T) {
	for path, f := range map[string]Fleet{
		"mode":              {Mode: 9},
		"failure_rate":      {Mode: FleetFollow, FailureRate: 1.5},
		"min_calls":         {Mode: FleetFollow, MinCalls: -1},
		"window":            {Mode: FleetFollow, Window: time.Millisecond},
		"hold":              {Mode: FleetFollow, Hold: time.Hour},
		"ramp":              {Mode: FleetFollow, Ramp: -time.Second},
		"probes_per_second": {Mode: FleetFollow, ProbesPerSecond: math.Inf(1)},
	} {
		found := f.Validate()
		if len(found) != 1 || found[0].Path != path || found.Err() == nil {
			t.Errorf("%s: %v", path, found)
		}
	}
	if found := (Fleet{Hold: time.Second}).Validate(); len(found) != 1 || !found[0].Warning {
		t.Error(found)
	}
}

func TestFleetWordsAreReadAsTheyAreWritten(t *testing.T) {
	for m := range FleetFollow + 1 {
		text, _ := m.MarshalText()
		var got FleetMode
		if err := got.UnmarshalText(text); err != nil || got != m {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for p := range FleetRamp + 1 {
		text, _ := p.MarshalText()
		var got FleetPhase
		if err := got.UnmarshalText(text); err != nil || got != p {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	if _, err := FleetMode(9).MarshalText(); err == nil {
		t.Error("a mode without a word was written")
	}
	if _, err := FleetPhase(9).MarshalText(); err == nil {
		t.Error("a phase without a word was written")
	}
	m, p := FleetFollow, FleetRamp
	if m.UnmarshalText([]byte("x")) == nil || m != FleetFollow || p.UnmarshalText([]byte("x")) == nil || p != FleetRamp {
		t.Error("an unknown word was taken")
	}
}

func TestAnOrderThatSaysNothingIsFound(t *testing.T) {
	if found := (FleetOrder{Phase: 7, Share: math.NaN()}).Validate(); len(found) != 2 || found.Err() == nil {
		t.Error(found)
	}
	if found := (FleetOrder{Phase: FleetRamp, Share: 7}).Validate(); len(found) != 0 {
		t.Error("what is only out of range is taken as the nearest end", found)
	}
}
