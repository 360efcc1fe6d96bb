// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEachFailureIsAnsweredByTheStepThatIsMeantForIt(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"USD: 92 cents from the shop (step 1, last-good, 3m0s old)",
		"GBP: 117 cents from rates-eu (step 2, guard)",
		"DKK: 13 cents from the peg (step 3, computed)",
		"USD: 100 cents from the policy (step 4, value)",
		"USD: rates: no answer within 800ms (no fallback: 1 last-good: nothing is kept that is at most 10m old; " +
			"2 guard rates-eu: rates-eu does not trade USD; 3 computed: declined; 4 value: only for rejected)",
		"step 1, last-good: 1 given 2 not-for 2 nothing-kept",
		"step 2, guard: 1 given 2 not-for 1 failed",
		"step 3, computed: 1 given 2 declined",
		"step 4, value: 1 given 1 not-for",
	}
	if got := strings.TrimSpace(out.String()); got != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}
