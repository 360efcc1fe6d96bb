// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"sync"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/deadline"
)

// task is one attempt on a pooled goroutine. It shares nothing with the call,
// which lives on its caller's stack, and whose caller may leave. After an answer
// it is used again; one that was left behind is not.
type task[Req, Resp any] struct {
	errand
	handle  Handler[Req, Resp]
	discard func(Resp) // of With; may be nil
	ctx     context.Context
	lazy    *deadline.Lazy // what ends ctx
	req     Req
	last    Resp // of the attempt before
	repeats bool // last is to be discarded
	holds   bool // ctx lasts longer than the handler where that gives an answer
	resp    Resp
	err     error
	out     fuseboard.Outcome // of a handler that did not return; else zero

	generation *generation // that it runs on; nil for a plain handler
}

// errand is what can be told of a task of any type. It does not change while the task runs.
type errand struct {
	op      *operation
	attempt int
	began   fuseboard.Instant
	until   fuseboard.Instant
}

// taskFor returns a task of the operation that is not in use.
func taskFor[Req, Resp any](o *operation) *task[Req, Resp] {
	if tasks := o.tasks.Load(); tasks != nil {
		if t, ok := tasks.Get().(*task[Req, Resp]); ok {
			return t
		}
	}
	return new(task[Req, Resp])
}

// recycle keeps an answered task for the next attempt.
func (t *task[Req, Resp]) recycle() {
	o := t.op
	*t = task[Req, Resp]{}
	if o.tasks.Load() == nil {
		o.tasks.CompareAndSwap(nil, new(sync.Pool))
	}
	o.tasks.Load().Put(t)
}

// Run runs the handler once, on the pooled goroutine.
func (t *task[Req, Resp]) Run() {
	sound := false
	defer func() {
		if !sound { // a panic, or the goroutine is ending
			t.out, t.err = broken(recover())
		}
		if !t.holds || t.err != nil {
			t.lazy.End()
		}
	}()
	if t.repeats {
		t.dispose(t.last)
	}
	t.resp, t.err = t.handle.run(t.ctx, t.req)
	sound = true
}

// Late disposes of the answer that nobody gets any more. Its outcome was noted
// when the caller left, so it counts nowhere; a panic is at least logged, and a
// fault ends the generation.
func (t *task[Req, Resp]) Late() {
	defer t.lazy.End()
	if e := t.op.guard.key; e != nil {
		defer e.release(untimed) // kept when the caller left
	}
	if t.generation != nil {
		t.op.generations.judge(t.generation, t.broke(), t.err)
	}
	if t.out.Kind == 0 {
		t.dispose(t.resp)
		return
	}
	if p, ok := errors.AsType[*PanicError](t.err); ok {
		t.op.guard.sys.log.Error("handler panicked after its caller had left", "operation",
			title(t.op.guard.name, t.op.name), "panic", p.Error(), "stack", string(p.Stack))
	}
}

// broke is what the handler did instead of returning; nil if it returned.
func (t *task[Req, Resp]) broke() error {
	if t.out.Kind == 0 {
		return nil
	}
	return t.err
}

func (t *task[Req, Resp]) dispose(resp Resp) {
	w := With[Req, Resp]{Discard: t.discard}
	w.discard(&call{op: t.op, guard: t.op.guard}, resp)
}
