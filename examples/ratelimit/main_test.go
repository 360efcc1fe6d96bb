// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRatelimitStaysUnderTheQuotaAndWaitsWhenItIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		if err := run(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		want := []string{
			"5 may come at once",
			"after 0s: 5 requests sent, 0 may come at once",
			"after 250ms: 10 requests sent, 0 may come at once",
			"request 11: asked to wait for 300ms",
			"after 750ms: 15 requests sent, 0 may come at once",
			"after 1s: 20 requests sent, 0 may come at once",
		}
		if got := strings.TrimSpace(out.String()); got != strings.Join(want, "\n") {
			t.Errorf("got:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
		}
	})
}
