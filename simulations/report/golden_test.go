// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden report anew")

// TestTheReportIsTheOneWeLookedAt keeps the report of a usual result. It is written by
// go test ./simulations/report -update; open it in a browser before you commit it.
func TestTheReportIsTheOneWeLookedAt(t *testing.T) {
	have := reportOf(t, resultForTest(1, usual))
	path := filepath.Join("testdata", "report.html")
	if *update {
		if err := os.WriteFile(path, have, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		at := 0
		for at < min(len(have), len(want)) && have[at] == want[at] {
			at++
		}
		t.Errorf("the report differs from %s at byte %d: have %q, want %q; look at it, then write it anew with -update",
			path, at, around(have, at), around(want, at))
	}
}

func around(text []byte, at int) []byte {
	return text[max(at-60, 0):min(at+60, len(text))]
}
