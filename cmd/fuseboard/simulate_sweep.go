// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/simulations"
)

const (
	sweptUsually = 5
	sweptMost    = 50
	sweptWide    = 20 // from here on values are spaced by equal factors
)

// parseSweep reads "payments.retry.attempts=1..4", with ":7" for so many values, or a list of them.
func parseSweep(text string) (simulations.Sweep, error) {
	path, values, found := strings.Cut(text, "=")
	if !found || path == "" || values == "" {
		return simulations.Sweep{}, errors.New("not a sweep; write it like payments.retry.attempts=1..4 or payments.retry.attempts=1,2,4")
	}
	from, rest, ranged := strings.Cut(values, "..")
	if !ranged {
		return listed(path, values)
	}
	to, number, counted := strings.Cut(rest, ":")
	n, err := howMany(number, counted)
	if err != nil {
		return simulations.Sweep{}, err
	}
	a, b := quantityOf(from), quantityOf(to)
	if err := between(a, b); err != nil {
		return simulations.Sweep{}, err
	}
	return simulations.Sweep{Path: path, Values: spaced(a, b, n)}, nil
}

// howMany is the number behind the colon, 0 where there is none.
func howMany(number string, given bool) (int, error) {
	if !given {
		return 0, nil
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 2 || n > sweptMost {
		return 0, errors.New("not a sweep: behind the colon stands how many values, 2 to 50")
	}
	return n, nil
}

// between says what keeps a and b from being the ends of a sweep. A zero needs no unit.
func between(a, b quantity) error {
	switch {
	case !a.known || !b.known || a.unit != b.unit && a.value != 0:
		return errors.New("not a sweep: both ends are numbers, durations (100ms..5s) or shares (10%..90%); other values are given as a list, A,B,C")
	case a.value >= b.value:
		return errors.New("not a sweep: the first end is the smaller one")
	}
	return nil
}

// listed are values that were named one by one.
func listed(path, values string) (simulations.Sweep, error) {
	s := simulations.Sweep{Path: path}
	for v := range strings.SplitSeq(values, ",") {
		v = strings.TrimSpace(v)
		if v == "" || slices.Contains(s.Values, v) {
			return simulations.Sweep{}, errors.New("not a sweep: a value is empty, or given twice")
		}
		s.Values = append(s.Values, v)
	}
	if len(s.Values) > sweptMost {
		return simulations.Sweep{}, errors.New("not a sweep: at most 50 values are tried")
	}
	return s, nil
}

// quantity is an end of a sweep.
type quantity struct {
	text  string
	value float64
	unit  string // "" for a number, "s" for a duration, "%" for a share
	whole bool
	known bool // it is one
}

func quantityOf(text string) quantity {
	text = strings.TrimSpace(text)
	if strings.HasSuffix(text, "%") {
		share, err := plain.ParseRate(text)
		return quantity{text: text, value: share, unit: "%", known: err == nil}
	}
	if d, err := time.ParseDuration(text); err == nil && strings.TrimLeft(text, "0123456789.+-") != "" {
		return quantity{text: text, value: d.Seconds(), unit: "s", known: true}
	}
	v, err := strconv.ParseFloat(text, 64)
	return quantity{text: text, value: v, whole: v == math.Trunc(v), known: err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)}
}

// spaced are n values from a to b, both included; 0 for as many as is usual. Whole numbers stay whole, so they may be fewer.
func spaced(a, b quantity, n int) []string {
	whole := a.whole && b.whole && b.unit == ""
	if n == 0 {
		n = sweptUsually
		if whole && b.value-a.value < 2*sweptUsually {
			n = int(b.value-a.value) + 1
		}
	}
	texts := []string{a.text}
	for i := 1; i < n-1; i++ {
		text := rounded(a.towards(b, float64(i)/float64(n-1)), b.unit, whole)
		if !slices.Contains(texts, text) && text != b.text {
			texts = append(texts, text)
		}
	}
	return append(texts, b.text)
}

// towards is the value at a share of the way to b: evenly, or by equal factors where that is far.
func (q quantity) towards(b quantity, share float64) float64 {
	if q.value > 0 && b.value/q.value > sweptWide {
		return q.value * math.Pow(b.value/q.value, share)
	}
	return q.value + share*(b.value-q.value)
}

// rounded writes a value between the ends, with two or three digits that say something.
func rounded(v float64, unit string, whole bool) string {
	if whole {
		return strconv.FormatFloat(math.Round(v), 'f', -1, 64)
	}
	digits := 3
	if unit == "s" {
		digits = 2
	}
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', digits-1, 64), 64)
	if err != nil {
		short = v
	}
	switch unit {
	case "s":
		return plain.Duration(time.Duration(math.Round(short * float64(time.Second))))
	case "%":
		return plain.Rate(short)
	}
	return strconv.FormatFloat(short, 'f', -1, 64)
}
