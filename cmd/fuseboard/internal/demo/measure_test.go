// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestGoodMeansAnsweredAndNotLaterThanTheDeadline(t *testing.T) {
	for _, c := range []struct {
		sample Sample
		want   bool
	}{
		{Sample{Took: Deadline, End: Answered}, true},
		{Sample{Took: Deadline + 1, End: Answered}, false},
		{Sample{Took: 1, End: Failed}, false},
		{Sample{Took: 1, End: Refused}, false},
	} {
		if got := c.sample.Good(); got != c.want {
			t.Errorf("%+v is good: %v, want %v", c.sample, got, c.want)
		}
	}
}

func TestQuantileIsTheSmallestTimeThatItsShareDidNotExceed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOfN(rapid.Int64Range(0, 100), 1, 300).Draw(t, "times")
		q := rapid.SampledFrom([]float64{0.01, 0.5, 0.9, 0.99, 1}).Draw(t, "q")
		samples := make([]Sample, len(times))
		for i, v := range times {
			samples[i].Took = time.Duration(v)
		}
		got := int64(quantile(samples, q))
		need := int(math.Ceil(q * float64(len(times))))
		within := func(limit int64) (n int) {
			for _, v := range times {
				if v <= limit {
					n++
				}
			}
			return n
		}
		if !slices.Contains(times, got) || within(got) < need || within(got-1) >= need {
			t.Fatalf("quantile %v of %v is %d: %d calls are within it, %d below, need %d", q, times, got, within(got), within(got-1), need)
		}
	})
}

func TestQuantileOfNoCallsIsZero(t *testing.T) {
	if got := quantile(nil, 0.99); got != 0 {
		t.Errorf("got %s", got)
	}
}

func TestARecorderGivesWhatCameAfterTheFirstN(t *testing.T) {
	var r Recorder
	for i := range 3 {
		r.Add(Sample{At: time.Duration(i)})
	}
	for n, want := range map[int]int{0: 3, 2: 1, 3: 0, 9: 0} {
		if got := r.After(n); len(got) != want {
			t.Errorf("after %d of 3 samples come %d, want %d", n, len(got), want)
		}
	}
	r.After(0)[0].At = time.Hour
	if r.After(0)[0].At != 0 {
		t.Error("a reader changed what the recorder keeps")
	}
}
