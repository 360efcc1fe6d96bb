// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"

	"github.com/asynkron/protoactor-go/actor"
)

// passage is a request without a goroutine of its own (Ask, Tell, a message) under a
// policy that is not enforced: it waits for no permit. Ask and Tell give it a
// goroutine at once; what came as a message is handled by a worker ([job]), as ever.
type passage[Req, Resp any] struct {
	call     call
	ctx      context.Context // as it was given
	mode     PolicyMode
	handler  Handler[Req, Resp]
	with     *With[Req, Resp]
	req      Req
	answer   func(Resp, error) // called exactly once
	envelope actor.MessageEnvelope
	resp     Resp
	err      error
}

// letIn begins a passage under the mode, or answers with the refusal of what has
// stopped or has no handler now. The guard of a key has been kept for it. The request
// counts as posted from here to its answer.
func letIn[Req, Resp any](ctx context.Context, m PolicyMode, o *operation, h Handler[Req, Resp], w *With[Req, Resp], req Req, answer func(Resp, error)) (*passage[Req, Resp], error) {
	p := &passage[Req, Resp]{ctx: ctx, mode: m, handler: h, with: w, req: req, answer: answer}
	p.call.op, p.call.guard, p.call.callerless = o, o.guard, true
	if p.ctx = unasked(ctx); m == ShadowPolicy {
		p.call.info, _ = asksInfo(ctx)
	}
	p.envelope.Message = p
	p.call.guard.posted.add() // before the look at the gate: who closes that looks the other way round
	if p.err = p.refusal(); p.err != nil {
		p.call.over(p.err)
		p.end()
		return nil, p.err
	}
	return p, nil
}

// letMessageIn is letIn of a message, which a worker handles.
func letMessageIn[Req, Resp any](ctx context.Context, m PolicyMode, o *operation, h Handler[Req, Resp], w *With[Req, Resp], req Req, sender *actor.PID) {
	p, err := letIn(ctx, m, o, h, w, req, func(resp Resp, err error) {
		reply(o.guard, sender, Reply[Req, Resp]{Request: req, Value: resp, Err: err})
	})
	if err == nil {
		o.guard.staff().assign(p)
	}
}

func (p *passage[Req, Resp]) refusal() error {
	switch {
	case p.mode == ShadowPolicy:
		return p.call.watchFrom(p.ctx, p.call.op)
	case p.call.guard.gate.Closed():
		return p.call.stopped()
	}
	return nil
}

// Run runs the handler and answers.
func (p *passage[Req, Resp]) Run() {
	returned := false
	defer func() {
		if !returned {
			p.err = p.gone(recover())
		}
		p.end()
	}()
	if p.mode == ShadowPolicy {
		p.resp, p.err = runWatched(p.ctx, &p.call, p.handler, p.with, p.req)
	} else {
		p.call.attempts = 1
		p.resp, p.err = bypassRebuilt(p.ctx, p.call.op, p.handler, p.req)
	}
	returned = true
}

// gone is the error of a handler that did not return.
func (p *passage[Req, Resp]) gone(value any) error {
	e := p.call.lost(value)
	if p.call.broke != nil { // in shadow, with the stack where it began
		e.Cause = p.call.broke
	}
	return e
}

// end answers, and counts the passage out.
func (p *passage[Req, Resp]) end() {
	if p.call.worker != nil { // a shadow has freed it
		p.call.worker.crew.free(p.call.worker, p.call.guard.clock.Now())
	}
	p.answer(p.resp, p.err)
	p.call.unhost()
	p.call.guard.posted.done()
	if e := p.call.guard.key; e != nil { // last: a guard that is gone runs nothing
		e.release(p.call.guard.clock.Now())
	}
}

// stray needs nothing: a passage is not used again.
func (*passage[Req, Resp]) stray() {}

func (p *passage[Req, Resp]) parcel() *actor.MessageEnvelope { return &p.envelope }

// IgnoreDeadLetterLogging: a worker that is gone has given its request to another.
func (*passage[Req, Resp]) IgnoreDeadLetterLogging() {}

// handle is Run on a worker.
func (p *passage[Req, Resp]) handle(_ actor.Context, w *worker) {
	p.call.worker = w
	p.Run()
}

// dismiss answers a request that will get no worker, because the guard stops.
func (p *passage[Req, Resp]) dismiss() {
	if p.call.shadowed {
		p.call.unadmit()
		p.call.vacate()
	}
	p.err = p.call.stopped()
	p.call.over(p.err)
	p.end()
}
