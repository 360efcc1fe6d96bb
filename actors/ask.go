// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
)

// Future is the answer of an Ask, when it comes.
type Future[Resp any] struct {
	done chan struct{}
	resp Resp
	err  error
}

// Done is closed when the answer is there. That of a Future that no Ask made is
// closed from the start: its answer is an error.
func (f *Future[Resp]) Done() <-chan struct{} {
	if !f.made() {
		return ended[struct{}]()
	}
	return f.done
}

// made reports whether the future came from an Ask.
func (f *Future[Resp]) made() bool { return f != nil && f.done != nil }

// ended returns a closed channel, for who waits for what will never come.
func ended[T any]() <-chan T {
	c := make(chan T)
	close(c)
	return c
}

// Wait returns the answer as Call would have, or an error when ctx ends first;
// the call itself goes on then, bounded by the context that was given to Ask.
// Any number of goroutines may wait. A nil context is [context.Background]; a Future
// that no Ask made is answered with a [fuseboard.Problem].
func (f *Future[Resp]) Wait(ctx context.Context) (Resp, error) {
	if !f.made() {
		var none Resp
		return none, errUnasked
	}
	if ctx == nil {
		ctx = context.Background()
	}
	select {
	case <-f.done:
		return f.resp, f.err
	default:
	}
	select {
	case <-f.done:
		return f.resp, f.err
	case <-ctx.Done():
		var none Resp
		return none, fmt.Errorf("answer not yet there: %w", context.Cause(ctx))
	}
}

// errUnasked answers a wait on a Future that no Ask made.
var errUnasked = fuseboard.Problem{
	Path: "future", Code: codeNil, Message: "is nil: no Ask made it",
	Fix: "wait on what Ask returned",
}

func (f *Future[Resp]) answer(resp Resp, err error) {
	f.resp, f.err = resp, err
	close(f.done)
}

// Ask runs the operation on a goroutine of the guard and returns at once. It
// queues in the order of the calls to Ask on one goroutine, as far as their
// priorities are equal. Cancelling ctx cancels the call.
func (r *Ref[Req, Resp]) Ask(ctx context.Context, req Req) *Future[Resp] {
	f := &Future[Resp]{done: make(chan struct{})}
	_ = r.post(ctx, req, f.answer) // f has it
	return f
}

// Tell runs the operation on a goroutine of the guard and forgets its answer;
// its outcome counts like any other. The error is that of a call refused at
// once; nil says that the request runs or waits, not that it will succeed.
func (r *Ref[Req, Resp]) Tell(ctx context.Context, req Req) error {
	return r.post(ctx, req, func(Resp, error) {})
}

// posted is a request without a goroutine of its own: it waits in the gate's
// queue as a value and is given a goroutine with its permit.
type posted[Req, Resp any] struct {
	call
	ref     *Ref[Req, Resp]
	req     Req
	answer  func(Resp, error) // called exactly once
	refused atomic.Pointer[error]
}

// post brings a request to the gate. It returns the refusal if that came at once.
func (r *Ref[Req, Resp]) post(ctx context.Context, req Req, answer func(Resp, error)) error {
	var none Resp
	if !r.made() {
		answer(none, errUnbound)
		return errUnbound
	}
	if r.key != nil {
		if !r.key.keep() {
			err := r.key.goneFor(ctx, r.op.name)
			answer(none, err)
			return err
		}
	}
	if m := r.leniency(); m != EnforcePolicy {
		p, err := letIn(ctx, m, r.op, r.handle, &r.with, req, answer)
		if err == nil {
			r.sys.hands.run(p)
		}
		return err
	}
	p := &posted[Req, Resp]{ref: r, req: req, answer: answer}
	err := p.begin(ctx, r.op)
	if err == nil {
		err = p.admit()
	}
	if err == nil {
		err = p.host()
	}
	if err != nil {
		p.over(err)
		answer(none, err)
		p.giveBack()
		return err
	}
	r.Guard.posted.add()
	if p.stand(p) {
		p.Start()
		return nil
	}
	if refused := p.refused.Load(); refused != nil {
		return *refused
	}
	return nil
}

// Start has the call run by one of the System's goroutines.
func (p *posted[Req, Resp]) Start() { p.guard.sys.hands.run(p) }

// Run does the call on the goroutine that came with the gate's permit.
func (p *posted[Req, Resp]) Run() {
	answered := false
	defer func() {
		if !answered { // the handler ended this goroutine
			var none Resp
			err := p.lost(recover())
			p.over(err)
			p.answer(none, err)
		}
		p.unhost()
		p.guard.posted.done()
		p.giveBack()
	}()
	from := p.now
	p.now = p.guard.clock.Now()
	p.stood(from, nil)
	p.granted = true
	resp, err := run(&p.call, p.ref.handle, &p.ref.with, p.req)
	p.over(err)
	answered = true
	p.answer(resp, err)
}

// lost is the error of a call that did not come back from its handler.
func (c *call) lost(value any) *CallError {
	e := &CallError{Dependency: c.guard.name, Op: c.op.name, Attempts: c.attempts, Cause: ErrGoexit, clock: c.guard.clock}
	if value != nil {
		e.Cause = &PanicError{Value: value, Stack: debug.Stack()}
	}
	return e
}

// Refuse answers a request that never got a permit.
func (p *posted[Req, Resp]) Refuse(why error) {
	p.guard.circuit.Return(p.permit)
	from := p.now
	p.now = p.guard.clock.Now()
	p.stood(from, why)
	err := p.unqueued(why)
	p.over(err)
	p.refused.Store(&err)
	var none Resp
	p.answer(none, err)
	p.unhost()
	p.guard.posted.done()
	p.giveBack()
}
