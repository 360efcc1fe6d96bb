// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const want = `1250 cents are line 1 of the ledger
payments: failed: payment service: 422 Unprocessable Entity
ledger: failed: ledger: the page is torn
ledger: failed: ledger: the page is torn
300 cents are not booked: the ledger is left alone
`

func TestActorsTalkToProtectedOnesBothWays(t *testing.T) {
	for range 3 { // each run has its own System
		var out strings.Builder
		if err := run(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		if out.String() != want {
			t.Fatalf("got\n%s", out.String())
		}
	}
}

func TestActorsEndWithTheirContext(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	end()
	if err := run(ctx, io.Discard); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
