// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"math"
	"slices"
	"sync"
	"time"

	"github.com/fuseboard/fuseboard"
)

// End is what a caller got.
type End uint8

// The ends of a call.
const (
	// Answered: a good answer, be it the upstream's or one in its place.
	Answered End = iota
	// Failed: an error of the upstream, or none in time.
	Failed
	// Refused: the guard said no before the upstream was touched.
	Refused
)

// Sample is one call as its caller saw it.
type Sample struct {
	// At is when it was made, since the start.
	At time.Duration
	// Took is how long the caller waited for its end.
	Took time.Duration
	// End is what the caller got.
	End End
	// Priority is how urgent it was.
	Priority fuseboard.Priority
	// Degraded: the answer is not what the upstream says now, because that failed.
	Degraded bool
	// Cached: the answer is of the cache, and not degraded.
	Cached bool
	// Age is how old the answer was; zero for one of now.
	Age time.Duration
}

// Good reports whether the caller had its answer within the deadline.
func (s Sample) Good() bool { return s.End == Answered && s.Took <= Deadline }

// Full reports whether the answer was besides what it should be, and not one instead.
func (s Sample) Full() bool { return s.Good() && !s.Degraded }

// Instead reports whether it was one instead.
func (s Sample) Instead() bool { return s.Good() && s.Degraded }

// Missed reports whether the caller had no answer in time, for whatever reason.
func (s Sample) Missed() bool { return !s.Good() }

// FromCache reports whether the caller had a good answer from the cache.
func (s Sample) FromCache() bool { return s.Good() && s.Cached }

// Recorder keeps samples in the order in which calls ended. The zero Recorder
// is ready. Safe for concurrent use.
type Recorder struct {
	mu      sync.Mutex
	samples []Sample
}

// Add records one call.
func (r *Recorder) Add(s Sample) {
	r.mu.Lock()
	r.samples = append(r.samples, s)
	r.mu.Unlock()
}

// After returns a copy of all samples but the first n.
func (r *Recorder) After(n int) []Sample {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.samples[min(n, len(r.samples)):])
}

// count returns how many samples are so.
func count(samples []Sample, so func(Sample) bool) (n int) {
	for _, s := range samples {
		if so(s) {
			n++
		}
	}
	return n
}

func ended(as End) func(Sample) bool { return func(s Sample) bool { return s.End == as } }

// oldest returns the age of the oldest answer.
func oldest(samples []Sample) (age time.Duration) {
	for _, s := range samples {
		age = max(age, s.Age)
	}
	return age
}

// quantile returns the smallest time that at least the share q of the calls
// did not exceed, refused and failed ones included; zero when there are none.
func quantile(samples []Sample, q float64) time.Duration {
	if len(samples) == 0 {
		return 0
	}
	took := make([]time.Duration, len(samples))
	for i, s := range samples {
		took[i] = s.Took
	}
	slices.Sort(took)
	rank := int(math.Ceil(q * float64(len(took))))
	return took[min(max(rank-1, 0), len(took)-1)]
}
