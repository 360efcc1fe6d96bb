// SPDX-License-Identifier: Apache-2.0

package throttle

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

func TestPolicyIsOffUntilAFieldIsSet(t *testing.T) {
	if p := (Policy{}); p.On() || p.WithDefaults() != p || p.Bytes() != 0 || len(p.Validate()) > 0 {
		t.Errorf("the zero policy is on: %+v", p.WithDefaults())
	}
	want := Policy{Ratio: 1.5, Window: 2 * time.Minute, MaxReject: 0.9, MinCalls: 20}
	if got := (Policy{Ratio: 1.5}).WithDefaults(); got != want || len(got.Validate()) > 0 {
		t.Errorf("got %+v, %v", got, got.Validate())
	}
}

func TestPolicyIsReadFromItsWords(t *testing.T) {
	var p Policy
	if problems := plain.Decode([]byte(`{"ratio": 1.5, "window": "30s", "max_reject": "80%", "min_calls": 5}`), &p); len(problems) > 0 {
		t.Fatal(problems)
	}
	if want := (Policy{Ratio: 1.5, Window: 30 * time.Second, MaxReject: 0.8, MinCalls: 5}); p != want {
		t.Errorf("got %+v", p)
	}
}

func TestValidateReportsEverythingAtOnce(t *testing.T) {
	var paths []string
	for _, problem := range (Policy{Ratio: 1, Window: time.Hour, MaxReject: 1, MinCalls: -1}).Validate() {
		paths = append(paths, problem.Path)
	}
	if want := []string{"ratio", "window", "max_reject", "min_calls"}; !slices.Equal(paths, want) {
		t.Errorf("got %q", paths)
	}
}

func TestHostilePoliciesAreMovedIntoTheirRanges(t *testing.T) {
	for _, p := range []Policy{
		{Ratio: math.NaN(), MaxReject: math.NaN(), Window: math.MinInt64, MinCalls: math.MinInt},
		{Ratio: math.Inf(1), MaxReject: math.Inf(1), Window: math.MaxInt64, MinCalls: math.MaxInt},
		{Ratio: math.Inf(-1), MaxReject: -1, Window: 1, MinCalls: -1},
		{},
	} {
		usable := p.clamped()
		if problems := usable.Validate(); len(problems) > 0 {
			t.Errorf("%+v becomes %+v: %v", p, usable, problems)
		}
		th := New(p)
		for i := range 100 {
			if _, chance := th.Admit(0, 0, 0.999); !(chance >= 0 && chance <= 0.99) {
				t.Fatalf("%+v: chance %v after %d", p, chance, i)
			}
		}
	}
}
