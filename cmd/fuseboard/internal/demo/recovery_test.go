// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"testing"
	"time"
)

const (
	testBack = 10 * time.Second
	testEnd  = 16 * time.Second
)

// every10ms makes a call each 10 ms from just before the return to the end.
func every10ms(good func(since time.Duration) bool) (samples []Sample) {
	for at := testBack - time.Second; at < testEnd; at += 10 * time.Millisecond {
		s := Sample{At: at, End: Failed, Took: Deadline}
		if good(at - testBack) {
			s.End = Answered
		}
		samples = append(samples, s)
	}
	return samples
}

func TestRecoveryIsFromTheReturnToTheFirstTwoGoodBuckets(t *testing.T) {
	ms := time.Millisecond
	for name, c := range map[string]struct {
		good func(time.Duration) bool
		want time.Duration
		ok   bool
	}{
		"never was ill":                         {func(time.Duration) bool { return true }, 0, true},
		"well from 1.2s on":                     {func(d time.Duration) bool { return d >= 1200*ms }, 1200 * ms, true},
		"looked for in steps of 100ms":          {func(d time.Duration) bool { return d >= 1260*ms }, 1300 * ms, true},
		"nine of ten is enough":                 {func(d time.Duration) bool { return d%(100*ms) != 0 }, 0, true},
		"four of five is not":                   {func(d time.Duration) bool { return d%(50*ms) != 0 }, 0, false},
		"one good bucket does not last":         {func(d time.Duration) bool { return d < 700*ms || d >= 3*time.Second }, 3 * time.Second, true},
		"well only when it was too late to say": {func(d time.Duration) bool { return d >= 5100*ms }, 0, false},
		"never":                                 {func(time.Duration) bool { return false }, 0, false},
	} {
		got, ok := recovery(every10ms(c.good), testBack, testEnd)
		if got != c.want || ok != c.ok {
			t.Errorf("%s: recovered after %s (%v), want %s (%v)", name, got, ok, c.want, c.ok)
		}
	}
}

func TestARefusalALateAnswerOrADegradedOneIsNoRecovery(t *testing.T) {
	for _, s := range []Sample{{End: Refused}, {End: Answered, Took: Deadline + 1}, {End: Answered, Degraded: true}} {
		samples := every10ms(func(time.Duration) bool { return true })
		for i := range samples {
			samples[i].End, samples[i].Took, samples[i].Degraded = s.End, s.Took, s.Degraded
		}
		if after, ok := recovery(samples, testBack, testEnd); ok {
			t.Errorf("%+v counted as recovered after %s", s, after)
		}
	}
}

func TestWithoutCallsThereIsNoRecovery(t *testing.T) {
	if after, ok := recovery(nil, testBack, testEnd); ok {
		t.Errorf("recovered after %s without a call", after)
	}
}
