// SPDX-License-Identifier: Apache-2.0

package report

import (
	"math"
	"slices"
	"time"

	"github.com/fuseboard/fuseboard/simulations"
)

// columns are buckets of time, so many side by side taken as one.
type columns struct {
	width   time.Duration // of a bucket
	buckets int
	per     int // buckets of a column; the last one may have fewer
}

// fit returns columns of so many buckets that there are at most n.
func fit(width time.Duration, buckets, n int) columns {
	return columns{width: width, buckets: buckets, per: max((buckets+n-1)/n, 1)}
}

func (c columns) len() int { return (c.buckets + c.per - 1) / c.per }

// span returns the buckets of a column.
func (c columns) span(i int) (from, to int) { return i * c.per, min((i+1)*c.per, c.buckets) }

// begins and middle are when a column does, in seconds.
func (c columns) begins(i int) float64 { return (time.Duration(i*c.per) * c.width).Seconds() }

func (c columns) middle(i int) float64 {
	from, to := c.span(i)
	return float64(from+to) / 2 * c.width.Seconds()
}

// seconds is how long some buckets take.
func (c columns) seconds(from, to int) float64 { return float64(to-from) * c.width.Seconds() }

// measure is a number of the buckets [from, to) of one run; NaN where there is none.
type measure func(t *simulations.Track, c columns, from, to int) float64

// spread is a measure over several runs, by column.
type spread struct{ mean, middle, low, high, most []float64 }

// over measures every column of every run.
func (c columns) over(runs []*simulations.Track, m measure) spread {
	var s spread
	values := make([]float64, 0, len(runs))
	for i := range c.len() {
		from, to := c.span(i)
		values = values[:0]
		for _, t := range runs {
			if v := m(t, c, from, to); !math.IsNaN(v) {
				values = append(values, v)
			}
		}
		slices.Sort(values)
		s.mean = append(s.mean, mean(values))
		s.middle = append(s.middle, quantile(values, 0.5))
		s.low = append(s.low, quantile(values, 0.05))
		s.high = append(s.high, quantile(values, 0.95))
		s.most = append(s.most, quantile(values, 1))
	}
	return s
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values)) // NaN of none
}

// quantile is that of sorted values, between them where it falls between two.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := q * float64(len(sorted)-1)
	below := int(at)
	if below+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[below] + (at-float64(below))*(sorted[below+1]-sorted[below])
}

// list is one of a track's.
type list func(t *simulations.Track) []uint32

// rate is how many there are a second.
func rate(of list) measure {
	return func(t *simulations.Track, c columns, from, to int) float64 {
		n, known := sum(of(t), from, to)
		if !known {
			return math.NaN()
		}
		return n / c.seconds(from, to)
	}
}

// ratio is how many there are of the others.
func ratio(of, others list) measure {
	return func(t *simulations.Track, _ columns, from, to int) float64 {
		n, known := sum(of(t), from, to)
		all, _ := sum(others(t), from, to)
		if !known || all == 0 {
			return math.NaN()
		}
		return n / all
	}
}

// most is the greatest.
func most(of list) measure {
	return func(t *simulations.Track, _ columns, from, to int) float64 {
		part := window(of(t), from, to)
		if len(part) == 0 {
			return math.NaN()
		}
		return float64(slices.Max(part))
	}
}

// circuits is the share of circuits in a state, on average.
func circuits(of list) measure {
	return func(t *simulations.Track, _ columns, from, to int) float64 {
		some, known := sum(of(t), from, to)
		if !known {
			return math.NaN()
		}
		all := 0.0
		for _, state := range [][]uint32{t.Closed, t.Open, t.HalfOpen, t.Ramping} {
			n, _ := sum(state, from, to)
			all += n
		}
		return some / max(all, 1)
	}
}

// longest is the greatest of some milliseconds, in seconds.
func longest(of func(t *simulations.Track) []float32) measure {
	return func(t *simulations.Track, _ columns, from, to int) float64 {
		top := math.NaN()
		for _, ms := range window(of(t), from, to) {
			if v := float64(ms) / 1000; ms >= 0 && !(v <= top) {
				top = v
			}
		}
		return top
	}
}

func sum(all []uint32, from, to int) (total float64, known bool) {
	part := window(all, from, to)
	for _, v := range part {
		total += float64(v)
	}
	return total, len(part) > 0
}

// window returns what a list has of [from, to): lists of a run that broke may be short.
func window[T any](all []T, from, to int) []T {
	return all[min(from, len(all)):min(to, len(all))]
}
