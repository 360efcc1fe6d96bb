// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"context"
	"runtime/debug"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/deadline"
	"github.com/fuseboard/fuseboard/supervision"
)

// call is one call on its way: the untyped half of the loop in run. It lives on
// the caller's stack (Call, Do) or in a posted request (Ask, Tell, messages).
type call struct {
	op       *operation
	guard    *Guard
	plan     *plan
	parent   context.Context
	span     deadline.Span // of the whole call
	try      deadline.Span // of the attempt that runs
	permit   supervision.Permit
	now      fuseboard.Instant // the last clock read
	began    fuseboard.Instant // of the attempt that runs
	ended    fuseboard.Instant // of the last attempt
	attempts int
	out      fuseboard.Outcome // of the last attempt
	halted   bool              // the guard's own stop cancelled the last attempt
	granted  bool              // the gate has given its permit already: a posted request
	left     bool              // the last attempt was left behind: it gave no answer
}

// run is the way of a request, for all three ways in: enter, attempt, decide, again.
func run[Req, Resp any](c *call, h Handler[Req, Resp], w *With[Req, Resp], req Req) (resp Resp, err error) {
	for {
		if refused := c.enter(); refused != nil {
			if c.attempts == 0 {
				return resp, refused
			}
			return resp, c.failed(err, refused)
		}
		resp, err = attempt(c, h, w, req, resp)
		if c.out.Kind != fuseboard.Failure {
			return resp, c.answered(err)
		}
		if !c.plan.repeats {
			return resp, c.failed(err, nil)
		}
		safe, why := w.safe(req)
		if why == nil {
			why = c.again(safe)
		}
		if why != nil {
			return resp, c.failed(err, why)
		}
	}
}

// attempt runs the handler once, with a permit that it gives back whatever the
// handler does. last is the answer of the attempt before, which nobody gets.
func attempt[Req, Resp any](c *call, h Handler[Req, Resp], w *With[Req, Resp], req Req, last Resp) (resp Resp, err error) {
	if c.plan.isolated {
		return isolated(c, h, w, req, last)
	}
	ctx, lazy := deadline.Context(c.parent, c.guard.clock, c.try, &c.guard.family)
	sound := false
	defer func() {
		if !sound { // a panic, or the goroutine is ending
			c.out, err = broken(recover())
		}
		lazy.End()
		c.leave()
	}()
	if c.attempts > 1 {
		w.discard(c, last)
	}
	resp, err = h.run(ctx, req)
	c.out = w.classify(c, resp, err)
	sound = true
	return resp, err
}

// broken is the outcome of a handler that did not return.
func broken(value any) (fuseboard.Outcome, error) {
	out := fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassPanicked}
	if value == nil {
		return out, ErrGoexit
	}
	return out, &PanicError{Value: value, Stack: debug.Stack()}
}

// begin reads what the call needs once. It refuses what can be refused without
// a clock first, then what has no time left.
func (c *call) begin(ctx context.Context, o *operation) error {
	g := o.guard
	c.op, c.guard, c.parent = o, g, ctx
	if ctx == nil {
		return fuseboard.Problem{Path: "ctx", Code: codeNil, Message: "must not be nil", Fix: "pass context.Background()"}
	}
	if phase, refuses := g.circuit.Refuses(); refuses && !g.overdue(phase) {
		return c.shut(phase)
	}
	c.plan = g.plan.Load()
	c.now = g.clock.Now()
	c.span = c.plan.deadline.Begin(ctx, g.clock, c.now)
	if err := ctx.Err(); err != nil {
		return c.unqueued(context.Cause(ctx))
	}
	if c.span.Passed(c.now) {
		return c.spent()
	}
	return nil
}

// overdue reports whether a refusing circuit should have moved on. The guard's
// timer moves it; this is the net beneath, for a timer that is late. A refusal
// reads no clock, so only every 32nd refused call looks.
func (g *Guard) overdue(phase *supervision.Refusal) bool {
	return g.count.open.Load()%32 == 31 && g.clock.Now() >= phase.Until
}

// enter brings the call to the point where its handler may run: admitted by the
// circuit, holding a permit of the gate, its attempt's deadline running.
func (c *call) enter() error {
	if c.granted {
		c.granted = false
		return c.start()
	}
	if err := c.admit(); err != nil {
		return err
	}
	if !c.guard.gate.TryEnter() {
		err := c.guard.gate.Enter(c.parent, c.span.Until)
		c.now = c.guard.clock.Now()
		if err != nil {
			c.guard.circuit.Return(c.permit)
			return c.unqueued(err)
		}
	}
	return c.start()
}

// admit asks the circuit.
func (c *call) admit() error {
	g := c.guard
	permit, admitted := g.circuit.Admit(c.now)
	if !admitted {
		phase := g.circuit.Refusal()
		if phase.Epoch != g.told.Load() {
			g.catchUp()
		}
		return c.shut(phase)
	}
	switch {
	case permit.Probe(): // its lease wants the alarm
		g.stir()
	case permit.Epoch() != g.told.Load():
		g.catchUp()
	}
	if c.plan.overloaded() {
		g.circuit.Return(permit)
		return c.unmanned()
	}
	c.permit = permit
	return nil
}

// start is the last look before the dependency is touched: the gate's permit is
// held, so nothing after this can be late or stale.
func (c *call) start() error {
	g := c.guard
	for !g.circuit.Start(c.now, &c.permit) { // it moved while the call waited
		g.circuit.Return(c.permit)
		if err := c.admit(); err != nil {
			g.gate.Leave()
			return err
		}
	}
	if c.span.Passed(c.now) {
		g.circuit.Return(c.permit)
		g.gate.Leave()
		return c.spent()
	}
	if c.permit.Probe() {
		g.stir() // its lease begins now
	}
	if c.plan.repeats && c.attempts == 0 {
		g.spent.Deposit(c.now)
	}
	c.attempts++
	c.began = c.now
	c.try = c.plan.deadline.Try(c.span, c.now)
	return nil
}

// leave records and counts the outcome, then gives the permit back: in this
// order, so that whoever gets the permit, or waits for the last one, finds a
// circuit and a guard that know.
func (c *call) leave() {
	c.note()
	c.guard.gate.Leave()
}

// note records and counts the outcome.
func (c *call) note() {
	g, out := c.guard, &c.out
	c.now = g.clock.Now()
	c.ended = c.now
	if out.Elapsed == 0 {
		out.Elapsed = c.now.Sub(c.began)
	}
	_, moved := g.circuit.Record(c.now, c.permit, *out)
	g.count.attempt(out.Kind, c.attempts > 1)
	if moved {
		g.stir()
	}
}

// again decides whether to repeat, and if so waits out the backoff, holding
// nothing. It returns nil to repeat, else why not.
func (c *call) again(safe bool) error {
	g := c.guard
	decision := supervision.Decide(c.now, supervision.Fault{
		Outcome: c.out, Attempt: c.attempts, Safe: safe, Until: c.span.Until, U: g.random(),
	}, c.plan.retry, supervision.Restart{})
	if decision.Verb != supervision.Again {
		return decision.Why
	}
	if phase, refuses := g.circuit.Refuses(); refuses && phase.Until > c.now.Add(decision.After) {
		return c.op.refusedOpen(phase)
	}
	if !g.spent.Withdraw(c.now) {
		return supervision.ErrBudget
	}
	if err := c.wait(decision.After); err != nil {
		return err
	}
	c.now = g.clock.Now()
	return nil
}

func (c *call) wait(d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-c.parent.Done():
		return cmp.Or(context.Cause(c.parent), context.Canceled)
	case <-c.guard.halting:
		return ErrStopped
	}
}
