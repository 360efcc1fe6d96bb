// SPDX-License-Identifier: Apache-2.0

package plain

import "testing"

func TestATextThatIsNoDurationIsToldWhatItProbablyMeans(t *testing.T) {
	for text, want := range map[string]string{
		"5 sec": "write 5s", "1d": "write 24h", "PT2S": "write 2s", "P1DT2H": "write 26h", "1 min 30 secs": "write 1m30s",
		"2 Hours": "write 2h", "10S": "write 10s", "1.5 d": "write 36h", "300 msec": "write 300ms",
	} {
		if got := durationFix(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	const open = "write a number and its unit, such as 800ms, 2s or 24h"
	for _, text := range []string{"", "fast", "5 parsecs", "-5 sec", "d", "1e400d", "99999999999999999999w", "p", "..s"} {
		if got := durationFix(text); got != open {
			t.Errorf("%q: %q", text, got)
		}
	}
}
