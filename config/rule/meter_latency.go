// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"time"
)

// latencies sets the quantiles of what was counted between two marks.
func (s Sample) latencies(bounds []time.Duration, from, to mark) Sample {
	attempts := to.attempts - from.attempts
	if bounds == nil || attempts < Enough || to.at.Sub(from.at) < Period {
		return s
	}
	within := make([]uint64, len(bounds))
	for i := range within {
		within[i] = to.within[i] - from.within[i]
	}
	return s.with(latencyP50, quantile(bounds, within, 0.5, attempts)).with(latencyP99, quantile(bounds, within, 0.99, attempts))
}

// quantile interpolates within the bucket that a share of n falls into, in seconds.
func quantile(bounds []time.Duration, within []uint64, share float64, n uint64) float64 {
	rank, below := share*float64(n), uint64(0)
	for i, upTo := range within {
		if float64(upTo) < rank {
			below = upTo
			continue
		}
		if i == 0 {
			return bounds[0].Seconds()
		}
		part := (rank - float64(below)) / float64(max(upTo-below, 1))
		return (bounds[i-1] + time.Duration(part*float64(bounds[i]-bounds[i-1]))).Seconds()
	}
	return bounds[len(bounds)-1].Seconds()
}
