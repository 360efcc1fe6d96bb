// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"errors"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Keep says what becomes of what a load brought.
type Keep uint8

const (
	// Drop: it is given to those who wait and never stored, because it is degraded, void, or
	// nobody said. The zero value, so that what is forgotten is not kept.
	Drop Keep = iota
	// Fresh: an answer, which is given to others for the policy's TTL.
	Fresh
	// Negative: an answer, too, that says no ("no such user"): given to others, its error included, for
	// the policy's NegativeTTL.
	Negative
	// Failed: no answer. It is not stored; a stale one is given in its place if there is one.
	// Others try again, unless the policy's NegativeOn names the class.
	Failed
)

var keepNames = [...]string{"drop", "fresh", "negative", "failed"}

// String returns the word.
func (k Keep) String() string {
	if int(k) >= len(keepNames) {
		return "unknown"
	}
	return keepNames[k]
}

// Loaded is what a load brought.
type Loaded[V any] struct {
	// Value is the answer. All who wait get the same one, and so do others while it is kept:
	// nobody may change what it points to.
	Value V
	// Err is the error, of a failure or of an answer that says no.
	Err error
	// Keep says what becomes of it. Default Drop.
	Keep Keep
	// Class is the class of a failure; empty means fuseboard.ClassError.
	Class fuseboard.Class
	// Age is how old the answer is that a rescue gives: it may have one from before. Nothing else looks
	// at it. Default zero: it is of now.
	Age time.Duration
	// Replaced is called, on the goroutine of the load, where nobody gets the Value, so that it can be
	// disposed of: a stale answer is given in place of a failure that had one, or all who waited have left
	// and it is not kept. Nil: nobody is told.
	Replaced func()
}

// Loader makes a load of an ordinary function: an answer without an error is Fresh; the end of a load that
// was cancelled is dropped; whatever else goes wrong is a failure, of class "timeout" if it is
// context.DeadlineExceeded, else of class "error".
func Loader[V any](f func(context.Context) (V, error)) func(context.Context) Loaded[V] {
	return func(ctx context.Context) Loaded[V] {
		v, err := f(ctx)
		switch {
		case err == nil:
			return Loaded[V]{Value: v, Keep: Fresh}
		case errors.Is(ctx.Err(), context.Canceled):
			return Loaded[V]{Value: v, Err: err, Class: fuseboard.ClassCancelled}
		case errors.Is(err, context.DeadlineExceeded):
			return Loaded[V]{Value: v, Err: err, Keep: Failed, Class: fuseboard.ClassTimeout}
		}
		return Loaded[V]{Value: v, Err: err, Keep: Failed, Class: fuseboard.ClassError}
	}
}

// From says where an answer came from.
type From uint8

const (
	// FromLoad: this call loaded it. The zero value.
	FromLoad From = iota
	// Shared: another call's load brought it.
	Shared
	// Hit: it was kept, and fresh.
	Hit
	// Stale: it was kept, and a refresh runs behind it, or is not due yet.
	Stale
	// StaleOnError: it was kept and is stale; the load failed, or had failed a moment ago.
	StaleOnError
	// NegativeHit: an error was kept: an answer that says no, or a failure that NegativeOn names.
	NegativeHit
	// Rescued: the load failed, and the rescue answered.
	Rescued
)

var fromNames = [...]string{"load", "shared", "hit", "stale", "stale-on-error", "negative", "rescued"}

// String returns the word.
func (f From) String() string {
	if int(f) >= len(fromNames) {
		return "unknown"
	}
	return fromNames[f]
}

// Degraded reports whether the answer is not the one that the dependency would give now: it must
// not be kept anywhere as if it were.
func (f From) Degraded() bool { return f == Stale || f == StaleOnError || f == Rescued }

// Info says how a call was answered.
type Info struct {
	// From says where the answer came from.
	From From
	// Shared says that another call's load, or its rescue, brought it.
	Shared bool
	// Age is how long ago a kept answer was loaded, or what the rescue says of its own; zero if it
	// came from a load.
	Age time.Duration
	// Class is that of the failure behind a StaleOnError, a NegativeHit or a Rescued.
	Class fuseboard.Class
	// Cause is the error of that failure.
	Cause error
}
