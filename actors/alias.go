// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/patterns/adaptive"
	"github.com/fuseboard/fuseboard/patterns/cache"
	"github.com/fuseboard/fuseboard/patterns/deadline"
	"github.com/fuseboard/fuseboard/patterns/fallback"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
	"github.com/fuseboard/fuseboard/patterns/shedding"
	"github.com/fuseboard/fuseboard/patterns/throttle"
	"github.com/fuseboard/fuseboard/supervision"
)

// The sections of a Policy and the values that come back from a guard, under
// the names of their homes, so that a simple user imports this package alone.
type (
	// Bulkhead bounds how many calls run and wait at once; see [mailbox.Bulkhead].
	Bulkhead = mailbox.Bulkhead
	// Order is who of one priority is served first; see [mailbox.Order].
	Order = mailbox.Order
	// PriorityQuota keeps permits and places for higher priorities; see [mailbox.PriorityQuota].
	PriorityQuota = mailbox.PriorityQuota
	// Workers runs handlers on pooled goroutines; see [mailbox.Workers].
	Workers = mailbox.Workers
	// Cache keeps answers for calls that ask for the same; see [cache.Policy].
	Cache = cache.Policy
	// Fallback answers calls that failed or were refused; see [fallback.Policy].
	Fallback = fallback.Policy
	// FallbackStep is one place where such an answer may come from; see [fallback.Step].
	FallbackStep = fallback.Step
	// Deadline bounds how long a call and each attempt may take; see [deadline.Policy].
	Deadline = deadline.Policy
	// Retry says when a failed attempt is repeated; see [supervision.Retry].
	Retry = supervision.Retry
	// ClassRetry says what is otherwise with failures of one class; see [supervision.ClassRetry].
	ClassRetry = supervision.ClassRetry
	// Amplification is what repetitions add to the load; see [supervision.Amplification].
	Amplification = supervision.Amplification
	// Repeats is how many repetitions one class of failure has caused; see [supervision.Repeats].
	Repeats = supervision.Repeats
	// Backoff is the wait before a repetition; see [supervision.Backoff].
	Backoff = supervision.Backoff
	// Budget bounds the share of repetitions; see [supervision.Budget].
	Budget = supervision.Budget
	// Breaker says when the circuit opens and how it closes; see [supervision.Breaker].
	Breaker = supervision.Breaker
	// Throttle keeps calls from a dependency that refuses many; see [throttle.Policy].
	Throttle = throttle.Policy
	// RateLimit bounds how many calls are made in how much time; see [ratelimit.Policy].
	RateLimit = ratelimit.Policy
	// PerTenant is the rate limit of each tenant; see [ratelimit.PerKey].
	PerTenant = ratelimit.PerKey
	// AdaptiveRate moves a rate limit; see [ratelimit.Adaptive].
	AdaptiveRate = ratelimit.Adaptive
	// RateSource hands a process its share of a limit that a fleet keeps; see [ratelimit.Source].
	RateSource = ratelimit.Source
	// RateShare is such a share; see [ratelimit.Share].
	RateShare = ratelimit.Share
	// Adaptive finds how many permits a dependency bears; see [adaptive.Policy].
	Adaptive = adaptive.Policy
	// Shedding says what is shed at which pressure of the host; see [shedding.Policy].
	Shedding = shedding.Policy
	// Restart bounds how often a broken actor is rebuilt; see [supervision.Restart].
	Restart = supervision.Restart
	// Window is the evidence a breaker judges; see [supervision.Window].
	Window = supervision.Window
	// Panics says when panics hold the circuit open; see [supervision.Panics].
	Panics = supervision.Panics
	// Command is an operator's override of a circuit; see [supervision.Command].
	Command = supervision.Command
	// State is the circuit's state; see [supervision.State].
	State = supervision.State
	// Mode is how far the circuit is obeyed; see [supervision.Mode].
	Mode = supervision.Mode
	// Transition is one move of a circuit; see [supervision.Transition].
	Transition = supervision.Transition
	// Cause says why a circuit moved; see [supervision.Cause].
	Cause = supervision.Cause
	// Numbers is what a circuit has counted; see [supervision.Numbers].
	Numbers = supervision.Numbers
	// Problems is everything wrong with a policy; see [fuseboard.Problems].
	Problems = fuseboard.Problems
)

// The states of a circuit.
const (
	Closed   = supervision.Closed
	Open     = supervision.Open
	HalfOpen = supervision.HalfOpen
	Ramping  = supervision.Ramping
)

// The orders of a bulkhead's queue; see [mailbox.Order].
const (
	FIFO  = mailbox.FIFO
	LIFO  = mailbox.LIFO
	CoDel = mailbox.CoDel
)

// The modes of a circuit.
const (
	Enforce    = supervision.Enforce
	Shadow     = supervision.Shadow
	Off        = supervision.Off
	HoldOpen   = supervision.HoldOpen
	HoldClosed = supervision.HoldClosed
)

// The words of the sections that follow the load.
const (
	// TokenBucket and the others are the kinds of a rate limit.
	TokenBucket    = ratelimit.TokenBucket
	SlidingLog     = ratelimit.SlidingLog
	SlidingCounter = ratelimit.SlidingCounter
	FixedWindow    = ratelimit.FixedWindow
	Smooth         = ratelimit.Smooth

	// Gradient2, Vegas and AIMD are the kinds of an adaptive limit.
	Gradient2 = adaptive.KindGradient2
	Vegas     = adaptive.KindVegas
	AIMD      = adaptive.KindAIMD
)

// What a caller branches on with errors.Is. Each comes inside a [*CallError]: as
// its Cause when the call was refused, or beside a failure as the reason Why it
// was not repeated. [CallError.RejectedBy] is empty in the second case.
var (
	// ErrOpen: the circuit refused.
	ErrOpen = supervision.ErrOpen
	// ErrFull: every permit is taken and the queue is full.
	ErrFull = mailbox.ErrFull
	// ErrLate: the call waited in the queue as long as it could.
	ErrLate = mailbox.ErrLate
	// ErrYielded: the call waited, and its place went to one that comes before it.
	ErrYielded = mailbox.ErrYielded
	// ErrQuota: the permits and places that are left are kept for higher priorities.
	ErrQuota = mailbox.ErrQuota
	// ErrSojourn: the queue does not drain, and the call had waited longer than it may stand.
	ErrSojourn = mailbox.ErrSojourn
	// ErrHopeless: by how fast permits come back the call would have waited in vain.
	ErrHopeless = mailbox.ErrHopeless
	// ErrSuspended: the guard is suspended by its supervisor.
	ErrSuspended = mailbox.ErrSuspended
	// ErrAbandoned: as many handlers as workers.max_abandoned still run after their callers left.
	ErrAbandoned = mailbox.ErrAbandoned
	// ErrStopped: the guard or its System has stopped.
	ErrStopped = mailbox.ErrStopped
)
