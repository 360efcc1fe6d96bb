// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestDefaultsAreWithinTheirRanges(t *testing.T) {
	if ps := (Rules{}).WithDefaults().Validate(); len(ps) != 0 {
		t.Errorf("%v", ps)
	}
	if r := (Rules{}).WithDefaults(); r != r.clamped() {
		t.Errorf("defaults are moved: %+v to %+v", r, r.clamped())
	}
}

func TestEveryBadRuleIsTold(t *testing.T) {
	bad := Rules{
		Window: time.Millisecond, FailureRate: 2, ExitRate: -1, MinCalls: -1, Probes: math.NaN(),
		Hold: time.Hour, Fresh: time.Hour, Persist: time.Hour, Ramp: time.Hour,
	}
	told := bad.Validate().Error()
	for _, path := range []string{"window", "failure_rate", "exit_rate", "min_calls", "probes", "hold", "fresh", "persist", "ramp"} {
		if !strings.Contains(told, "\n"+path+" ") && !strings.HasPrefix(told, path+" ") {
			t.Errorf("nothing about %s in\n%s", path, told)
		}
	}
	if ps := (Rules{FailureRate: 0.2, ExitRate: 0.4}).Validate(); len(ps) != 1 || ps[0].Path != "exit_rate" || ps[0].Code != "conflict" {
		t.Errorf("%v", ps)
	}
}

func TestRulesThatNobodyValidatedAreMovedIntoTheirRanges(t *testing.T) {
	r := New(Rules{Window: -1, FailureRate: math.Inf(1), ExitRate: 9, MinCalls: -4, Probes: math.NaN(), Hold: -1, Ramp: 1 << 60}, "a", "", 1).rules
	if r.Window != minWindow || r.FailureRate != 1 || r.ExitRate != 1 || r.MinCalls != 1 || r.Probes != minProbes || r.Hold != minHold || r.Ramp != maxHold {
		t.Errorf("%+v", r)
	}
}
