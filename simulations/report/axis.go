// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// axis turns values into shares of a length: 0 at its low end, 1 at its high end.
type axis struct {
	low, high float64
	log       bool
	ticks     []tick
}

// tick is a labelled place on an axis.
type tick struct {
	at   float64
	text string
}

// place returns where a value is, 0 to 1; what is outside stands at the end.
func (a axis) place(v float64) float64 {
	low, high := a.low, a.high
	if a.log {
		low, high, v = math.Log(low), math.Log(high), math.Log(max(v, low))
	}
	if high <= low {
		return 0
	}
	return min(max((v-low)/(high-low), 0), 1)
}

// nice returns 1, 2 or 5 times a power of ten: the least such step that divides a span into at most n parts.
func nice(span float64, n int) float64 {
	if span <= 0 || math.IsInf(span, 0) || math.IsNaN(span) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(span/float64(n))))
	for _, m := range []float64{1, 2, 5} {
		if span/(m*power) <= float64(n)*(1+1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// linear is an axis from low to at least high, with at most n steps.
func linear(low, high float64, n int, unit string) axis {
	if !(high > low) {
		high = low + 1
	}
	step := nice(high-low, n)
	first, last := math.Floor(low/step+1e-9), math.Ceil(high/step-1e-9)
	a := axis{low: first * step, high: last * step}
	for i := first; i <= last; i++ {
		a.ticks = append(a.ticks, tick{i * step, label(i*step, step, a.high, unit)})
	}
	return a
}

// logarithmic is an axis over whole decades, or parts of them where there are few. Both ends are above zero.
func logarithmic(low, high float64, unit string) axis {
	steps := []float64{1, 2, 5}
	if math.Log10(high/low) > 2.5 {
		steps = []float64{1}
	}
	var all []float64
	for power := math.Floor(math.Log10(low)); power <= math.Ceil(math.Log10(high)); power++ {
		for _, s := range steps {
			all = append(all, s*math.Pow(10, power))
		}
	}
	from, to := 0, len(all)-1
	for from < to && all[from+1] <= low*(1+1e-9) {
		from++
	}
	for to > from+1 && all[to-1] >= high*(1-1e-9) {
		to--
	}
	a := axis{low: all[from], high: all[to], log: true}
	for _, v := range all[from : to+1] {
		a.ticks = append(a.ticks, tick{v, amount(v, unit)})
	}
	return a
}

// spans are steps of time that people count in.
var spans = []time.Duration{
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 20 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
}

// overTime is the axis of a simulation that takes so long, in seconds, and what its title says of the labels.
func overTime(d time.Duration) (axis, string) {
	say, unit := clockFace(d)
	a := axis{high: d.Seconds()}
	step := d
	for _, s := range spans {
		if d/s <= 7 {
			step = s
			break
		}
	}
	if d < 2*time.Second {
		a = linear(0, d.Seconds(), 5, "")
		a.ticks = slices.DeleteFunc(a.ticks, func(t tick) bool { return t.at > d.Seconds() })
		a.high = d.Seconds()
		return a, unit
	}
	for at := time.Duration(0); at <= d && step > 0; at += step {
		a.ticks = append(a.ticks, tick{at.Seconds(), say(at.Seconds())})
	}
	return a, unit
}

// clockFace says how times are labelled where all takes so long.
func clockFace(d time.Duration) (say func(float64) string, unit string) {
	switch {
	case d < 3*time.Minute:
		return func(v float64) string { return trim(v, 2) }, "s"
	case d < 3*time.Hour:
		return func(v float64) string { return pair(v, 1) }, "min:s"
	}
	return func(v float64) string { return pair(v, 60) }, "h:min"
}

// pair writes seconds as two numbers: 150 by ones is 2:30.
func pair(v float64, by int) string {
	n := int(math.Round(v)) / by
	return fmt.Sprintf("%d:%02d", n/60, n%60)
}
