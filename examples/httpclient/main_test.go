// SPDX-License-Identifier: Apache-2.0

package main

import (
	"regexp"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var refusal = regexp.MustCompile(`^call [234] is not sent: breaker says no, ask again in \d+s$`)

func TestProgramRepeatsWhatIsSafeAndIsRefusedWhenTheShopIsDown(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	want := []string{
		"GET /stock: 200 OK, done at request 3",
		"POST /orders: 200 OK, done at request 2",
		"the shop took 1 order",
	}
	if len(lines) != 4 || strings.Join(lines[:3], "\n") != strings.Join(want, "\n") || !refusal.MatchString(lines[3]) {
		t.Errorf("it printed:\n%s", out.String())
	}
}
