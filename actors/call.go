// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"context"
	"runtime/debug"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/patterns/deadline"
	"github.com/fuseboard/fuseboard/supervision"
)

// call is one call on its way: the untyped half of the loop in run. It lives on
// the caller's stack (Call, Do), in a posted request (Ask, Tell) or in a delivery
// (a message), where the guard's strategy takes the decisions that run takes here.
type call struct {
	op         *operation
	guard      *Guard
	plan       *plan
	parent     context.Context
	span       deadline.Span // of the whole call
	try        deadline.Span // of the attempt that runs
	permit     supervision.Permit
	now        fuseboard.Instant // the last clock read
	began      fuseboard.Instant // of the attempt that runs
	ended      fuseboard.Instant // of the last attempt
	attempts   int
	out        fuseboard.Outcome // of the last attempt
	generation *generation       // that the attempt runs on; nil for a plain handler
	halted     bool              // the guard's own stop cancelled the last attempt
	left       bool              // the last attempt was left behind: it gave no answer
	seat       *mailbox.Seat     // of the handler that was left behind, until that is noted
	reserved   *mailbox.Seat     // for the attempt that is about to begin; nil unless it is isolated
	hosted     bool              // a goroutine of the System's is reserved for it
	granted    bool              // the gate has given its permit already: a posted request
	worker     *worker           // whose request it is; nil where no strategy judges the failure
	broke      error             // what the handler did instead of returning; nil if it returned
}

// run is the way of a request that has a goroutine: enter, attempt, decide, again.
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
		if c.final() {
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
	if c.generation != nil {
		h, _ = c.generation.handle.(Handler[Req, Resp])
	}
	if c.plan.isolated {
		return isolated(c, h, w, req, last)
	}
	ctx, lazy := deadline.Context(c.parent, c.guard.clock, c.try, &c.guard.family)
	sound := false
	defer func() {
		if !sound { // a panic, or the goroutine is ending
			c.out, err = broken(recover())
			c.broke = err
			if err == ErrGoexit && c.worker == nil { //nolint:errorlint // nobody comes back to tell it
				defer c.guard.history().gaveUp(c, err)
			}
		}
		lazy.End()
		c.conclude(err)
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
	if o.generations != nil {
		if refusal := o.generations.refusal(); refusal != nil {
			return c.restarting(refusal)
		}
	}
	c.plan = g.plan.Load()
	c.now = g.clock.Now()
	c.span = c.plan.given.Deadline.Begin(ctx, g.clock, c.now)
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
	return g.count.refused[refusedOpen].Load()%32 == 31 && g.clock.Now() >= phase.Until
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
	if c.overloaded() {
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
			c.vacate()
			return err
		}
	}
	if c.span.Passed(c.now) {
		g.circuit.Return(c.permit)
		c.vacate()
		return c.spent()
	}
	if c.op.generations != nil {
		if err := c.choose(); err != nil {
			return err
		}
	}
	if c.plan.isolated {
		if err := c.seatFor(); err != nil {
			return err
		}
	}
	if c.permit.Probe() {
		g.stir() // its lease begins now
	}
	if c.plan.repeats && c.attempts == 0 {
		g.spent.Deposit(c.now)
	}
	c.attempts++
	c.broke = nil
	c.began = c.now
	if c.attempts > 1 {
		g.history().again(c)
	}
	c.try = c.plan.given.Deadline.Try(c.span, c.now)
	return nil
}

// conclude ends an attempt. The failure of a worker's request is left to the
// guard's strategy, which records it, and until then the permit is held.
func (c *call) conclude(err error) {
	if c.generation != nil {
		c.judge(err)
	}
	now := c.guard.clock.Now()
	if c.worker != nil && c.out.Kind == fuseboard.Failure {
		c.measure(now)
		return
	}
	c.leave(now)
}

func (c *call) measure(now fuseboard.Instant) {
	if c.out.Elapsed == 0 {
		c.out.Elapsed = now.Sub(c.began)
	}
}

// leave records and counts the outcome, then gives the permit back: in this
// order, so that whoever gets the permit, or waits for the last one, finds a
// circuit and a guard that know.
func (c *call) leave(now fuseboard.Instant) {
	g := c.guard
	c.now, c.ended = now, now
	c.measure(now)
	_, moved := g.circuit.Record(now, c.permit, c.out)
	g.count.attempt(c.out.Kind, c.attempts > 1)
	if moved {
		g.stir()
	}
	if c.broke != nil {
		g.panicked(now, c.plan.given.Panics)
	}
	c.vacate()
}

// vacate gives the permit back, and before it the worker: who gets the permit
// finds a worker.
func (c *call) vacate() {
	if c.worker != nil {
		c.worker.crew.free(c.worker)
		c.worker = nil
		c.unhost()
	}
	if c.seat != nil { // the permit stays with the handler that was left behind
		c.seat.Settle()
		c.seat = nil
		return
	}
	c.guard.gate.Leave()
}

// again decides whether to repeat, and if so waits out the backoff, holding
// nothing. It returns nil to repeat, else why not.
func (c *call) again(safe bool) error {
	decision := supervision.Decide(c.now, c.fault(safe), c.plan.retry, supervision.Restart{})
	if decision.Verb != supervision.Again {
		return decision.Why
	}
	if err := c.afford(c.now, decision.After); err != nil {
		return err
	}
	if err := c.wait(decision.After); err != nil {
		return err
	}
	c.now = c.guard.clock.Now()
	return nil
}

// final reports that there is nothing to decide about a failure. A handler that
// ended its goroutine is not repeated, because a caller's own could not go on.
func (c *call) final() bool {
	return !c.plan.repeats || c.broke == ErrGoexit //nolint:errorlint // our own value, never wrapped
}

// fault is what is known about the last attempt's failure.
func (c *call) fault(safe bool) supervision.Fault {
	return supervision.Fault{
		Outcome: c.out, Attempt: c.attempts, Safe: safe, Until: c.span.Until, U: c.guard.random(),
	}
}

// afford says why a repetition that was decided is not made after all: the
// circuit will still refuse it, or the budget is spent.
func (c *call) afford(now fuseboard.Instant, after time.Duration) error {
	g := c.guard
	if phase, refuses := g.circuit.Refuses(); refuses && phase.Until > now.Add(after) {
		return c.op.refusedOpen(phase)
	}
	if !g.spent.Withdraw(now) {
		return supervision.ErrBudget
	}
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
