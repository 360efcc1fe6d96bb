// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The wait in the refusal is jittered; every other word is exact.
var refusal = regexp.MustCompile(`^after 18 failures: payments\.charge: refused by breaker: .+: .+; again in \d+(\.\d+)?s$`)

func TestQuickstartPrintsAReceiptAndThenARefusalWithItsReason(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != 2 {
		t.Fatalf("want a receipt and a refusal, got %d lines:\n%s", len(lines), out.String())
	}
	if want := "receipt r-1: 1250 cents, paid"; lines[0] != want {
		t.Errorf("receipt = %q, want %q", lines[0], want)
	}
	if !refusal.MatchString(lines[1]) {
		t.Errorf("refusal = %q, want it to match %s", lines[1], refusal)
	}
}

func TestQuickstartCanRunTwiceInOneProcess(t *testing.T) {
	for range 2 {
		if err := run(t.Context(), io.Discard); err != nil {
			t.Fatal(errors.Join(errors.New("each run has its own System"), err))
		}
	}
}
