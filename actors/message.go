// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"

	"github.com/asynkron/protoactor-go/actor"
)

// Reply answers every message that reaches a guard with a sender: exactly one,
// by value. A wrapper, because the actor library hands a bare error over as a
// value that looks like success.
type Reply[Req, Resp any] struct {
	// Request is the request that is answered.
	Request Req
	// Value is the operation's answer.
	Value Resp
	// Err is nil or what Call would have returned.
	Err error
}

// IgnoreDeadLetterLogging: an asker that has left wants no answer, and the log
// of a dead letter would start the actor library's ticker.
func (Reply[Req, Resp]) IgnoreDeadLetterLogging() {}

// failure is Err, for readers that know neither type.
func (r Reply[Req, Resp]) failure() error { return r.Err }

// Message wraps a request so that an actor can send it to [Guard.PID] and be
// answered with a Reply[Req, Resp]:
//
//	ctx.Request(charge.PID(), charge.Message(reqCtx, Charge{Cents: 1250}))
//
// It shares permits, queue, circuit and budget with Call; messages of one
// sender and one priority queue in the order in which they were sent. ctx bounds
// the request as in Call, and gives it its priority ([fuseboard.WithPriority]):
// a message that waits for a permit is served before all of lower priority, also
// when it is repeated, and its handler's context carries the priority on. The message is immutable and may be sent more than once; each time
// is a request of its own. A guard that stops answers with ErrStopped as long as it
// has workers; after that the actor library answers with its own
// *actor.DeadLetterResponse.
//
// An actor that wants the answer where it asked, with what it knew then, gives
// the future of the request to ReenterAfter: the answer is a Reply[Req, Resp],
// the error the actor library's own (no answer in time, or a guard that has
// stopped). Let ctx end before the future does, so that it is the guard that
// answers: an answer that meets the end of a future is lost, and races with it.
func (r *Ref[Req, Resp]) Message(ctx context.Context, req Req) any {
	return &request[Req, Resp]{ref: r, ctx: ctx, req: req}
}

type request[Req, Resp any] struct {
	ref *Ref[Req, Resp]
	ctx context.Context
	req Req
}

// IgnoreDeadLetterLogging: the sender of a request to a stopped guard is
// answered by the actor library; a log line would say it twice.
func (*request[Req, Resp]) IgnoreDeadLetterLogging() {}

// arrival is a message that is a request.
type arrival interface {
	arrive(at *Guard, sender *actor.PID)
}

// arrive runs on the sender's goroutine.
func (m *request[Req, Resp]) arrive(at *Guard, sender *actor.PID) {
	if m.ref == nil || m.ref.PID() != at.address() {
		reply(at, sender, Reply[Req, Resp]{Request: m.req, Err: at.unreadable(m)})
		return
	}
	m.ref.receive(m.ctx, m.req, sender)
}

// reply sends an answer to whoever wants one.
func reply[Req, Resp any](from *Guard, to *actor.PID, r Reply[Req, Resp]) { replyIn(nil, from, to, r) }

// replyIn is reply in the turn of a worker, whose desk carries the answer where it can.
func replyIn[Req, Resp any](turn *desk, from *Guard, to *actor.PID, r Reply[Req, Resp]) {
	if to == nil {
		return
	}
	if turn != nil {
		if asker := from.sys.deskOf(to); asker != nil {
			turn.carry(asker, func() { from.sys.answer(to, r) })
			return
		}
	}
	from.sys.answer(to, r)
}

// answer writes to an actor of the user's, which runs code of its mailbox on this
// goroutine, a timer's perhaps. Where that panics it is the answer that is lost. The
// actor library's own does so when the address is that of an actor being made
// (docs/adr/0002-protoactor.md), as of a child that has its name from one before it.
func (s *System) answer(to *actor.PID, message any) {
	defer func() {
		if v := recover(); v != nil {
			s.log.Error("answer was lost: the mailbox of who asked panicked", "to", pidName(to), "panic", fmt.Sprint(v))
		}
	}()
	s.root.Send(to, message)
}

// deliver takes what comes to the guard's PID on the sender's goroutine:
// requests go to the gate, the guard's own messages to the control lane, and
// what is neither is answered. That includes the actor library's own messages of
// life (Started, Stopped, …): the real ones never come this way, so these were
// forwarded by somebody and must not move the guard. Of its messages that answer
// themselves only Touch is let through; others are user code.
func (g *Guard) deliver(message any, sender *actor.PID) bool {
	switch m := message.(type) {
	case nudge, followed, hire, rebuilt, *hold, turn, sweep, evicted, *update, *command, *actor.Touch:
		return false
	case arrival:
		m.arrive(g, sender)
	default:
		reply(g, sender, Reply[any, any]{Request: message, Err: g.unreadable(message)})
	}
	return true
}

func (g *Guard) unreadable(message any) *CallError {
	return &CallError{
		Dependency: g.name, Cause: ErrUnknownRequest, by: bySystem, clock: g.clock,
		detail: fmt.Sprintf("got a %T; make it with Message of a ref of this guard", message),
	}
}
