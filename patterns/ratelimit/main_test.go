// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// at is an instant.
func at(d time.Duration) fuseboard.Instant { return fuseboard.Instant(d) }

// fixedClock is a clock whose instant zero is so many nanoseconds after 1970.
func fixedClock(start int64) *fuseboard.Clock {
	return fuseboard.NewClockFrom(time.Unix(0, start), func() time.Duration { return 0 })
}

type errorer interface {
	Helper()
	Errorf(format string, args ...any)
}

func equal[T comparable](t errorer, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// aPace draws a limit and the time that it is for: easy ones, odd ones, the slowest and the fastest.
func aPace(t *rapid.T) (limit int, per time.Duration) {
	per = rapid.OneOf(
		rapid.SampledFrom([]time.Duration{time.Millisecond, time.Second, time.Minute, time.Hour, 24 * time.Hour}),
		rapid.Map(rapid.Int64Range(int64(shortestPer), int64(longestPer)), func(n int64) time.Duration { return time.Duration(n) }),
	).Draw(t, "per")
	limit = rapid.OneOf(
		rapid.IntRange(1, 10),
		rapid.SampledFrom([]int{1, 3, 7, 97, 100, 997, 1000, 999_983, 1_000_000, 999_999_937, mostUnits}),
		rapid.IntRange(1, mostUnits),
	).Draw(t, "limit")
	return min(limit, fastest(per)), per
}

// aBucket draws a policy of a token bucket.
func aBucket(t *rapid.T) Policy {
	limit, per := aPace(t)
	burst := rapid.OneOf(rapid.IntRange(1, 4), rapid.IntRange(1, 1000)).Draw(t, "burst")
	return Policy{Limit: limit, Per: per, Burst: min(burst, mostBurst(limit, per))}
}

// aPause draws a time that matters where a unit takes unit.
func aPause(t *rapid.T, unit time.Duration) time.Duration {
	near := func(n time.Duration) *rapid.Generator[time.Duration] {
		return rapid.Map(rapid.Int64Range(-2, 2), func(d int64) time.Duration { return max(0, n+time.Duration(d)) })
	}
	return rapid.OneOf(
		rapid.Just(time.Duration(0)), near(unit), near(2*unit), near(unit/3), near(0),
		rapid.Map(rapid.Int64Range(0, 3*int64(unit)+2), func(n int64) time.Duration { return time.Duration(n) }),
		rapid.SampledFrom([]time.Duration{time.Hour, 365 * 24 * time.Hour}),
	).Draw(t, "pause")
}
