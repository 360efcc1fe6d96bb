// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

const stormers = 8

// crowd runs f in goroutines and waits for them. Time is a number that all move on.
func crowd(step time.Duration, rounds int, f func(worker, round int, now fuseboard.Instant)) (end fuseboard.Instant) {
	var clock atomic.Int64
	var all sync.WaitGroup
	for w := range stormers {
		all.Go(func() {
			for i := range rounds {
				f(w, i, fuseboard.Instant(clock.Add(int64(step))))
			}
		})
	}
	all.Wait()
	return fuseboard.Instant(clock.Load())
}

func TestStorm_NeverMoreThanTheLimitComes(t *testing.T) {
	for _, p := range []Policy{
		{Limit: 1000, Burst: 50},
		{Limit: 997, Burst: 50},
		{Kind: Smooth, Limit: 1000},
		{Limit: 1000, Burst: 50, WarmUp: time.Second},
		{Kind: SlidingLog, Limit: 100},
		{Kind: SlidingCounter, Limit: 100},
		{Kind: FixedWindow, Limit: 100},
	} {
		l := New(p, fixedClock(0))
		var came atomic.Int64
		end := crowd(10*time.Microsecond, 5000, func(_, _ int, now fuseboard.Instant) {
			if l.Allow(now) {
				came.Add(1)
			}
		})
		most := int64(p.Limit) * int64(end) / int64(time.Second)
		switch {
		case p.Kind == TokenBucket:
			most += 50
		case p.Kind == Smooth:
			most++
		default:
			most += 2 * int64(p.Limit)
		}
		if got := came.Load(); got > most || p.Kind == TokenBucket && p.WarmUp == 0 && got < most-2 {
			t.Errorf("%s %d: %d came, of %d", p.Kind, p.Limit, got, most)
		}
	}
}

// All that is taken comes back, and shapes change all the time: what is lent is never more
// than the burst, and in the end the bucket is full.
func TestStorm_WhatIsLentComesBackWhileShapesChange(t *testing.T) {
	p := Policy{Limit: 1, Per: time.Hour, Burst: 100}
	l := New(p, nil)
	var lent atomic.Int64
	crowd(time.Nanosecond, 3000, func(w, i int, now fuseboard.Instant) {
		if w == 0 && i%3 == 0 {
			l.Reshape(0, p)
			return
		}
		if !l.Allow(now) {
			return
		}
		if n := lent.Add(1); n > 100 {
			t.Errorf("%d are lent", n)
		}
		lent.Add(-1)
		l.Refund(now, 1)
	})
	equal(t, "left", l.Peek(at(time.Second)).Left, 100)
}

func TestStorm_NoTakeIsForgottenWhileShapesChange(t *testing.T) {
	const burst = 1_000_000
	p := Policy{Limit: mostUnits, Per: longestPer, Burst: burst}
	l := New(p, nil)
	var came atomic.Int64
	crowd(0, 5000, func(w, _ int, _ fuseboard.Instant) {
		for range 30 {
			if w == 0 {
				l.Reshape(0, p)
			} else if l.Allow(0) {
				came.Add(1)
			}
		}
	})
	for l.Allow(0) {
		came.Add(1)
	}
	equal(t, "came", came.Load(), burst)
}

func TestStorm_EverythingAtOnce(t *testing.T) {
	for _, kind := range []Kind{TokenBucket, Smooth, SlidingLog, SlidingCounter, FixedWindow} {
		p := Policy{Kind: kind, Limit: 1000, Queue: 10, Adaptive: Adaptive{Floor: 10}}
		l := New(p, nil)
		end := crowd(time.Microsecond, 1000, func(w, i int, now fuseboard.Instant) {
			switch (w + i) % 11 {
			case 0:
				l.Give(now, Share{Part: float64(i%5) / 4, Until: now.Add(50 * time.Microsecond)})
			case 1:
				l.Overload(now)
			case 2:
				l.Drain(now, now.Add(10*time.Microsecond))
			case 3:
				l.Peek(now)
			case 4:
				l.Reshape(now, Policy{Kind: kind, Limit: 1000 + i%10, Adaptive: Adaptive{Floor: 10}})
			case 5:
				if turn, err := l.Reserve(now, 1, now.Add(time.Second)); err == nil {
					l.Refund(turn, 1)
				}
			case 6:
				l.Succeeded(now)
			default:
				l.Allow(now)
			}
		})
		l.Unshare(end)
		equal(t, kind.String()+": in the end", l.Allow(end.Add(time.Hour)), true)
	}
}

func TestStorm_NoKeyGetsMoreThanItsLimit(t *testing.T) {
	k := NewKeyed[int](PerKey{Limit: 100, Burst: 10, Keys: 16}, time.Second)
	var came [10]atomic.Int64
	end := crowd(10*time.Microsecond, 5000, func(_, i int, now fuseboard.Instant) {
		key := i % len(came)
		if _, ok := k.Take(now, key, 1); ok {
			came[key].Add(1)
		}
		if i%100 == 0 {
			k.Hot(now, 3)
			k.Stats()
		}
	})
	for key := range came {
		most := 10 + 100*int64(end)/int64(time.Second)
		if got := came[key].Load(); got > most || got < most-2 {
			t.Errorf("key %d: %d came, of %d", key, got, most)
		}
	}
}

// An Update comes while calls give back what they took. It runs under the race detector, and
// without crowd, whose clock would put them in order.
func TestStorm_KeysAreReshapedWhileUnitsComeBack(t *testing.T) {
	k := NewKeyed[int](PerKey{Limit: 100, Burst: 10}, time.Second)
	var all sync.WaitGroup
	all.Go(func() {
		for i := range 50_000 {
			k.Take(fuseboard.Instant(i), 1, 1)
			k.Refund(fuseboard.Instant(i), 1, 1)
		}
	})
	all.Go(func() {
		for i := range 50_000 {
			k.Reshape(fuseboard.Instant(i), PerKey{Limit: 100 + i%7, Burst: 10}, time.Second)
		}
	})
	all.Wait()
	equal(t, "left in the end", k.Left(fuseboard.Instant(time.Hour), 1), 10)
}
