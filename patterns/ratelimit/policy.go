// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"time"
)

// Defaults and bounds of a [Policy].
const (
	// DefaultPer is the stretch of time that Limit is meant for.
	DefaultPer = time.Second
	// DefaultMaxWait is the longest wait for a turn: that of Sentinel's FlowRule
	// (maxQueueingTimeMs, 500).
	DefaultMaxWait = 500 * time.Millisecond
	// DefaultColdFactor is how many times slower a cold limiter is: Guava's and Sentinel's 3.
	DefaultColdFactor = 3
	// DefaultMaxDrain is the longest that a dependency's Retry-After stops the limiter, as
	// long as a retry honours it (supervision.DefaultRetryMaxRetryAfter).
	DefaultMaxDrain = 30 * time.Second
	// DefaultFallback is the part of the limit that holds when a share has expired: ten
	// replicas that nobody coordinates keep the limit together.
	DefaultFallback = 0.1
	// MostInLog is the greatest Limit of a sliding log, which remembers 8 bytes a unit.
	MostInLog = 100_000

	mostUnits   = 1_000_000_000
	shortestPer = time.Millisecond
	longestPer  = 24 * time.Hour
	mostQueue   = 1_000_000
	longestWait = time.Hour
	longestFill = 10 * 365 * 24 * time.Hour // what an empty bucket may take to be full
	mostCold    = 100
)

// Policy says how much may be asked for in how much time. It is plain data. The zero
// Policy is off: everything is let through. Set any field and the others take their
// defaults; Limit has none, as nobody else knows what a dependency bears.
type Policy struct {
	// Kind is the algorithm. Default token-bucket.
	Kind Kind
	// Limit is how many units may come in Per, in the long run; a call is one unit, or its
	// cost. 1 to 1000000000, and no more than one a nanosecond; 1 to [MostInLog] for a sliding
	// log. It may be left out only where PerTenant is on: then the whole has no limit.
	Limit int
	// Per is the time that Limit is meant for. 1ms to 24h; default 1s. In a token bucket 60
	// a minute and 1 a second are the same but for the default burst.
	Per time.Duration
	// Burst is how many units may come at once after quiet, in a token bucket; the other
	// kinds have none. 1 to 1000000000, and no more than come in ten years. Default a
	// tenth of Limit, and at least 1: callers don't come evenly, and no stretch of Per sees
	// more than 110% of Limit (Limit, and 1, where that is less than 10).
	Burst int
	// Queue is how many units may wait for their turn, in a token bucket and in smooth, which
	// know each turn in advance. 0 to 1000000; 0: who can't come at once is refused.
	Queue int
	// MaxWait is the longest wait for a turn, never beyond what the caller gives. 1us to 1h;
	// default 500ms. Without a Queue only [Limiter.Wait] knows it.
	MaxWait time.Duration
	// WarmUp is how long a limiter that was quiet takes to come up to Limit again: it begins
	// at Limit/ColdFactor. 1ms to 1h; default 0, none. Token bucket and smooth only. The
	// curve is that of Guava's SmoothRateLimiter.SmoothWarmingUp, which Sentinel's
	// WarmUpController took over.
	WarmUp time.Duration
	// ColdFactor is how many times slower than Limit a cold limiter is. 1 to 100; default 3.
	ColdFactor float64
	// Throttled says what [Limiter.Throttled] does when the dependency says that it is asked
	// too much. Default drain: nothing is let through until its Retry-After.
	Throttled Reaction
	// MaxDrain bounds how long one [Limiter.Drain] stops the limiter. 1ms to 24h; default 30s.
	MaxDrain time.Duration
	// Adaptive moves the limit itself. Zero: it stays where it is.
	Adaptive Adaptive
	// PerTenant is the limit of each key under the whole. Zero: there is none.
	PerTenant PerKey
	// Fallback is the part of the limit that holds while a share of it ([Source]) has expired
	// or was not given yet. Above 0, to 100%; default 10%. Without a Source the whole holds.
	Fallback float64 `plain:"rate"`
}

// On reports whether any field is set.
func (p Policy) On() bool { return p != Policy{} }

// WithDefaults returns p with its defaults written out; a Policy that is off stays off.
// Limit stays as it is.
func (p Policy) WithDefaults() Policy {
	if !p.On() {
		return p
	}
	fill(&p.Per, DefaultPer)
	if p.Kind == TokenBucket && p.Limit != 0 {
		fill(&p.Burst, max(1, p.Limit/10))
	}
	if p.Queue != 0 {
		fill(&p.MaxWait, DefaultMaxWait)
	}
	if p.WarmUp != 0 {
		fill(&p.ColdFactor, DefaultColdFactor)
	}
	fill(&p.MaxDrain, DefaultMaxDrain)
	fill(&p.Fallback, DefaultFallback)
	p.Adaptive = p.Adaptive.withDefaults(p.Limit)
	p.PerTenant = p.PerTenant.WithDefaults()
	return p
}

// Tenant returns the policy of each key: PerTenant as a token bucket over the same Per.
// It is off where PerTenant is.
func (p Policy) Tenant() Policy {
	if !p.PerTenant.On() {
		return Policy{}
	}
	return Policy{
		Limit: p.PerTenant.Limit, Burst: p.PerTenant.Burst, Per: p.Per,
		MaxDrain: p.MaxDrain,
	}.WithDefaults()
}

// fill sets what is zero to its default.
func fill[T comparable](field *T, byDefault T) {
	var zero T
	if *field == zero {
		*field = byDefault
	}
}
