// SPDX-License-Identifier: Apache-2.0

package hedge

import (
	"context"
	"errors"
	"time"

	"github.com/fuseboard/fuseboard"
)

// ErrLost is the context.Cause of a copy's context when another copy has given the answer.
var ErrLost = errors.New("hedge: another copy of the call has answered")

// Options are what [Do] is told about one call. The zero Options send no copy: see Safe.
type Options[T any] struct {
	// Safe says that the call may be made twice, at the same time: it only reads, or repeating it does no more than
	// making it once. Without it no copy is sent.
	Safe bool
	// Clock gives the instants that are recorded. Everybody who records in one hedger must use the same. Nil: the
	// hedger's own.
	Clock *fuseboard.Clock
	// Allow is asked before each copy is sent, on the caller's goroutine, and takes it from a budget; where it is false that
	// call gets no more copies. It must not block. Nil: always.
	Allow func(now fuseboard.Instant) bool
	// Discard gets each answer that comes when nobody waits for it any more, on the goroutine of its copy, so that what it
	// holds can be closed. Nil: they are dropped.
	Discard func(T)
}

// Do makes a call by f, sends copies of it as the hedger's policy says, and returns the first answer: what the first copy
// returns that returns no error. f is told which copy it is, 0 for the first, so that others can take another endpoint.
// Each runs on a goroutine of its own with one context, which ends when Do returns: f must be done with
// it by then, with a body that is read through it, for instance.
//
// When all copies that run have failed, Do returns the error of the first. When ctx ends first, Do
// returns its cause at once, and copies run on, cancelled, until they heed it. A panic is a
// failure ([*PanicError]), and so is runtime.Goexit ([ErrGoexit]). Errors: f's own, those, the cause of ctx, [ErrClosed].
func Do[T any](ctx context.Context, h *Hedger, o Options[T], f func(ctx context.Context, which int) (T, error)) (answer T, err error) {
	if ctx.Err() != nil {
		return answer, context.Cause(ctx)
	}
	if o.Clock == nil {
		o.Clock = h.clock
	}
	r := &race[T]{h: h, options: o, f: f, over: make(chan struct{}), winner: undecided}
	within, cancel := context.WithCancelCause(ctx)
	defer func() {
		r.leave()
		cancel(r.why())
	}()
	if !r.send(within) {
		return answer, ErrClosed
	}
	h.counts.calls.Add(1)
	r.watch(ctx, within)
	if left := r.leave(); left || r.winner == undecided && ctx.Err() != nil {
		return answer, context.Cause(ctx)
	}
	return r.answer, r.err
}

// watch sends copies until the race is over or the caller has to leave.
func (r *race[T]) watch(ctx, within context.Context) {
	due, timer := r.timer()
	if timer != nil {
		defer timer.Stop()
	}
	for {
		select {
		case <-r.over:
			return
		case <-ctx.Done():
			return
		case <-due:
		}
		due = nil
		if wait, ok := r.h.Wait(); r.next(within) && ok && r.sent <= r.h.Copies() {
			timer.Reset(wait)
			due = timer.C
		}
	}
}

// timer is for the first copy beside the first; nil where there is none.
func (r *race[T]) timer() (<-chan time.Time, *time.Timer) {
	wait, ok := r.h.Wait()
	if !ok || !r.options.Safe {
		return nil, nil
	}
	timer := time.NewTimer(wait)
	return timer.C, timer
}

// next sends a copy, if it may.
func (r *race[T]) next(within context.Context) bool {
	if allow := r.options.Allow; allow != nil && !allow(r.options.Clock.Now()) {
		r.h.counts.refused.Add(1)
		return false
	}
	if !r.send(within) {
		return false
	}
	r.h.counts.copies.Add(1)
	return true
}
