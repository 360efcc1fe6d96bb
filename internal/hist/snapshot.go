// SPDX-License-Identifier: Apache-2.0

package hist

import (
	"time"
)

// Snapshot is what was counted up to a moment: a plain value. The zero Snapshot is
// that of an empty [Hist].
type Snapshot struct {
	counts [Buckets]uint64
	sum    time.Duration
}

// Count returns how many durations there are.
func (s *Snapshot) Count() (n uint64) {
	for _, c := range s.counts {
		n += c
	}
	return n
}

// Sum returns their sum.
func (s *Snapshot) Sum() time.Duration { return s.sum }

// Merge adds what another has counted.
func (s *Snapshot) Merge(o *Snapshot) {
	for i, c := range o.counts {
		s.counts[i] += c
	}
	s.sum += o.sum
}

// Le returns how many durations are at most bound. It is exact where bound is one of
// [Bounds]; else it is the number at the next bound below.
func (s *Snapshot) Le(bound time.Duration) (n uint64) {
	for i := 0; i <= inner && bounds[i] <= bound; i++ {
		n += s.counts[i]
	}
	return n
}

// Cumulate writes to into[i] how many durations are at most the i-th of the rising
// bounds, each as [Snapshot.Le] tells it, and returns how many there are in all.
func (s *Snapshot) Cumulate(rising []time.Duration, into []uint64) (all uint64) {
	next := 0
	for i, bound := range rising {
		for next <= inner && bounds[next] <= bound {
			all += s.counts[next]
			next++
		}
		into[i] = all
	}
	for ; next < Buckets; next++ {
		all += s.counts[next]
	}
	return all
}

// Quantile returns the duration that the share q of all durations does not exceed,
// q from 0 to 1, by linear interpolation within its bucket: less than 28 % beside
// the true one from 10 µs to 100 s. Below and above it is one of these two. Zero when empty.
func (s *Snapshot) Quantile(q float64) time.Duration {
	all := s.Count()
	if all == 0 {
		return 0
	}
	rank := min(max(q, 0), 1) * float64(all)
	var before uint64
	for i, c := range s.counts {
		if c == 0 || float64(before+c) < rank {
			before += c
			continue
		}
		return within(i, (rank-float64(before))/float64(c))
	}
	return bounds[inner] // unreachable: rank is at most all
}

// within is the place of a share inside a bucket.
func within(bucket int, share float64) time.Duration {
	switch bucket {
	case 0:
		return bounds[0]
	case inner + 1:
		return bounds[inner]
	}
	from, to := bounds[bucket-1], bounds[bucket]
	return from + time.Duration(max(share, 0)*float64(to-from))
}
