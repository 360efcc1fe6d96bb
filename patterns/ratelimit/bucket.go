// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"math"
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
)

// sealed is in the word of a bucket that another has taken the place of.
const sealed = math.MaxInt64

// verdict is what became of a claim.
type verdict uint8

const (
	granted verdict = iota
	limited         // could be had later, at the turn
	full            // no place to wait
	late            // the turn is later than the caller can wait
	dear            // never: it costs more than there may ever be
	moved           // the bucket is sealed: ask the one in its place
)

// claim is what a caller wants.
type claim struct {
	now    fuseboard.Instant
	cost   int64
	latest fuseboard.Instant // the latest turn that is of use; now for who does not wait
	queue  int64             // how many units may wait
	drain  fuseboard.Instant // the end of the last drain; units that waited before it count no more
}

// bucket is the generic cell rate algorithm (ITU-T I.371, annex A; ATM Forum TM 4.0,
// §4.4.2, "virtual scheduling") in one word: the step at which the bucket will be full.
// Where that is ahead of the present by n units, n are missing; where by more than burst
// units, the rest wait for their turns. Nothing moves with time.
type bucket struct {
	pace
	word  atomic.Int64
	burst int64
	size  int64 // burst units, in steps
}

func (b *bucket) set(p pace, burst int64) {
	b.pace, b.burst, b.size = p, burst, p.unit*burst
}

// take is claim for one unit without waiting: the hot path.
func (b *bucket) take(now fuseboard.Instant) verdict {
	begun, next := b.steps(now)
	for {
		at := b.word.Load()
		if at-(b.size-b.unit) > begun {
			if at == sealed {
				return moved
			}
			return limited
		}
		if b.word.CompareAndSwap(at, max(at, next)+b.unit) {
			return granted
		}
	}
}

// claim takes c.cost, now or at its turn. The turn is also where it was limited or late.
func (b *bucket) claim(c claim) (turn fuseboard.Instant, v verdict) {
	if b.unit == 0 || c.cost > b.burst {
		return fuseboard.Never, dear
	}
	begun, next := b.steps(c.now)
	for {
		at := b.word.Load()
		if at == sealed {
			return 0, moved
		}
		turn = c.now
		if first := at - (b.size - c.cost*b.unit); first > begun {
			turn = b.instant(first)
			if v = c.judge(turn, b.waiting(at, b.since(begun, c.drain))); v != granted {
				return turn, v
			}
		}
		if b.word.CompareAndSwap(at, max(at, next)+c.cost*b.unit) {
			return turn, granted
		}
	}
}

// judge says whether a turn that is to come may be waited for, behind so many units.
func (c claim) judge(turn fuseboard.Instant, waiting int64) verdict {
	switch {
	case c.queue == 0:
		return limited
	case waiting+c.cost > c.queue:
		return full
	case turn > c.latest:
		return late
	}
	return granted
}

// since is the step after which turns are of units that wait: a drain is no turn of anybody.
func (b *bucket) since(begun int64, drain fuseboard.Instant) int64 {
	_, next := b.steps(drain)
	return max(begun, next-b.unit)
}

// waiting is how many units have turns after that step, where the bucket is full at step at.
func (b *bucket) waiting(at, since int64) int64 {
	if ahead := at - b.size - since; ahead > 0 && b.unit > 0 {
		return (ahead + b.unit - 1) / b.unit
	}
	return 0
}

// left is how many units may come at once.
func (b *bucket) left(at, begun int64) int64 {
	if b.unit == 0 {
		return 0
	}
	return clamp((b.size-max(0, at-begun))/b.unit, 0, b.burst)
}

// back undoes a claim of so much, but not a drain since. A bucket that was full when it
// came is full again at that instant, and not only at the step that had not begun.
func (b *bucket) back(taken fuseboard.Instant, cost int64, drained fuseboard.Instant) verdict {
	cost = min(cost, b.burst)
	var least int64
	if drained > taken {
		_, next := b.steps(drained)
		least = next + b.size - b.unit
	}
	begun, next := b.steps(taken)
	for {
		at := b.word.Load()
		if at == sealed {
			return moved
		}
		was := at - cost*b.unit
		if was == next {
			was = begun
		}
		if b.word.CompareAndSwap(at, max(was, min(at, least))) {
			return granted
		}
	}
}

// empty lets the bucket be empty until that instant, at which one unit may come. Nobody
// seals it meanwhile.
func (b *bucket) empty(until fuseboard.Instant) {
	_, next := b.steps(until)
	for {
		at := b.word.Load()
		if drained := next + b.size - b.unit; at >= drained || b.word.CompareAndSwap(at, drained) {
			return
		}
	}
}

// inherit lets the bucket go on where another stood, which is sealed by it: what is
// missing is missing in the same proportion, rounded up, and whoever has a turn keeps it.
func (b *bucket) inherit(now fuseboard.Instant, old *bucket) {
	b.word.Store(b.from(now, old, old.word.Swap(sealed)))
}

// from translates the word of another bucket.
func (b *bucket) from(now fuseboard.Instant, old *bucket, at int64) int64 {
	begun, next := b.steps(now)
	was, _ := old.steps(now)
	switch missing := at - was; {
	case missing <= 0:
		return begun
	case missing <= old.size:
		return next + scale(missing, b.size, old.size)
	}
	_, last := b.steps(old.instant(at - old.size))
	return last + b.size
}
