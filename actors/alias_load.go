// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"github.com/fuseboard/fuseboard/patterns/adaptive"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
	"github.com/fuseboard/fuseboard/patterns/shedding"
	"github.com/fuseboard/fuseboard/supervision"
)

// What the fields of the sections are made of, so that a policy can be written with this
// package alone.
type (
	// BackoffKind is how the waits of a Backoff grow; see [supervision.BackoffKind].
	BackoffKind = supervision.BackoffKind
	// Jitter is how the waits of a Backoff are spread; see [supervision.Jitter].
	Jitter = supervision.Jitter
	// RateKind is the algorithm of a rate limit; see [ratelimit.Kind].
	RateKind = ratelimit.Kind
	// RateReaction is what a rate limit does when it is asked for less; see [ratelimit.Reaction].
	RateReaction = ratelimit.Reaction
	// AdaptiveKind is the algorithm of an adaptive limit; see [adaptive.Kind].
	AdaptiveKind = adaptive.Kind
	// SheddingSteps says where higher priorities begin to be shed; see [shedding.Steps].
	SheddingSteps = shedding.Steps
	// SheddingLevel says which priorities are admitted; see [shedding.Level].
	SheddingLevel = shedding.Level
	// HostSource reads the host, for [Options.Host]; see [shedding.Source].
	HostSource = shedding.Source
	// HostSignals is one such reading; see [shedding.Signals].
	HostSignals = shedding.Signals
)

// The words of those.
const (
	// Exponential, Linear and Constant are the kinds of a backoff.
	Exponential = supervision.Exponential
	Linear      = supervision.Linear
	Constant    = supervision.Constant

	// FullJitter and the others spread the waits of a backoff.
	FullJitter         = supervision.FullJitter
	NoJitter           = supervision.NoJitter
	EqualJitter        = supervision.EqualJitter
	DecorrelatedJitter = supervision.DecorrelatedJitter

	// DrainBucket and IgnoreThrottling are the reactions of a rate limit to a dependency
	// that asks for less.
	DrainBucket      = ratelimit.DrainBucket
	IgnoreThrottling = ratelimit.IgnoreThrottling

	// AdmitAll and the others are the levels of shedding.
	AdmitAll      = shedding.AdmitAll
	ShedSheddable = shedding.ShedSheddable
	ShedNormal    = shedding.ShedNormal
	ShedHigh      = shedding.ShedHigh
)
