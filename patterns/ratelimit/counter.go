// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"math/bits"
	"time"

	"github.com/fuseboard/fuseboard"
)

// counter weighs the window before by the part of it that is less than a window ago, as
// if its units had come evenly ("How we built rate limiting capable of scaling to millions
// of domains", Cloudflare, 2017). Weights are rounded up to a whole unit.
type counter struct {
	limit  int64
	per    time.Duration
	offset time.Duration
	number int64 // of the window that count belongs to
	count  int64
	before int64 // the count of the window before that
}

// at returns the counts as they are in that window.
func (w *counter) at(number int64) (count, before int64) {
	switch number {
	case w.number:
		return w.count, w.before
	case w.number + 1:
		return 0, w.count
	}
	return 0, 0
}

func (w *counter) next(at fuseboard.Instant, cost int64) fuseboard.Instant {
	number, into := windowAt(at, w.offset, w.per)
	count, before := w.at(number)
	if room := w.limit - count - cost; room >= 0 {
		return at.Add(max(0, w.fades(before, room)-into))
	}
	return at.Add(w.per - into + w.fades(count, w.limit-cost))
}

// fades is how far into a window the units of the one before weigh no more than room.
func (w *counter) fades(before, room int64) time.Duration {
	if before <= room {
		return 0
	}
	hi, lo := bits.Mul64(uint64(room), uint64(w.per))
	weighed, _ := bits.Div64(hi, lo, uint64(before))
	return w.per - time.Duration(weighed)
}

func (w *counter) put(at fuseboard.Instant, cost int64) {
	number, _ := windowAt(at, w.offset, w.per)
	w.count, w.before = w.at(number)
	w.number, w.count = number, w.count+cost
}

func (w *counter) forget(taken fuseboard.Instant, cost int64) {
	switch number, _ := windowAt(taken, w.offset, w.per); number {
	case w.number:
		w.count = max(0, w.count-cost)
	case w.number - 1:
		w.before = max(0, w.before-cost)
	}
}

func (w *counter) spent(at fuseboard.Instant) int64 {
	number, into := windowAt(at, w.offset, w.per)
	count, before := w.at(number)
	return count + scale(int64(w.per-into), before, int64(w.per))
}
