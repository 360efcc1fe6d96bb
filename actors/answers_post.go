// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"runtime/debug"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
)

// aside is a request that came by Ask, Tell or as a message to an operation that has something
// around its calls. It is given one of the System's goroutines for all of it: what stands around a call
// may wait, and must not do so on the goroutine of a worker or of whoever refuses.
type aside[Req, Resp any] struct {
	call   call
	ctx    context.Context
	handle Handler[Req, Resp]
	with   *With[Req, Resp]
	req    Req
	answer func(Resp, error) // called exactly once
}

// setAside runs a request so, or answers it with a refusal, which is returned. The guard of a key
// has been kept for it.
func setAside[Req, Resp any](ctx context.Context, o *operation, h Handler[Req, Resp], w *With[Req, Resp], req Req, answer func(Resp, error)) error {
	a := &aside[Req, Resp]{ctx: ctx, handle: h, with: w, req: req, answer: answer}
	a.call.op, a.call.guard = o, o.guard
	if a.kept() {
		return nil
	}
	o.guard.posted.add() // before the look at the gate: who closes that looks the other way round
	err := a.refusal()
	if err != nil {
		var none Resp
		a.call.over(err)
		a.end(none, err)
		return err
	}
	o.guard.sys.hands.run(a)
	return nil
}

// kept answers from the cache, where nothing else has to be asked.
func (a *aside[Req, Resp]) kept() bool {
	if a.ctx == nil || a.call.guard.leniency() != EnforcePolicy || a.call.guard.gate.Closed() || len(a.with.Stages) > 0 {
		return false
	}
	made := answersOf(a.call.op, a.handle, a.with)
	if made.cache == nil {
		return false
	}
	key, ok := a.keyIn(made)
	if !ok {
		return false
	}
	into, ctx := asksInfo(a.ctx)
	v, ok, err := made.hit(ctx, key, a.req, into)
	if ok {
		a.answer(v, err)
		a.release()
	}
	return ok
}

// keyIn asks the Key hook, on the goroutine of whoever asks: where the hook ends that, the request is
// answered here.
func (a *aside[Req, Resp]) keyIn(made *answers[Req, Resp]) (key string, ok bool) {
	returned := false
	defer func() {
		if !returned {
			var none Resp
			a.answer(none, a.call.op.brokenBy(ErrGoexit))
			a.release()
		}
	}()
	key, ok = made.key(a.req)
	returned = true
	return key, ok
}

func (a *aside[Req, Resp]) refusal() error {
	switch {
	case a.ctx == nil:
		return errNoContext
	case a.call.guard.gate.Closed():
		return a.call.stopped()
	case !a.call.guard.sys.limits.goroutines.quota.Take(1):
		return a.call.unhosted()
	}
	a.call.hosted = true
	return nil
}

// Run does the call and answers.
func (a *aside[Req, Resp]) Run() {
	var resp Resp
	var err error
	returned := false
	defer func() {
		if !returned { // a stage panicked, or something ended the goroutine
			var none Resp
			resp, err = none, a.unreturned(recover())
			if into, _ := asksInfo(a.ctx); into != nil {
				into.answeredWith(err)
			}
		}
		a.end(resp, err)
	}()
	resp, err = answered(a.ctx, a.call.op, a.handle, a.with, a.req)
	returned = true
}

func (a *aside[Req, Resp]) unreturned(value any) error {
	if value != nil {
		return a.call.op.brokenBy(&PanicError{Value: value, Stack: debug.Stack()})
	}
	return a.call.op.brokenBy(ErrGoexit)
}

// brokenBy is the error of a call that did not come back from what stands around it.
func (o *operation) brokenBy(cause error) *CallError {
	return &CallError{Dependency: o.guard.name, Op: o.name, Cause: cause, class: fuseboard.ClassPanicked, clock: o.guard.clock}
}

func (a *aside[Req, Resp]) end(resp Resp, err error) {
	a.answer(resp, err)
	a.call.unhost()
	a.call.guard.posted.done()
	a.release()
}

func (a *aside[Req, Resp]) release() {
	if e := a.call.guard.key; e != nil { // last: a guard that is gone runs nothing
		e.release(a.call.guard.clock.Now())
	}
}

// receiveAside is setAside for a message.
func receiveAside[Req, Resp any](ctx context.Context, o *operation, h Handler[Req, Resp], w *With[Req, Resp], req Req, sender *actor.PID) {
	_ = setAside(ctx, o, h, w, req, func(resp Resp, err error) {
		reply(o.guard, sender, Reply[Req, Resp]{Request: req, Value: resp, Err: err})
	})
}
