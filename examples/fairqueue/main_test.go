// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/fuseboard/fuseboard/actors"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestFairqueuePrintsWhoWasServedInWhichOrder(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"served: normal    first     page 0",
		"served: critical  payer     page 1",
		"served: normal    noisy     page 1",
		"served: normal    quiet     page 1",
		"served: normal    noisy     page 2",
		"served: normal    quiet     page 2",
		"served: normal    noisy     page 3",
		"refused: normal    noisy     page 4: " + actors.ErrYielded.Error(),
		"refused: sheddable report    page 1: " + actors.ErrQuota.Error(),
		"refused: normal    noisy     page 5: " + actors.ErrYielded.Error(),
		"refused: normal    noisy     page 6: " + actors.ErrFull.Error(),
		"refused: 1 found the queue full, 1 above their quota, 2 gave up their place",
	}
	if got := strings.TrimSpace(out.String()); got != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}
