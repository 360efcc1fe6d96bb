// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"fmt"
	"syscall"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// ErrImpatient is the cause with which a user's context ends after Load.Timeout. It is a context.DeadlineExceeded.
var ErrImpatient = fmt.Errorf("the user waits no longer: %w", context.DeadlineExceeded)

// Error is how a dependency fails. supervision.Classify gives its Class.
type Error struct {
	// Dependency is the name of the one that failed.
	Dependency string
	// Class is how: error, timeout, refused, reset or throttled.
	Class fuseboard.Class
	// After is how long a throttled request is asked to wait. Zero: nothing was said.
	After time.Duration
}

// Error says who failed, and how.
func (e *Error) Error() string {
	if e.After > 0 {
		return e.Dependency + ": " + string(e.Class) + ", retry after " + plain.Duration(e.After)
	}
	return e.Dependency + ": " + string(e.Class)
}

// Timeout reports whether it is a timeout.
func (e *Error) Timeout() bool { return e.Class == fuseboard.ClassTimeout }

// RetryAfter returns After, at least 1ns of what is throttled: that it is positive says that it is.
func (e *Error) RetryAfter() time.Duration {
	if e.Class == fuseboard.ClassThrottled {
		return max(e.After, 1)
	}
	return 0
}

// Unwrap returns what the system says of a connection that was refused or reset, and nil of all else.
func (e *Error) Unwrap() error {
	switch e.Class {
	case fuseboard.ClassRefused:
		return syscall.ECONNREFUSED
	case fuseboard.ClassReset:
		return syscall.ECONNRESET
	}
	return nil
}
