// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"time"

	"github.com/fuseboard/fuseboard"
)

// fixed counts in windows of the wall clock.
type fixed struct {
	limit  int64
	per    time.Duration
	offset time.Duration
	number int64 // of the window that count belongs to
	count  int64
}

func (f *fixed) next(at fuseboard.Instant, cost int64) fuseboard.Instant {
	number, into := windowAt(at, f.offset, f.per)
	if number != f.number || f.count+cost <= f.limit {
		return at
	}
	return at.Add(f.per - into)
}

func (f *fixed) put(at fuseboard.Instant, cost int64) {
	number, _ := windowAt(at, f.offset, f.per)
	if number != f.number {
		f.number, f.count = number, 0
	}
	f.count += cost
}

func (f *fixed) forget(taken fuseboard.Instant, cost int64) {
	if number, _ := windowAt(taken, f.offset, f.per); number == f.number {
		f.count = max(0, f.count-cost)
	}
}

func (f *fixed) spent(at fuseboard.Instant) int64 {
	if number, _ := windowAt(at, f.offset, f.per); number == f.number {
		return f.count
	}
	return 0
}
