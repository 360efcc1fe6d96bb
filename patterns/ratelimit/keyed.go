// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"sync"
	"time"
	"unsafe"

	"github.com/fuseboard/fuseboard"
)

// Keyed holds a token bucket for each key: a bounded table of one word and some counts
// each. Make one with [NewKeyed]; it must not be copied. Every method may be called from any
// goroutine at any time; they take one lock. A key that is not in the table has a full bucket.
// The text of a string is copied when its key is new, and is as long as the caller lets it be.
//
// A new key in a full table takes the place of another: of one whose bucket is full again,
// by which nothing is lost, if there is one among the sixteen that were used longest ago; else
// of the very one that was, which begins anew when it comes again. [Keyed.Stats] counts those.
type Keyed[K comparable] struct {
	mu    sync.Mutex
	most  int
	rate  bucket // the pace and burst of every key; its word is unused
	at    map[K]int32
	keys  []keyState[K] // a ring through newer and older; place 0 is its head
	stats KeyedStats
}

// keyState is one key.
type keyState[K comparable] struct {
	key          K
	fullAt       int64 // as the word of a bucket
	newer, older int32
	heat         heat
}

// KeyedStats is what became of the keys of a [Keyed].
type KeyedStats struct {
	// Keys is how many the table holds, at most the bound of [PerKey].
	Keys int
	// Evicted is how many gave their place to others with a full bucket: nothing was lost.
	Evicted uint64
	// Lost is how many gave their place though units were missing in their bucket: each began
	// anew if it came again, so it may have got its burst once more. Raise PerKey.Keys.
	Lost uint64
}

// NewKeyed returns an empty table for the limit of each key in p, over per (0: 1s). What is
// out of range is moved into it. A PerKey that is off has the limit 1.
func NewKeyed[K comparable](p PerKey, per time.Duration) *Keyed[K] {
	t := &Keyed[K]{at: map[K]int32{}, keys: make([]keyState[K], 1)}
	t.shape(p, per)
	return t
}

func (t *Keyed[K]) shape(p PerKey, per time.Duration) {
	fill(&p.Limit, 1)
	per = clampIfSet(per, shortestPer, longestPer)
	fill(&per, DefaultPer)
	p = p.usable(per)
	t.most = p.Keys
	t.rate.set(paceOf(uint64(p.Limit), uint64(per)), int64(p.Burst))
}

// Take is [Limiter.Take] for one key.
func (t *Keyed[K]) Take(now fuseboard.Instant, key K, cost int) (again fuseboard.Instant, ok bool) {
	now, units := inTime(now), int64(max(cost, 1))
	t.mu.Lock()
	defer t.mu.Unlock()
	if units > t.rate.burst {
		return fuseboard.Never, false
	}
	begun, next := t.rate.steps(now)
	k := t.find(key, begun)
	if first := k.fullAt - (t.rate.size - units*t.rate.unit); first > begun {
		k.heat.add(now, 0, float64(units))
		return t.rate.instant(first), false
	}
	k.fullAt = max(k.fullAt, next) + units*t.rate.unit
	k.heat.add(now, float64(units), 0)
	return now, true
}

// TakeUnder takes from the key and from whole, which is over all keys, or from neither.
// again is that of the one that refused, the key first.
func (t *Keyed[K]) TakeUnder(now fuseboard.Instant, key K, cost int, whole *Limiter) (again fuseboard.Instant, ok bool) {
	if again, ok = t.Take(now, key, cost); !ok {
		return again, false
	}
	if again, ok = whole.Take(now, cost); !ok {
		t.Refund(now, key, cost)
	}
	return again, ok
}

// Refund gives back what a key has taken at that instant, because a gate behind it refused:
// as if it had not come.
func (t *Keyed[K]) Refund(taken fuseboard.Instant, key K, cost int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	begun, next := t.rate.steps(inTime(taken)) // a Reshape may have changed the pace
	if i, ok := t.at[key]; ok {
		k := &t.keys[i]
		if k.fullAt -= clamp(int64(cost), 1, t.rate.burst) * t.rate.unit; k.fullAt == next {
			k.fullAt = begun
		}
		k.fullAt = max(0, k.fullAt)
	}
}

// Left tells how many units of a key may come at once.
func (t *Keyed[K]) Left(now fuseboard.Instant, key K) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	begun, _ := t.rate.steps(inTime(now))
	if i, ok := t.at[key]; ok {
		return int(t.rate.left(t.keys[i].fullAt, begun))
	}
	return int(t.rate.burst)
}

// Reshape gives every key another limit: of each bucket the same part is missing as before. A
// table that shrinks forgets the keys that were used longest ago, and counts them.
func (t *Keyed[K]) Reshape(now fuseboard.Instant, p PerKey, per time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now = inTime(now)
	var old bucket
	old.set(t.rate.pace, t.rate.burst)
	t.shape(p, per)
	begun, _ := t.rate.steps(now)
	for i := 1; i < len(t.keys); i++ {
		t.keys[i].fullAt = t.rate.from(now, &old, t.keys[i].fullAt)
	}
	for len(t.at) > t.most {
		t.forget(t.victim(begun), begun)
	}
}

// Stats tells what became of the keys.
func (t *Keyed[K]) Stats() KeyedStats {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.stats
	s.Keys = len(t.at)
	return s
}

// Bytes tells about what a full table holds, for keys that are themselves of keyBytes (a
// string's text is not in it).
func (k PerKey) Bytes(keyBytes int) int64 {
	if !k.On() {
		return 0
	}
	k = k.usable(DefaultPer)
	entry := int64(unsafe.Sizeof(keyState[struct{}]{})) + int64(keyBytes)
	index := 2 * int64(keyBytes+8) // a Go map is half full at worst
	return int64(k.Keys) * (entry + index)
}
