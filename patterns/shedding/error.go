// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"errors"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// ErrShed is what errors.Is finds in every refusal of this package.
var ErrShed = errors.New("shed because the host is under pressure")

// Error is the refusal of work whose priority is shed. It is a [fuseboard.Rejection].
type Error struct {
	// Priority is that of the work.
	Priority fuseboard.Priority
	// Level is what was in force.
	Level Level
	// Cause is the signal that asked for the level, with its numbers.
	Cause Cause
	// Calm is how long ago that was, if no signal asks for the level any more; else zero.
	Calm time.Duration
	// Again is how long at least work of the priority goes on being shed.
	Again time.Duration
}

// Why says in words which signal asks for the level, or when it did: "cpu 93.1% is at or
// over 91%".
func (e *Error) Why() string { return e.Cause.after(e.Calm) }

// Error says who is shed, why, and for how long at least.
func (e *Error) Error() string {
	return e.Priority.String() + " work is shed: " + e.Why() + "; again in " + plain.Duration(readable(e.Again.Seconds())) + " at the earliest"
}

// Is reports true for [ErrShed].
func (*Error) Is(target error) bool { return target == ErrShed }

// RejectedBy returns "shedding".
func (*Error) RejectedBy() string { return "shedding" }

// RetryAfter returns Again.
func (e *Error) RetryAfter() time.Duration { return e.Again }
