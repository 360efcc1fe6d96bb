// SPDX-License-Identifier: Apache-2.0

package hedge

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// ErrGoexit is the error of a copy that ended its own goroutine (runtime.Goexit, or t.FailNow in a test).
var ErrGoexit = errors.New("hedge: the copy ended its goroutine (runtime.Goexit)")

// PanicError is the error of a copy that panicked.
type PanicError struct {
	// Value is what it panicked with.
	Value any
	// Stack is where, as runtime/debug.Stack writes it.
	Stack []byte
}

// Error tells the value. The stack is not in it.
func (e *PanicError) Error() string { return fmt.Sprintf("hedge: the copy panicked: %v", e.Value) }

// Unwrap returns the value if that is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

func panicked(value any) error { return &PanicError{Value: value, Stack: debug.Stack()} }
