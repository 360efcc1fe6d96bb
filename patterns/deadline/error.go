// SPDX-License-Identifier: Apache-2.0

package deadline

import (
	"context"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// Error says which limit passed. errors.Is(err, context.DeadlineExceeded) is
// true of it, and it is the context.Cause of a context made by [Context] whose
// deadline passed.
type Error struct {
	// Scope says whose limit it was.
	Scope Scope
	// Limit is the time that was given.
	Limit time.Duration
	// Elapsed is the time that had gone by, since the start of the scope.
	Elapsed time.Duration
	// Err is the handler's own error; nil when it gave none in time.
	Err error
}

// Error says which limit passed, in numbers, and what can be done.
func (e *Error) Error() string {
	text := e.what() + " (elapsed " + plain.Duration(readable(e.Elapsed)) + "); " + e.fix()
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Is reports true for context.DeadlineExceeded.
func (*Error) Is(target error) bool { return target == context.DeadlineExceeded }

// Unwrap returns the handler's own error, which may be nil.
func (e *Error) Unwrap() error { return e.Err }

// Timeout reports true, as net.Error asks it.
func (*Error) Timeout() bool { return true }

func (e *Error) what() string {
	limit := plain.Duration(readable(e.Limit))
	switch e.Scope {
	case Caller:
		return "the caller's deadline passed, which left " + limit
	case Reserved:
		return "the caller's deadline less deadline.reserve passed, which left " + limit
	case Attempt:
		return "the attempt did not end within deadline.attempt = " + limit
	case Adapted:
		return "the attempt did not end within " + limit + ", which deadline.adaptive gives by how long attempts took lately"
	default:
		return "the call did not end within deadline.total = " + limit
	}
}

func (e *Error) fix() string {
	switch e.Scope {
	case Caller:
		return "give the call more time where its context is made"
	case Reserved:
		return "give the call more time where its context is made, or lower deadline.reserve"
	case Adapted:
		return "raise deadline.adaptive.min or factor if the dependency is healthy and needs longer; the limit rises by itself if many attempts do"
	case Attempt:
		return "raise deadline.attempt if the dependency is healthy and needs longer"
	default:
		return "raise deadline.total, or lower deadline.attempt or retry.attempts so that they fit"
	}
}

// readable cuts digits that nobody reads: three or more figures remain.
func readable(d time.Duration) time.Duration {
	switch {
	case d >= time.Second:
		return d.Round(time.Millisecond)
	case d >= time.Millisecond:
		return d.Round(time.Microsecond)
	}
	return d
}
