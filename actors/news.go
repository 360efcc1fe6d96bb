// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/adaptive"
	"github.com/fuseboard/fuseboard/patterns/shedding"
	"github.com/fuseboard/fuseboard/patterns/throttle"
)

// SheddingMove is a change of the level of a shedding policy.
type SheddingMove struct {
	// Policy is the policy as it was given; Number is its number in [SystemStats].Shedding.
	Policy Shedding
	Number uint64
	// From and To are the levels; they differ.
	From, To shedding.Level
	// Cause is the signal that asks for the level, with its numbers; none for a level that
	// admits all.
	Cause shedding.Cause
}

// LimitMove is a change of an adaptive limit.
type LimitMove struct {
	// From is the limit that was told last, at first that at the beginning; To is the limit now.
	From, To int
	// View is what it follows from.
	View adaptive.View
}

// ThrottleMove is the beginning or the end of a time in which a throttle keeps calls away.
type ThrottleMove struct {
	// Keeps: it keeps calls away from now on; otherwise no more.
	Keeps bool
	// View is what it has counted; zero where the section is off now.
	View throttle.View
}

const (
	// newsEvery is the least time between two tellings of an adaptive limit, and how often a
	// throttle that keeps calls away is looked at.
	newsEvery = time.Second
	// drainPart and limitPart are what is news: one part in so many.
	drainPart, limitPart = 10, 4
)

// news is what a guard has told of the sections that follow the load: whoever is on the
// way of a call compares with it, and at most nudges. Only the guard's turn writes it, but
// for lastDrain.
type news struct {
	guard     *Guard
	alarm     alarm             // when to look again
	keeps     atomic.Bool       // the throttle keeps calls away
	limit     atomic.Int64      // the adaptive limit
	limitAt   fuseboard.Instant // when that was told; of the turn alone
	lastDrain atomic.Int64      // until when the rate limit was drained last, told or not
	drained   atomic.Int64      // until when that was told
}

// newsFor is the news of a load that follows another.
func (g *Guard) newsFor(l, before *load) *news {
	n := before.news
	if l.throttle == nil && l.rate == nil && l.adapt == nil {
		n.stop()
		return nil
	}
	if n == nil {
		n = &news{guard: g}
	}
	if l.adapt != nil && before.adapt == nil {
		n.limit.Store(int64(l.adapt.limiter.Limit()))
	}
	return n
}

// ring is for the alarm.
func (n *news) ring() { n.guard.nudge() }

// stop ends the alarm. There may be no news.
func (n *news) stop() {
	if n != nil {
		n.alarm.stop()
	}
}

// drained notes until when the rate limit is drained, and nudges if that is news.
func (g *Guard) drained(l *load, now fuseboard.Instant) {
	until, n := int64(l.rate.Peek(now).Drained), l.news
	for at := n.lastDrain.Load(); at < until; at = n.lastDrain.Load() {
		if n.lastDrain.CompareAndSwap(at, until) {
			break
		}
	}
	if n.drainIsNews(now) {
		g.nudge()
	}
}

// drainIsNews reports whether the last drain says more than the last that was told.
func (n *news) drainIsNews(now fuseboard.Instant) bool {
	until, told := n.lastDrain.Load(), n.drained.Load()
	return until > told && (told <= int64(now) || (until-told)*drainPart >= until-int64(now))
}

// limitMoved nudges if the adaptive limit is news.
func (g *Guard) limitMoved(a *adapt) {
	if n := g.loadOf().news; n != nil && n.limitIsNews(int64(a.limiter.Limit())) {
		g.nudge()
	}
}

// limitIsNews reports whether the limit is far from the one that was told.
func (n *news) limitIsNews(limit int64) bool {
	told := n.limit.Load()
	return max(limit-told, told-limit)*limitPart >= told
}
