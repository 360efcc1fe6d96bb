// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"

	"github.com/asynkron/protoactor-go/actor"
)

// Message wraps a request with its key, so that an actor can send it to
// [Keyring.PID] and be answered with a Reply[Req, Resp], as by [Ref.Message].
func (k *Keyed[Req, Resp]) Message(ctx context.Context, key string, req Req) any {
	return &keyedRequest[Req, Resp]{keyed: k, ctx: ctx, key: key, req: req}
}

type keyedRequest[Req, Resp any] struct {
	keyed *Keyed[Req, Resp]
	ctx   context.Context
	key   string
	req   Req
}

// IgnoreDeadLetterLogging: the sender of a request to a stopped Keyring is
// answered by the actor library; a log line would say it twice.
func (*keyedRequest[Req, Resp]) IgnoreDeadLetterLogging() {}

// arrive runs on the sender's goroutine.
func (m *keyedRequest[Req, Resp]) arrive(at *Guard, sender *actor.PID) {
	answer := func(resp Resp, err error) {
		if sender != nil {
			at.sys.root.Send(sender, Reply[Req, Resp]{Request: m.req, Value: resp, Err: err})
		}
	}
	if !m.keyed.made() || m.keyed.head != at {
		var none Resp
		answer(none, at.unreadable(m))
		return
	}
	_ = m.keyed.post(m.ctx, m.key, m.req, answer) // answer has it
}
