// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"net/http"
	"time"
)

// RetryAfter returns how long a response asks to be left alone: 0 where it does not,
// or not any more, at most LongestRetryAfter. A date is taken relative to the response's
// own Date, so that the clocks need not agree; without one it is relative to now,
// rounded up to whole seconds.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	v := first(h, HeaderRetryAfter)
	if v == "" {
		return 0
	}
	if seconds, ok := number(v, int64(LongestRetryAfter/time.Second)); ok {
		return time.Duration(seconds) * time.Second
	}
	until, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(first(h, headerDate)); err == nil {
		now = date
	}
	return roundUp(min(max(until.Sub(now), 0), LongestRetryAfter))
}
