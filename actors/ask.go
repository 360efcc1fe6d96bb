// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
)

// Future is the answer of an Ask, when it comes.
type Future[Resp any] struct {
	resp   Resp
	err    error
	asked  bool                   // by Ask
	given  atomic.Bool            // the answer is there
	answer sync.WaitGroup         // one: the answer
	signal atomic.Pointer[signal] // for who wants a channel; nil before
}

// signal is a channel that is made only for who asks for one.
type signal struct{ done chan struct{} }

// Done is closed when the answer is there. That of a Future that no Ask made is
// closed from the start: its answer is an error.
func (f *Future[Resp]) Done() <-chan struct{} {
	if !f.made() {
		return ended[struct{}]()
	}
	if f.signal.Load() == nil {
		f.signal.CompareAndSwap(nil, &signal{done: make(chan struct{})})
	}
	if f.given.Load() { // after the signal is there: give looks the other way round
		return ended[struct{}]()
	}
	return f.signal.Load().done
}

// made reports whether the future came from an Ask.
func (f *Future[Resp]) made() bool { return f != nil && f.asked }

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
	if err := f.await(ctx); err != nil {
		var none Resp
		return none, err
	}
	return f.resp, f.err
}

// await waits for the answer; its error is that of ctx's end. For a context without an
// end it needs no channel.
func (f *Future[Resp]) await(ctx context.Context) error {
	if f.given.Load() {
		return nil
	}
	if ctx == nil || ctx.Done() == nil {
		f.answer.Wait()
		return nil
	}
	select {
	case <-f.Done():
		return nil
	case <-ctx.Done():
		return fmt.Errorf("answer not yet there: %w", context.Cause(ctx))
	}
}

// newFuture makes the future of an Ask.
func newFuture[Resp any]() *Future[Resp] {
	f := &Future[Resp]{asked: true}
	f.answer.Add(1)
	return f
}

// give gives the answer, once. A nil future is that of a Tell.
func (f *Future[Resp]) give(resp Resp, err error) {
	if f == nil {
		return
	}
	f.resp, f.err = resp, err
	f.given.Store(true)
	if s := f.signal.Load(); s != nil {
		close(s.done)
	}
	f.answer.Done()
}

// errUnasked answers a wait on a Future that no Ask made.
var errUnasked = fuseboard.Problem{
	Path: "future", Code: codeNil, Message: "is nil: no Ask made it",
	Fix: "wait on what Ask returned",
}

// Ask runs the operation on a goroutine of the guard and returns at once. It
// queues in the order of the calls to Ask on one goroutine, as far as their
// priorities are equal. Cancelling ctx cancels the call.
func (r *Ref[Req, Resp]) Ask(ctx context.Context, req Req) *Future[Resp] {
	f := newFuture[Resp]()
	_ = r.post(ctx, req, f) // f has it
	return f
}

// Tell runs the operation on a goroutine of the guard and forgets its answer;
// its outcome counts like any other. The error is that of a call refused at
// once; nil says that the request runs or waits, not that it will succeed.
func (r *Ref[Req, Resp]) Tell(ctx context.Context, req Req) error {
	return r.post(ctx, req, nil)
}

// posted is a request without a goroutine of its own: it waits in the gate's
// queue as a value and is given a goroutine with its permit.
type posted[Req, Resp any] struct {
	call     call
	ref      *Ref[Req, Resp]
	req      Req
	future   *Future[Resp] // answered exactly once; nil for a Tell
	straight bool          // found a free permit: only Run knows of it
	refused  atomic.Pointer[error]
}

// post brings a request to the gate. It returns the refusal if that came at once.
func (r *Ref[Req, Resp]) post(ctx context.Context, req Req, f *Future[Resp]) error {
	var none Resp
	if !r.made() {
		f.give(none, errUnbound)
		return errUnbound
	}
	if r.key != nil {
		if !r.key.keep() {
			err := r.key.goneFor(ctx, r.op.name)
			f.give(none, err)
			return err
		}
	}
	if r.goesAround(r.with.around) {
		return setAside(ctx, r.op, r.handle, r.with, req, f.give)
	}
	if m := r.leniency(); m != EnforcePolicy {
		return postLeniently(ctx, m, r.op, r.handle, r.with, req, f)
	}
	p := newPosted[Req, Resp](r.op)
	p.ref, p.req, p.future = r, req, f
	r.with.weigh(&p.call, r.op, req)
	err := p.call.begin(ctx, r.op)
	if err == nil {
		err = p.call.admit()
	}
	if err == nil {
		err = p.call.host()
	}
	if err != nil {
		p.call.over(err)
		f.give(none, err)
		p.giveBack()
		p.recycle()
		return err
	}
	r.Guard.posted.add()
	return p.approach()
}

// approach brings the request to the gate, or has it wait for its turn before.
func (p *posted[Req, Resp]) approach() error {
	if p.call.turn == 0 {
		return p.come()
	}
	p.call.guard.sys.hands.run(&turnWait{call: &p.call, come: func() { _ = p.come() }, refuse: p.Refuse})
	return nil
}

// come brings the request to the gate. With a free permit it is not ours any more when
// it is started.
func (p *posted[Req, Resp]) come() error {
	if p.call.stand(p) {
		p.straight = true
		p.Start()
		return nil
	}
	if refused := p.refused.Load(); refused != nil {
		return *refused
	}
	return nil
}

// postLeniently is post under a policy that is not enforced.
func postLeniently[Req, Resp any](ctx context.Context, m PolicyMode, o *operation, h Handler[Req, Resp], w *With[Req, Resp], req Req, f *Future[Resp]) error {
	p, err := letIn(ctx, m, o, h, w, req, f.give)
	if err == nil {
		o.guard.sys.hands.run(p)
	}
	return err
}

// Start has the call run by one of the System's goroutines.
func (p *posted[Req, Resp]) Start() { p.call.guard.sys.hands.run(p) }

// Run does the call on the goroutine that came with the gate's permit.
func (p *posted[Req, Resp]) Run() {
	returned := false
	defer func() {
		if !returned { // the handler ended this goroutine
			var none Resp
			err := p.call.lost(recover())
			p.call.over(err)
			p.future.give(none, err)
		}
		p.call.unhost()
		p.call.guard.posted.done()
		p.giveBack()
		if returned && p.straight {
			p.recycle()
		}
	}()
	from := p.call.now
	p.call.now = p.call.guard.clock.Now()
	p.call.stood(from, nil)
	p.call.granted = true
	resp, err := run(&p.call, p.ref.handle, p.ref.with, p.req)
	p.call.over(err)
	returned = true
	p.future.give(resp, err)
}

// lost is the error of a call that did not come back from its handler.
func (c *call) lost(value any) *CallError {
	e := &CallError{Dependency: c.guard.name, Op: c.op.name, Attempts: c.attempts, Cause: ErrGoexit, class: fuseboard.ClassPanicked, clock: c.guard.clock}
	if value != nil {
		e.Cause = &PanicError{Value: value, Stack: debug.Stack()}
	}
	return e
}

// Refuse answers a request that never got a permit.
func (p *posted[Req, Resp]) Refuse(why error) {
	p.call.unadmit()
	from := p.call.now
	p.call.now = p.call.guard.clock.Now()
	p.call.stood(from, why)
	err := p.call.unqueued(why)
	p.call.over(err)
	p.refused.Store(&err)
	var none Resp
	p.future.give(none, err)
	p.call.unhost()
	p.call.guard.posted.done()
	p.giveBack()
}
