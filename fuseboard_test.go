// SPDX-License-Identifier: Apache-2.0

package fuseboard_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestClockNeverGoesBackAndFollowsVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := fuseboard.NewClock()
		if c.Now() != 0 {
			t.Errorf("a clock starts at %d", c.Now())
		}
		time.Sleep(3 * time.Hour)
		if got := c.Now(); got != fuseboard.Instant(3*time.Hour) {
			t.Errorf("after three hours: %d", got)
		}
	})
}

func TestClockIsReadByManyAtOnce(t *testing.T) {
	c := fuseboard.NewClock()
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			last := c.Now()
			for range 1000 {
				now := c.Now()
				if now < last {
					t.Errorf("%d after %d", now, last)
				}
				last = now
			}
		})
	}
	wait.Wait()
}

func TestClockConvertsDeadlinesWithAndWithoutMonotonicReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := fuseboard.NewClock()
		time.Sleep(time.Minute)
		want := fuseboard.Instant(90 * time.Second)
		deadline := time.Now().Add(30 * time.Second)
		for _, d := range []time.Time{deadline, deadline.Round(0), deadline.UTC().Round(0)} {
			if got := c.At(d); got != want {
				t.Errorf("%v: %d, want %d", d, got, want)
			}
		}
		if got := c.Time(want); !got.Equal(deadline) {
			t.Errorf("back: %v, want %v", got, deadline)
		}
		if got := c.At(time.Time{}); got != 0 {
			t.Errorf("long ago: %d, want 0", got)
		}
		if got := c.Time(fuseboard.Never); !got.IsZero() {
			t.Errorf("never: %v", got)
		}
	})
}

func TestInstantsNeverOverflow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := fuseboard.Instant(rapid.Int64Range(0, math.MaxInt64).Draw(t, "instant"))
		d := time.Duration(rapid.Int64().Draw(t, "duration"))
		got := i.Add(d)
		switch {
		case i == fuseboard.Never && got != fuseboard.Never:
			t.Fatal("Never is not never")
		case d >= 0 && got < i:
			t.Fatalf("%d + %d = %d", i, d, got)
		case d < 0 && i != fuseboard.Never && (got > i || got < 0):
			t.Fatalf("%d + %d = %d", i, d, got)
		}
		if got != fuseboard.Never && got != 0 && got.Sub(i) != d {
			t.Fatalf("%d + %d - %d = %d", i, d, i, got.Sub(i))
		}
	})
	if fuseboard.Never.Sub(5) != math.MaxInt64 {
		t.Error("the time to Never is the longest there is")
	}
}

func TestKindsHaveWords(t *testing.T) {
	for kind, want := range map[fuseboard.Kind]string{
		fuseboard.Unclassified: "unclassified", fuseboard.Success: "success", fuseboard.Failure: "failure",
		fuseboard.Void: "void", fuseboard.Rejected: "rejected", 99: "unknown",
	} {
		if kind.String() != want {
			t.Errorf("%d is %q", kind, kind)
		}
	}
	if (fuseboard.Outcome{}).Kind != fuseboard.Unclassified {
		t.Error("a forgotten case would count")
	}
}

func TestProblemsKeepErrorsApartFromWarnings(t *testing.T) {
	ps := fuseboard.Problems{
		{Path: "a", Message: "is wrong"},
		{Path: "b", Message: "is odd", Warning: true},
		{Path: "c", Message: "is wrong too"},
	}
	if len(ps.Errors()) != 2 || len(ps.Warnings()) != 1 || ps.Err() == nil {
		t.Errorf("%v / %v", ps.Errors(), ps.Warnings())
	}
	if ps.Warnings().Err() != nil || fuseboard.Problems(nil).Err() != nil {
		t.Error("warnings alone are no error")
	}
	under := ps.Under("retry")
	if under[0].Path != "retry.a" || ps[0].Path != "a" {
		t.Errorf("%v", under)
	}
	if got := (fuseboard.Problems{{Message: "is wrong"}}).Under("retry"); got[0].Path != "retry" {
		t.Errorf("a problem of the section itself: %q", got[0].Path)
	}
	if lines := strings.Split(ps.Error(), "\n"); len(lines) != 3 {
		t.Errorf("%q", lines)
	}
	if got, ok := errors.AsType[fuseboard.Problems](fmt.Errorf("policy: %w", ps.Err())); !ok || len(got) != 2 {
		t.Errorf("%v", got)
	}
}

func ExampleProblem() {
	fmt.Println(fuseboard.Problem{
		Path: "retry.backoff.base", Value: "-1s", Code: "negative",
		Message: "must not be negative", Accepted: "0s to 1h", Fix: "leave it out for the default 50ms",
	})
	// Output: retry.backoff.base = -1s: must not be negative (accepted: 0s to 1h); leave it out for the default 50ms [negative]
}

func ExampleNewClock() {
	clock := fuseboard.NewClock()
	start := clock.Now()
	deadline := start.Add(2 * time.Second)
	fmt.Println(deadline.Sub(start), clock.Now() >= start)
	// Output: 2s true
}

func ExampleNewClockFrom() {
	base := time.Now()
	c := fuseboard.NewClockFrom(base, func() time.Duration { return time.Since(base) })
	fmt.Println(c.Now() >= 0, c.Time(0).Equal(base))
	// Output: true true
}
