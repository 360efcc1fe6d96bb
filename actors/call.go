// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/patterns/deadline"
	"github.com/fuseboard/fuseboard/supervision"
)

// call is one call on its way: the untyped half of the loop in run. It lives on
// the caller's stack (Call, Do), in a posted request (Ask, Tell) or in a delivery
// (a message), where the guard's strategy takes the decisions that run takes here.
// Each call has to clear one, so the small fields stand together.
type call struct {
	op         *operation
	guard      *Guard
	plan       *plan
	parent     context.Context
	span       deadline.Span // of the whole call
	try        deadline.Span // of the attempt that runs
	permit     supervision.Permit
	now        fuseboard.Instant // the last clock read
	came       fuseboard.Instant // the first: the call began
	began      fuseboard.Instant // of the attempt that runs
	ended      fuseboard.Instant // of the last attempt
	taken      fuseboard.Instant // for when it has taken its part of the rate limit
	turn       fuseboard.Instant // when it may go on, by the rate limit; 0: now
	attempts   int
	repeats    int               // that hops further in have made
	last       time.Duration     // the last wait before an attempt, as it was decided, without a Retry-After in it
	out        fuseboard.Outcome // of the last attempt
	generation *generation       // that the attempt runs on; nil for a plain handler
	seat       *mailbox.Seat     // of the handler that was left behind, until that is noted
	reserved   *mailbox.Seat     // for the attempt that is about to begin; nil unless it is isolated
	asked      *load             // what has let it through, until its attempt begins
	worker     *worker           // whose request it is; nil where no strategy judges the failure
	info       *Info             // for who asks; else nil
	broke      error             // what the handler did instead of returning; nil if it returned
	waited     time.Duration     // how long it stood at the gate, in all
	halted     bool              // the guard's own stop cancelled the last attempt
	left       bool              // the last attempt was left behind: it gave no answer
	hosted     bool              // a goroutine of the System's is reserved for it
	granted    bool              // the gate has given its permit already: a posted request
	callerless bool              // let through, and has no goroutine of its own: see passage
	shadowed   bool              // the policy only watches it, and it holds a permit of an overrun
	claimed    bool              // then: an enforced policy would have let it run
	lends      bool              // it keeps its key, and may hand that over to a [Held]
	told       bool              // the observer knows its end
	queued     bool              // it stands at the gate, or is about to
	learns     bool              // its load is told how its attempt ends
	ofTenant   bool              // then: it has taken from the rate limit of its tenant
	ofRate     bool              // and from that of all
	cost       int32             // of its request, as the hook says; 0: as any other
	copied     bool              // its attempt is a copy; see race
	beside     bool              // its attempt does not decide how the call ends
	pending                      // what of it outlives its handler
}

// run is the way of a request that has a goroutine: enter, attempt, decide, again.
func run[Req, Resp any](c *call, h Handler[Req, Resp], w *With[Req, Resp], req Req) (resp Resp, err error) {
	if refused := c.enter(); refused != nil {
		return resp, refused
	}
	resp, err = attempt(c, h, w, req, resp)
	return runOn(c, h, w, req, resp, err)
}

// runOn is the rest of run, after the first attempt.
func runOn[Req, Resp any](c *call, h Handler[Req, Resp], w *With[Req, Resp], req Req, resp Resp, err error) (Resp, error) {
	for {
		if c.out.Kind != fuseboard.Failure {
			if c.pending.on {
				resp = w.keep(c, resp)
			}
			return resp, c.answered(err)
		}
		after, again, why := w.decide(c, req)
		if !again {
			return w.keep(c, resp), c.failed(err, why)
		}
		if c.pending.on {
			resp = w.drop(c, resp)
		}
		if left := c.pause(after); left != nil {
			return resp, c.failed(err, left)
		}
		if refused := c.enter(); refused != nil {
			return resp, c.failed(err, refused)
		}
		resp, err = attempt(c, h, w, req, resp)
	}
}

// begin reads what the call needs once. It refuses what can be refused without
// a clock first, then what has no time left.
func (c *call) begin(ctx context.Context, o *operation) error {
	g := o.guard
	c.info, ctx = asksInfo(ctx)
	c.op, c.guard, c.parent = o, g, ctx
	if ctx == nil {
		return errNoContext
	}
	if phase, refuses := g.circuit.Refuses(); refuses && !g.overdue(phase) {
		return c.shut(phase)
	}
	if o.generations != nil {
		if refusal := o.generations.refusal(); refusal != nil {
			return c.restarting(refusal)
		}
	}
	c.plan = g.plan.Load().of(ctx, o)
	if c.now == untimed {
		c.now = g.clock.Now()
	}
	c.came = c.now
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
	return g.count.refused(refusedOpen)%32 == 31 && g.clock.Now() >= phase.Until
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
	if c.turn != 0 {
		if err := c.awaitTurn(); err != nil {
			c.unadmit()
			return c.unqueued(err)
		}
	}
	if !c.guard.gate.TryEnter() {
		from := c.now
		now, err := c.guard.gate.EnterFrom(c.parent, from, c.patience(from))
		c.now, c.queued = now, true
		c.stood(from, err)
		if err != nil {
			c.unadmit()
			return c.unqueued(err)
		}
	}
	return c.start()
}

// admit asks everybody who is asked before the gate: whether the host has room, the
// circuit, and what follows how much is asked of the dependency.
func (c *call) admit() error {
	if c.plan.stepped && c.attempts > 0 {
		c.plan = c.plan.next(c.attempts + 1)
	}
	if err := c.shed(); err != nil {
		return err
	}
	if err := c.admitted(); err != nil {
		return err
	}
	if c.plan.loaded && c.asked == nil {
		return c.ask()
	}
	return nil
}

// admitted asks the circuit.
func (c *call) admitted() error {
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

// unadmit gives back what admit has taken, for a call that does not come to its handler.
func (c *call) unadmit() {
	c.guard.circuit.Return(c.permit)
	c.unask()
}

// start begins an attempt. The gate's permit is held, so nothing after this can be
// late or stale.
func (c *call) start() error {
	if err := c.lookAgain(); err != nil {
		return err
	}
	g := c.guard
	if c.permit.Probe() {
		g.stir() // its lease begins now
	}
	if c.plan.deposits && c.attempts == 0 {
		g.spent.Deposit(c.now)
	}
	c.attempts++
	c.asked, c.learns, c.broke, c.copied = nil, c.asked != nil, nil, false
	c.began = c.now
	if c.attempts > 1 {
		g.count.seldom().causes[g.spent.Causes().Place(c.out.Class)].Add(1)
		g.history().again(c)
	}
	c.try = g.try(c.plan, c.span, c.now)
	return nil
}

// lookAgain is the last look before the dependency is touched. Where it finds a
// reason against it, everything is given back.
func (c *call) lookAgain() error {
	g := c.guard
	for !g.circuit.Start(c.now, &c.permit) { // it moved while the call waited
		g.circuit.Return(c.permit)
		if err := c.admit(); err != nil {
			c.unask()
			c.vacate()
			return err
		}
	}
	if c.span.Passed(c.now) {
		c.unadmit()
		c.vacate()
		return c.spent()
	}
	if c.op.generations != nil {
		if err := c.choose(); err != nil {
			return err
		}
	}
	if c.plan.isolated {
		return c.seatFor()
	}
	return nil
}
