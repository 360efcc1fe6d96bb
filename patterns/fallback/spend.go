// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

var errTime = errors.New("the time of a fallback's step is over (fallback.timeout)")

// spend returns what becomes of a step that takes time: one that computes, or asks.
func (c *Chain[Req, Resp]) spend(ctx context.Context, p *plan[Resp], s *planned[Resp], req Req, f Fault) (resp Resp, result Result, err error) {
	outer := markIn(ctx)
	if why, over := c.passedOver(ctx, s, outer); over {
		return resp, why, nil
	}
	if !c.slots.take(p.policy.Concurrency) {
		return resp, Full, nil
	}
	defer c.slots.give()
	bounded, cancel := context.WithTimeoutCause(&mark{Context: ctx, name: c.sources.Name, chain: c, outer: outer}, p.policy.Timeout, errTime)
	defer cancel()
	if resp, err = c.call(bounded, s, req, f); err == nil {
		return resp, Answered, nil
	}
	switch {
	case errors.Is(err, ErrDeclined):
		result = Declined
	case ctx.Err() != nil:
		result = NoTime
	case bounded.Err() != nil:
		result = TimedOut
	default:
		result = Failed
	}
	return resp, result, err
}

// passedOver returns why a step is not run, if it is not.
func (c *Chain[Req, Resp]) passedOver(ctx context.Context, s *planned[Resp], outer *mark) (Result, bool) {
	known := c.sources.Compute != nil
	if s.Use == Guard {
		known = c.sources.Guard != nil
	}
	switch {
	case !known:
		return NoSource, true
	case ctx.Err() != nil, overdue(ctx):
		return NoTime, true
	case s.Use == Guard && (s.Step.Guard == c.sources.Name || outer.asks(s.Step.Guard, c)):
		return Circle, true
	}
	return Answered, false
}

// overdue reports whether the time of ctx is over, also at the very instant at which it has
// not ended yet.
func overdue(ctx context.Context) bool {
	at, bounded := ctx.Deadline()
	return bounded && time.Until(at) <= 0
}

// call runs the user's function. A panic is its error; where it ends its goroutine, that
// is counted here, as nobody comes back to count it.
func (c *Chain[Req, Resp]) call(ctx context.Context, s *planned[Resp], req Req, f Fault) (resp Resp, err error) {
	back := false
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v)
		} else if !back {
			s.counts[Failed].Add(1)
		}
	}()
	if s.Use == Computed {
		resp, err = c.sources.Compute(ctx, req, f.cause())
	} else {
		resp, err = c.ask(ctx, s.Step.Guard, req)
	}
	back = true
	return resp, err
}

func (c *Chain[Req, Resp]) ask(ctx context.Context, guard string, req Req) (resp Resp, err error) {
	call, err := c.sources.Guard(guard)
	switch {
	case err != nil:
		return resp, err
	case call == nil:
		return resp, errors.New("there is no operation to ask")
	}
	return call(ctx, req)
}

// PanicError is the error of a step whose function panicked.
type PanicError struct {
	// Value is what was given to panic.
	Value any
	// Stack is the stack where it panicked.
	Stack []byte
}

func panicked(v any) *PanicError { return &PanicError{Value: v, Stack: debug.Stack()} }

// Error tells the panic's value; the Stack is apart, for a log that wants it.
func (e *PanicError) Error() string { return fmt.Sprintf("panicked: %v", e.Value) }

// Unwrap returns the panic's value when it was an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}
