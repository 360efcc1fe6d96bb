// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAPercentileIsRightToTwoInAHundred(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Int64Range(int64(20*time.Microsecond), int64(30*time.Minute)), 1, 200).Draw(t, "durations")
		share := rapid.SampledFrom([]float64{0.01, 0.5, 0.9, 0.99, 1}).Draw(t, "share")
		var h histogram
		for _, d := range all {
			h.add(time.Duration(d))
		}
		slices.Sort(all)
		rank := max(int(float64(len(all))*share+0.999999), 1)
		want := float64(all[rank-1])
		got, known := h.quantile(share)
		if !known || float64(got) < want*0.98 || float64(got) > want*1.02 {
			t.Errorf("p%v = %v, want %v", share*100, got, time.Duration(want))
		}
	})
}

func TestAnEmptyHistogramKnowsNothing(t *testing.T) {
	var h histogram
	if _, known := h.quantile(0.5); known {
		t.Error("it has a median")
	}
	if _, known := h.mean(); known {
		t.Error("it has a mean")
	}
}

func TestWhatIsLongestIsToldExactly(t *testing.T) {
	var h histogram
	for _, d := range []time.Duration{0, time.Millisecond, 3 * time.Hour} {
		h.add(d)
	}
	if got, _ := h.quantile(1); got != 3*time.Hour {
		t.Errorf("longest %v", got)
	}
	var same histogram
	for range 100 {
		same.add(20 * time.Millisecond)
	}
	for _, share := range []float64{0.01, 0.5, 0.99, 1} {
		if got, _ := same.quantile(share); got != 20*time.Millisecond {
			t.Errorf("p%v of what always takes 20ms: %v", share*100, got)
		}
	}
	if got, _ := h.mean(); got != (3*time.Hour+time.Millisecond)/3 {
		t.Errorf("mean %v", got)
	}
}

func TestWhatAlwaysTakesTheSameHasThatForAPercentile(t *testing.T) {
	var h histogram
	for range 10 {
		h.add(40 * time.Millisecond)
	}
	for _, share := range []float64{0.5, 0.99, 1} {
		if got, _ := h.quantile(share); got != 40*time.Millisecond {
			t.Errorf("share %v: %v", share, got)
		}
	}
}
