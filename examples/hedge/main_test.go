// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestHedgePrintsWhatCopiesCutAndCost(t *testing.T) {
	var out strings.Builder
	run(&out)
	want := []string{
		"alone:                p50 10.1ms, p99 109ms, p99.9 766.5ms",
		"with copies:          p50 10.1ms, p99 42.1ms, p99.9 59.5ms; p99 is cut by 61%, for 4.0% more load",
		"five times slower:    53% more load for 5s, until that is known; with a budget of 5%, 5.7%",
	}
	if got := strings.TrimSpace(out.String()); got != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}

// The 99th percentile is cut by at least 40 %, for at most 5 % more load, whatever the seed.
func TestCopiesCutTheTailForLittleLoadWithEverySeed(t *testing.T) {
	for seed := range uint64(20) {
		alone, hedged := steady(seed, nil)
		if c := cut(alone, hedged); c < 0.4 || hedged.load > 0.05 {
			t.Errorf("seed %d: p99 from %s to %s, cut by %.1f%%, for %.2f%% more load", seed, alone.p99, hedged.p99, 100*c, 100*hedged.load)
		}
	}
}

// Where everything becomes slower than the wait, copies of everything would be sent until that is known.
func TestABudgetBoundsTheLoadOfASlowdown(t *testing.T) {
	for seed := range uint64(20) {
		free, bound := slowdown(seed, nil), slowdown(seed, &budget{})
		if free.load < 0.1 || bound.load > 0.06 {
			t.Errorf("seed %d: %.1f%% more load, and %.1f%% with a budget", seed, 100*free.load, 100*bound.load)
		}
	}
}
