// SPDX-License-Identifier: Apache-2.0

package quantile

import (
	"math/bits"
	"time"
)

const (
	perDoubling = 16 // buckets; each is at most a sixteenth wide
	subBits     = 4  // of perDoubling
	leastBits   = 10 // what is shorter counts as 1 << leastBits nanoseconds
	doublings   = 30 // so the longest is just below 1 << 40 nanoseconds, 18m19s
	shortest    = time.Duration(1) << leastBits
	most        = 1.05 // times as long as the true quantile a value may be
	longest     = time.Duration(1)<<(leastBits+doublings) - 1
)

// bucketOf returns the doubling of a duration, and the bucket in that.
func bucketOf(d time.Duration) (doubling, bucket uint) {
	d = min(max(d, shortest), longest)
	top := uint(bits.Len64(uint64(d))) - 1
	return top - leastBits, uint(d>>(top-subBits)) & (perDoubling - 1)
}

// within is the place of a share, from 0 to 1, inside a bucket, as if durations lay evenly in it; but so near its middle
// that it is at most 5 % beside all that is in it.
func within(doubling, bucket uint, share float64) time.Duration {
	width := float64(shortest<<doubling) / perDoubling
	from := (perDoubling + float64(bucket)) * width
	return time.Duration(min(max(from+share*width, (from+width)/most), from*most))
}
