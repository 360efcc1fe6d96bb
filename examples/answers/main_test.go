// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestUsersAlwaysGetAnAnswerAndAreToldHowGoodItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		if err := run(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		want := []string{
			"healthy:",
			"  EURUSD 1.07 from London",
			"  EURUSD 1.07 (1 s old)",
			"London is slow:",
			"  EURUSD 1.08 from Paris",
			"the market is down:",
			"  EURUSD 1.08 (8 s old, the market is down)",
			"  EURUSD 1.08 (20 s old, the market is down)",
			"  GBPUSD is not quoted, the market is down",
			"the market is back:",
			"  EURUSD 1.09 from London",
			"7 calls, 7 requests: 1 hit, 1 copy was first, 1 stale, 2 by the fallback",
		}
		if got := strings.TrimSpace(out.String()); got != strings.Join(want, "\n") {
			t.Errorf("got:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
		}
	})
}
