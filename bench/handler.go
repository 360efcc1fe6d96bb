// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
)

// errDown is how handlers fail.
var errDown = errors.New("the dependency is down")

// works is a handler of nothing: what is measured around it is the protection alone.
func works(context.Context) error { return nil }

// fails is a handler that always fails.
func fails(context.Context) error { return errDown }

// stays keeps its permit while others run, so that queues form.
func stays(context.Context) error {
	runtime.Gosched()
	return nil
}

// failsOneIn fails once in about n calls, whichever goroutine makes them. The
// randomness is a few nanoseconds and shares nothing.
func failsOneIn(n uint32) func(context.Context) error {
	return func(context.Context) error {
		if rand.Uint32N(n) == 0 { //nolint:gosec // no secret
			return errDown
		}
		return nil
	}
}

// failsFirst fails every other call, so that a call that is repeated fails once. It
// is for one goroutine.
func failsFirst() func(context.Context) error {
	n := 0
	return func(context.Context) error {
		if n++; n%2 == 1 {
			return errDown
		}
		return nil
	}
}
