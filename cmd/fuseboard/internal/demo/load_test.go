// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

func ExampleArrivals() {
	for at := range Arrivals(1, 2, 3*time.Second) {
		fmt.Println(at.Round(10 * time.Millisecond))
	}
	// Output:
	// 300ms
	// 330ms
	// 350ms
	// 1.58s
	// 2.37s
	// 2.83s
}

func TestArrivalsAreAPoissonProcessOfTheirRateRepeatedByTheSeed(t *testing.T) {
	times := slices.Collect(Arrivals(3, 150, 100*time.Second))
	if n := len(times); n < 14_600 || n > 15_400 { // mean 15 000, deviation 122
		t.Errorf("%d arrivals in 100s at 150 a second", n)
	}
	if !slices.IsSorted(times) || times[len(times)-1] >= 100*time.Second {
		t.Error("arrivals are out of order or after the end")
	}
	if !slices.Equal(times, slices.Collect(Arrivals(3, 150, 100*time.Second))) {
		t.Error("the same seed gave other arrivals")
	}
	if slices.Equal(times, slices.Collect(Arrivals(4, 150, 100*time.Second))) {
		t.Error("another seed gave the same arrivals")
	}
	long := 0 // gaps above the mean: 1/e of them
	for i := range times[1:] {
		if times[i+1]-times[i] > time.Second/150 {
			long++
		}
	}
	if share := float64(long) / float64(len(times)); share < 0.34 || share > 0.40 {
		t.Errorf("%.2f of the gaps are longer than the mean, want 0.37", share)
	}
}

// fakeSide answers every call after a while, in a bubble's time.
func fakeSide(after time.Duration, err error) *side {
	return &side{call: func(context.Context, request) (string, error) {
		time.Sleep(after)
		return "", err
	}}
}

// asked makes a side remember which items it is asked for.
func asked(s *side) (same *side, wants func() []int) {
	var mu sync.Mutex
	var all []int
	call := s.call
	s.call = func(ctx context.Context, r request) (string, error) {
		mu.Lock()
		all = append(all, r.item)
		mu.Unlock()
		return call(ctx, r)
	}
	return s, func() []int { return slices.Sorted(slices.Values(all)) }
}

func stopwatch() func() time.Duration {
	start := time.Now()
	return func() time.Duration { return time.Since(start) }
}

func madeAt(s *side) (times []time.Duration) {
	for _, sample := range s.record.After(0) {
		times = append(times, sample.At)
	}
	slices.Sort(times)
	return times
}

func TestAllSidesMeetTheSameCallsWhateverBecomesOfThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quick, quickWants := asked(fakeSide(0, nil))
		slow, slowWants := asked(fakeSide(10*time.Second, errors.New("slow")))
		until, late := drive(t.Context(), 1, 2*time.Second, []*side{quick, slow}, stopwatch())
		want := slices.Collect(Arrivals(1, rate, 2*time.Second))
		if !slices.Equal(madeAt(quick), want) || !slices.Equal(madeAt(slow), want) {
			t.Errorf("%d and %d calls were made, or not at their times; %d arrived", len(madeAt(quick)), len(madeAt(slow)), len(want))
		}
		if got := quickWants(); !slices.Equal(got, slowWants()) || len(slices.Compact(got)) < 50 {
			t.Errorf("the sides were asked for other items, or always for the same: %v", got)
		}
		if until != 2*time.Second || late != 0 {
			t.Errorf("calls were made until %s, %s late", until, late)
		}
		for _, s := range slow.record.After(0) {
			if s.Took != 10*time.Second || s.End != Failed {
				t.Fatalf("a slow call is recorded as %+v", s)
			}
		}
	})
}

func TestCancelEndsTheArrivalsAndWaitsForTheCallsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
		defer cancel()
		one := fakeSide(5*time.Second, nil)
		one.call = func(ctx context.Context, _ request) (string, error) {
			time.Sleep(5 * time.Second)
			return "", ctx.Err()
		}
		until, _ := drive(ctx, 1, time.Minute, []*side{one}, stopwatch())
		if until != 700*time.Millisecond {
			t.Errorf("calls were made until %s", until)
		}
		if got, want := madeAt(one), slices.Collect(Arrivals(1, rate, 700*time.Millisecond)); !slices.Equal(got, want) {
			t.Errorf("%d calls have ended, %d were made", len(got), len(want))
		}
		for _, s := range one.record.After(0) {
			if s.End != Answered {
				t.Fatal("a call under way was cancelled with the run")
			}
		}
	})
}

func TestOnlyWhatAPolicyRefusedBeforeTheFirstAttemptIsRefused(t *testing.T) {
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sys.Shutdown(context.WithoutCancel(t.Context())) })
	g, err := actors.Protect(sys, "upstream", actors.Policy{Breaker: actors.Breaker{Consecutive: 1}})
	if err != nil {
		t.Fatal(err)
	}
	do := func() error {
		_, err := actors.Do(t.Context(), g, func(context.Context) (int, error) { return 0, statusError(500) })
		return err
	}
	if got := endOf(do()); got != Failed {
		t.Errorf("a failure of the upstream ends as %d, want Failed", got)
	}
	if got := endOf(do()); got != Refused {
		t.Errorf("a call at an open circuit ends as %d, want Refused", got)
	}
	if endOf(statusError(503)) != Failed || endOf(nil) != Answered {
		t.Error("an unprotected call's end is mistaken")
	}
}
