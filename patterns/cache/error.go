// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"errors"
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// Errors of a [Cache] that are not the dependency's. Compare with errors.Is.
var (
	// ErrClosed: the cache was closed, before the call or while it waited.
	ErrClosed = errors.New("the cache is closed")
	// ErrGoexit: a load ended its goroutine (runtime.Goexit) instead of returning.
	ErrGoexit = errors.New("the load ended its goroutine (runtime.Goexit) and brought nothing")
	// ErrNobodyWaits is the cause (context.Cause) of the context of a load that was cancelled because
	// the last of its callers had left, or because it was a refresh that took too long.
	ErrNobodyWaits = errors.New("nobody waits for this load any more")
	// ErrRecursive: a load asked the cache for its own key, by the context that it was given, and would
	// have waited for itself.
	ErrRecursive = errors.New("the load of a key asks for that key; it would wait for itself")
	// ErrIncomplete: Fill was called without a context or without a load.
	ErrIncomplete = errors.New("the cache was asked without a context or without a load; give both")
)

// LeftError says that a caller left before the answer came. errors.Is finds the context's own
// error (context.Canceled, context.DeadlineExceeded), and its cause.
type LeftError struct {
	// Waited is how long the caller had waited.
	Waited time.Duration
	// Err is the error of the caller's context.
	Err error
	// Cause is the cause of the caller's context (context.Cause); often the same as Err.
	Cause error
}

// Error says what the caller left, and why.
func (e *LeftError) Error() string {
	return fmt.Sprintf("left after %s while the answer was loaded: %v", plain.Duration(e.Waited), e.Cause)
}

// Unwrap returns the context's error and its cause.
func (e *LeftError) Unwrap() []error { return []error{e.Err, e.Cause} }

// PanicError is the error of a load or a rescue that panicked.
type PanicError struct {
	// Value is what it panicked with.
	Value any
	// Stack is the stack of its goroutine.
	Stack []byte
}

// Error returns the value, without the stack.
func (e *PanicError) Error() string { return fmt.Sprintf("the load panicked: %v", e.Value) }

// Unwrap returns the value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}
