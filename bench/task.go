// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"time"
)

// kind is what of a contender a scenario measures.
type kind string

const (
	circuits  kind = "circuit"   // a breaker alone
	permits   kind = "permits"   // a bulkhead alone, whose callers wait where it can
	timeouts  kind = "timeout"   // a deadline alone, that the handler's context knows
	retrying  kind = "retry"     // repetitions alone, without a wait between them
	stacks    kind = "stack"     // everything in contender.has
	capturing kind = "capturing" // the stack, where each call captures its argument and returns a typed result
	allowance kind = "rate"      // a rate limiter alone
	adapting  kind = "adaptive"  // a limit on concurrency that finds itself, alone
	caching   kind = "cache"     // a hit of a cache alone
	asking    kind = "ask"       // a request by a message, awaited by a future
	messages  kind = "message"   // a request by a message, its answer in the mailbox of who asked
)

// need is what a contender is asked for: the same for all.
type need struct {
	handler func(context.Context) error // what is protected
	permits int                         // of the bulkhead
	slots   int                         // of the circuit's window: buckets, or calls where it has no buckets
	limit   time.Duration               // of the deadline
	looks   bool                        // the handler looks at its context
}

// way makes a protected call of its kind.
type way func(n need) (task, error)

// task is a protected call, made again and again by any number of goroutines.
type task struct {
	do     func() error
	caller func() func() error // makes what one goroutine calls; nil: do
	each   int                 // protected calls that one do makes; 0: one
	finish func()              // ends what was started; nil: nothing
}

// needs is what scenarios ask for unless they say otherwise.
func needs(handler func(context.Context) error) need {
	return need{handler: handler, permits: atOnce, slots: slots, limit: attemptTime}
}

// plainly is a task with nothing to end.
func plainly(do func() error) (task, error) { return task{do: do}, nil }

func (t task) end() {
	if t.finish != nil {
		t.finish()
	}
}

// one returns the calls of one goroutine.
func (t task) one() func() error {
	if t.caller != nil {
		return t.caller()
	}
	return t.do
}
