// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// With room for all keys each is a limiter of its own.
func TestEachKeyHasALimiterOfItsOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := aBucket(t)
		k := NewKeyed[int](PerKey{Limit: p.Limit, Burst: p.Burst, Keys: 4}, p.Per)
		own := map[int]*Limiter{}
		now := fuseboard.Instant(0)
		for range 60 {
			key := rapid.IntRange(0, 3).Draw(t, "key")
			if own[key] == nil {
				own[key] = New(p, nil)
			}
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				k.Refund(now, key, 1)
				own[key].Refund(now, 1)
			case 1:
				p.Burst = min(p.Burst+1, mostBurst(p.Limit, p.Per))
				k.Reshape(now, PerKey{Limit: p.Limit, Burst: p.Burst, Keys: 4}, p.Per)
				for _, l := range own {
					l.Reshape(now, p)
				}
			default:
				cost := rapid.IntRange(1, p.Burst+1).Draw(t, "cost")
				again, ok := k.Take(now, key, cost)
				if wantAgain, want := own[key].Take(now, cost); again != wantAgain || ok != want {
					t.Fatalf("key %d at %d: %d %t, want %d %t", key, now, again, ok, wantAgain, want)
				}
			}
			equal(t, "left", k.Left(now, key), own[key].Peek(now).Left)
			now = min(now.Add(aPause(t, p.Per/time.Duration(p.Limit))), horizon/2)
		}
	})
}

func TestFullTableEvictsFirstWhoseBucketIsFull(t *testing.T) {
	k := NewKeyed[string](PerKey{Limit: 1, Burst: 10, Keys: 3}, time.Second)
	take := func(now time.Duration, key string, cost int) {
		t.Helper()
		if _, ok := k.Take(at(now), key, cost); !ok {
			t.Errorf("%s was refused", key)
		}
	}
	take(0, "slow", 10)
	take(0, "quick", 1)
	take(0, "other", 10)
	take(time.Second, "new", 1) // quick is full again; slow was used longest ago
	equal(t, "evicted", k.Stats(), KeyedStats{Keys: 3, Evicted: 1})
	equal(t, "slow is kept", k.Left(at(time.Second), "slow"), 1)
	take(time.Second, "newer", 1) // nobody is full
	equal(t, "lost", k.Stats(), KeyedStats{Keys: 3, Evicted: 1, Lost: 1})
	equal(t, "slow begins anew", k.Left(at(time.Second), "slow"), 10)
	equal(t, "other is kept", k.Left(at(time.Second), "other"), 1)
	k.Reshape(at(time.Second), PerKey{Limit: 1, Burst: 10, Keys: 1}, time.Second)
	equal(t, "shrunk", k.Stats(), KeyedStats{Keys: 1, Evicted: 1, Lost: 3})
	equal(t, "the newest is kept", k.Left(at(time.Second), "newer"), 9)
}

func TestTableIsNeverLargerThanItsBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(1, 8).Draw(t, "most")
		k := NewKeyed[int](PerKey{Limit: 2, Keys: most}, time.Second)
		var used []int // keys in the order of their last use
		for now := range fuseboard.Instant(60) {
			if rapid.IntRange(0, 15).Draw(t, "reshape") == 0 {
				most = rapid.IntRange(1, 8).Draw(t, "most")
				k.Reshape(now, PerKey{Limit: 2, Keys: most}, time.Second)
			}
			key := rapid.IntRange(0, 12).Draw(t, "key")
			k.Take(now, key, 1)
			used = append(slices.DeleteFunc(used, func(o int) bool { return o == key }), key)
			used = used[max(0, len(used)-most):] // nobody is full: the least recently used goes
			equal(t, "keys", k.Stats().Keys, len(used))
			for _, h := range k.Hot(now, 100) {
				if !slices.Contains(used, h.Key) {
					t.Fatalf("%d is kept, want %v", h.Key, used)
				}
			}
		}
	})
}

func TestHotKeysAreThoseOfLate(t *testing.T) {
	k := NewKeyed[string](PerKey{Limit: 1, Burst: 2}, time.Hour)
	for range 100 {
		k.Take(0, "early", 1)
	}
	late := at(10 * HotHalf)
	for range 3 {
		k.Take(late, "late", 1)
	}
	k.Take(late, "once", 1)
	hot := k.Hot(late, 2)
	equal(t, "keys", len(hot), 2)
	equal(t, "hottest", hot[0], HotKey[string]{Key: "late", Taken: 2, Refused: 1})
	equal(t, "next", hot[1].Key, "once")
	equal(t, "of none", len(k.Hot(late, -1)), 0)
}

func TestKeyUnderTheWholeTakesFromBothOrNeither(t *testing.T) {
	k, whole := NewKeyed[string](PerKey{Limit: 2, Burst: 2}, time.Second), New(Policy{Limit: 3, Burst: 3}, nil)
	take := func(key string, want bool, again time.Duration) {
		t.Helper()
		got, ok := k.TakeUnder(0, key, 1, whole)
		equal(t, key, ok, want)
		equal(t, key+" comes", got, at(again))
	}
	take("a", true, 0)
	take("a", true, 0)
	take("a", false, time.Second/2)
	equal(t, "left of the whole", whole.Peek(0).Left, 1)
	take("b", true, 0)
	take("b", false, time.Second/3+1)
	equal(t, "left of b", k.Left(0, "b"), 1)
	k.Refund(0, "nobody", 1)
}

func TestATableKeepsNoMoreOfAStringThanItsText(t *testing.T) {
	k := NewKeyed[string](PerKey{Limit: 1, Keys: 1}, time.Second)
	large := strings.Repeat("x", 100)
	for n := range 2 { // the second takes the place of the first
		key := large[:10+n]
		k.Take(0, key, 1)
		if kept := k.Hot(0, 1)[0].Key; kept != key || unsafe.StringData(kept) == unsafe.StringData(key) {
			t.Errorf("key %d is a piece of what its caller has", n)
		}
	}
}
