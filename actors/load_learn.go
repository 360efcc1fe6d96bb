// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"time"

	"github.com/fuseboard/fuseboard"
)

// classUnavailable is what clients/httpclient calls a 503: the dependency takes no requests
// now, and need not say for how long.
const classUnavailable fuseboard.Class = "unavailable"

// overloads reports whether a failure says that the dependency has too much to do: it
// asked for less or to be left alone for a while (a 503 with Retry-After), it did not answer
// in time, or it could not be reached.
func overloads(out *fuseboard.Outcome) bool {
	switch {
	case out.Kind != fuseboard.Failure:
		return false
	case out.RetryAfter > 0:
		return true
	}
	switch out.Class {
	case fuseboard.ClassThrottled, fuseboard.ClassTimeout, fuseboard.ClassRefused, classUnavailable:
		return true
	default:
		return false
	}
}

// learn tells the sections that follow the load how the attempt ended, once.
func (c *call) learn(now fuseboard.Instant) {
	c.learns = false
	l, over := c.guard.loadOf(), overloads(&c.out)
	if ended := c.out.Kind == fuseboard.Success || c.out.Kind == fuseboard.Failure; ended && l.throttle != nil {
		l.throttle.Record(now, fuseboard.PriorityOf(c.parent), !over)
	}
	if l.rate != nil {
		c.teachRate(l, now, over)
	}
	if l.adapt != nil && (over || c.out.Kind == fuseboard.Success) {
		c.guard.sample(l.adapt, -1, now, c.out.Elapsed, over)
	}
}

func (c *call) teachRate(l *load, now fuseboard.Instant, over bool) {
	switch {
	case over && c.out.Class == fuseboard.ClassThrottled:
		l.rate.Throttled(now, c.out.RetryAfter)
		if c.out.RetryAfter > 0 {
			c.guard.drained(l, now)
		}
	case over:
		l.rate.Overload(now)
	case c.out.Kind == fuseboard.Success:
		l.rate.Succeeded(now)
	}
}

// learnSuccess is learn of a call that went straight: it was no void, and there is no throttle.
func (g *Guard) learnSuccess(lane int, now fuseboard.Instant, took time.Duration) {
	l := g.loadOf()
	if l.rate != nil {
		l.rate.Succeeded(now)
	}
	if l.adapt != nil {
		g.sample(l.adapt, lane, now, took, false)
	}
}

// sample tells the adaptive limit of an attempt, and gives the gate its permits where that moved.
func (g *Guard) sample(a *adapt, lane int, now fuseboard.Instant, took time.Duration, dropped bool) {
	if _, moved := a.limiter.Sample(lane, now, took, g.gate.InUse(), dropped); moved {
		a.mu.Lock()
		if !a.off {
			p := g.plan.Load()
			g.gate.Resize(p.patientBulkhead(p.bulkheadOf(a.limiter.Limit())))
		}
		a.mu.Unlock()
		g.limitMoved(a)
	}
}

// reload puts the guard's gate, load and plan under another plan, and says what was lost.
// Who moves an adaptive limit meanwhile waits.
func (g *Guard) reload(after *plan) (lost []string) {
	before := g.loadOf()
	if a := before.adapt; a != nil {
		a.mu.Lock()
		defer a.mu.Unlock()
	}
	next, lost := g.loadFor(after, before)
	if a := before.adapt; a != nil && (next == nil || next.adapt == nil) {
		a.off = true
	}
	if next == nil {
		before.news.stop()
	}
	b := after.gateBulkhead()
	if next != nil && next.adapt != nil {
		b = after.patientBulkhead(after.bulkheadOf(next.adapt.limiter.Limit()))
	}
	g.gate.Resize(b)
	g.putLoad(next)
	g.plan.Store(after)
	g.turns.all()
	return lost
}

// lets takes what [call.ask] would, where a call that goes straight knows how to. It is
// false where more is to be thought about, and nothing is taken then.
func (s *straight) lets(l *load) bool {
	return l.simple && s.plan.cost == 1 && (l.shed == nil || l.shed.Level() == 0) && (l.rate == nil || l.rate.Allow(s.began))
}

// untake gives back what lets has taken; l is nil where nothing was asked.
func (s *straight) untake(l *load) {
	if l != nil && l.rate != nil {
		l.rate.Refund(s.began, 1)
	}
}
