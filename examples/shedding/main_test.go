// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSheddingPrintsWhoIsAdmittedWhilePressureRisesAndFalls(t *testing.T) {
	var out strings.Builder
	run(&out)
	want := []string{
		"0s no signal is at its threshold",
		"    admitted: critical, high, normal, sheddable",
		"13s cpu 87.9% is at or over 85%",
		"    admitted: critical, high, normal",
		"14s cpu 94.9% is at or over 91%",
		"    admitted: critical, high",
		"15s cpu 98.1% is at or over 97%",
		"    admitted: critical",
		"18s cpu was 98.1% 3s ago, and all is calm since",
		"    admitted: critical, high",
		"21s cpu was 98.1% 6s ago, and all is calm since",
		"    admitted: critical, high, normal",
		"24s no signal is at its threshold",
		"    admitted: critical, high, normal, sheddable",
		"admit-all: no signal is at its threshold",
		"cpu 50% (smoothed 50%): sheds sheddable from 85%, normal from 91%, high from 97%",
	}
	if got := strings.TrimSpace(out.String()); got != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}
