// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheShopSellsWhatItHas(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), &out, "fuseboard.yaml"); err != nil {
		t.Fatal(err)
	}
	const want = "a receipt of order a <nil>\nb receipt of order b <nil>\nc  sold out\n"
	if out.String() != want {
		t.Errorf("got:\n%swant:\n%s", out.String(), want)
	}
}
