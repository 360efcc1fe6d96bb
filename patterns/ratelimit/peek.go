// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"github.com/fuseboard/fuseboard"
)

// View is what a limiter would say at one instant.
type View struct {
	// Left is how many units may come at once now.
	Left int
	// Limit is the limit in force, in units per Per: that of the policy, as it was adapted,
	// times the share. Zero where a policy has none.
	Limit float64
	// Next is the first instant at which one unit could come if nobody else came: now,
	// or later; Never if the share is nothing and does not end.
	Next fuseboard.Instant
	// Waiting is how many units have turns that are to come.
	Waiting int
	// Drained is until when nothing comes, by [Limiter.Drain]; zero if it is not drained.
	Drained fuseboard.Instant
	// Share is the part of the limit that is in force: 1 without a [Source].
	Share float64
	// ShareUntil is when that ends; Never if it does not.
	ShareUntil fuseboard.Instant
}

// Peek tells how the limiter stands at now. It takes nothing.
func (l *Limiter) Peek(now fuseboard.Instant) View {
	l.mu.Lock()
	defer l.mu.Unlock()
	now = l.catchUp(now)
	s := l.live.Load()
	v := View{Limit: s.rate, Next: s.next(now), Share: 1, ShareUntil: fuseboard.Never}
	left, waiting := s.left(now)
	v.Left, v.Waiting = int(left), int(waiting)
	if drained := fuseboard.Instant(l.drained.Load()); drained > now {
		v.Drained, v.Waiting = drained, int(s.waitingSince(drained))
	}
	if l.followed {
		v.Share, v.ShareUntil = l.policy.Fallback, s.nextShare()
		if l.share.Until > now {
			v.Share = l.share.Part
		}
	}
	return v
}

// left is how many units may come at now, and how many wait. The limiter is locked.
func (s *shape) left(now fuseboard.Instant) (left, waiting int64) {
	switch {
	case s.closed:
		return 0, 0
	case s.engine != nil:
		return s.engine.left(now)
	}
	begun, _ := s.steps(now)
	at := s.word.Load()
	return s.bucket.left(at, begun), s.waiting(at, begun)
}

// waitingSince is how many wait in a shape that is drained until then: those that came
// since. The limiter is locked.
func (s *shape) waitingSince(drained fuseboard.Instant) int64 {
	if _, isWindow := s.engine.(*window); isWindow || s.closed {
		return 0
	}
	_, next := s.steps(drained)
	return s.waiting(s.word.Load(), next-s.unit)
}

// next is when one unit could come. The limiter is locked.
func (s *shape) next(now fuseboard.Instant) fuseboard.Instant {
	if s.closed {
		return s.nextShare()
	}
	if w, ok := s.engine.(*window); ok {
		return w.next(max(now, w.last, w.drained), 1)
	}
	begun, _ := s.steps(now)
	if first := s.word.Load() - (s.size - s.unit); first > begun {
		return s.instant(first)
	}
	return now
}
