// SPDX-License-Identifier: Apache-2.0

package report

import (
	"math"
	"slices"

	"github.com/fuseboard/fuseboard/simulations"
)

// course is a curve whose findings are said in words.
type course struct {
	c      columns
	v      []float64
	name   string
	say    func(float64) string
	faults []simulations.Span // by time
	settle float64            // seconds of the beginning that are not judged
}

const (
	calm   = 3    // so many columns make a return
	little = 0.03 // changes below this share are not worth a word
)

// dip says how far a curve falls below what it was before, and when it is back.
func (c course) dip() string {
	before, when, ok := c.before()
	if !ok {
		return "There was nothing to measure."
	}
	at := c.extreme(func(a, b float64) bool { return a < b })
	if least := c.v[at]; least < before*(1-little) {
		return c.name + " is " + c.say(before) + when + ", falls to " + c.say(least) + " at " + clock(c.c.middle(at)) +
			c.back(at, func(v float64) bool { return v >= before*(1-little) })
	}
	return c.steady()
}

// rise says how far a curve rises above what it was before, and when it is back.
func (c course) rise() string {
	before, when, ok := c.before()
	if !ok {
		return "There was nothing to measure."
	}
	at := c.extreme(func(a, b float64) bool { return a > b })
	if top := c.v[at]; top > before*1.2+1e-9 {
		return c.name + " is " + c.say(before) + when + ", rises to " + c.say(top) + " at " + clock(c.c.middle(at)) +
			c.back(at, func(v float64) bool { return v <= before*1.2+1e-9 })
	}
	return c.steady()
}

// before returns the middle of the curve before the first fault, or of all of it.
func (c course) before() (v float64, when string, ok bool) {
	until, when := math.Inf(1), " at the median"
	if len(c.faults) > 0 {
		f := c.faults[0]
		until, when = f.From.Seconds(), " before "+cut(f.Name, 40)
	}
	values := c.known(c.settle, until)
	if len(values) == 0 {
		values, when = c.known(0, math.Inf(1)), " at the median"
	}
	slices.Sort(values)
	v = quantile(values, 0.5)
	return v, when, len(values) > 0
}

// known returns the values of columns that begin and end within [from, to].
func (c course) known(from, to float64) (values []float64) {
	for i, v := range c.v {
		if end := c.c.begins(i + 1); !math.IsNaN(v) && c.c.begins(i) >= from && end <= to+1e-9 {
			values = append(values, v)
		}
	}
	return values
}

// extreme returns the column that is further than all others; the first of several.
func (c course) extreme(further func(a, b float64) bool) int {
	best := -1
	for i, v := range c.v {
		judged := c.c.begins(i) >= c.settle || best < 0
		if !math.IsNaN(v) && judged && (best < 0 || c.c.begins(best) < c.settle || further(v, c.v[best])) {
			best = i
		}
	}
	return best
}

// back says when the curve is right again after a column, for some columns at least.
func (c course) back(after int, right func(float64) bool) string {
	run := 0
	for i := after + 1; i < len(c.v); i++ {
		if !math.IsNaN(c.v[i]) && !right(c.v[i]) {
			run = 0
			continue
		}
		if run++; run == calm {
			return " and is back at " + clock(c.c.begins(i-run+1)) + "."
		}
	}
	return " and is not back at the end."
}

// steady says between what the curve stays.
func (c course) steady() string {
	values := c.known(c.settle, math.Inf(1))
	if len(values) == 0 {
		values = c.known(0, math.Inf(1))
	}
	low, high := c.say(slices.Min(values)), c.say(slices.Max(values))
	if low == high {
		return c.name + " is " + low + " all the time."
	}
	return c.name + " stays between " + low + " and " + high + "."
}

// top returns the greatest of a curve and when; 0 where there is none.
func top(c columns, v []float64) (most, at float64) {
	for i, x := range v {
		if x > most {
			most, at = x, c.middle(i)
		}
	}
	return most, at
}
