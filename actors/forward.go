// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
)

// What [Forward] could not get from its actor. Each comes inside a [*ForwardError].
var (
	// ErrDeadLetter: there is no such actor, or it passed the request on to one
	// that is not there.
	ErrDeadLetter = errors.New("dead letter: no actor took the request")
	// ErrReplyType: the reply is neither a Resp nor an error.
	ErrReplyType = errors.New("reply of another type")
)

// ForwardError is how a forwarded request ended without an answer of its actor.
type ForwardError struct {
	// To is the actor's PID, as "address/id".
	To string
	// Cause is why: ErrDeadLetter, ErrReplyType with both types, ErrStopped for a
	// System that has stopped, or the error of the context that ended the waiting.
	Cause error
}

// Error names the actor and what happened.
func (e *ForwardError) Error() string { return fmt.Sprintf("forward to %s: %v", e.To, e.Cause) }

// Unwrap returns Cause.
func (e *ForwardError) Unwrap() error { return e.Cause }

// Forward makes a handler of an actor that exists already: each request is sent
// to it as a message, with a sender of its own, and the first reply decides.
//
//   - an error is the failure, also where Resp is an interface that would hold it;
//   - a Reply[Req, Resp] is read as one: its Err is the failure, its Value the
//     answer. Of a [Reply] of other types the Err counts;
//   - a Resp is the answer;
//   - a dead letter is a failure with [ErrDeadLetter]: of class refused, safe to
//     repeat, if the PID names no actor of the System; of class error if the actor
//     passed the request on to one that is gone, for then it was reached;
//   - anything else is a failure with [ErrReplyType].
//
// The end of ctx ends the waiting at once, with ctx's error: give the guard a
// [Deadline], since an actor that fails, or stops with the request still in its
// mailbox, answers nothing. Later replies are dropped without a log line, also a
// second one to the same request. (Only one that is sent to a copy of the sender's
// PID when the waiting is over is a dead letter, as any message to nobody.)
//
// What the context carries of [fuseboard.Meta] is in the message's header: the actor
// reads it with [MessageMeta].
//
// The PID is of an actor in this System (made by [System.SpawnActor] or by such
// an actor) or of one behind the actor library's remote. A nil System or PID is a
// [fuseboard.Problem] of every call, a stopped System is ErrStopped in a
// [*ForwardError]. The actor must not wait in its Receive for a call that leads
// back to itself.
func Forward[Req, Resp any](sys *System, to *actor.PID) Handler[Req, Resp] {
	return func(ctx context.Context, req Req) (resp Resp, err error) {
		if err := checkForward(ctx, sys, to); err != nil {
			return resp, err
		}
		reply, err := sys.ask(ctx, to, req)
		if err != nil {
			return resp, &ForwardError{To: pidName(to), Cause: err}
		}
		return readReply[Req, Resp](to, reply)
	}
}

func checkForward(ctx context.Context, sys *System, to *actor.PID) error {
	switch {
	case ctx == nil:
		return errNoContext
	case !sys.made():
		return fuseboard.Problem{Path: "sys", Code: codeNil, Message: "must not be nil", Fix: "make it with Start, and look at its error"}
	case to == nil:
		return fuseboard.Problem{Path: "to", Code: codeNil, Message: "must not be nil", Fix: "pass the PID of an actor, such as SpawnActor returns, and look at its error"}
	case sys.actors.IsStopped():
		return &ForwardError{To: pidName(to), Cause: ErrStopped}
	case ctx.Err() != nil:
		return &ForwardError{To: pidName(to), Cause: ctx.Err()}
	}
	return nil
}

// readReply says what a reply means. An error comes first: the actor library's
// own futures hand it over as a value that looks like success.
func readReply[Req, Resp any](from *actor.PID, reply any) (none Resp, err error) {
	switch r := reply.(type) {
	case error:
		return none, r
	case Reply[Req, Resp]:
		return r.Value, r.Err
	case interface{ failure() error }: // of a guard that knows other types
		if err := r.failure(); err != nil {
			return none, err
		}
	case *actor.DeadLetterResponse:
		return none, &ForwardError{To: pidName(from), Cause: ErrDeadLetter}
	}
	if resp, ok := reply.(Resp); ok {
		return resp, nil
	}
	return none, &ForwardError{To: pidName(from), Cause: fmt.Errorf(
		"%w: got %T, want %s; let the actor answer with that type, or forward with another", ErrReplyType, reply, reflect.TypeFor[Resp]())}
}

func pidName(pid *actor.PID) string { return pid.GetAddress() + "/" + pid.GetId() }
