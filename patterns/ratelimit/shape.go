// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"math"
	"time"

	"github.com/fuseboard/fuseboard"
)

// shape is a policy with the limit that is in force, and the state of a limiter under it.
// A change puts another in its place; only the word of its bucket, and an engine under the
// limiter's lock, ever change.
type shape struct {
	bucket
	fast     fuseboard.Instant // before it nothing but the bucket is asked; zero: never
	until    fuseboard.Instant // before it the shape is in force
	engine   engine            // nil: the bucket
	closed   bool              // nothing comes: a share of nothing
	adaptive bool
	queue    int64
	maxWait  time.Duration
	rate     float64 // units per Per
}

// engine is a kind that needs the lock of its limiter.
type engine interface {
	// claim is as that of a bucket.
	claim(c claim) (fuseboard.Instant, verdict)
	// would is what a claim would come to.
	would(c claim) (fuseboard.Instant, verdict)
	// back undoes what was claimed at that instant, perhaps before the end of a drain.
	back(taken fuseboard.Instant, cost int64, drained fuseboard.Instant)
	// empty lets nothing come before until.
	empty(until fuseboard.Instant)
	// left is how many units may come at now, and waiting how many have turns to come.
	left(now fuseboard.Instant) (left, waiting int64)
}

// locked is claim for a shape whose limiter is locked.
func (s *shape) locked(c claim) (fuseboard.Instant, verdict) {
	switch {
	case s.closed:
		return s.nextShare(), limited
	case s.engine == nil:
		return s.claim(c)
	}
	return s.engine.claim(c)
}

// claim is the bucket's.
func (s *shape) claim(c claim) (fuseboard.Instant, verdict) { return s.bucket.claim(c) }

// nextShare is when a share of nothing ends; Never if it does not.
func (s *shape) nextShare() fuseboard.Instant {
	if s.until == horizon {
		return fuseboard.Never
	}
	return s.until
}

// refund undoes a claim; what was taken before a drain ended is not there any more.
func (s *shape) refund(taken fuseboard.Instant, cost int64, drained fuseboard.Instant) verdict {
	if s.engine != nil {
		s.engine.back(taken, cost, drained)
		return granted
	}
	return s.back(taken, cost, drained)
}

// drain empties what the shape has; where nothing comes that is done when it ends.
func (s *shape) drain(until fuseboard.Instant) {
	switch {
	case s.closed:
	case s.engine != nil:
		s.engine.empty(until)
	default:
		s.empty(until)
	}
}

// build makes the shape of the policy at the level and share that are in force, with the
// state of old, which is left unusable; a nil old is none. The limiter is locked, or new.
func (l *Limiter) build(now fuseboard.Instant, old *shape) (made *shape, lost []string) {
	p, part, until := l.policy, l.share.Part, horizon
	if !l.followed {
		part = 1
	} else if l.share.Until <= now {
		part = p.Fallback
	} else {
		until = min(until, l.share.Until)
	}
	s := &shape{
		until: until, adaptive: p.Adaptive.On(), rate: l.level * part,
		queue: int64(p.Queue), maxWait: p.MaxWait,
	}
	s.cut(p, l)
	if !s.closed && s.engine == nil {
		s.fast = until
	}
	return s, s.succeed(now, old, fuseboard.Instant(l.drained.Load()))
}

// cut makes what the kind needs for the rate of s.
func (s *shape) cut(p Policy, l *Limiter) {
	if p.Limit == 0 { // no limit: a unit a nanosecond, which can be drained
		s.set(paceOf(1, 1), mostUnits)
		return
	}
	whole := int64(min(s.rate, mostUnits))
	switch {
	case p.Kind.spaced():
		s.set(paceAt(s.rate, p.Per), burstAt(p, s.rate))
		s.closed = s.unit == 0
		if p.WarmUp > 0 && !s.closed {
			s.engine = newWarm(&s.bucket, p)
		}
	case whole == 0:
		s.closed = true
	case p.Kind == SlidingLog:
		s.engine = &window{limit: whole, per: p.Per, counts: newLog(whole, p.Per)}
	case p.Kind == SlidingCounter:
		s.engine = &window{limit: whole, per: p.Per, counts: &counter{limit: whole, per: p.Per, offset: offsetOf(l.clock, p.Per)}}
	default:
		s.engine = &window{limit: whole, per: p.Per, counts: &fixed{limit: whole, per: p.Per, offset: offsetOf(l.clock, p.Per)}}
	}
}

// succeed gives s the state of old, and the drain that still holds.
func (s *shape) succeed(now fuseboard.Instant, old *shape, drained fuseboard.Instant) (lost []string) {
	if old != nil {
		lost = s.inherit(now, old)
	}
	if drained > now {
		s.drain(drained)
	}
	return lost
}

// burstAt is the burst that stays worth the same time at another rate; at least 1.
func burstAt(p Policy, rate float64) int64 {
	if p.Kind == Smooth {
		return 1
	}
	return max(1, int64(math.Floor(min(mostUnits, float64(p.Burst)*(rate/float64(p.Limit))))))
}
