// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"
)

// Mailbox returns a producer of mailboxes that put the gate in front of an
// actor. Every user message is offered to deliver on the sender's goroutine,
// without its envelope; deliver returns true for a request, which it has handed
// to [Gate.Post], and false for anything else, which then goes to the actor's
// own (control) lane untouched and is received serially as usual.
//
//   - Stop stops the gate, and the actor at once.
//   - PoisonPill closes the gate; the actor gets it once the gate is idle.
//   - A failure suspends the gate until the control lane has resumed. Restart
//     keeps queue and permits.
//   - A bare nil, which would wedge a stock mailbox, is offered and else dropped.
//   - The items of a batch are delivered once each, and the batch is not; an item
//     without an envelope inherits the batch's.
//
// A nil deliver takes nothing. One gate belongs to one actor.
func (g *Gate) Mailbox(deliver func(message any, sender *actor.PID) bool) actor.MailboxProducer {
	if deliver == nil {
		deliver = func(any, *actor.PID) bool { return false }
	}
	return func() actor.Mailbox {
		control := actor.Unbounded(follower{gate: g})()
		return &lane{Mailbox: control, gate: g, deliver: deliver}
	}
}

// lane is a stock mailbox, the control lane, behind the gate.
type lane struct {
	actor.Mailbox
	gate     *Gate
	deliver  func(any, *actor.PID) bool
	poisoned atomic.Bool
}

// PostUserMessage sorts one message into its lane. Any goroutine may call it.
func (l *lane) PostUserMessage(message any) {
	envelope, wrapped := message.(*actor.MessageEnvelope)
	if wrapped && envelope == nil {
		message, wrapped = nil, false
	}
	body, sender := message, (*actor.PID)(nil)
	if wrapped {
		body, sender = envelope.Message, envelope.Sender
	}
	switch body := body.(type) {
	case *actor.PoisonPill:
		l.poison(message)
	case actor.MessageBatch:
		l.postEach(body, envelope)
	default:
		if !l.deliver(body, sender) && message != nil {
			l.Mailbox.PostUserMessage(message)
		}
	}
}

// poison closes the gate and lets the first pill through once it is idle. The
// actor needs only one.
func (l *lane) poison(pill any) {
	l.gate.Close()
	if l.poisoned.CompareAndSwap(false, true) {
		l.gate.whenIdle(func() { l.Mailbox.PostUserMessage(pill) })
	}
}

// postEach delivers the items of a batch; the stock mailbox would deliver the
// batch once more after them.
func (l *lane) postEach(batch actor.MessageBatch, envelope *actor.MessageEnvelope) {
	for _, item := range batch.GetMessages() {
		if _, wrapped := item.(*actor.MessageEnvelope); !wrapped && envelope != nil {
			item = &actor.MessageEnvelope{Header: envelope.Header, Message: item, Sender: envelope.Sender}
		}
		l.PostUserMessage(item)
	}
}

// PostSystemMessage lets the gate follow the actor's life.
func (l *lane) PostSystemMessage(message any) {
	switch message.(type) {
	case *actor.Stop:
		l.gate.Stop()
	case *actor.SuspendMailbox:
		l.gate.Suspend()
	}
	l.Mailbox.PostSystemMessage(message)
}

// UserMessageCount counts what waits in the control lane and at the gate.
func (l *lane) UserMessageCount() int {
	return l.Mailbox.UserMessageCount() + l.gate.Depth().Waiting
}

// follower keeps the gate in step with what the control lane has processed. It
// suspends a second time, because a Resume still in the lane when the
// Suspend was posted has reopened the gate meanwhile.
type follower struct{ gate *Gate }

func (f follower) MessageReceived(message any) {
	switch message.(type) {
	case *actor.SuspendMailbox:
		f.gate.Suspend()
	case *actor.ResumeMailbox:
		f.gate.Resume()
	}
}

func (follower) MailboxStarted()   {}
func (follower) MessagePosted(any) {}
func (follower) MailboxEmpty()     {}
