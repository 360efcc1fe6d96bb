// SPDX-License-Identifier: Apache-2.0

package text

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard/simulations"
)

// eventRow is a line of [Events].
type eventRow struct {
	Variant      string `json:"variant"`
	Seed         uint64 `json:"seed"`
	Interleaving int    `json:"interleaving"`
	simulations.Event
}

// Events writes what happened in all runs as JSON, an event a line, with the variant, the seed and the interleaving of its run. The error is of w.
func Events(w io.Writer, r *simulations.Result) error {
	b := bufio.NewWriter(w)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	for _, v := range r.Variants {
		for _, t := range v.Runs {
			for _, event := range t.Events {
				if err := e.Encode(eventRow{v.Name, t.Seed, t.Interleaving, event}); err != nil {
					return err
				}
			}
		}
	}
	return b.Flush()
}

// SeriesMark is how the first line of [Series] begins, in every version.
const SeriesMark = "variant,seed,interleaving,dependency,at_s,offered,good,"

// SeriesHeader is the first line of [Series].
const SeriesHeader = "variant,seed,interleaving,dependency,at_s,offered,good,degraded,failed,refused,late,calls,attempts," +
	"p50_ms,p95_ms,p99_ms,max_ms,gate,queue,busy,closed,open,half_open,ramping"

// Series writes the tracks as CSV, a bucket a row: of every run of the policies under test, and of the median run of every other variant. A row without a dependency is of
// all requests; a cell without a number had nothing to measure. The error is of w.
func Series(w io.Writer, r *simulations.Result) error {
	c := csv.NewWriter(w)
	if err := c.Write(strings.Split(SeriesHeader, ",")); err != nil {
		return err
	}
	for i, v := range r.Variants {
		runs := v.Runs
		if i > 0 {
			runs = nil
			if t := v.MedianRun(); t != nil {
				runs = []simulations.Trial{*t}
			}
		}
		for _, t := range runs {
			if err := trialRows(c, v.Name, t, r.Dependencies); err != nil {
				return err
			}
		}
	}
	c.Flush()
	return c.Error()
}

func trialRows(c *csv.Writer, variant string, t simulations.Trial, dependencies []string) error {
	head := []string{variant, strconv.FormatUint(t.Seed, 10), strconv.Itoa(t.Interleaving), ""}
	if err := trackRows(c, head, t, t.All); err != nil {
		return err
	}
	for _, name := range dependencies {
		track, ok := t.Tracks[name]
		if !ok {
			continue
		}
		head[3] = name
		if err := trackRows(c, head, t, track); err != nil {
			return err
		}
	}
	return nil
}

func trackRows(c *csv.Writer, head []string, t simulations.Trial, k simulations.Track) error {
	counts := [][]uint32{k.Offered, k.Good, k.Degraded, k.Failed, k.Refused, k.Late, k.Calls, k.Attempts}
	times := [][]float32{k.P50, k.P95, k.P99, k.Max}
	states := [][]uint32{k.Gate, k.Queue, k.Busy, k.Closed, k.Open, k.HalfOpen, k.Ramping}
	for i := range k.Offered {
		row := append([]string{}, head...)
		row = append(row, strconv.FormatFloat(float64(i)*t.Width.Seconds(), 'f', -1, 64))
		row = countCells(row, counts, i)
		for _, values := range times {
			cell := ""
			if i < len(values) && values[i] >= 0 {
				cell = strconv.FormatFloat(float64(values[i]), 'f', -1, 32)
			}
			row = append(row, cell)
		}
		if err := c.Write(countCells(row, states, i)); err != nil {
			return err
		}
	}
	return nil
}

func countCells(row []string, counts [][]uint32, i int) []string {
	for _, values := range counts {
		cell := ""
		if i < len(values) {
			cell = strconv.FormatUint(uint64(values[i]), 10)
		}
		row = append(row, cell)
	}
	return row
}
