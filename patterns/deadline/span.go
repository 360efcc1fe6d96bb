// SPDX-License-Identifier: Apache-2.0

package deadline

import (
	"time"

	"github.com/fuseboard/fuseboard"
)

// Scope says whose deadline a span ends with.
type Scope uint8

// The scopes.
const (
	// Caller: the deadline of the caller's own context, unchanged.
	Caller Scope = iota
	// Total: Policy.Total. A span without any end has this scope too.
	Total
	// Attempt: Policy.Attempt.
	Attempt
	// Reserved: the caller's deadline less Policy.Reserve.
	Reserved
	// Adapted: of an attempt, by Policy.Adaptive, and shorter than Policy.Attempt.
	Adapted
)

var scopeNames = [...]string{"caller", "total", "attempt", "reserve", "adaptive"}

// String returns the scope's word in logs, metrics and JSON.
func (s Scope) String() string {
	if int(s) >= len(scopeNames) {
		return "unknown"
	}
	return scopeNames[s]
}

// Span is a stretch of time that something may take. It is a small value; make
// one with [Policy.Begin] and [Policy.Try].
type Span struct {
	// Start is when the limit began to count.
	Start fuseboard.Instant
	// Until is the first instant that is too late; Never when there is no end.
	Until fuseboard.Instant
	// Scope says whose limit Until is.
	Scope Scope
	// Limit is the length given: the policy's Total or Attempt, or what the caller
	// left. Zero when there is no end, or when the caller left nothing.
	Limit time.Duration
}

// Left returns the time that remains at now: zero once the span has passed,
// and the longest duration there is when it has no end.
func (s Span) Left(now fuseboard.Instant) time.Duration { return max(0, s.Until.Sub(now)) }

// Passed reports whether now is too late. A span without an end never passes.
func (s Span) Passed(now fuseboard.Instant) bool {
	return s.Until != fuseboard.Never && now >= s.Until
}

// Error returns the error of a call that had not ended when s passed. err is
// the handler's own error and may be nil.
func (s Span) Error(now fuseboard.Instant, err error) *Error {
	return &Error{Scope: s.Scope, Limit: s.Limit, Elapsed: max(0, now.Sub(s.Start)), Err: err}
}
