// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/fuseboard/fuseboard"
)

// HotHalf is the time in which what a key did weighs half as much in [Keyed.Hot].
const HotHalf = time.Minute

// HotKey is what a key did of late: an event weighs 1 when it is new, and half after each [HotHalf].
type HotKey[K comparable] struct {
	// Key is the key.
	Key K
	// Taken is the units that it took; what was refunded is in it.
	Taken float64
	// Refused is the units that it was refused.
	Refused float64
}

// heat is decaying counts.
type heat struct {
	taken, refused float64
	at             fuseboard.Instant
}

func (h *heat) add(now fuseboard.Instant, taken, refused float64) {
	h.cool(now)
	h.taken, h.refused = h.taken+taken, h.refused+refused
}

// cool lets the counts decay until now.
func (h *heat) cool(now fuseboard.Instant) {
	// Not at every event: Exp2 costs more than all the rest, and within a second the error
	// is a hundredth.
	if past := now.Sub(h.at); past >= time.Second {
		left := math.Exp2(-float64(past) / float64(HotHalf))
		h.taken, h.refused, h.at = h.taken*left, h.refused*left, now
	}
}

// Hot returns the n keys that took and were refused the most of late, the hottest first,
// of those that the table holds. It walks through the table.
func (t *Keyed[K]) Hot(now fuseboard.Instant, n int) []HotKey[K] {
	t.mu.Lock()
	hot := make([]HotKey[K], 0, len(t.at))
	for i := 1; i < len(t.keys); i++ {
		k := &t.keys[i]
		k.heat.cool(inTime(now))
		hot = append(hot, HotKey[K]{Key: k.key, Taken: k.heat.taken, Refused: k.heat.refused})
	}
	t.mu.Unlock()
	slices.SortStableFunc(hot, func(a, b HotKey[K]) int {
		return cmp.Compare(b.Taken+b.Refused, a.Taken+a.Refused)
	})
	return slices.Clip(hot[:clamp(n, 0, len(hot))])
}
