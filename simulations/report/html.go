// SPDX-License-Identifier: Apache-2.0

package report

import (
	"errors"
	"fmt"
	"io"

	"github.com/fuseboard/fuseboard/simulations"
)

// MaxBytes is the most that a report takes, in bytes.
const MaxBytes = 600_000

// ErrTooLarge is what HTML returns for a result that does not fit into [MaxBytes], however few points are drawn.
var ErrTooLarge = errors.New("report: too large")

// detail is how finely a report is drawn: the most there is of each.
type detail struct {
	points, rows int  // of a curve, and of the table beneath it
	expected     int  // expectations that are listed
	strips       int  // expectations whose spread is drawn
	drawn        int  // dependencies that are drawn
	variants     int  // sets of policies that are compared
	events       int  // that are listed
	text         int  // letters of a policy or a story
	hover        bool // values where the pointer is
}

// details are from fine to coarse: the first that fits is taken.
var details = []detail{
	{points: 240, rows: 60, expected: 500, strips: 60, drawn: 100, variants: 100, events: 500, text: 16 << 10, hover: true},
	{points: 240, rows: 60, expected: 500, strips: 40, drawn: 100, variants: 100, events: 500, text: 8 << 10},
	{points: 160, rows: 30, expected: 500, strips: 24, drawn: 100, variants: 60, events: 300, text: 4 << 10},
	{points: 100, rows: 16, expected: 300, strips: 16, drawn: 40, variants: 41, events: 150, text: 2 << 10},
	{points: 60, rows: 10, expected: 150, strips: 12, drawn: 20, variants: 41, events: 50, text: 1 << 10},
	{points: 40, rows: 6, expected: 60, strips: 6, drawn: 10, variants: 20, events: 20, text: 256},
}

// HTML writes the report of a result as one HTML file of at most [MaxBytes]. Parts that a result does not have (events, baselines, a
// second seed) are left out or said to be missing. A result without a run is a report without charts.
// Errors: that of w, [ErrTooLarge], and a nil result. Nothing is written then, but for what w took before its error.
// It may be called by any goroutine, as long as nobody changes the result.
func HTML(w io.Writer, r *simulations.Result) error {
	if r == nil {
		return errors.New("report: no result: give the one that simulations.Run returned")
	}
	for _, d := range details {
		if text := write(r, d); len(text) <= MaxBytes {
			_, err := io.WriteString(w, text)
			return err
		}
	}
	return fmt.Errorf("%w: it takes more than %d bytes; simulate fewer dependencies, expectations or baselines, or read the JSON", ErrTooLarge, MaxBytes)
}
