// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"time"

	"github.com/fuseboard/fuseboard"
)

// Entry is what a store keeps for a [Cache]: an answer and when it was loaded, or a failure, or
// both. It never changes.
type Entry[V any] struct {
	value  V
	err    error // of an answer that says no
	kind   kind
	at     fuseboard.Instant
	spread float64  // from 0 to less than 1: of Jitter, how much is its own
	failed *failure // of the last load, if its class is to be remembered
}

type kind uint8

const (
	nothing kind = iota // only a failure
	answer
	negative
)

// failure is a load that failed.
type failure struct {
	err   error
	class fuseboard.Class
	at    fuseboard.Instant
}

// times are those of a policy, as entries are judged by.
type times struct {
	ttl, revalidate, ifError, negative time.Duration
	jitter                             float64
}

// life shortens d by this entry's part of the jitter.
func (t *times) life(d time.Duration, spread float64) time.Duration {
	return d - time.Duration(float64(d)*t.jitter*spread)
}

// judge tells what can be made of an entry now. usable: it is given at once. refresh: one load
// should run behind it. Else the entry is stale or void, and loading is called for; only a
// failure that is remembered (recent) forbids it.
func (e *Entry[V]) judge(t *times, now fuseboard.Instant) (from From, usable, refresh bool) {
	age := now.Sub(e.at)
	switch e.kind {
	case answer:
		over := age - t.life(t.ttl, e.spread)
		switch {
		case over < 0:
			return Hit, true, false
		case over < t.revalidate:
			return Stale, true, !e.recent(t, now)
		case over < t.ifError && e.recent(t, now):
			return StaleOnError, true, false
		}
	case negative:
		if age < t.life(t.negative, e.spread) {
			return NegativeHit, true, false
		}
	case nothing:
	}
	return FromLoad, false, false
}

// recent reports whether the last load failed, and so lately that another one is not made.
func (e *Entry[V]) recent(t *times, now fuseboard.Instant) bool {
	return e.failed != nil && now.Sub(e.failed.at) < t.life(t.negative, e.spread)
}

// rescues reports whether the entry may be given where a load has failed.
func (e *Entry[V]) rescues(t *times, now fuseboard.Instant) bool {
	return e.kind == answer && now.Sub(e.at)-t.life(t.ttl, e.spread) < max(t.ifError, t.revalidate)
}

// spreadOf is a number from 0 to less than 1 that differs from key to key and from time to
// time, and is the same in every run: FNV-1a, mixed as SplitMix64 ends.
func spreadOf(key string, at fuseboard.Instant) float64 {
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset) ^ uint64(at)*0x9E3779B97F4A7C15
	for i := range len(key) {
		h = (h ^ uint64(key[i])) * prime
	}
	h = (h ^ h>>30) * 0xBF58476D1CE4E5B9
	h = (h ^ h>>27) * 0x94D049BB133111EB
	return float64((h^h>>31)>>11) / (1 << 53)
}
