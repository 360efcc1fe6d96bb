// SPDX-License-Identifier: Apache-2.0

package main

import (
	"regexp"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var told = []string{
	`a request: 200 6 apples left`,
	`out of time: 504 504 Gateway Timeout`,
	`stock is off: 503 503 Service Unavailable; again in \d+s`,
	`still ready: 200 \{"ready":true,"dependencies":\{.*"stock":\{"state":"closed","mode":"hold-open"\}\}\}`,
	`draining: 503 \{"ready":false,.*`,
}

func TestMiddlewareTellsWhatHappensInEachCase(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != len(told) {
		t.Fatalf("%d lines:\n%s", len(lines), out.String())
	}
	for i, want := range told {
		if !regexp.MustCompile("^" + want + "$").MatchString(lines[i]) {
			t.Errorf("%q does not match %s", lines[i], want)
		}
	}
}
