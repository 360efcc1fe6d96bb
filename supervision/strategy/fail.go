// SPDX-License-Identifier: Apache-2.0

package strategy

import (
	"errors"

	"github.com/asynkron/protoactor-go/actor"
)

// ErrStopped is why a request is given up that failed, or waited to be repeated,
// when the strategy was stopped.
var ErrStopped = errors.New("supervision stopped")

// Failed is the reason by which a worker says that a request failed. It is a type
// of its own because a panic while a request is handled reaches the supervisor in
// the same shape: any reason, which may be an error, and the request's envelope.
type Failed struct {
	// Cause is the failure.
	Cause error
	// Broken says that the worker broke on the request, too, and must be rebuilt
	// before it handles another.
	Broken bool
}

// Error returns the cause's text.
func (f *Failed) Error() string {
	if f.Cause == nil {
		return "request failed"
	}
	return f.Cause.Error()
}

// Unwrap returns the cause.
func (f *Failed) Unwrap() error { return f.Cause }

// reply is what a sender gets whose request cannot be repeated: protoactor wedges
// on nil messages, and an error is told from an answer.
func (f *Failed) reply() error {
	if f.Cause == nil {
		return f
	}
	return f.Cause
}

// Fail hands a failed request to the worker's supervisor, which decides whether
// the envelope is delivered again. It must be the last thing that a worker does
// with the message: the supervisor runs at once, so the envelope has to be ready
// and must not be changed or answered any more. Its Sender is who gets the reply.
// A message that is a [Request] is repeated as it says; any other is answered with
// the cause. A supervisor without a [Strategy] restarts the worker and loses the
// request.
//
// The context must be the worker's own, as passed to Receive. Fail panics, and so
// breaks the worker, if the context is a decorator that hides actor.Supervisor.
func Fail(ctx actor.Context, failed *Failed, envelope *actor.MessageEnvelope) {
	supervisor, ok := ctx.(actor.Supervisor)
	if !ok {
		panic("strategy.Fail needs the worker's own context: a decorator hides actor.Supervisor")
	}
	supervisor.EscalateFailure(failed, envelope)
}
