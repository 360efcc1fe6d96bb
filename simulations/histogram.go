// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"math"
	"time"
)

// The buckets of a histogram grow by two in a hundred, so that a percentile is right to one.
const (
	histogramGrowth = 1.02
	histogramLeast  = 10 * time.Microsecond
	histogramSize   = 1000 // the last begins at about an hour
)

// histogram counts durations. The zero histogram is empty.
type histogram struct {
	counts []uint32
	total  uint64
	sum    time.Duration
	least  time.Duration
	most   time.Duration
}

func (h *histogram) add(d time.Duration) { h.addAt(histogramBucket(d), d) }

// addAt is add for who knows the bucket: several histograms count the same durations.
func (h *histogram) addAt(bucket int, d time.Duration) {
	if h.counts == nil {
		h.counts = make([]uint32, histogramSize)
	}
	if h.total == 0 || d < h.least {
		h.least = d
	}
	h.counts[bucket]++
	h.total++
	h.sum += d
	h.most = max(h.most, d)
}

func histogramBucket(d time.Duration) int {
	if d <= histogramLeast {
		return 0
	}
	i := int(math.Log(float64(d)/float64(histogramLeast))/math.Log(histogramGrowth)) + 1
	return min(i, histogramSize-1)
}

// quantile returns the duration that a share of all do not exceed, and false where there are none. The last
// bucket that is reached counts by its middle, and never beyond what was shortest and longest. The last of all is told exactly.
func (h *histogram) quantile(share float64) (time.Duration, bool) {
	if h.total == 0 {
		return 0, false
	}
	rank := uint64(math.Ceil(share * float64(h.total)))
	if rank >= h.total {
		return h.most, true
	}
	var seen uint64
	for i, n := range h.counts {
		if seen += uint64(n); seen >= max(rank, 1) && n > 0 {
			middle := float64(histogramLeast) * math.Pow(histogramGrowth, float64(i)-0.5)
			return min(max(time.Duration(middle), h.least), h.most), true
		}
	}
	return h.most, true
}

func (h *histogram) mean() (time.Duration, bool) {
	if h.total == 0 {
		return 0, false
	}
	return h.sum / time.Duration(h.total), true
}
