// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/stripe"
	"github.com/fuseboard/fuseboard/patterns/deadline"
	"github.com/fuseboard/fuseboard/supervision"
)

// straight is a call on which everything is as it mostly is: the circuit lets everybody
// in, nothing is due, a permit is free, and the handler returns an answer. It takes the
// steps of run in their order, and keeps less: what a refusal, a wait, a failure or a
// repetition would have to know. Where it meets one of these before its handler, it has
// taken nothing and run begins anew; where the handler ends otherwise, it becomes a call.
type straight struct {
	guard *Guard
	plan  *plan
	pass  supervision.Pass
	lazy  *deadline.Lazy    // its context, where it needs one of its own
	rest  *call             // what it has become, because its handler did not return; else nil
	began fuseboard.Instant // the call and its only attempt
	until fuseboard.Instant // the end of the attempt
	now   fuseboard.Instant // the last clock read
	lane  int32             // where it counts; see rush
	scope deadline.Scope    // of the attempt's end
	sound bool              // the handler has returned
}

// plain reports that no hook of w needs more than the straight way knows.
func (w *With[Req, Resp]) plain() bool { return w.Hold == nil && !w.Meta }

// through is the whole of a call that has its caller's goroutine. It also returns the
// clock as read last.
func through[Req, Resp any](ctx context.Context, o *operation, h Handler[Req, Resp], w *With[Req, Resp], req Req) (resp Resp, now fuseboard.Instant, err error) {
	if ctx != nil && o.guard.circuit.RefusesAll() {
		if refused := o.turnAway(); refused != nil {
			return resp, untimed, refused
		}
	}
	if w.plain() && ctx != nil {
		s := straight{guard: o.guard}
		if s.enter(ctx, o) {
			resp, err = straightly(ctx, &s, o, h, w, req)
			return resp, s.now, err
		}
		now = s.now
	}
	return winding(ctx, now, o, h, w, req)
}

// turnAway is the refusal of a circuit that refuses everybody, as [call.begin] has it. It is nil where
// more is to be thought about, or told.
func (o *operation) turnAway() error {
	g := o.guard
	phase, refuses := g.circuit.Refuses()
	if !refuses || g.sys.observer != nil || g.overdue(phase) || g.hasHalted() {
		return nil
	}
	e := o.refusedOpen(phase)
	g.refused(refusedOpen, e)
	return e
}

// winding is through where the call may need anything. came is the clock, if it was read
// just now, or untimed.
func winding[Req, Resp any](ctx context.Context, came fuseboard.Instant, o *operation, h Handler[Req, Resp], w *With[Req, Resp], req Req) (resp Resp, now fuseboard.Instant, err error) {
	c := call{now: came}
	if err = c.begin(ctx, o); err == nil {
		resp, err = run(&c, h, w, req)
	}
	c.over(err)
	return resp, c.now, err
}

// enter takes what the handler needs, in the order of [call.begin] and [call.enter], or
// nothing.
func (s *straight) enter(ctx context.Context, o *operation) bool {
	g := s.guard
	pass, admitted := g.circuit.Pass()
	if !admitted || pass.Epoch() != g.told.Load() || o.generations != nil {
		return false
	}
	s.plan, s.pass, s.lane = g.plan.Load(), pass, int32(g.rush.lane()) //nolint:gosec // a few
	if s.plan.isolated {
		return false
	}
	now := g.clock.Now()
	s.began, s.now = now, now
	if pass.Due(now) || !s.bounded(ctx) || ctx.Err() != nil || !g.gate.TryEnterAt(int(s.lane)) {
		return false
	}
	if !g.circuit.Stands(pass) {
		g.gate.LeaveAt(int(s.lane))
		return false
	}
	if s.plan.repeats {
		g.spent.DepositAt(int(s.lane), now)
	}
	return true
}

// bounded sets the end of the attempt. It is false where that has passed.
func (s *straight) bounded(ctx context.Context) bool {
	if _, dated := ctx.Deadline(); !dated {
		s.until, s.scope = s.plan.first.Until(s.began), s.plan.first.Scope
		return true
	}
	d := &s.plan.given.Deadline
	span := d.Begin(ctx, s.guard.clock, s.began)
	try := d.Try(span, s.began)
	s.until, s.scope = try.Until, try.Scope
	return !span.Passed(s.began)
}

// straightly runs the handler of a call that has entered.
func straightly[Req, Resp any](parent context.Context, s *straight, o *operation, h Handler[Req, Resp], w *With[Req, Resp], req Req) (resp Resp, err error) {
	resp, err = tried(parent, s, o, h, req)
	switch {
	case s.rest != nil:
		resp, err = runOn(s.rest, h, w, req, resp, err)
		s.now = s.rest.now
		s.rest.over(err)
		return resp, err
	case err == nil && w.Classify == nil && s.leave():
		if s.guard.sys.observer != nil {
			s.tell(parent, o)
		}
		return resp, nil
	}
	return turned(parent, s, o, h, w, req, resp, err)
}

// tried runs the handler. Its defer is for one that does not return.
func tried[Req, Resp any](parent context.Context, s *straight, o *operation, h Handler[Req, Resp], req Req) (resp Resp, err error) {
	var ctx context.Context
	ctx, s.lazy = s.context(parent)
	defer func() {
		if s.sound {
			return
		}
		c := new(call)
		s.become(c, parent, o)
		s.rest = c
		if err = c.breaks(recover()); err == ErrGoexit { //nolint:errorlint // our own value, never wrapped
			defer c.vanished()
		}
		s.lazy.End()
		c.conclude(err)
	}()
	resp, err = h.run(ctx, req)
	s.sound = true
	return resp, err
}

// context is what the handler gets: its time begins with the call.
func (s *straight) context(parent context.Context) (context.Context, *deadline.Lazy) {
	return s.guard.origin.Context(parent, deadline.Span{Start: s.began, Until: s.until, Scope: s.scope})
}

// leave ends a call whose handler has returned an answer, as [call.conclude] does. It is
// false, and nothing has happened, where the circuit has to think about it.
func (s *straight) leave() bool {
	g := s.guard
	s.lazy.End()
	now := g.clock.Now()
	took := now.Sub(s.began)
	if !g.circuit.Passed(s.pass, now, took, int(s.lane)) {
		return false
	}
	s.now = now
	g.succeeded(int(s.lane), now)
	g.durations().plain.AddAt(int(s.lane), took)
	g.gate.LeaveAt(int(s.lane))
	return true
}

// succeeded counts a success in its lane.
func (g *Guard) succeeded(lane int, now fuseboard.Instant) {
	switch successes := &g.count.first.successes; {
	case lane != stripe.Shared:
		successes.AddAt(lane, 1)
	case !successes.Try(1):
		g.clashed(now)
	}
}

// become fills in a call whose first attempt is over but for its outcome.
func (s *straight) become(c *call, parent context.Context, o *operation) {
	c.op, c.guard, c.plan, c.parent = o, s.guard, s.plan, parent
	c.span = s.plan.given.Deadline.Begin(parent, s.guard.clock, s.began)
	c.try = s.plan.given.Deadline.Try(c.span, s.began)
	c.permit = s.pass.Permit()
	c.now, c.came, c.began, c.attempts = s.began, s.began, s.began, 1
}

// turned is the rest of a call whose handler has returned, and which does not end straight.
func turned[Req, Resp any](parent context.Context, s *straight, o *operation, h Handler[Req, Resp], w *With[Req, Resp], req Req, resp Resp, err error) (Resp, error) {
	var c call
	s.become(&c, parent, o)
	err = judged(&c, s.lazy, w, resp, err)
	resp, err = runOn(&c, h, w, req, resp, err)
	s.now = c.now
	c.over(err)
	return resp, err
}

// judged is the end of an attempt whose handler has returned.
func judged[Req, Resp any](c *call, lazy *deadline.Lazy, w *With[Req, Resp], resp Resp, got error) (err error) {
	sound := false
	defer func() {
		if !sound { // a panic of Classify, or it is ending the goroutine
			if err = c.breaks(recover()); err == ErrGoexit { //nolint:errorlint // our own value, never wrapped
				defer c.vanished()
			}
		}
		lazy.End()
		c.conclude(err)
	}()
	err = got
	c.out = w.classify(c, resp, err)
	sound = true
	return err
}

// tell lets the observer choose the call.
func (s *straight) tell(parent context.Context, o *operation) {
	if !s.guard.sys.observer.chosen(s.now) {
		return
	}
	var c call
	s.become(&c, parent, o)
	c.now, c.out = s.now, fuseboard.Outcome{Kind: fuseboard.Success, Elapsed: s.now.Sub(s.began)}
	s.guard.sys.observer.report(&c, nil)
}
