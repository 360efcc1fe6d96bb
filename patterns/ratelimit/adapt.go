// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"math"

	"github.com/fuseboard/fuseboard"
)

// Overload tells that the dependency, or what stands before it, has too much to do. An
// adaptive limit is multiplied by its Backoff, not below its Floor, at most once in an
// interval. Without [Policy.Adaptive] nothing happens.
func (l *Limiter) Overload(now fuseboard.Instant) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.policy.Adaptive
	now = l.catchUp(now)
	if !a.On() || now < l.nextDown {
		return
	}
	l.nextDown = now.Add(a.Every)
	l.armAdaptive(now)
	l.moveTo(now, max(float64(a.Floor), l.level*a.Backoff))
}

// Succeeded tells that the dependency did its work. Once in an interval without an overload
// it raises an adaptive limit by its Step, not above its Ceiling, if the limit held
// somebody back since: what is not used says nothing about what could be borne. It costs
// one look at a word.
func (l *Limiter) Succeeded(now fuseboard.Instant) {
	if int64(now) < l.nextUp.Load() || !l.pressed.Load() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.policy.Adaptive
	now = l.catchUp(now)
	if !a.On() || int64(now) < l.nextUp.Load() || !l.pressed.Load() {
		return
	}
	l.armAdaptive(now)
	l.moveTo(now, min(float64(a.Ceiling), l.level+float64(a.Step)))
}

// armAdaptive begins another interval of an adaptive limit.
func (l *Limiter) armAdaptive(now fuseboard.Instant) {
	next := int64(math.MaxInt64)
	if a := l.policy.Adaptive; a.On() {
		next = int64(now.Add(a.Every))
	}
	l.nextUp.Store(next)
	l.pressed.Store(false)
}

// moveTo puts another level in force. The limiter is locked.
func (l *Limiter) moveTo(now fuseboard.Instant, level float64) {
	if level != l.level {
		l.level = level
		l.rebuild(now)
	}
}
