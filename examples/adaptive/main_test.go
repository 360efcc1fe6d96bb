// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAdaptivePrintsLimitsAFewAboveTheWorkers(t *testing.T) {
	var out strings.Builder
	run(&out)
	want := []string{
		"32 workers: limit 35 (vegas): the queue is as it should be, or the limit is at an end of its range; 1600 samples took 21.875ms, at most 35 inside, 20ms without a queue",
		"16 workers: limit 17 (vegas): the queue is as it should be, or the limit is at an end of its range; 800 samples took 21.25ms, at most 17 inside, 20ms without a queue",
		"64 workers: limit 67 (vegas): the queue is as it should be, or the limit is at an end of its range; 3200 samples took 20.9375ms, at most 67 inside, 20ms without a queue",
	}
	if got := strings.TrimSpace(out.String()); got != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}
