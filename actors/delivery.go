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
	call     call
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
	err := d.call.begin(ctx, r.op)
	if err == nil {
		err = d.call.admit()
	}
	if err == nil {
		err = d.call.host()
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
	if d.call.turn == 0 {
		d.come()
		return
	}
	d.call.guard.sys.hands.run(&turnWait{call: &d.call, come: d.come, refuse: d.Refuse})
}

// come brings the request to the gate. With a free permit it goes to a worker from here:
// a goroutine between the two would cost more than all that the policy does.
func (d *delivery[Req, Resp]) come() {
	d.straight = false // it may have been in the strategy's hands
	if d.call.stand(d) {
		d.straight = true
		d.Run()
	}
}

// Start has the permit taken to a worker by one of the System's goroutines: the gate may
// be locked, and a crew that has closed gives the permit back.
func (d *delivery[Req, Resp]) Start() { d.call.guard.sys.hands.run(d) }

// Run takes the permit to a worker.
func (d *delivery[Req, Resp]) Run() { d.call.guard.staff().assign(d) }

// Refuse answers a request that did not get a permit.
func (d *delivery[Req, Resp]) Refuse(why error) {
	d.call.unadmit()
	d.call.unhost()
	from := d.call.now
	d.call.now = d.call.guard.clock.Now()
	d.call.stood(from, why)
	d.refused(d.call.unqueued(why))
}

func (d *delivery[Req, Resp]) dismiss() {
	d.call.guard.gate.Leave()
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
	from := d.call.now
	d.call.now, d.call.worker = d.call.guard.clock.Now(), w
	d.call.stood(from, nil)
	if err := d.call.start(); err != nil {
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
	if d.call.out.Kind == fuseboard.Failure {
		d.fail(ctx)
		return
	}
	ended := false
	defer func() {
		if !ended { // the Hold hook ended this goroutine
			d.end(&CallError{Dependency: d.call.guard.name, Op: d.call.op.name, Attempts: d.call.attempts, Cause: ErrGoexit, class: fuseboard.ClassPanicked, clock: d.call.guard.clock})
		}
	}()
	d.resp = d.ref.with.keep(&d.call, resp)
	ended = true
	d.endIn(w.desk, d.call.answered(err))
	if d.straight && d.call.attempts == 1 {
		d.recycle()
	}
}

func (d *delivery[Req, Resp]) fail(ctx actor.Context) {
	if d.call.broke != nil {
		d.err = d.call.broke
	}
	defer func() { // also if Safe ends this goroutine
		strategy.Fail(ctx, &strategy.Failed{Cause: d.err, Broken: d.call.broke != nil}, &d.envelope)
	}()
	if !d.call.final() {
		d.balked = ErrGoexit // unless it returns
		d.safe, d.balked = d.ref.with.safe(&d.call, d.req)
	}
}

// Record is what leaving is for a call.
func (d *delivery[Req, Resp]) Record(now fuseboard.Instant) { d.call.leave(now) }

// Fault tells what Call would.
func (d *delivery[Req, Resp]) Fault() (supervision.Fault, supervision.Retry) {
	if d.call.final() || d.balked != nil {
		return supervision.Fault{Outcome: d.call.out, Attempt: d.call.attempts, Until: d.call.span.Until}, supervision.Retry{}
	}
	return d.call.fault(d.safe), d.call.plan.retry
}

// Afford asks what Call would ask: the circuit, then the budget.
func (d *delivery[Req, Resp]) Afford(now fuseboard.Instant, after time.Duration) error {
	return d.call.afford(now, after)
}

// Context is the request's.
func (d *delivery[Req, Resp]) Context() context.Context { return d.call.parent }

// Again brings the request to the gate once more, as a call would come to it.
func (d *delivery[Req, Resp]) Again() {
	d.call.now = d.call.guard.clock.Now()
	err := d.call.admit()
	if err == nil {
		err = d.call.host()
	}
	if err != nil {
		d.refused(err)
		return
	}
	d.approach()
}

// Answer replies with the failure.
func (d *delivery[Req, Resp]) Answer(why error) {
	d.call.now = d.call.guard.clock.Now() // it may have backed off
	switch {
	case d.call.final():
		why = nil
	case d.balked != nil:
		why = d.balked
	case why == strategy.ErrStopped: //nolint:errorlint // a caller's cause may be anything
		why = ErrStopped
	}
	d.end(d.call.failed(d.err, why))
}

// refused replies to a request that a policy kept from an attempt.
func (d *delivery[Req, Resp]) refused(err error) {
	if d.call.attempts > 0 {
		err = d.call.failed(d.err, err)
	}
	d.end(err)
}

// end replies, once, whatever the observer does.
func (d *delivery[Req, Resp]) end(err error) { d.endIn(nil, err) }

// endIn is end in the turn of a worker, the last that this does.
func (d *delivery[Req, Resp]) endIn(turn *desk, err error) {
	defer func() {
		replyIn(turn, d.call.guard, d.sender, Reply[Req, Resp]{Request: d.req, Value: d.resp, Err: err})
		d.call.guard.posted.done()
		if e := d.ref.key; e != nil { // last: a guard that is gone runs nothing
			e.release(e.guard.clock.Now())
		}
	}()
	d.call.over(err)
}
