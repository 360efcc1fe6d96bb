// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestShadowPrintsWhatThePolicyWouldHaveDoneAndThenEnforcesIt(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"in shadow: 10 answered, 10 failed, 0 refused",
		"the policy would have refused 15 and repeated 4",
		"changed: [mode]",
		"in enforce: 0 answered, 0 failed, 20 refused",
		"in bypass: 10 answered, 10 failed, 0 refused",
	}
	if got := strings.TrimSpace(out.String()); got != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}
