// SPDX-License-Identifier: Apache-2.0

package demo

import "time"

// When a side counts as recovered.
const (
	bucket        = 500 * time.Millisecond
	bucketStep    = 100 * time.Millisecond // how finely the moment is looked for
	bucketsInARow = 2
	recoveredAt   = 0.9
)

// recovery returns how long after the upstream's return a side answered again:
// the time from back to the first moment at which two buckets in a row, of calls
// made from then on, each have 90 % good answers that are not degraded. Buckets must end before end.
// It is false when there is no such moment.
func recovery(samples []Sample, back, end time.Duration) (time.Duration, bool) {
	for at := back; at+bucketsInARow*bucket <= end; at += bucketStep {
		well := true
		for from := at; from < at+bucketsInARow*bucket; from += bucket {
			well = well && answers(samples, from)
		}
		if well {
			return at - back, true
		}
	}
	return 0, false
}

// answers reports whether enough of the calls made in the bucket got a good answer
// that is not degraded. Without calls it cannot be said, so it is not.
func answers(samples []Sample, from time.Duration) bool {
	calls, good := 0, 0
	for _, s := range samples {
		if s.At < from || s.At >= from+bucket {
			continue
		}
		calls++
		if s.Full() {
			good++
		}
	}
	return calls > 0 && float64(good) >= recoveredAt*float64(calls)
}
