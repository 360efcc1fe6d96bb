// SPDX-License-Identifier: Apache-2.0

package world

import (
	"math"
	"slices"
	"time"
)

// piece is a time in which the rate goes evenly from one to another. Times are in seconds.
type piece struct {
	from, length float64 // length is +Inf for the last
	rate, slope  float64 // at the beginning, and how much it grows in a second
	before       float64 // requests expected until the beginning
}

// expected is how many requests are expected in the first t seconds of the piece.
func (p piece) expected(t float64) float64 { return t * (p.rate + p.slope*t/2) }

// curve is the rate of an open load over time. Requests of a Poisson process with this rate arrive when the
// integral of the rate has grown by an exponential number of mean 1: the time-change theorem.
type curve []piece

func newCurve(l Load) curve {
	var c curve
	add := func(from, to, rate, then float64) {
		length := to - from
		if length <= 0 {
			return
		}
		p := piece{from: from, length: length, rate: rate}
		if then != rate {
			p.slope = (then - rate) / length
		}
		if n := len(c); n > 0 {
			p.before = c[n-1].before + c[n-1].expected(c[n-1].length)
		}
		c = append(c, p)
	}
	at, rate := 0.0, float64(l.Rate)
	for i, s := range l.Shape {
		begin, end := s.At.Seconds(), math.Inf(1)
		if i+1 < len(l.Shape) {
			end = l.Shape[i+1].At.Seconds()
		}
		if i == 0 {
			add(at, begin, rate, rate)
		}
		rate = addStep(add, s, begin, end, rate)
		at = end
	}
	if len(l.Shape) == 0 {
		add(0, math.Inf(1), rate, rate)
	}
	return c.after(l.From.Seconds())
}

// addStep adds what a step does until end, and returns the rate then.
func addStep(add func(from, to, rate, then float64), s Step, begin, end, before float64) float64 {
	rate := float64(s.Rate)
	spike := math.Inf(1)
	if s.For > 0 {
		spike = begin + s.For.Seconds()
	}
	until := min(end, spike)
	if ramp := s.Ramp.Seconds(); ramp > 0 {
		top := min(begin+ramp, until)
		rate = before + (rate-before)*(top-begin)/ramp
		add(begin, top, before, rate)
		begin = top
	}
	add(begin, until, rate, rate)
	if spike < end {
		add(spike, end, before, before)
		rate = before
	}
	return rate
}

// after returns the curve with nothing before from.
func (c curve) after(from float64) curve {
	if from <= 0 {
		return c
	}
	c = slices.DeleteFunc(c, func(p piece) bool { return p.from+p.length <= from })
	before := 0.0
	for i := range c {
		if p := &c[i]; p.from < from {
			p.rate += p.slope * (from - p.from)
			p.length -= from - p.from
			p.from = from
		}
		c[i].before = before
		before += c[i].expected(c[i].length)
	}
	return c
}

// when returns the time at which so many requests are expected to have arrived; not ok where that never is.
func (c curve) when(due float64) (at time.Duration, ok bool) {
	i, _ := slices.BinarySearchFunc(c, due, func(p piece, due float64) int {
		if p.before <= due {
			return -1
		}
		return 1
	})
	if i--; i < 0 {
		return 0, false
	}
	p := c[i]
	t := p.reach(due - p.before)
	if math.IsInf(t, 1) || math.IsNaN(t) || p.from+t > math.MaxInt64/float64(time.Second)/2 {
		return 0, false
	}
	return time.Duration((p.from + t) * float64(time.Second)), true
}

// reach returns after how many seconds of the piece so many requests are expected.
func (p piece) reach(n float64) float64 {
	root := math.Sqrt(max(p.rate*p.rate+2*p.slope*n, 0))
	if p.rate+root <= 0 {
		return math.Inf(1)
	}
	return min(2*n/(p.rate+root), p.length) // the solution that is stable for a slope near 0
}
