// SPDX-License-Identifier: Apache-2.0

package hedge

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
	live := Policy{Quantile: 0.96, Min: ms, Max: time.Minute, Copies: 1, Window: 30 * time.Second, MinCalls: 100}
	after := live
	after.After, after.Quantile = 5*ms, 0.9
	high, low := live, live
	high.Min, high.Max = 2*time.Minute, 2*time.Minute
	low.Min, low.Max = 500*time.Microsecond, 500*time.Microsecond
	for p, want := range map[Policy]Policy{
		{Copies: 1}:                       live,
		{MinCalls: 100}:                   live,
		{After: 5 * ms}:                   {After: 5 * ms, Copies: 1},
		{After: 5 * ms, Quantile: 0.9}:    after,
		{Min: 2 * time.Minute}:            high,
		{Max: 500 * time.Microsecond}:     low,
		{After: 5 * ms, Min: time.Second}: {After: 5 * ms, Copies: 1, Min: time.Second},
	} {
		if got := p.WithDefaults(); got != want || len(got.Validate().Errors()) > 0 || got.WithDefaults() != got {
			t.Errorf("%+v becomes %+v, %v", p, got, got.Validate())
		}
	}
}

func TestPolicyIsReadFromItsWords(t *testing.T) {
	var p Policy
	text := `{"after": "20ms", "quantile": "95%", "min": "2ms", "max": "1s", "copies": 2, "window": "1m", "min_calls": 50}`
	if problems := plain.Decode([]byte(text), &p); len(problems) > 0 {
		t.Fatal(problems)
	}
	if want := (Policy{After: 20 * ms, Quantile: 0.95, Min: 2 * ms, Max: time.Second, Copies: 2, Window: time.Minute, MinCalls: 50}); p != want {
		t.Errorf("got %+v", p)
	}
}

func TestValidateReportsEverythingAtOnce(t *testing.T) {
	for want, p := range map[string]Policy{
		"after quantile min max copies window min_calls": {After: -1, Quantile: 1, Min: -1, Max: 2 * time.Hour, Copies: 6, Window: ms, MinCalls: -1},
		"min":                      {Min: time.Second, Max: ms},
		"min max window min_calls": {After: ms, Min: ms, Max: ms, Window: time.Second, MinCalls: 1},
		"quantile":                 {Quantile: math.NaN()},
		"":                         {After: ms, Quantile: 0.5, Min: time.Second, Max: time.Second},
	} {
		var paths string
		for _, problem := range p.Validate() {
			if paths != "" {
				paths += " "
			}
			paths += problem.Path
			if problem.Fix == "" || problem.Warning != (problem.Code == CodeWithoutQuantile) {
				t.Errorf("%s", problem)
			}
		}
		if paths != want {
			t.Errorf("%+v: got %q, want %q", p, paths, want)
		}
	}
}

func TestHostilePoliciesAreMovedIntoTheirRanges(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, p := range []Policy{
		{},
		{Quantile: nan, After: math.MinInt64, Min: math.MinInt64, Max: math.MinInt64, Copies: math.MinInt, Window: math.MinInt64, MinCalls: math.MinInt},
		{Quantile: inf, After: math.MaxInt64, Min: math.MaxInt64, Max: math.MaxInt64, Copies: math.MaxInt, Window: math.MaxInt64, MinCalls: math.MaxInt},
		{Quantile: -inf, Max: 1},
		{Quantile: -1, Min: time.Hour, Max: ms},
		{After: 1},
		{After: -1},
	} {
		usable := p.clamped()
		if problems := usable.Validate().Errors(); len(problems) > 0 || usable.clamped() != usable {
			t.Errorf("%+v becomes %+v: %v", p, usable, problems)
		}
		h := New(p)
		for range 1000 {
			h.Record(0, math.MaxInt64)
			h.Record(0, math.MinInt64)
			h.Lost(math.MaxInt64, -1)
		}
		if w, ok := h.Wait(); ok && (w < leastWait || w > mostWait) {
			t.Errorf("%+v: waits %s", p, w)
		}
		if slices.Contains([]int{0, mostCopies + 1}, h.Copies()) {
			t.Errorf("%+v: %d copies", p, h.Copies())
		}
	}
}
