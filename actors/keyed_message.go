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
	if !m.keyed.made() || m.keyed.head != at {
		reply(at, sender, Reply[Req, Resp]{Request: m.req, Err: at.unreadable(m)})
		return
	}
	k := m.keyed
	e, err := k.takeUnder(m.ctx, k.head.leniency(), m.key)
	if e == nil && err == nil {
		letMessageIn(m.ctx, BypassPolicy, k.head.self, k.bare, k.with, m.req, sender)
		return
	}
	if err != nil {
		reply(at, sender, Reply[Req, Resp]{Request: m.req, Err: err})
		return
	}
	defer e.release(untimed) // receive keeps it as long as it needs
	k.refOf(e).receive(m.ctx, m.req, sender)
}
