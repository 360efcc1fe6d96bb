// SPDX-License-Identifier: Apache-2.0

package world

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

const (
	mostLines    = 5_000_000
	mostBadLines = 100
)

// columns are what a recording may say of an arrival, and how it is read.
var columns = map[string]func(a *Arrival, cell string) error{
	"at":        func(a *Arrival, cell string) (err error) { a.At, err = moment(cell); return err },
	"operation": func(a *Arrival, cell string) error { a.Operation = cell; return nil },
	"tenant":    func(a *Arrival, cell string) error { a.Tenant = cell; return nil },
	"priority": func(a *Arrival, cell string) error {
		if cell == "" {
			return nil
		}
		return a.Priority.UnmarshalText([]byte(cell))
	},
	"latency": func(a *Arrival, cell string) (err error) {
		if cell != "" {
			a.Latency, err = moment(cell)
		}
		return err
	},
}

var columnNames = []string{"at", "operation", "tenant", "priority", "latency"}

// ReadArrivals reads a recording: CSV whose first line names its columns, "at" and optionally "operation", "tenant", "priority" and "latency", in any order.
// Times are durations ("1.5s") or seconds ("1.5"); "at" is since the start and never falls. There are at most 5 million lines. Empty cells say nothing,
// and a latency that is not said is negative. Problems have paths such as "line 12, at"; the first 100 bad lines are told. With problems there are no arrivals.
func ReadArrivals(r io.Reader) ([]Arrival, fuseboard.Problems) {
	text := csv.NewReader(r)
	text.ReuseRecord, text.TrimLeadingSpace, text.FieldsPerRecord = true, true, -1
	rec := recording{text: text, words: map[string]string{}}
	if rec.header() {
		for rec.line() {
		}
	}
	if len(rec.c.Problems()) > 0 {
		return nil, rec.c.Problems()
	}
	return rec.arrivals, nil
}

// recording is a CSV that is being read.
type recording struct {
	text     *csv.Reader
	columns  []string
	arrivals []Arrival
	words    map[string]string // operations and tenants
	bad      int               // lines
	c        check
}

// header reads the names of the columns, and reports whether the lines can be read by them.
func (r *recording) header() bool {
	names, err := r.text.Read()
	if err != nil {
		r.unreadable(1, err)
		return false
	}
	for i, name := range names {
		name = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
		switch {
		case !slices.Contains(columnNames, name):
			r.c.Add(fuseboard.Problem{
				Path: "line 1", Code: plain.CodeUnknown, Value: plain.Shorten(name), Message: "is not a column of a recording",
				Accepted: strings.Join(columnNames, ", "), Fix: "rename the column, or leave it out",
			})
		case slices.Contains(r.columns[:i], name):
			r.c.Add(fuseboard.Problem{Path: "line 1", Code: plain.CodeDuplicate, Value: name, Message: "is there twice", Fix: "leave one of them out"})
		}
		r.columns = append(r.columns, name)
	}
	if !slices.Contains(r.columns, "at") {
		r.c.Add(fuseboard.Problem{Path: "line 1", Code: codeMissing, Message: "has no column at", Fix: "begin with a line such as at,operation,tenant"})
	}
	return len(r.c.Problems()) == 0
}

// line reads a line, and reports whether there may be more.
func (r *recording) line() bool {
	cells, err := r.text.Read()
	if errors.Is(err, io.EOF) {
		return false
	}
	var flaw *csv.ParseError
	switch {
	case errors.As(err, &flaw):
		return r.bads(r.unreadable(flaw.StartLine, flaw.Err))
	case err != nil:
		return r.unreadable(len(r.arrivals)+r.bad+2, err)
	}
	number, _ := r.text.FieldPos(0)
	if len(r.arrivals) == mostLines {
		r.c.Add(fuseboard.Problem{Path: lineOf(number), Code: plain.CodeRange, Message: "is one too many", Accepted: fmt.Sprintf("at most %d lines", mostLines), Fix: "record less"})
		return false
	}
	return r.bads(r.arrival(number, cells))
}

// bads counts a line that is bad, and reports whether there may be more of them.
func (r *recording) bads(good bool) bool {
	if good {
		return true
	}
	r.bad++
	if r.bad == mostBadLines {
		r.c.Add(fuseboard.Problem{Path: "recording", Code: codeValue, Message: fmt.Sprintf("has %d bad lines; there may be more", mostBadLines), Fix: "mend these first"})
	}
	return r.bad < mostBadLines
}

// arrival takes one line's arrival, and reports whether it is good.
func (r *recording) arrival(number int, cells []string) (good bool) {
	if len(cells) != len(r.columns) {
		r.c.Add(fuseboard.Problem{Path: lineOf(number), Code: codeValue, Message: fmt.Sprintf("has %d cells", len(cells)), Accepted: strconv.Itoa(len(r.columns)), Fix: "write a cell for each column"})
		return false
	}
	a, good := Arrival{Latency: -1}, true
	for i, cell := range cells {
		if err := columns[r.columns[i]](&a, strings.TrimSpace(cell)); err != nil {
			p := fuseboard.Problem{Path: lineOf(number) + ", " + r.columns[i], Code: codeValue, Value: plain.Shorten(cell), Message: err.Error()}
			if errors.Is(err, errNoTime) {
				p.Accepted, p.Fix = "0s to 24h", "write seconds such as 1.5, or a duration such as 1500ms"
			}
			r.c.Add(p)
			good = false
		}
	}
	if n := len(r.arrivals); good && n > 0 && a.At < r.arrivals[n-1].At {
		r.c.Add(fuseboard.Problem{
			Path: lineOf(number) + ", at", Code: codeOrder, Value: plain.Duration(a.At), Message: "is before the line before it",
			Accepted: "from " + plain.Duration(r.arrivals[n-1].At), Fix: "sort the lines by at",
		})
		good = false
	}
	if good {
		a.Operation, a.Tenant = r.once(a.Operation), r.once(a.Tenant)
		r.arrivals = append(r.arrivals, a)
	}
	return good
}

// once returns the word, kept once however often it comes, and not with the line it stands in.
func (r *recording) once(word string) string {
	if word == "" {
		return ""
	}
	known, is := r.words[word]
	if !is {
		known = strings.Clone(word)
		r.words[known] = known
	}
	return known
}

// unreadable reports a line that is no CSV; it is never good.
func (r *recording) unreadable(number int, err error) (good bool) {
	message := "cannot be read: " + err.Error()
	if errors.Is(err, io.EOF) {
		message = "is missing: the recording is empty"
	}
	r.c.Add(fuseboard.Problem{Path: lineOf(number), Code: plain.CodeSyntax, Message: message, Fix: "write CSV whose first line is at,operation,tenant"})
	return false
}

func lineOf(number int) string { return "line " + strconv.Itoa(number) }

// errNoTime is what a text is that is no time of a recording.
var errNoTime = errors.New("is no time of a recording")

// moment reads a duration, or a number of seconds.
func moment(cell string) (time.Duration, error) {
	d, err := time.ParseDuration(cell)
	if seconds, no := number(cell); no == nil && seconds <= mostLatency.Seconds() {
		d, err = time.Duration(math.Round(seconds*float64(time.Second))), nil
	}
	if err != nil || d < 0 || d > mostLatency {
		return 0, errNoTime
	}
	return d, nil
}
