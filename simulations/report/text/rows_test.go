// SPDX-License-Identifier: Apache-2.0

package text

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/simulations"
)

func TestEventsAreALineEachWithTheirRun(t *testing.T) {
	r := sample(2, 1)
	var b bytes.Buffer
	if err := Events(&b, r); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	var got struct {
		Variant string `json:"variant"`
		Seed    uint64 `json:"seed"`
		simulations.Event
	}
	if err := json.Unmarshal([]byte(lines[7]), &got); err != nil {
		t.Fatal(err)
	}
	if want := r.Variants[0].Runs[1].Events[1]; len(lines) != 24 || got.Variant != "as written" || got.Seed != 2 || got.Event != want {
		t.Errorf("%d lines, the eighth is %+v; want 24, and %+v of seed 2", len(lines), got, want)
	}
}

func TestSeriesHaveARowForEachBucket(t *testing.T) {
	r := sample(2, 1)
	r.Variants[0].Runs[1].All.P99[3] = -1
	var b bytes.Buffer
	if err := Series(&b, r); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	// two runs as written and one of the baseline; all requests, and payments alone: search has no track
	if want := 1 + 3*2*240; len(rows) != want || strings.Join(rows[0], ",") != SeriesHeader {
		t.Fatalf("%d rows, want %d; the first is %q", len(rows), want, rows[0])
	}
	run := r.Variants[0].Runs[1]
	want := []string{"as written", "2", "0", "", "1.5", fmt.Sprint(run.All.Offered[3]), fmt.Sprint(run.All.Good[3]), "", fmt.Sprint(run.All.Failed[3]), "", "", "", "", "", "", "", "", "", "", "", "", "", "", ""}
	if got := rows[1+2*240+3]; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
