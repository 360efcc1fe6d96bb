// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/supervision"
	"github.com/fuseboard/fuseboard/supervision/strategy"
)

// delivery is a request that came as a message, on its way: it waits at the gate
// ([mailbox.Job]), is handled by a worker ([job]), and when it fails it is in the
// hands of the guard's strategy ([strategy.Request]). One of them has it at a time.
type delivery[Req, Resp any] struct {
	call
	ref      *Ref[Req, Resp]
	req      Req
	sender   *actor.PID
	envelope actor.MessageEnvelope // as its worker gets it, without a sender: only we answer
	resp     Resp                  // of the last attempt
	err      error                 // its failure
	safe     bool                  // what the Safe hook says
	balked   error                 // the Safe hook panicked
	straight bool                  // found a free permit: only its worker knows of it
}

// receive brings a request that came as a message to the gate, on its sender's goroutine.
func (r *Ref[Req, Resp]) receive(ctx context.Context, req Req, sender *actor.PID) {
	if r.key != nil && !r.key.keep() {
		reply(r.Guard, sender, Reply[Req, Resp]{Request: req, Err: r.key.goneFor(ctx, r.op.name)})
		return
	}
	if r.goesAround(r.with.around) {
		receiveAside(ctx, r.op, r.handle, r.with, req, sender)
		return
	}
	if m := r.leniency(); m != EnforcePolicy {
		letMessageIn(ctx, m, r.op, r.handle, r.with, req, sender)
		return
	}
	d := newDelivery[Req, Resp](r.op)
	d.ref, d.req, d.sender, d.envelope.Message = r, req, sender, d
	r.with.weigh(&d.call, r.op, req)
	err := d.begin(ctx, r.op)
	if err == nil {
		err = d.admit()
	}
	if err == nil {
		err = d.host()
	}
	r.Guard.posted.add()
	if err != nil {
		d.end(err)
		d.recycle()
		return
	}
	d.approach()
}

// approach brings the request to the gate, or has it wait for its turn before.
func (d *delivery[Req, Resp]) approach() {
	if d.turn == 0 {
		d.come()
		return
	}
	d.guard.sys.hands.run(&turnWait{call: &d.call, come: d.come, refuse: d.Refuse})
}

// come brings the request to the gate. With a free permit it goes to a worker from here:
// a goroutine between the two would cost more than all that the policy does.
func (d *delivery[Req, Resp]) come() {
	d.straight = false // it may have been in the strategy's hands
	if d.stand(d) {
		d.straight = true
		d.Run()
	}
}

// Start has the permit taken to a worker by one of the System's goroutines: the gate may
// be locked, and a crew that has closed gives the permit back.
func (d *delivery[Req, Resp]) Start() { d.guard.sys.hands.run(d) }

// Run takes the permit to a worker.
func (d *delivery[Req, Resp]) Run() { d.guard.staff().assign(d) }

// Refuse answers a request that did not get a permit.
func (d *delivery[Req, Resp]) Refuse(why error) {
	d.unadmit()
	d.unhost()
	from := d.now
	d.now = d.guard.clock.Now()
	d.stood(from, why)
	d.refused(d.unqueued(why))
}

func (d *delivery[Req, Resp]) dismiss() {
	d.guard.gate.Leave()
	d.Refuse(mailbox.ErrStopped)
}

// stray says that the envelope may be on its way to a worker that is gone.
func (d *delivery[Req, Resp]) stray() { d.straight = false }

func (d *delivery[Req, Resp]) parcel() *actor.MessageEnvelope { return &d.envelope }

// IgnoreDeadLetterLogging: a worker that is gone has given its request to another.
func (*delivery[Req, Resp]) IgnoreDeadLetterLogging() {}

// handle makes one attempt. A failure is the strategy's from here on: it must be
// the last that the worker does with it.
func (d *delivery[Req, Resp]) handle(ctx actor.Context, w *worker) {
	from := d.now
	d.now, d.worker = d.guard.clock.Now(), w
	d.stood(from, nil)
	if err := d.start(); err != nil {
		d.refused(err)
		return
	}
	var none Resp
	last, returned := d.resp, false
	d.resp = none
	defer func() {
		if !returned { // the handler ended this goroutine
			d.fail(ctx)
		}
	}()
	resp, err := attempt(&d.call, d.ref.handle, d.ref.with, d.req, last)
	returned = true
	d.resp, d.err = resp, err
	if d.out.Kind == fuseboard.Failure {
		d.fail(ctx)
		return
	}
	ended := false
	defer func() {
		if !ended { // the Hold hook ended this goroutine
			d.end(&CallError{Dependency: d.guard.name, Op: d.op.name, Attempts: d.attempts, Cause: ErrGoexit, class: fuseboard.ClassPanicked, clock: d.guard.clock})
		}
	}()
	d.resp = d.ref.with.keep(&d.call, resp)
	ended = true
	d.endIn(w.desk, d.answered(err))
	if d.straight && d.attempts == 1 {
		d.recycle()
	}
}

func (d *delivery[Req, Resp]) fail(ctx actor.Context) {
	if d.broke != nil {
		d.err = d.broke
	}
	defer func() { // also if Safe ends this goroutine
		strategy.Fail(ctx, &strategy.Failed{Cause: d.err, Broken: d.broke != nil}, &d.envelope)
	}()
	if !d.final() {
		d.balked = ErrGoexit // unless it returns
		d.safe, d.balked = d.ref.with.safe(&d.call, d.req)
	}
}

// Record is what leaving is for a call.
func (d *delivery[Req, Resp]) Record(now fuseboard.Instant) { d.leave(now) }

// Fault tells what Call would.
func (d *delivery[Req, Resp]) Fault() (supervision.Fault, supervision.Retry) {
	if d.final() || d.balked != nil {
		return supervision.Fault{Outcome: d.out, Attempt: d.attempts, Until: d.span.Until}, supervision.Retry{}
	}
	return d.fault(d.safe), d.plan.retry
}

// Afford asks what Call would ask: the circuit, then the budget.
func (d *delivery[Req, Resp]) Afford(now fuseboard.Instant, after time.Duration) error {
	return d.afford(now, after)
}

// Context is the request's.
func (d *delivery[Req, Resp]) Context() context.Context { return d.parent }

// Again brings the request to the gate once more, as a call would come to it.
func (d *delivery[Req, Resp]) Again() {
	d.now = d.guard.clock.Now()
	err := d.admit()
	if err == nil {
		err = d.host()
	}
	if err != nil {
		d.refused(err)
		return
	}
	d.approach()
}

// Answer replies with the failure.
func (d *delivery[Req, Resp]) Answer(why error) {
	d.now = d.guard.clock.Now() // it may have backed off
	switch {
	case d.final():
		why = nil
	case d.balked != nil:
		why = d.balked
	case why == strategy.ErrStopped: //nolint:errorlint // a caller's cause may be anything
		why = ErrStopped
	}
	d.end(d.failed(d.err, why))
}

// refused replies to a request that a policy kept from an attempt.
func (d *delivery[Req, Resp]) refused(err error) {
	if d.attempts > 0 {
		err = d.failed(d.err, err)
	}
	d.end(err)
}

// end replies, once, whatever the observer does.
func (d *delivery[Req, Resp]) end(err error) { d.endIn(nil, err) }

// endIn is end in the turn of a worker, the last that this does.
func (d *delivery[Req, Resp]) endIn(turn *desk, err error) {
	defer func() {
		replyIn(turn, d.guard, d.sender, Reply[Req, Resp]{Request: d.req, Value: d.resp, Err: err})
		d.guard.posted.done()
		if e := d.ref.key; e != nil { // last: a guard that is gone runs nothing
			e.release(e.guard.clock.Now())
		}
	}()
	d.over(err)
}
