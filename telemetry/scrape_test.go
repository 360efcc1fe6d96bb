// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

// The bound is four times what was measured; the quickest of a few counts, because
// other tests run beside it.
func TestScrapeOfAThousandDependenciesIsQuick(t *testing.T) {
	if underRace {
		t.Skip("the race detector makes it ten times slower; run without -race")
	}
	const bound = 100 * time.Millisecond
	sys := start(t, actors.Options{})
	for i := range 1000 {
		r := spawn(t, sys, fmt.Sprintf("dependency-%d", i), full, echo)
		_, _ = r.Call(t.Context(), i)
	}
	tel, least := telemetryOf(t, sys, Options{}), time.Hour
	for range 10 {
		tel.WritePrometheus(io.Discard)
		least = min(least, tel.lastTook())
	}
	t.Logf("%s for %d bytes", least, tel.bytes.Load())
	if least > bound {
		t.Errorf("%s, bound %s", least, bound)
	}
}
