// SPDX-License-Identifier: Apache-2.0

package report

import (
	"math"
	"strings"
)

// across is how many units a drawing is wide; a browser stretches them to the room there is.
const across = 1000

// canvas turns values over time into the data of paths.
type canvas struct {
	x, y   axis
	height float64
}

func (c canvas) at(x, y float64) string {
	return coordinate(c.x.place(x)*across) + " " + coordinate(c.height*(1-c.y.place(y)))
}

// line is the path of a curve. Where it has no value it has a gap, and a value between two gaps is a dot.
func (c canvas) line(cols columns, v []float64) string {
	var b strings.Builder
	for from, to := range stretches(v) {
		verb := "M"
		for _, p := range outline(cols, v, from, to) {
			b.WriteString(verb + c.at(p[0], p[1]))
			verb = "L"
		}
	}
	return b.String()
}

// area is the path of what lies between two curves; where one of them has no value it has a gap.
func (c canvas) area(cols columns, low, high []float64) string {
	both := make([]float64, len(high))
	for i := range both {
		both[i] = low[i] + high[i] // NaN where either is
	}
	var b strings.Builder
	for from, to := range stretches(both) {
		verb := "M"
		for _, p := range outline(cols, high, from, to) {
			b.WriteString(verb + c.at(p[0], p[1]))
			verb = "L"
		}
		below := outline(cols, low, from, to)
		for i := len(below) - 1; i >= 0; i-- {
			b.WriteString("L" + c.at(below[i][0], below[i][1]))
		}
		b.WriteByte('Z')
	}
	return b.String()
}

// stretches yields the parts [from, to) of a curve that have values.
func stretches(v []float64) func(yield func(from, to int) bool) {
	return func(yield func(from, to int) bool) {
		for from := 0; from < len(v); from++ {
			if math.IsNaN(v[from]) {
				continue
			}
			to := from
			for to < len(v) && !math.IsNaN(v[to]) {
				to++
			}
			if !yield(from, to) {
				return
			}
			from = to
		}
	}
}

// outline returns the points of a stretch: the middles of its columns, and its two ends. Points between two others of the
// same value are left out.
func outline(cols columns, v []float64, from, to int) (points [][2]float64) {
	points = append(points, [2]float64{cols.begins(from), v[from]})
	for i := from; i < to; i++ {
		if i > from && i+1 < to && v[i-1] == v[i] && v[i] == v[i+1] {
			continue
		}
		points = append(points, [2]float64{cols.middle(i), v[i]})
	}
	_, last := cols.span(to - 1)
	return append(points, [2]float64{cols.seconds(0, last), v[to-1]})
}

// stack lays measures upon each other: the first two of what it returns bound the first measure. What is not known adds nothing.
func stack(parts [][]float64, n int) (bounds [][]float64) {
	sum := make([]float64, n)
	bounds = append(bounds, sum)
	for _, part := range parts {
		next := make([]float64, n)
		for i := range next {
			next[i] = sum[i]
			if !math.IsNaN(part[i]) {
				next[i] += part[i]
			}
		}
		sum, bounds = next, append(bounds, next)
	}
	return bounds
}
