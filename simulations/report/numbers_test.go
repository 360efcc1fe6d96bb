// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/simulations"
)

// TestTablesHaveTheNumbersOfTheResult compares tables with medians and means that are computed here, plainly.
func TestTablesHaveTheNumbersOfTheResult(t *testing.T) {
	r := resultForTest(5, usual)
	page := parse(t, reportOf(t, r))
	const per = 4 // 240 buckets in 60 rows
	width := r.Variants[0].Runs[0].Width.Seconds() * per

	middle := func(figure string, runs []simulations.Trial, of func(simulations.Trial, int) float64, row int) float64 {
		var values []float64
		for _, run := range runs {
			values = append(values, of(run, row))
		}
		if figure == "What became of requests" {
			return mean(values)
		}
		slices.Sort(values)
		return (values[9] + values[10]) / 2 // of 20 seeds
	}
	add := func(all []uint32, row int) (n float64) {
		for _, v := range all[row*per : (row+1)*per] {
			n += float64(v)
		}
		return n
	}
	for _, c := range []struct {
		figure string
		column int
		say    func(float64) string
		of     func(simulations.Trial, int) float64
	}{
		{"What became of requests", 1, figure, func(r simulations.Trial, i int) float64 { return add(r.All.Good, i) / width }},
		{"What became of requests", 2, figure, func(r simulations.Trial, i int) float64 { return add(r.All.Degraded, i) / width }},
		{"What became of requests", 4, figure, func(r simulations.Trial, i int) float64 { return add(r.All.Refused, i) / width }},
		{"What became of requests", 6, figure, func(r simulations.Trial, i int) float64 { return add(r.All.Offered, i) / width }},
		{"Goodput", 1, share, func(r simulations.Trial, i int) float64 { return add(r.All.Good, i) / add(r.All.Offered, i) }},
		{"Latency of answers", 3, seconds, func(r simulations.Trial, i int) float64 {
			return float64(slices.Max(r.All.P99[i*per:(i+1)*per])) / 1000
		}},
		{"payments: attempts", 1, figure, func(r simulations.Trial, i int) float64 { return add(r.Tracks["payments"].Attempts, i) / width }},
		{"payments: queues", 2, figure, func(r simulations.Trial, i int) float64 {
			return float64(slices.Max(r.Tracks["payments"].Queue[i*per : (i+1)*per]))
		}},
	} {
		rows := page.figure(t, c.figure).classed("data")[0].cells()
		if len(rows) != 60 {
			t.Fatalf("%s: %d rows, want 60", c.figure, len(rows))
		}
		for i, row := range rows {
			want := c.say(middle(c.figure, r.Variants[0].Runs, c.of, i))
			if row[0] != trim(float64(i)*width, 2) || row[c.column] != want {
				t.Fatalf("%s, row %d: have %s in %q, want %s", c.figure, i, row[c.column], row, want)
			}
		}
	}
}

func TestExpectationsStandAsTheResultSaysThem(t *testing.T) {
	r := resultForTest(5, usual)
	rows := parse(t, reportOf(t, r)).classed("expected")[0].cells()
	if len(rows) != len(r.Expectations) {
		t.Fatalf("%d rows for %d expectations", len(rows), len(r.Expectations))
	}
	for i, e := range r.Expectations {
		row := rows[i]
		word := map[bool]string{true: "✓ holds", false: "✗ does not hold"}[e.Held]
		if row[0] != word || !strings.HasPrefix(row[1], e.Text) || row[2] != e.Found || row[4] != e.Why {
			t.Errorf("row %d is %q, want %s, %s, %s, %s", i, row, word, e.Text, e.Found, e.Why)
		}
		if want := fmt.Sprintf("%d of %d%sruns", e.HeldIn, e.Runs, nobr); row[3] != want {
			t.Errorf("row %d says %q, want %q", i, row[3], want)
		}
	}
}

func TestFiguresStandAsTheResultSaysThem(t *testing.T) {
	r := resultForTest(5, usual)
	table := parse(t, reportOf(t, r)).classed("compared")[0]
	rows := table.cells()
	var heads []string
	for _, h := range table.named("thead")[0].named("th") {
		heads = append(heads, h.text())
	}
	if len(heads) < 3 || heads[1] != "goodput" || heads[2] != "p99" {
		t.Errorf("the columns are %q: what tells most comes first", heads)
	}
	if len(rows) != len(r.Variants) {
		t.Fatalf("%d rows for %d sets of policies", len(rows), len(r.Variants))
	}
	for i, v := range r.Variants {
		if rows[i][0] != v.Name {
			t.Errorf("row %d is %q, want %q", i, rows[i][0], v.Name)
		}
		for _, f := range v.Summary {
			cell := rows[i][slices.Index(heads, f.Name)]
			if !strings.HasPrefix(cell, amount(f.Median, f.Unit)) {
				t.Errorf("%s: %s is %q, want %s", v.Name, f.Name, cell, amount(f.Median, f.Unit))
			}
			if i > 0 && !strings.Contains(cell, "Δ "+difference(f.Delta, f.Unit)) {
				t.Errorf("%s: %s is %q, want a difference of %s", v.Name, f.Name, cell, difference(f.Delta, f.Unit))
			}
			if up := strings.Contains(cell, "▲"); up != (f.DeltaLow > 0) {
				t.Errorf("%s: %s is marked as more: %v; its interval begins at %v", v.Name, f.Name, up, f.DeltaLow)
			}
		}
	}
}

func TestEveryRunIsADotAndARow(t *testing.T) {
	r := resultForTest(5, usual)
	page := parse(t, reportOf(t, r))
	for i, e := range r.Expectations {
		f := page.figure(t, e.Text)
		held, missed := 0, 0
		for _, p := range f.named("path") {
			switch p.attrs["class"] {
			case "held":
				held += strings.Count(p.attrs["d"], "M")
			case "missed":
				missed += strings.Count(p.attrs["d"], "M")
			}
		}
		if held != e.HeldIn || held+missed != e.Known {
			t.Errorf("%s: %d dots hold and %d do not, want %d and %d", e.Text, held, missed, e.HeldIn, e.Known-e.HeldIn)
		}
		for j, row := range f.classed("data")[0].cells() {
			if want := amount(r.Variants[0].Runs[j].Measured[i].Value, e.Unit); row[1] != want {
				t.Errorf("%s, run %d: %q, want %s", e.Text, j, row, want)
			}
		}
		if limit := f.classed("limit"); (len(limit) > 0) != (e.Op != "") {
			t.Errorf("%s: the limit is marked %d times", e.Text, len(limit))
		}
	}
}

func TestFurtherInterleavingsOfASeedDoNotCountTwice(t *testing.T) {
	r := resultForTest(5, usual)
	before := parse(t, reportOf(t, r)).figure(t, "Goodput").text()
	again := r.Variants[0].Runs[0]
	again.Interleaving = 1
	again.All.Good = make([]uint32, len(again.All.Good))
	r.Variants[0].Runs = append(r.Variants[0].Runs, again)
	if after := parse(t, reportOf(t, r)).figure(t, "Goodput").text(); after != before {
		t.Error("a second run of a seed changed the curve of goodput")
	}
}

func TestEventsAreThoseOfTheMedianSeedAndFoldedBeyondFifty(t *testing.T) {
	r := resultForTest(5, usual)
	for i := range r.Variants[0].Runs {
		v := &r.Variants[0].Runs[i]
		for len(v.Events) < 620 {
			v.Events = append(v.Events, simulations.Event{At: usual.duration, Kind: "limit", Text: fmt.Sprintf("seed %d", v.Seed)})
		}
	}
	section := parse(t, reportOf(t, r)).byID(t, "events")
	tables := section.classed("events")
	if len(tables) != 2 || len(tables[0].cells()) != 50 || len(tables[1].cells()) != 450 {
		t.Fatalf("there are %d tables of events, want 50 events and then 450", len(tables))
	}
	want := fmt.Sprintf("seed %d", r.Variants[0].MedianRun().Seed)
	last := tables[1].cells()[449]
	if last[3] != want {
		t.Errorf("the last event is %q, want one of %s", last, want)
	}
	if !strings.Contains(section.text(), "120"+nobr+"more") {
		t.Error("it is not said that 120 events are missing")
	}
}

func TestWhatFailsSeldomIsCounted(t *testing.T) {
	r := resultForTest(7, usual)
	for i := range r.Variants[0].Runs {
		all := &r.Variants[0].Runs[i].All
		for j := range all.Offered { // in each run another one of 20 buckets, so that none fails in most runs
			all.Offered[j], all.Good[j], all.Degraded[j], all.Refused[j], all.Late[j], all.Failed[j] = 10, 10, 0, 0, 0, 0
			if j%20 == i%20 {
				all.Good[j], all.Failed[j] = 6, 4
			}
		}
	}
	words := spaced(parse(t, reportOf(t, r)).figure(t, "What became of requests").classed("finding")[0].text())
	if want := "98 % are good, 0 % degraded, 0 % late, 0 % refused, 2 % failed."; !strings.Contains(words, want) {
		t.Errorf("have %q, want %q", words, want)
	}
}

func TestNearlyAllIsNotAll(t *testing.T) {
	for v, want := range map[float64]string{0.99966: "99.966 %", 1: "100 %", 0: "0 %", 0.0004: "0.04 %", 0.972: "97.2 %", 0.5: "50 %", -0.00034: minus + "0.034 %"} {
		if have := spaced(share(v)); have != want {
			t.Errorf("%v is %q, want %q", v, have, want)
		}
	}
}
