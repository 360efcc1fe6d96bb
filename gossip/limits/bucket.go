// SPDX-License-Identifier: Apache-2.0

package limits

import (
	"math/bits"
	"time"

	"github.com/fuseboard/fuseboard"
)

// bucket is a token bucket that begins full. It counts what is missing, in billionths of a token: at so many tokens a second, as many
// of these come in each nanosecond, so nothing is ever rounded. It reads no clock, and takes no lock.
type bucket struct {
	missing int64
	at      fuseboard.Instant // up to when it is filled
}

// rate is what a bucket gives: so many tokens a second, and at most burst at once. A burst is at most mostBytes.
type rate struct {
	perSecond, burst int
}

const billionths = int64(time.Second)

// take takes n tokens at now, or none and reports false. More than burst are never there at once.
func (b *bucket) take(now fuseboard.Instant, r rate, n int) bool {
	b.fill(now, r)
	if n < 0 || n > r.burst {
		return false
	}
	missing := b.missing + int64(n)*billionths
	if missing > int64(r.burst)*billionths {
		return false
	}
	b.missing = missing
	return true
}

func (b *bucket) fill(now fuseboard.Instant, r rate) {
	if now <= b.at {
		return
	}
	high, came := bits.Mul64(uint64(now-b.at), uint64(max(r.perSecond, 0)))
	b.at = now
	if high > 0 || came >= uint64(b.missing) {
		b.missing = 0
		return
	}
	b.missing -= int64(came)
}
