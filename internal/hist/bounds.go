// SPDX-License-Identifier: Apache-2.0

package hist

import (
	"math"
	"math/bits"
	"time"
)

const (
	perDecade = 10
	decades   = 7 // from 10 µs to 100 s
	inner     = perDecade * decades
	// Buckets is how many there are: those between the bounds, one below, one above.
	Buckets = inner + 2
)

// renard is the series R10 in hundredths, as the standard rounds it.
var renard = [perDecade]int64{100, 125, 160, 200, 250, 315, 400, 500, 630, 800}

// bounds are the upper bounds of all buckets but the last, inclusive; behind them
// stands one that no duration passes.
var bounds = makeBounds()

// starts says for each bit length of d-1 which bucket is the first that d may be in.
var starts = makeStarts()

func makeBounds() (b [Buckets]time.Duration) {
	scale := int64(100) // nanoseconds in a hundredth of 10 µs
	for i := range inner {
		b[i] = time.Duration(scale * renard[i%perDecade])
		if i%perDecade == perDecade-1 {
			scale *= 10
		}
	}
	b[inner] = time.Duration(scale * renard[0])
	b[inner+1] = math.MaxInt64
	return b
}

func makeStarts() (s [65]uint8) {
	for n := 1; n < len(s); n++ {
		least := uint64(1) << (n - 1) // of the values with n bits
		i := 0
		for i < inner+1 && uint64(bounds[i]) <= least {
			i++
		}
		s[n] = uint8(i)
	}
	return s
}

// bucketOf returns the bucket of a duration: the first whose bound is not less.
func bucketOf(d time.Duration) int {
	if d <= bounds[0] {
		return 0
	}
	below := d - 1 // a bound that is at most this is passed
	i := int(starts[bits.Len64(uint64(below))])
	for below >= bounds[i] {
		i++
	}
	return i
}

// Bounds returns the bounds of the buckets, rising: 10 µs to 100 s.
func Bounds() []time.Duration { return append([]time.Duration(nil), bounds[:inner+1]...) }
