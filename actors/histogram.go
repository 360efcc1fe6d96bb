// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard/internal/hist"
)

// Histogram is how long something took, counted in buckets: a value, that of a
// moment. The bounds of the buckets are the same for all guards, in all processes,
// so any two Histograms may be added. They follow the series 1, 1.25, 1.6, 2, 2.5,
// 3.15, 4, 5, 6.3, 8 in each decade from 10 µs to 100 s. The zero Histogram is empty.
type Histogram struct{ counted hist.Snapshot }

// HistogramBounds returns the bounds of the buckets of every Histogram, rising.
func HistogramBounds() []time.Duration { return hist.Bounds() }

// Count returns how many durations were counted.
func (h Histogram) Count() uint64 { return h.counted.Count() }

// Sum returns the sum of all durations, to the nanosecond.
func (h Histogram) Sum() time.Duration { return h.counted.Sum() }

// Le returns how many durations were at most bound: exact for one of
// [HistogramBounds], else as for the next one below.
func (h Histogram) Le(bound time.Duration) uint64 { return h.counted.Le(bound) }

// Cumulate is Le for many bounds, which must rise: into, of the same length, gets the
// number for each. It returns Count. It allocates nothing.
func (h Histogram) Cumulate(rising []time.Duration, into []uint64) uint64 {
	return h.counted.Cumulate(rising, into)
}

// Quantile returns the duration that a share of all, from 0 to 1, did not exceed:
// 0.99 is the 99th percentile. Between 10 µs and 100 s it is less than 28 % beside the
// true one; what lies outside counts as that end. Zero when empty.
func (h Histogram) Quantile(share float64) time.Duration { return h.counted.Quantile(share) }

// Plus returns the durations of both.
func (h Histogram) Plus(other Histogram) Histogram {
	h.counted.Merge(&other.counted)
	return h
}

// String tells count, mean and quantiles in one line.
func (h Histogram) String() string {
	n := h.Count()
	if n == 0 {
		return "none"
	}
	mean := h.Sum() / time.Duration(n) //nolint:gosec // a count
	return fmt.Sprintf("%d, mean %s, p50 %s, p99 %s", n, mean, h.Quantile(0.5), h.Quantile(0.99))
}
