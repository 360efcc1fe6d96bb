// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/supervision"
)

func TestZeroBudgetHasItsDefaults(t *testing.T) {
	var zero supervision.Budget
	if zero.On() || !(supervision.Budget{Ratio: 0.1}).On() {
		t.Error("On does not mean: any field is set")
	}
	want := supervision.Budget{Ratio: 0.2, MinPerSecond: 10, Window: 10 * time.Second}
	if got := zero.WithDefaults(); !reflect.DeepEqual(got, want) {
		t.Errorf("defaults: %+v", got)
	}
	wantProblems(t, want.Validate())
}

func TestBudgetReportsEveryProblemAtOnce(t *testing.T) {
	b := supervision.Budget{Ratio: 1.5, MinPerSecond: -3, Window: time.Millisecond}
	wantProblems(t, b.Validate(), "ratio out-of-range", "min_per_second negative", "window out-of-range")
	if got := b.Validate()[0].Value; got != "150%" {
		t.Errorf("a share is shown as %q", got)
	}
}

func TestABudgetThatNobodyValidatedIsMovedIntoItsRanges(t *testing.T) {
	for _, b := range []supervision.Budget{
		{Ratio: math.NaN(), MinPerSecond: math.MaxInt, Window: math.MaxInt64},
		{Ratio: -1, MinPerSecond: -1, Window: -1},
		{Ratio: math.Inf(1), MinPerSecond: math.MinInt, Window: 1},
	} {
		s := supervision.NewSpending(b)
		s.Deposit(0)
		if _, _, allowed := s.Balance(0); allowed < 0 || allowed > 600_001 {
			t.Errorf("%+v allows %d", b, allowed)
		}
	}
}
