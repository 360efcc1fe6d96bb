// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAHerdAsksOnceAndOldAnswersCoverAnOutage(t *testing.T) {
	var out strings.Builder
	run(&out)
	want := []string{
		"100 callers at once: 100 have their price",
		"they asked the dependency 1 time(s)",
		"a moment later:   42 cents (hit), 0s old",
		"it is down:       42 cents (stale-on-error), 2m0s old",
		"for too long:     no price (load): the dependency is down",
		"it is back:       42 cents (load), 0s old",
		"it has no pears:  no price (load): there are none",
		"nor does it soon: no price (negative): there are none",
		"2 entries; 1 hits, 1 stale, 1 negative, 104 misses of which 99 shared a load; 5 loads, 2 failed",
	}
	if got := strings.TrimSpace(out.String()); got != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}
