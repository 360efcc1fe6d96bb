// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Why a [Limiter] gave no turn.
var (
	// ErrLimited: the limit is reached, and nobody can wait: the policy has no queue, or its
	// kind knows none.
	ErrLimited = errors.New("rate limit reached; come again later")
	// ErrQueueFull: as many units wait as may.
	ErrQueueFull = errors.New("rate limit reached, and rate.queue is full")
	// ErrNoTime: the turn would come later than the caller, or MaxWait, allows.
	ErrNoTime = errors.New("rate limit reached, and the turn comes too late for rate.max_wait or the caller's deadline")
	// ErrNever: it costs more than may ever come at once, so waiting does not help.
	ErrNever = errors.New("costs more than the rate limit ever lets through at once; raise rate.burst (token-bucket) or rate.limit, or ask for less")
)

// Limiter keeps a [Policy]. Make one with [New]; it must not be copied. Every method may
// be called from any goroutine at any time. Instants come from one clock; that of another
// goroutine may be a little older, and one that is negative counts as zero.
type Limiter struct {
	live    atomic.Pointer[shape]
	pressed atomic.Bool  // somebody was held back since the limit was raised
	drained atomic.Int64 // until when nothing comes; written under the lock
	nextUp  atomic.Int64 // when an adaptive limit may be raised; math.MaxInt64 if it is none
	clock   *fuseboard.Clock

	mu       sync.Mutex // held to change the shape, and by every call of kinds that need a lock
	policy   Policy     // usable
	level    float64    // the limit in units per Per, before the share
	share    Share
	followed bool // a share was given, or somebody follows a Source
	nextDown fuseboard.Instant
}

// New returns a limiter for p at instant zero, with a full bucket; one that warms up is
// cold. What is out of range is moved into it: [Policy.Validate] tells. The clock says when
// windows begin and what time it is for [Limiter.Wait]; nil: a new one.
func New(p Policy, clock *fuseboard.Clock) *Limiter {
	if clock == nil {
		clock = fuseboard.NewClock()
	}
	l := &Limiter{clock: clock, policy: p.usable()}
	l.level = float64(l.policy.Limit)
	l.armAdaptive(0)
	s, _ := l.build(0, nil)
	l.live.Store(s)
	return l
}

// Allow takes one unit if it may come now. It is the hot path: in a token bucket and in
// smooth it reads one word, writes it once, and allocates nothing.
func (l *Limiter) Allow(now fuseboard.Instant) bool {
	s := l.live.Load()
	if uint64(now) >= uint64(s.fast) {
		_, v := l.claim(claim{now: now, cost: 1, latest: now})
		return v == granted
	}
	switch s.take(now) {
	case granted:
		return true
	case limited:
		if s.adaptive && !l.pressed.Load() {
			l.pressed.Store(true)
		}
		return false
	default:
		_, v := l.claim(claim{now: now, cost: 1, latest: now})
		return v == granted
	}
}

// Take takes cost units if they may come now. If not, nothing is taken, and again is the
// exact instant at which the same call would be let through if nobody else came; Never if
// it never can, as it costs more than may come at once. A cost below 1 counts as 1.
func (l *Limiter) Take(now fuseboard.Instant, cost int) (again fuseboard.Instant, ok bool) {
	turn, v := l.claim(claim{now: now, cost: int64(max(cost, 1)), latest: now})
	return turn, v == granted
}

// Reserve takes cost units now or ahead: it returns the turn, now at the earliest, at which
// the caller may go. Whoever has a turn keeps it, whoever comes later never gets an earlier one, and a wait
// ends by itself when its turn has come: there is nothing to say then. Whoever does not
// want it any more gives it back with [Limiter.Refund].
//
// The turn is not later than until, nor than MaxWait. Otherwise nothing is taken, the
// turn is the one that it would have been (as that of [Limiter.Take]), and the
// error is [ErrLimited], [ErrQueueFull], [ErrNoTime] or [ErrNever].
func (l *Limiter) Reserve(now fuseboard.Instant, cost int, until fuseboard.Instant) (turn fuseboard.Instant, err error) {
	turn, v := l.claim(claim{now: now, cost: int64(max(cost, 1)), latest: until, queue: -1})
	return turn, v.reason()
}

// Refund gives back what was taken at that instant (the now of Allow and Take, the turn of
// Reserve), because a gate behind it refused or the caller left: as if it had not come. What
// a full bucket could not take up in the meantime comes back, too: so the bound of a
// token bucket for a stretch of time grows by the units that were lent when it began, and
// came back in it. Units that wait for later turns do not move up; whoever comes next goes
// with the last of them.
func (l *Limiter) Refund(taken fuseboard.Instant, cost int) {
	taken, drained := inTime(taken), fuseboard.Instant(l.drained.Load())
	s, units := l.live.Load(), int64(clamp(cost, 1, mostUnits))
	if s.engine == nil && s.refund(taken, units, drained) == granted {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.live.Load().refund(taken, units, drained)
}

// Drain lets nothing new through before until, MaxDrain from now at the latest, and the
// bucket is empty then: one unit may come at until. Windows keep their counts.
// An earlier drain that ends later holds. Turns that were given stay given.
func (l *Limiter) Drain(now, until fuseboard.Instant) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now = l.catchUp(now)
	until = min(inTime(until), now.Add(l.policy.MaxDrain))
	if until > now {
		l.drained.Store(max(l.drained.Load(), int64(until)))
	}
	l.live.Load().drain(max(now, until))
}

// Throttled tells that the dependency asked for less (class throttled), perhaps to be left
// alone for after; zero if it did not say. By policy ([Policy.Throttled]) that drains the
// limiter until then, and it counts as an [Limiter.Overload].
func (l *Limiter) Throttled(now fuseboard.Instant, after time.Duration) {
	l.Overload(now) // first, so that the drain ends when it should at the new rate
	l.mu.Lock()
	drains := l.policy.Throttled == DrainBucket
	l.mu.Unlock()
	if drains {
		now = inTime(now)
		l.Drain(now, now.Add(max(0, after)))
	}
}

// claim is Take and Reserve. A queue of -1 stands for that of the policy.
func (l *Limiter) claim(c claim) (turn fuseboard.Instant, v verdict) {
	s := l.live.Load()
	if uint64(c.now) >= uint64(s.fast) || c.queue != 0 {
		s = l.prepare(&c)
	}
	if turn, v = l.ask(s, c); v == granted {
		return turn, v
	}
	if v != dear && s.adaptive && !l.pressed.Load() {
		l.pressed.Store(true)
	}
	if turn >= horizon {
		turn = fuseboard.Never
	}
	return turn, v
}

// ask puts the claim to the shape, under the lock where it or its successor needs it.
func (l *Limiter) ask(s *shape, c claim) (fuseboard.Instant, verdict) {
	if s.engine == nil && !s.closed {
		if turn, v := s.claim(c); v != moved {
			return turn, v
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.live.Load().locked(c)
}

// prepare moves the claim into what a limiter knows of, and returns the shape for it.
func (l *Limiter) prepare(c *claim) *shape {
	c.now = inTime(c.now)
	s := l.live.Load()
	if c.now >= s.until {
		s = l.renew(c.now)
	}
	if c.queue < 0 {
		c.queue, c.latest = s.queue, min(inTime(c.latest), c.now.Add(s.maxWait))
		c.drain = fuseboard.Instant(l.drained.Load())
	}
	return s
}

// inTime moves an instant into the time that a limiter knows of.
func inTime(at fuseboard.Instant) fuseboard.Instant { return clamp(at, 0, horizon-1) }
