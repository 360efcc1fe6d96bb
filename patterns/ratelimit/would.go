// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"github.com/fuseboard/fuseboard"
)

// Would tells what [Limiter.Reserve] would say to the same call at this instant. It takes
// nothing, and nobody is held back by it.
func (l *Limiter) Would(now fuseboard.Instant, cost int, until fuseboard.Instant) (turn fuseboard.Instant, err error) {
	c := claim{now: now, cost: int64(max(cost, 1)), latest: until, queue: -1}
	l.prepare(&c)
	l.mu.Lock()
	defer l.mu.Unlock()
	turn, v := l.live.Load().would(c)
	if v != granted && turn >= horizon {
		turn = fuseboard.Never
	}
	return turn, v.reason()
}

// Would tells what [Keyed.Take] would say to the same call at this instant. It takes
// nothing, and the table stays as it is.
func (t *Keyed[K]) Would(now fuseboard.Instant, key K, cost int) (again fuseboard.Instant, ok bool) {
	now = inTime(now)
	units := int64(max(cost, 1))
	t.mu.Lock()
	defer t.mu.Unlock()
	if units > t.rate.burst {
		return fuseboard.Never, false
	}
	i, known := t.at[key]
	if !known {
		return now, true
	}
	begun, _ := t.rate.steps(now)
	if first := t.keys[i].fullAt - (t.rate.size - units*t.rate.unit); first > begun {
		return t.rate.instant(first), false
	}
	return now, true
}

// would is what a claim of the shape would come to. Its limiter is locked.
func (s *shape) would(c claim) (turn fuseboard.Instant, v verdict) {
	switch {
	case s.closed:
		return s.nextShare(), limited
	case s.engine != nil:
		return s.engine.would(c)
	}
	return s.bucket.would(c)
}

func (b *bucket) would(c claim) (turn fuseboard.Instant, v verdict) {
	if b.unit == 0 || c.cost > b.burst {
		return fuseboard.Never, dear
	}
	begun, _ := b.steps(c.now)
	at := b.word.Load()
	if first := at - (b.size - c.cost*b.unit); first > begun {
		turn = b.instant(first)
		return turn, c.judge(turn, b.waiting(at, b.since(begun, c.drain)))
	}
	return c.now, granted
}

func (w *warm) would(c claim) (turn fuseboard.Instant, v verdict) { return w.b.would(c) }

func (w *window) would(c claim) (turn fuseboard.Instant, v verdict) {
	if c.cost > w.limit {
		return fuseboard.Never, dear
	}
	now := max(w.last, c.now)
	if turn = w.next(max(now, w.drained), c.cost); turn > now {
		return turn, limited
	}
	return turn, granted
}

// reason is the error of a verdict; nil for granted.
func (v verdict) reason() error {
	switch v {
	case granted:
		return nil
	case full:
		return ErrQueueFull
	case late:
		return ErrNoTime
	case dear:
		return ErrNever
	default:
		return ErrLimited
	}
}
