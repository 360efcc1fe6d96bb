// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"math"
	"time"
)

// usable returns p with its defaults and every field moved into its range, so that a
// limiter keeps its promises even for a policy that nobody validated. What is not a number
// counts as its default; a limit below 1 as 1.
func (p Policy) usable() Policy {
	if !p.On() {
		return p
	}
	if !p.Kind.known() {
		p.Kind = TokenBucket
	}
	if !p.Throttled.known() {
		p.Throttled = DrainBucket
	}
	p.Per = clampIfSet(p.Per, shortestPer, longestPer)
	per := p.Per
	fill(&per, DefaultPer)
	if p.Limit != 0 || !p.PerTenant.On() {
		p.Limit = clamp(p.Limit, 1, min(p.mostLimit(), fastest(per)))
	}
	p.Burst = clampIfSet(p.Burst, 1, mostBurst(max(p.Limit, 1), per))
	p.Queue = clamp(p.Queue, 0, mostQueue)
	p.MaxWait = clampIfSet(p.MaxWait, time.Microsecond, longestWait)
	p.WarmUp = clampIfSet(p.WarmUp, time.Millisecond, time.Hour)
	p.ColdFactor = clampIfSet(number(p.ColdFactor), 1, mostCold)
	p.MaxDrain = clampIfSet(p.MaxDrain, time.Millisecond, longestPer)
	p.Fallback = clamp(number(p.Fallback), 0, 1)
	p.Adaptive = p.Adaptive.usable(p.Limit, fastest(per))
	p.PerTenant = p.PerTenant.usable(per)
	if p.Kind != TokenBucket {
		p.Burst = 0
	}
	if !p.Kind.spaced() {
		p.Queue, p.WarmUp = 0, 0
	}
	return p.WithDefaults()
}

func (a Adaptive) usable(limit, most int) Adaptive {
	if !a.On() || limit == 0 {
		return Adaptive{}
	}
	a.Floor = clampIfSet(a.Floor, 1, limit)
	a.Ceiling = clampIfSet(a.Ceiling, limit, max(limit, most))
	a.Backoff = clampIfSet(number(a.Backoff), 0.1, 0.99)
	a.Step = clampIfSet(a.Step, 1, mostUnits)
	a.Every = clampIfSet(a.Every, 10*time.Millisecond, time.Hour)
	return a.withDefaults(limit)
}

func (k PerKey) usable(per time.Duration) PerKey {
	if !k.On() {
		return k
	}
	k.Limit = clamp(k.Limit, 1, fastest(per))
	k.Burst = clampIfSet(k.Burst, 1, mostBurst(k.Limit, per))
	k.Keys = clampIfSet(k.Keys, 1, mostKeys)
	return k.WithDefaults()
}

// fastest is the greatest limit: one unit a nanosecond.
func fastest(per time.Duration) int { return int(min(int64(mostUnits), int64(per))) }

type orderedNumber interface {
	~int | ~int64 | ~float64
}

func clamp[T orderedNumber](v, lo, hi T) T { return min(max(v, lo), hi) }

// clampIfSet leaves zero, which means the default, alone.
func clampIfSet[T orderedNumber](v, lo, hi T) T {
	if v == 0 {
		return v
	}
	return clamp(v, lo, hi)
}

// number returns v, or zero for what is none.
func number(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return v
}
