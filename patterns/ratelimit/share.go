// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"github.com/fuseboard/fuseboard"
)

// Share is the part of a limit that a process may use, until it expires.
type Share struct {
	// Part is the part of Limit, and of Burst. 0 to 1; what is out of that or no number
	// counts as the nearest, or 0. At 0 nothing comes.
	Part float64
	// Until is the first instant at which it does not hold any more; [fuseboard.Never] for
	// as long as no other is given. From then on [Policy.Fallback] is the part.
	Until fuseboard.Instant
}

// Source hands a process its share of a limit that a fleet keeps together. How the fleet
// divides it is its own business.
type Source interface {
	// Watch calls give with each new share of the limit, from any goroutine, one after
	// the other, until stop has returned. It must not call give before it returns.
	Watch(give func(now fuseboard.Instant, s Share)) (stop func())
}

// Follow takes the limiter's share from src until stop is called; stop waits for what
// src.Watch returned, and then the whole limit holds again. Until the first share is given,
// Fallback is the part.
func (l *Limiter) Follow(now fuseboard.Instant, src Source) (stop func(now fuseboard.Instant)) {
	l.Give(now, Share{})
	end := src.Watch(l.Give)
	return func(now fuseboard.Instant) {
		end()
		l.Unshare(now)
	}
}

// Give gives the limiter another share, in place of the one it has. It holds at once, in
// both directions: what is missing in the bucket is missing in the same proportion, units
// that came in the window still count, and whoever waits keeps its turn.
func (l *Limiter) Give(now fuseboard.Instant, s Share) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now = l.catchUp(now)
	s.Part = clamp(number(s.Part), 0, 1)
	l.share, l.followed = s, true
	l.rebuild(now)
}

// Unshare lets the whole limit hold again.
func (l *Limiter) Unshare(now fuseboard.Instant) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now = l.catchUp(now)
	l.share, l.followed = Share{}, false
	l.rebuild(now)
}

// renew returns the shape for now, where the one in force may have ended.
func (l *Limiter) renew(now fuseboard.Instant) *shape {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.catchUp(now)
	return l.live.Load()
}

// catchUp puts the shape of now in force, as of the instant at which that before it ended,
// and returns now as the limiter knows it. The limiter is locked.
func (l *Limiter) catchUp(now fuseboard.Instant) fuseboard.Instant {
	now = inTime(now)
	if end := l.live.Load().until; now >= end {
		l.rebuild(end)
	}
	return now
}

// rebuild puts a new shape in force. The limiter is locked.
func (l *Limiter) rebuild(now fuseboard.Instant) (lost []string) {
	s, lost := l.build(now, l.live.Load())
	l.live.Store(s)
	return lost
}
