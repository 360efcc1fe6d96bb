// SPDX-License-Identifier: Apache-2.0

package ratelimit_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
)

func TestWouldSaysWhatReserveSaysAndTakesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := ratelimit.Policy{
			Kind:  ratelimit.Kind(rapid.IntRange(0, 4).Draw(t, "kind")),
			Limit: rapid.IntRange(1, 30).Draw(t, "limit"), Burst: rapid.IntRange(1, 9).Draw(t, "burst"),
			Queue: rapid.IntRange(0, 9).Draw(t, "queue"), MaxWait: rapid.SampledFrom([]time.Duration{0, time.Millisecond, time.Minute}).Draw(t, "wait"),
			WarmUp:    rapid.SampledFrom([]time.Duration{0, 0, time.Second}).Draw(t, "warm"),
			PerTenant: ratelimit.PerKey{Limit: rapid.IntRange(1, 9).Draw(t, "of each"), Keys: 2},
		}
		l, keys, now := ratelimit.New(p, nil), ratelimit.NewKeyed[int](p.PerTenant, 0), fuseboard.Instant(0)
		for range rapid.IntRange(1, 40).Draw(t, "calls") {
			now = now.Add(time.Duration(rapid.IntRange(0, 400).Draw(t, "later")) * time.Millisecond)
			cost, key := rapid.IntRange(0, 4).Draw(t, "cost"), rapid.IntRange(0, 3).Draw(t, "key")
			until := now.Add(time.Duration(rapid.IntRange(0, 900).Draw(t, "patience")) * time.Millisecond)
			if rapid.IntRange(0, 9).Draw(t, "drain") == 0 {
				l.Drain(now, until)
			}
			before, keysBefore := l.Peek(now), keys.Stats()
			would, why := l.Would(now, cost, until)
			again, may := keys.Would(now, key, cost)
			if after := l.Peek(now); after != before || keys.Stats() != keysBefore {
				t.Fatalf("took: %+v, %+v", before, after)
			}
			turn, err := l.Reserve(now, cost, until)
			if turn != would || !errors.Is(err, why) || (err == nil) != (why == nil) {
				t.Fatalf("would %v, %v; got %v, %v", would, why, turn, err)
			}
			if at, ok := keys.Take(now, key, cost); at != again || ok != may {
				t.Fatalf("would %v %v, got %v %v", again, may, at, ok)
			}
		}
	})
}

func TestNobodyWaitsInALimitThatIsDrainedBeforeSomebodyComes(t *testing.T) {
	l := ratelimit.New(ratelimit.Policy{Limit: 10, Burst: 3, Queue: 1000, MaxWait: time.Minute}, nil)
	until := fuseboard.Instant(9 * time.Second)
	l.Drain(0, until)
	for want := range 4 {
		if v := l.Peek(fuseboard.Instant(time.Second)); v.Waiting != want || v.Drained != until {
			t.Errorf("%+v, want %d", v, want)
		}
		if _, err := l.Reserve(fuseboard.Instant(time.Second), 1, fuseboard.Never); err != nil {
			t.Error(err)
		}
	}
}
