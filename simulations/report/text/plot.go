// SPDX-License-Identifier: Apache-2.0

package text

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/simulations"
)

const (
	plotRows   = 9 // so that one is the middle
	plotMargin = 8 // "  100 % ┤" without the axis itself
	mostLanes  = 5 // of faults beneath a plot
)

// dots are the eight dots of a braille character, row by row.
var dots = [4][2]rune{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}

// canvas is a plot's inside: a line in dots, 2 × 4 to a character, and below it marks in whole characters.
type canvas struct {
	cols  int
	line  [][]rune
	marks [][]bool
}

func newCanvas(cols int) *canvas {
	c := &canvas{cols: cols, line: make([][]rune, plotRows), marks: make([][]bool, plotRows)}
	for i := range c.line {
		c.line[i], c.marks[i] = make([]rune, cols), make([]bool, cols)
	}
	return c
}

// draw puts a line through the values, which are between 0 and 1; NaN is a gap.
func (c *canvas) draw(values []float64) {
	const levels = plotRows*4 - 1
	before := -1
	for x, v := range resampled(values, c.cols*2) {
		if math.IsNaN(v) {
			before = -1
			continue
		}
		y := levels - int(math.Round(min(max(v, 0), 1)*levels))
		from, to := y, y
		if before >= 0 { // up or down to the neighbour
			from, to = min(y, before), max(y, before)
		}
		for ; from <= to; from++ {
			c.line[from/4][x/2] |= dots[from%4][x%2]
		}
		before = y
	}
}

// mark puts one mark per column where the values are.
func (c *canvas) mark(values []float64) {
	for x, v := range resampled(values, c.cols) {
		if !math.IsNaN(v) {
			c.marks[plotRows-1-int(math.Round(min(max(v, 0), 1)*(plotRows-1)))][x] = true
		}
	}
}

// row is one line of the canvas.
func (c *canvas) row(y int, plainly bool) string {
	var b strings.Builder
	for x := range c.cols {
		switch {
		case c.line[y][x] != 0 && plainly:
			b.WriteByte('*')
		case c.line[y][x] != 0:
			b.WriteRune(0x2800 + c.line[y][x])
		case c.marks[y][x] && plainly:
			b.WriteByte('.')
		case c.marks[y][x]:
			b.WriteRune('·')
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// resampled are n values in place of those there are: the mean of those that fall together, or the nearest.
func resampled(values []float64, n int) []float64 {
	out := make([]float64, n)
	per := float64(len(values)) / float64(n)
	for i := range out {
		out[i] = math.NaN()
		if len(values) == 0 {
			continue
		}
		from := min(int(float64(i)*per), len(values)-1)
		to := min(max(int(math.Ceil(float64(i+1)*per)), from+1), len(values))
		if per < 1 {
			to = from + 1
		}
		sum, known := 0.0, 0.0
		for _, v := range values[from:to] {
			if !math.IsNaN(v) {
				sum, known = sum+v, known+1
			}
		}
		if known > 0 {
			out[i] = sum / known
		}
	}
	return out
}

// goodput plots the share of good answers over time, with the first baseline as dots and the faults beneath.
func (p *page) goodput(r *simulations.Result) {
	if len(r.Variants) == 0 || r.Duration <= 0 {
		return
	}
	ours := goodputs(r.Variants[0])
	if len(ours) == 0 {
		return
	}
	cols := p.width - plotMargin - 1
	c := newCanvas(cols)
	c.draw(ours)
	legend := "share answered well, median of the seeds; " + p.sample() + " " + clean(r.Variants[0].Name)
	if p.o.Sweep.Path == "" && len(r.Variants) > 1 {
		c.mark(goodputs(r.Variants[1]))
		legend += ", " + p.fill() + " " + clean(r.Variants[1].Name)
	}
	p.heading("GOODPUT", legend)
	for y := range plotRows {
		p.line(right(yLabel(y), plotMargin-1) + " ┤" + c.row(y, p.o.ASCII))
	}
	p.axis(r.Duration, cols)
	p.bands(r, cols)
	p.line("")
}

// sample is how the line looks in a legend.
func (p *page) sample() string {
	if p.o.ASCII {
		return "*"
	}
	return "⠒⠒"
}

// fill is the sign of the baseline, and of what a bar is not filled with.
func (p *page) fill() string {
	if p.o.ASCII {
		return "."
	}
	return "·"
}

func yLabel(row int) string {
	switch row {
	case 0:
		return "100 %"
	case plotRows / 2:
		return "50 %"
	case plotRows - 1:
		return "0 %"
	}
	return ""
}

// steps are distances between ticks that people count in.
var steps = []time.Duration{
	100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 4 * time.Hour, 6 * time.Hour,
}

// axis is the line of time beneath a plot, and its labels.
func (p *page) axis(whole time.Duration, cols int) {
	step := steps[len(steps)-1]
	for _, s := range steps {
		if whole/s <= time.Duration(max(cols/10, 2)) {
			step = s
			break
		}
	}
	line, labels := []rune(strings.Repeat("─", cols)), []rune(strings.Repeat(" ", cols+plotMargin))
	for at := time.Duration(0); at <= whole; at += step {
		x := column(at, whole, cols)
		line[x] = '┬'
		label := []rune(plain.Duration(at))
		from := max(min(x-len(label)/2, cols-len(label)), -plotMargin)
		copy(labels[plotMargin+from:], label)
	}
	p.line(strings.Repeat(" ", plotMargin) + "└" + string(line))
	p.line(" " + string(labels))
}

// column is where a time stands.
func column(at, whole time.Duration, cols int) int {
	return min(max(int(float64(at)/float64(whole)*float64(cols)), 0), cols-1)
}

// bands are the faults, each beneath the time that it takes, with its name beside.
func (p *page) bands(r *simulations.Result, cols int) {
	var lanes [][]rune
	left := 0
	for _, f := range r.Faults {
		from, to := column(f.From, r.Duration, cols), column(f.To, r.Duration, cols)
		band := strings.Repeat("━", max(to-from, 1))
		label := clean(f.Name)
		if f.Text != "" {
			label += ": " + clean(f.Text)
		}
		text, at := beside(band, from, cols, label, clean(f.Name))
		if !place(&lanes, cols, at, []rune(text)) {
			left++
		}
	}
	for _, lane := range lanes {
		p.line(strings.Repeat(" ", plotMargin+1) + string(lane))
	}
	if left > 0 {
		p.line(strings.Repeat(" ", plotMargin+1) + fmt.Sprintf("… and %s more", plain.Count(left, "fault", "faults")))
	}
}

// beside sets the first label that there is room for behind a band, or before it, and says where that begins.
func beside(band string, from, cols int, labels ...string) (text string, at int) {
	width := utf8.RuneCountInString(band)
	for _, label := range labels {
		n := utf8.RuneCountInString(label) + 1
		if from+width+n <= cols {
			return band + " " + label, from
		}
		if from >= n {
			return label + " " + band, from - n
		}
	}
	return cut(band+" "+labels[len(labels)-1], cols-from), from
}

// place writes a text into the first lane with room for it.
func place(lanes *[][]rune, cols, at int, text []rune) bool {
	for i := range mostLanes {
		if i == len(*lanes) {
			*lanes = append(*lanes, []rune(strings.Repeat(" ", cols)))
		}
		lane := (*lanes)[i]
		if strings.TrimSpace(string(lane[max(at-2, 0):min(at+len(text)+2, cols)])) == "" {
			copy(lane[at:], text)
			return true
		}
	}
	return false
}
