// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

func TestEqualJitterIsUniformFromHalfOfTheWaitToTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBackoff(t)
		b.Jitter = supervision.NoJitter
		failures := rapid.IntRange(1, 20).Draw(t, "failures")
		whole := float64(b.After(failures, 1, 0))
		b.Jitter = supervision.EqualJitter
		u := rapid.Float64Range(0, almostOne).Draw(t, "u")
		got, want := float64(b.After(failures, 1, u)), whole/2+u*whole/2
		if math.Abs(got-want) > 2+want*1e-12 {
			t.Fatalf("u=%v of %v gave %v, want %v", u, whole, got, want)
		}
	})
}

// The line of the blog: sleep = min(cap, random_between(base, sleep * 3)).
func TestDecorrelatedJitterIsUniformFromTheBaseToThreeTimesTheWaitBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBackoff(t)
		b.Jitter, b.Base = supervision.DecorrelatedJitter, min(b.Base, b.Max)
		u := rapid.Float64Range(0, almostOne).Draw(t, "u")
		scale := rapid.SampledFrom([]float64{1, 4}).Draw(t, "scale")
		base, limit := min(float64(b.Base)*scale, float64(b.Max)), float64(b.Max)
		last := time.Duration(0)
		sleep := base
		for failures := range rapid.IntRange(1, 12).Draw(t, "failures") {
			sleep = min(limit, base+u*(3*sleep-base))
			last = b.Next(last, failures+1, scale, u)
			if math.Abs(float64(last)-sleep) > 20+sleep*1e-9 {
				t.Fatalf("wait %d is %v, want %v", failures+1, float64(last), sleep)
			}
			sleep = float64(last)
		}
	})
}

// What grows is how far callers that failed together are apart.
func TestEveryJitterButNoneSpreadsCallersThatFailedTogether(t *testing.T) {
	for _, jitter := range jitters {
		b := supervision.Backoff{Base: 100 * time.Millisecond, Max: time.Minute, Jitter: jitter}
		least, most := time.Duration(math.MaxInt64), time.Duration(0)
		for caller := range uint64(1000) {
			last := time.Duration(0)
			for failures := 1; failures <= 3; failures++ {
				last = b.Next(last, failures, 1, supervision.Uniform(caller, uint64(failures)))
			}
			least, most = min(least, last), max(most, last)
		}
		if apart := most - least; (jitter == supervision.NoJitter) != (apart == 0) || apart != 0 && apart < 150*time.Millisecond {
			t.Errorf("%s: %s apart", jitter, apart)
		}
	}
}

func TestADecorrelatedRestartGrowsFromTheWaitBeforeAndBeginsAnew(t *testing.T) {
	rules := supervision.Restart{Backoff: supervision.Backoff{Base: time.Second, Max: time.Hour, Jitter: supervision.DecorrelatedJitter}}
	wait := func(restarts int, last time.Duration) time.Duration {
		f := supervision.Fault{Broken: true, Restarts: restarts, Last: last, U: 0.5}
		return supervision.Decide(0, f, supervision.Retry{}, rules).After
	}
	if first, next, anew := wait(0, 0), wait(1, 9*time.Second), wait(0, 9*time.Second); first != 2*time.Second || next != 14*time.Second || anew != first {
		t.Errorf("%s, %s after a wait of 9s, %s once that is forgotten", first, next, anew)
	}
}

func TestADecorrelatedRepetitionGrowsFromTheWaitBefore(t *testing.T) {
	r := supervision.Retry{Attempts: 5, Backoff: supervision.Backoff{Base: time.Second, Max: time.Hour, Jitter: supervision.DecorrelatedJitter}}
	f := supervision.Fault{Outcome: failed(fuseboard.ClassTimeout), Attempt: 1, Safe: true, Until: fuseboard.Never, U: 0.5}
	for attempt, want := range []time.Duration{2 * time.Second, 3500 * time.Millisecond, 5750 * time.Millisecond} {
		f.Attempt = attempt + 1
		if f.Last = supervision.Decide(0, f, r, supervision.Restart{}).After; f.Last != want {
			t.Errorf("wait %d is %s, want %s", f.Attempt, f.Last, want)
		}
	}
}
