// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"context"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
)

// answering is a policy of the sections that answer in place of the dependency.
var answering = actors.Policy{
	Cache: actors.Cache{TTL: time.Millisecond, StaleIfError: time.Hour, MaxEntries: 5, AbandonAfter: time.Millisecond},
	Fallback: actors.Fallback{Steps: []actors.FallbackStep{
		{Use: actors.UseComputed},
		{Value: "0", On: []fuseboard.Class{actors.OnRefusal}},
	}},
	Deadline: actors.Deadline{Attempt: time.Second},
	Hedge:    actors.Hedge{After: 2 * time.Millisecond},
	Workers:  actors.Workers{Max: 8},
}

// answeringHooks ask for the same where two requests differ in their sign. Requests of more than a
// hundred have no fallback.
var answeringHooks = actors.With[int, int]{
	Safe: actors.Always[int],
	Key:  func(n int) (string, bool) { return strconv.Itoa(max(n, -n)), true },
	Fallback: func(_ context.Context, n int, cause error) (int, error) {
		if n < -100 {
			return 0, cause
		}
		return 7, nil
	},
}

// slowFirst is a handler whose every second run is slow; negative ones fail.
func slowFirst() actors.Handler[int, int] {
	var runs atomic.Uint64
	return func(ctx context.Context, n int) (int, error) {
		if runs.Add(1)%2 == 1 {
			if _, err := takes(ctx, 30); err != nil {
				return 0, err
			}
		}
		if n < 0 {
			return 0, errDown
		}
		return n, nil
	}
}

func spawnAnswering(t testing.TB, sys *actors.System, name string) *actors.Ref[int, int] {
	t.Helper()
	r, err := actors.Spawn(sys, name, slowFirst(), answering, answeringHooks)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestPageTellsWhatAnsweredInsteadAndWhatCopiesDid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t, actors.Options{})
		quotes := spawnAnswering(t, sys, "quotes")
		answer := func(n int) {
			t.Helper()
			_, _ = quotes.Call(t.Context(), n)
			time.Sleep(10 * time.Millisecond)
		}
		_, _ = quotes.Call(t.Context(), 1) // slow: its copy answers
		_, _ = quotes.Call(t.Context(), 1) // from the cache
		time.Sleep(time.Second)
		answer(-1)   // fails: stale
		answer(-2)   // fails: computed
		answer(-200) // fails, and its fallback, too
		page := telemetryOf(t, sys, Options{}).page()
		for _, want := range []string{
			`cache_lookups_total{service="shop",dependency="quotes",result="hit"} 1`,
			`cache_lookups_total{service="shop",dependency="quotes",result="miss"} 4`,
			`cache_stale_on_error_total{service="shop",dependency="quotes"} 1`,
			`cache_loads_total{service="shop",dependency="quotes",result="failure"} 3`,
			`cache_entries{service="shop",dependency="quotes"} 1`,
			`fallback_steps_total{service="shop",dependency="quotes",use="computed",result="given"} 1`,
			`fallback_steps_total{service="shop",dependency="quotes",use="computed",result="failed"} 1`,
			`fallback_steps_total{service="shop",dependency="quotes",use="value",result="passed-over"} 1`,
			`hedge_won_total{service="shop",dependency="quotes"} 1`,
			`hedge_wait_seconds{service="shop",dependency="quotes"} 0.002`,
			`attempt_limit_seconds{service="shop",dependency="quotes"} 1`,
		} {
			if !strings.Contains(page, prefix+want+"\n") {
				t.Errorf("%s is not in\n%s", want, lines(page, "quotes"))
			}
		}
		s := quotes.Stats()
		originals := s.Attempts - s.Hedge.Ended
		if want := `attempts_total{service="shop",dependency="quotes",kind="original"} ` + strconv.FormatUint(originals, 10); s.Hedge.Ended == 0 || !strings.Contains(page, want) {
			t.Errorf("%s is not in\n%s", want, lines(page, "attempts_total"))
		}
	})
}

// Counters may not fall where an Update turns sections off, or changes the steps.
func TestCountersOfWhatAnswersDoNotFallWithAnUpdate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t, actors.Options{})
		quotes := spawnAnswering(t, sys, "quotes")
		for _, n := range []int{1, 1, -2, -3} {
			_, _ = quotes.Call(t.Context(), n)
		}
		before := quotes.Stats()
		other := answering
		other.Cache = actors.Cache{}
		other.Fallback = actors.Fallback{Steps: []actors.FallbackStep{{Value: "3"}}}
		for _, next := range []actors.Policy{other, {Deadline: answering.Deadline}, answering} {
			if _, err := quotes.Update(t.Context(), next); err != nil {
				t.Fatal(err)
			}
			_, _ = quotes.Call(t.Context(), -9)
			after := quotes.Stats()
			if after.Cache.Hits < before.Cache.Hits || after.Cache.Misses < before.Cache.Misses || after.Cache.Loads < before.Cache.Loads {
				t.Errorf("%+v after %+v", after.Cache, before.Cache)
			}
			for i, u := range after.Fallback.Uses {
				for r, n := range u.Counts {
					if was := before.Fallback.Uses[i].Counts[r]; n < was {
						t.Errorf("%s: %d after %d", u.Use, n, was)
					}
				}
			}
			before = after
		}
		if before.Cache.Hits == 0 || before.Fallback.Given < 4 {
			t.Errorf("%+v", before)
		}
	})
}

// A key that is forgotten leaves its numbers behind.
func TestKeysThatAreForgottenLeaveTheirAnswersInTheSums(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t, actors.Options{})
		k, err := actors.SpawnKeyed(sys, "quotes", slowFirst(), answering, actors.KeyLimits{Max: 2}, answeringHooks)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 6 {
			key := "tenant-" + strconv.Itoa(i)
			for _, n := range []int{1, 1, -2} {
				_, _ = k.Call(t.Context(), key, n)
			}
			time.Sleep(time.Minute)
		}
		s := k.Stats()
		if s.EvictedForRoom+s.EvictedIdle == 0 || s.Cache.Hits+s.Cache.Misses != 18 || s.Cache.Entries > 2*2 || s.Fallback.Given != 6 || s.Hedge.Ended == 0 {
			t.Errorf("%+v", s)
		}
		want := `cache_loads_total{service="shop",dependency="quotes",result="failure"} 6`
		if page := telemetryOf(t, sys, Options{}).page(); !strings.Contains(page, want) {
			t.Errorf("%s is not in\n%s", want, lines(page, "quotes"))
		}
	})
}

// lines are those with the word.
func lines(page, word string) string {
	var b strings.Builder
	for line := range strings.Lines(page) {
		if strings.Contains(line, word) {
			b.WriteString(line)
		}
	}
	return b.String()
}
